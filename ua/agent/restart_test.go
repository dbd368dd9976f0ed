package agent

import (
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/ua"
)

// relay stands before a server and can be taken away, as a PBX that restarts.
type relay struct {
	tb       testing.TB
	to       netip.AddrPort
	address  string
	listener net.Listener
	group    sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
}

func newRelay(tb testing.TB, to netip.AddrPort) *relay {
	r := &relay{tb: tb, to: to, address: "127.0.0.1:0"}
	r.up()
	tb.Cleanup(r.down)
	return r
}

// up listens, at the same port again.
func (r *relay) up() {
	listener, err := net.Listen("tcp", r.address)
	if err != nil {
		r.tb.Fatal(err)
	}
	r.listener, r.address = listener, listener.Addr().String()
	r.group.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", r.to.String())
			if err != nil {
				near.Close()
				continue
			}
			r.mu.Lock()
			r.conns = append(r.conns, near, far)
			r.mu.Unlock()
			r.group.Go(func() { pour(near, far) })
			r.group.Go(func() { pour(far, near) })
		}
	})
}

func pour(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	to.Close()
	from.Close()
}

// down refuses and breaks all connections.
func (r *relay) down() {
	r.listener.Close()
	r.cut()
	r.group.Wait()
}

// cut breaks all connections.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, conn := range r.conns {
		conn.Close()
	}
	r.conns = nil
}

func (r *relay) registrar() string {
	return "pbx.example:" + r.address[strings.LastIndexByte(r.address, ':')+1:]
}

func TestRegistration_server_restarts(t *testing.T) {
	for _, transport := range []ua.Transport{ua.TLS, ua.TCP} {
		t.Run(string(transport), func(t *testing.T) {
			o := newOffice(t, nil)
			r := newRelay(t, o.Address(transport))
			now := time.Now()
			p := newPhone(t, func(c *Config) { c.Locate, c.Now = lookup, func() time.Time { return now } })
			account := o.account("1001", transport)
			account.Registrar = r.registrar()
			p.must(p.agent.SetAccounts([]ua.Account{account}))
			p.awaitState(ua.Registered)
			r.down()
			var waits []time.Duration
			for range 3 {
				failed := p.awaitState(ua.RegistrationFailed)
				waits = append(waits, failed.Retry.Sub(now))
			}
			for i, most := range []time.Duration{time.Second, time.Second, 2 * time.Second} {
				if waits[i] < 0 || waits[i] > most {
					t.Errorf("it waits %v", waits)
				}
			}
			r.up()
			p.awaitState(ua.Registered)
		})
	}
}
