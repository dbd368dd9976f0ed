package app

import (
	"context"
	"crypto/tls"
	"errors"
	"net/netip"
	"sync"

	"offhook/cmd/internal/localapi"
	"offhook/provisioning"
	"offhook/ua"
)

// listening is where anyone may call the phone, as it came to be.
type listening struct {
	mu    sync.Mutex
	bound []localapi.Listener
	fault string
}

// listen opens what the document says. A socket that cannot be had is told: the
// rest of the phone works without it.
func (a *App) listen(ctx context.Context, doc provisioning.Document) error {
	listeners := doc.Listeners()
	var bound []netip.AddrPort
	var fault error
	err := patiently(ctx, func() error {
		bound, fault = a.agent.SetListeners(ctx, listeners)
		if errors.Is(fault, ua.ErrBusy) || errors.Is(fault, ua.ErrClosed) || ctx.Err() != nil {
			return fault
		}
		return nil
	})
	if err != nil {
		return err
	}
	if fault != nil {
		a.cfg.Log.Error("not everything is listened on", "error", fault)
	}
	a.listening.note(listeners, bound, fault)
	return nil
}

// note keeps what was bound, each with its transport. Those that could not be had
// are not among them.
func (l *listening) note(wanted []ua.Listener, bound []netip.AddrPort, fault error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bound, l.fault = nil, ""
	if fault != nil {
		l.fault = fault.Error()
	}
	for _, at := range bound {
		for i, w := range wanted {
			if w.Address.Port() == at.Port() && (w.Address.Addr() == at.Addr() || w.Address.Addr().IsUnspecified() && at.Addr().IsUnspecified()) {
				l.bound = append(l.bound, localapi.Listener{Transport: string(w.Transport), Address: at.String()})
				wanted = append(append([]ua.Listener(nil), wanted[:i]...), wanted[i+1:]...)
				break
			}
		}
	}
}

func (l *listening) list() ([]localapi.Listener, string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]localapi.Listener(nil), l.bound...), l.fault
}

var errNoIdentity = errors.New("network.listen-certificate names none")

// certificate is shown to who calls by TLS.
func (b *callbook) certificate() (*tls.Certificate, error) {
	b.mu.Lock()
	id, ok := b.doc.ListenIdentity()
	b.mu.Unlock()
	if !ok {
		return nil, errNoIdentity
	}
	pair, err := tls.X509KeyPair([]byte(id.Certificate), []byte(id.Key.Reveal()))
	return &pair, err
}
