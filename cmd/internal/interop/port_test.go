//go:build interop

package interop

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// freePort finds a port that nothing has, on either address and transport. It
// is below those that the kernel hands out, so that none is taken meanwhile.
func freePort(t *testing.T) int {
	t.Helper()
	for range 1000 {
		if port := 12000 + 2*rand.IntN(9000); isFree(port) && isFree(port+1) {
			return port
		}
	}
	t.Fatal("no port is free on loopback")
	return 0
}

func isFree(port int) bool {
	for _, host := range []string{"127.0.0.1", "::1"} {
		at := net.JoinHostPort(host, fmt.Sprint(port))
		l, err := net.Listen("tcp", at)
		if err != nil {
			return false
		}
		l.Close()
		c, err := net.ListenPacket("udp", at)
		if err != nil {
			return false
		}
		c.Close()
	}
	return true
}

// awaitPort waits until a program has bound a port of 127.0.0.1.
func awaitPort(ctx context.Context, p *process, transport string, port int) error {
	entry := fmt.Sprintf("0100007F:%04X", port)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		table, err := os.ReadFile("/proc/net/" + transport)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(table)) {
			if f := strings.Fields(line); len(f) > 3 && f[1] == entry && (transport == "udp" || f[3] == "0A") {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-p.done:
			return fmt.Errorf("%s ended (%v) before it listened:\n%s", p.name, p.err, p.tail())
		case <-ctx.Done():
			return fmt.Errorf("%s does not listen on %s %d: %w\n%s", p.name, transport, port, ctx.Err(), p.tail())
		}
	}
}
