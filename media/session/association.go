package session

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"offhook/media/keying"
	"offhook/media/keying/dtls"
)

// association is one handshake of a handshaker, whose owner owns it.
type association struct {
	conn     *dtls.Association
	remote   netip.AddrPort
	began    time.Time
	heard    bool // something came
	finished bool
	cancel   context.CancelFunc
	ran      chan struct{} // closed when the handshake is over
}

// try begins a handshake with a source; nil when there are too many.
func (h *handshaker) try(remote netip.AddrPort) *association {
	if len(h.associations) >= mostTries && !h.described(remote) {
		return nil
	}
	s := h.session
	conn, err := dtls.New(dtls.Config{
		Identity: s.cfg.Identity, Client: h.terms.role == keying.Active, Fingerprints: h.terms.prints, Suites: s.cfg.Suites, Remote: remote,
		Send: func(packet []byte) { h.send(packet, remote) },
	})
	if err != nil {
		s.cfg.Log.Error("no DTLS handshake can be made", slog.Uint64("stream", uint64(s.cfg.ID)), slog.Any("error", err))
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	a := &association{conn: conn, remote: remote, began: time.Now(), cancel: cancel, ran: make(chan struct{})}
	h.associations = append(h.associations, a)
	h.wait.Go(func() {
		keys, err := conn.Handshake(ctx)
		close(a.ran)
		select {
		case h.results <- shaken{a, keys, err}:
		case <-ctx.Done():
		case <-h.done:
		}
	})
	return a
}

func (h *handshaker) send(packet []byte, to netip.AddrPort) {
	if to == overICE {
		h.session.finder.send(packet)
		return
	}
	h.out.send(packet, to)
}

// end ends it, also in the middle, and waits for it.
func (a *association) end(silently bool) {
	a.cancel()
	<-a.ran
	a.conn.Close(silently)
}
