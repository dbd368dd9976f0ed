package chaos

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/pbx"
)

// exchange is a PBX that goes and comes back at the same address.
type exchange struct {
	config pbx.Config

	mu    sync.Mutex // a leaf: nothing is called while it is held
	pbx   *pbx.PBX   // nil while there is none
	apart bool       // nothing gets there from the telephone, or back
}

const extension = "1001"

func newExchange(host string, port int, certificate tls.Certificate) *exchange {
	return &exchange{config: pbx.Config{Log: slog.New(slog.DiscardHandler), Journal: &journal.Journal{}, Host: host, TLS: port, Certificate: certificate}}
}

// open starts it; its port may be taken for a moment yet.
func (x *exchange) open(ctx context.Context) error { return x.openAt(ctx, x.config.TLS) }

func (x *exchange) openAt(ctx context.Context, port int) error {
	config := x.config
	config.TLS = port
	p, err := pbx.Start(config)
	for tries := 0; err != nil; tries++ {
		if tries == 50 || pause(ctx, 20*time.Millisecond) != nil {
			return fmt.Errorf("the exchange: %w", err)
		}
		p, err = pbx.Start(config)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.pbx = p
	return nil
}

// close ends it, and every call and connection.
func (x *exchange) close() {
	x.mu.Lock()
	p := x.pbx
	x.pbx = nil
	x.mu.Unlock()
	if p == nil {
		return
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = p.Close() }() // says nothing
	select {
	case <-ended:
	case <-time.After(10 * time.Second): // one that waits for a connection that is lost ends with the process
	}
}

func (x *exchange) running() *pbx.PBX {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.pbx
}

// cut tells that nothing gets there, for the truth: who cuts says so.
func (x *exchange) cut(apart bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.apart = apart
}

// truth is what the exchange knows: whether a call would get to the telephone, and
// whether one is up.
func (x *exchange) truth() claim {
	x.mu.Lock()
	p, apart := x.pbx, x.apart
	x.mu.Unlock()
	if p == nil || apart {
		return claim{}
	}
	return claim{registered: x.bound(p).Extension != "", call: len(p.Calls()) > 0}
}

// bound is the newest binding.
func (x *exchange) bound(p *pbx.PBX) (newest pbx.Registration) {
	for _, r := range p.Registrations() {
		if r.Extension == extension && r.Expires.After(time.Now()) && !r.Since.Before(newest.Since) {
			newest = r
		}
	}
	return newest
}

// hangUp ends what calls there are.
func (x *exchange) hangUp() {
	p := x.running()
	if p == nil {
		return
	}
	for _, c := range p.Calls() {
		_ = p.Hangup(c.ID) // one that ends just now is none
	}
}

func (x *exchange) address() string {
	return net.JoinHostPort(x.config.Host, strconv.Itoa(x.config.TLS))
}
