//go:build interop

package interop

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFlows is about what keeps the way to a registrar open, and what is done when it
// is not any more (RFC 5626). Rows wait, so they do it beside one another.
func TestFlows(t *testing.T) {
	t.Parallel()
	straight := func(port int, more ...string) string {
		return accountLine(append([]string{"user: 1001", "domain: " + domain, "transport: udp", "mwi: false", fmt.Sprintf("registrar: '127.0.0.1:%d'", port)}, more...)...)
	}
	for _, c := range []struct{ name, scenario string }{
		{"430 -> registered again at once", "flow-failed"},
		{"nextnonce with the answer -> the refresh has it, and is not challenged", "nextnonce"},
	} {
		t.Run("sipp", func(t *testing.T) {
			t.Parallel()
			row(t, c.name, func(t *testing.T, ctx context.Context) {
				port := freePort(t)
				r := served(t, ctx, c.scenario, "udp", port, blanks{})
				p := newTelephone(t, straight(port, "password: secret"))
				soon, cancel := context.WithTimeout(ctx, 12*time.Second) // other refusals are waited for 30 s and more
				defer cancel()
				r.passes(soon)
				p.bound(ctx, "1001")
			})
		})
	}
	t.Run("Kamailio", func(t *testing.T) {
		t.Parallel()
		k := newKamailio(t, func(k *kamailio) { k.Grants = `Require: outbound\r\nFlow-Timer: 2\r\n` })
		w := newTap(t, k.UDP)
		p := newTelephone(t, k.account("1001", "tcp", "keep-alive: 0s", fmt.Sprintf("registrar: '127.0.0.1:%d'", w.port)))
		row(t, "Flow-Timer of 2 s, no keep-alive of ours -> pings as often, each answered", func(t *testing.T, ctx context.Context) {
			p.with(t).bound(ctx, "1001")
			began := time.Now()
			must(t, k.poll(ctx, "three pings with their answers", func() error { return w.kept(3) }))
			took := time.Since(began).Round(100 * time.Millisecond)
			told("three pings in %v", took)
			if took > 20*time.Second { // the usual interval is 25 s
				t.Error("pings are too rare")
			}
		})
		row(t, "no answers any more -> another flow, registered again by that", func(t *testing.T, ctx context.Context) {
			mark := k.mark()
			began := time.Now()
			w.mute()
			_, err := k.registered(ctx, mark, "1001")
			must(t, err)
			told("registered again after %v", time.Since(began).Round(100*time.Millisecond))
			p.with(t).bound(ctx, "1001")
		})
	})
}

// tap passes TCP connections on and counts what keeps them alive.
type tap struct {
	port int

	mu           sync.Mutex
	pings, pongs int
	conns        []net.Conn
	muted        int      // of conns: these pass nothing back
	hellos       [][]byte // what each server said first
}

func newTap(t *testing.T, to int) *tap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	w := &tap{port: l.Addr().(*net.TCPAddr).Port}
	var working sync.WaitGroup
	working.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return // closed
			}
			far, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", to))
			if err != nil {
				_ = near.Close() // nobody is there
				continue
			}
			w.mu.Lock()
			w.conns = append(w.conns, near, far)
			n := len(w.conns)
			w.mu.Unlock()
			working.Go(func() { w.pass(near, far, n, "\r\n\r\n", &w.pings, false) })
			working.Go(func() { w.pass(far, near, n, "\r\n", &w.pongs, true) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		w.mu.Lock()
		for _, c := range w.conns {
			_ = c.Close()
		}
		w.mu.Unlock()
		working.Wait()
	})
	return w
}

// pass copies, and counts the reads that are nothing but the sign.
func (w *tap) pass(from, to net.Conn, n int, sign string, count *int, back bool) {
	defer to.Close()
	data := make([]byte, 65536)
	for first := true; ; first = false {
		m, err := from.Read(data)
		if err != nil {
			return
		}
		w.mu.Lock()
		if first && back {
			w.hellos = append(w.hellos, bytes.Clone(data[:m]))
		}
		if text := string(data[:m]); strings.Trim(text, "\r\n") == "" && len(text)%len(sign) == 0 {
			*count += len(text) / len(sign)
		}
		silent := back && n <= w.muted
		w.mu.Unlock()
		if silent {
			continue
		}
		if _, err := io.WriteString(to, string(data[:m])); err != nil {
			return
		}
	}
}

// mute lets nothing come back by the connections that there are.
func (w *tap) mute() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.muted = len(w.conns)
}

// cut ends the connections that there are.
func (w *tap) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close() // it may be over
	}
}

func (w *tap) kept(times int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pings < times || w.pongs < times {
		return fmt.Errorf("%d pings, %d answers", w.pings, w.pongs)
	}
	return nil
}
