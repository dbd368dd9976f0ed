//go:build interop

package interop

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// freePort finds a port that nothing has, on either address and transport. It
// is below those that the kernel hands out and that telephones take for sound, and
// nobody is told of it twice, so that none is taken meanwhile.
func freePort(t *testing.T) int {
	t.Helper()
	for range 10000 {
		port := 6000 + 2*rand.IntN(5150)
		if _, known := given.LoadOrStore(port, true); !known && isFree(port) && isFree(port+1) {
			return port
		}
	}
	t.Fatal("no port is free on loopback")
	return 0
}

// given are the ports that somebody was told of.
var given sync.Map

func isFree(port int) bool {
	for _, host := range []string{"127.0.0.1", "::1"} {
		address := at(host, port)
		l, err := net.Listen("tcp", address)
		if err != nil {
			return false
		}
		l.Close()
		c, err := net.ListenPacket("udp", address)
		if err != nil {
			return false
		}
		c.Close()
	}
	return true
}

// at is an address, with brackets if it needs them.
func at(host string, port int) string { return net.JoinHostPort(host, fmt.Sprint(port)) }

// connect dials a port of loopback until the program listens there.
func connect(ctx context.Context, p *process, host string, port int) (net.Conn, error) {
	var conn net.Conn
	err := p.poll(ctx, fmt.Sprintf("listen on tcp %d", port), func() (err error) {
		conn, err = net.Dial("tcp", at(host, port))
		return err
	})
	return conn, err
}

// awaitBound waits until some program has bound a port of loopback.
func awaitBound(ctx context.Context, p *process, transport string, port int) error {
	entry := fmt.Sprintf(":%04X ", port)
	return p.poll(ctx, fmt.Sprintf("listen on %s %d", transport, port), func() error {
		// The thread's: a test of network namespaces may have left the first one, whose
		// /proc/net is, elsewhere.
		for _, table := range []string{"/proc/thread-self/net/" + transport, "/proc/thread-self/net/" + transport + "6"} {
			data, err := os.ReadFile(table)
			if err != nil {
				return err
			}
			for line := range strings.Lines(string(data)) {
				if f := strings.Fields(line); len(f) > 3 && strings.HasSuffix(f[1]+" ", entry) && (transport == "udp" || f[3] == listens) {
					return nil
				}
			}
		}
		return errors.New("nothing has bound it")
	})
}

// listens is a listening socket's state in /proc/net/tcp.
const listens = "0A"

// poll asks until there is no error, while the program runs.
func (p *process) poll(ctx context.Context, what string, ask func() error) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ask()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.done:
			return fmt.Errorf("%s ended (%v) and did not %s:\n%s", p.name, p.err, what, p.tail())
		case <-ctx.Done():
			return fmt.Errorf("%s did not %s: %w: %w\n%s", p.name, what, err, ctx.Err(), p.tail())
		}
	}
}
