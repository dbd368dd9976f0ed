package session

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"offhook/media/keying"
	"offhook/media/keying/dtls"
)

// ErrNoHandshake is why a call ends whose far end sends sound, or begins a
// handshake, and never comes to keys.
var ErrNoHandshake = errors.New("session: the far end agreed on encryption by DTLS and did not complete the handshake: is its DTLS port filtered on the way?")

// terms are what an offer and its answer came to about a handshake.
type terms struct {
	role   keying.Setup // Active or Passive
	prints []keying.Fingerprint
	remote netip.AddrPort // where the far end described itself
}

func (t terms) same(o terms) bool {
	return t.role == o.role && t.remote == o.remote && slices.Equal(t.prints, o.prints)
}

// handshaker makes keys by DTLS (RFC 5763): one owner goroutine, one that
// listens, and one a handshake. All that the engine is told of a session that
// may use DTLS goes through the owner, so that keys and agreements do not
// overtake each other.
type handshaker struct {
	session *Session
	in      *net.UnixConn // what the stream hands over; nil: the finder passes it on
	out     *outlet

	updates chan update
	packets chan handed
	results chan shaken
	found   chan struct{} // ICE has a way
	done    chan struct{}
	once    sync.Once
	wait    sync.WaitGroup

	// the owner's
	spec         Spec
	terms        *terms // nil: keys do not come by DTLS
	keys         dtls.Keys
	associations []*association
	early        []handed // beginnings that came before the answer
	evidence     time.Time
	discarded    uint64 // by the stream, when the terms came
	failed       bool
}

type (
	update struct {
		spec  Spec
		terms *terms
		reply chan error
	}
	handed struct {
		packet []byte
		from   netip.AddrPort
	}
	shaken struct {
		of   *association
		keys dtls.Keys
		err  error
	}
)

// Times of a handshake.
const (
	lookTime     = time.Second      // how often it is looked after
	silentTry    = time.Second      // then an unanswered beginning is made anew: somebody may just have picked up
	longestTry   = 6 * time.Second  // then an unfinished one is
	mostPatience = 15 * time.Second // from the first sign of the far end
	mostTries    = 8                // at once
	signOfLife   = 50               // packets that could not be decrypted, for want of keys
)

func newHandshaker(s *Session, in *net.UnixConn, rtp *net.UDPConn) (*handshaker, error) {
	out, err := newOutlet(rtp)
	if err != nil {
		return nil, err
	}
	h := &handshaker{session: s, in: in, out: out, updates: make(chan update), packets: make(chan handed, 32), results: make(chan shaken), found: make(chan struct{}, 1), done: make(chan struct{})}
	if in != nil {
		h.wait.Go(h.listen)
	}
	h.wait.Go(h.run)
	return h, nil
}

// update tells the engine what was agreed; keys by DTLS follow when there are any.
func (h *handshaker) update(spec Spec, t *terms) error {
	u := update{spec, t, make(chan error, 1)}
	select {
	case h.updates <- u:
		return <-u.reply
	case <-h.done:
		return ErrClosed
	}
}

func (h *handshaker) close() {
	h.once.Do(func() {
		close(h.done)
		if h.in != nil {
			_ = h.in.Close()
		}
	})
	h.wait.Wait()
	h.out.close()
}

// listen takes what the stream hands over until it is closed.
func (h *handshaker) listen() {
	var b [handoverHeader + packetSize]byte
	for {
		n, err := h.in.Read(b[:])
		if err != nil {
			return
		}
		packet, from, ok := parseHandover(b[:n])
		if !ok || !isDTLS(packet) {
			continue
		}
		select {
		case h.packets <- handed{slices.Clone(packet), from}:
		case <-h.done:
			return
		}
	}
}

func (h *handshaker) run() {
	ticker := time.NewTicker(lookTime)
	defer ticker.Stop()
	defer func() {
		for _, a := range h.associations {
			a.end(false)
		}
	}()
	for {
		var look <-chan time.Time
		if h.waiting() {
			look = ticker.C
		}
		select {
		case <-h.done:
			return
		case u := <-h.updates:
			u.reply <- h.agree(u.spec, u.terms)
		case p := <-h.packets:
			h.packet(p)
		case r := <-h.results:
			h.result(r)
		case <-look:
			h.look(time.Now())
		case <-h.found:
			h.hurry()
		}
	}
}

// waiting tells that a handshake is due.
func (h *handshaker) waiting() bool {
	return h.terms != nil && !h.failed && !slices.ContainsFunc(h.associations, func(a *association) bool { return a.finished })
}

// agree takes an agreement. What is the same as before keeps its keys; another
// role or address has them until there are new ones; another certificate is
// somebody else (RFC 5763 §6.6, RFC 8842 §4).
func (h *handshaker) agree(spec Spec, t *terms) error {
	keeps := t != nil && h.terms != nil && slices.Equal(t.prints, h.terms.prints)
	if t != nil && t.remote.Addr().IsUnspecified() && h.terms != nil {
		t.remote = h.terms.remote // an old hold is no move
	}
	keys := dtls.Keys{}
	if t != nil {
		if spec.DTLS = true; keeps {
			keys = h.keys
		}
		spec.LocalKey, spec.RemoteKey = keys.Local, keys.Remote
	}
	if err := h.session.engineUpdate(spec); err != nil {
		return err
	}
	h.spec = spec
	h.session.secured(spec.LocalKey.Suite)
	if t != nil && h.terms != nil && t.same(*h.terms) {
		return nil
	}
	h.terms, h.keys, h.failed, h.evidence = t, keys, false, time.Time{}
	for _, a := range h.associations {
		a.end(true)
	}
	h.associations = nil
	early := h.early
	if h.early = nil; t == nil {
		return nil
	}
	h.discarded = h.session.discarded()
	h.begin()
	for _, p := range early {
		h.packet(p)
	}
	return nil
}

// begin begins where it is ours to.
func (h *handshaker) begin() {
	if h.terms.role == keying.Active && h.terms.remote.IsValid() && !h.terms.remote.Addr().IsUnspecified() &&
		(h.terms.remote != overICE || h.session.finder.route.Load() != nil) {
		h.try(h.session.reach(h.terms.remote))
	}
}

// nudge tells that ICE has found a way. Any goroutine may call it; it does not wait.
func (h *handshaker) nudge() {
	select {
	case h.found <- struct{}{}:
	default:
	}
}

// hurry begins where what was begun could not get out.
func (h *handshaker) hurry() {
	if !h.waiting() || slices.ContainsFunc(h.associations, func(a *association) bool { return a.heard }) {
		return
	}
	for _, a := range h.associations {
		a.end(true)
	}
	h.associations = nil
	h.begin()
}

// packet gives a packet to the handshake that it belongs to, or to a new one.
func (h *handshaker) packet(p handed) {
	p.from = h.session.reach(p.from)
	for _, a := range h.associations {
		if a.remote == p.from {
			if h.described(p.from) && h.evidence.IsZero() {
				h.evidence = time.Now()
			}
			if a.heard = true; !a.finished || !isClientHello(p.packet) {
				a.conn.Deliver(p.packet)
			}
			return
		}
	}
	switch {
	case !isClientHello(p.packet):
	case h.terms == nil:
		h.early = append(h.early[max(0, len(h.early)-3):], p) // RFC 5763 §5: it may come before the answer
	case h.terms.role == keying.Passive && h.waiting():
		if a := h.try(p.from); a != nil {
			a.heard = true
			a.conn.Deliver(p.packet)
		}
	}
}

// described tells whether a source is where the far end said it is. Anybody
// may begin a handshake from anywhere else, so what becomes of it tells nothing.
func (h *handshaker) described(from netip.AddrPort) bool {
	return h.terms != nil && from.Addr().WithZone("") == h.terms.remote.Addr().WithZone("")
}

// look begins anew what does not come to an end, and gives up at last.
func (h *handshaker) look(now time.Time) {
	h.associations = slices.DeleteFunc(h.associations, func(a *association) bool {
		stale := now.Sub(a.began) >= longestTry || h.terms.role == keying.Active && !a.heard && now.Sub(a.began) >= silentTry
		if stale {
			a.end(true)
		}
		return stale
	})
	if len(h.associations) == 0 {
		h.begin()
	}
	if h.evidence.IsZero() && h.session.discarded() > h.discarded+signOfLife {
		h.evidence = now
	}
	if !h.evidence.IsZero() && now.Sub(h.evidence) > mostPatience && h.keys.Local.IsZero() {
		h.fail(ErrNoHandshake)
	}
}

// result takes what came of a handshake.
func (h *handshaker) result(r shaken) {
	i := slices.Index(h.associations, r.of)
	if i < 0 { // given up meanwhile
		return
	}
	if r.err != nil {
		h.associations = slices.Delete(h.associations, i, i+1)
		r.of.end(false)
		h.session.cfg.Log.Warn("a DTLS handshake failed", slog.Uint64("stream", uint64(h.session.cfg.ID)), slog.String("far end", r.of.remote.String()), slog.Any("error", r.err))
		// Anybody may show a certificate of his from elsewhere, and another fork is
		// beside the one that answered.
		if errors.Is(r.err, keying.ErrFingerprint) && sameSource(r.of.remote, h.terms.remote) {
			h.fail(r.err)
		}
		return
	}
	r.of.finished = true
	for _, a := range h.associations {
		if a != r.of {
			a.end(true)
		}
	}
	h.associations = []*association{r.of}
	h.keys = r.keys
	h.spec.LocalKey, h.spec.RemoteKey = r.keys.Local, r.keys.Remote
	h.session.secured(r.keys.Local.Suite) // before the first packet tells that there is sound
	if err := h.session.engineUpdate(h.spec); err != nil {
		h.session.secured("")
		h.fail(err)
	}
}

// fail ends the call, once.
func (h *handshaker) fail(err error) {
	if h.failed {
		return
	}
	h.failed = true
	for _, a := range h.associations {
		a.end(true)
	}
	h.associations = nil
	if failed := h.session.cfg.Failed; failed != nil {
		failed(err)
	}
}

// isClientHello tells the packet that begins a handshake (RFC 6347 §4.3.2).
func isClientHello(p []byte) bool {
	return len(p) > 13 && p[0] == 22 && p[3] == 0 && p[4] == 0 && p[13] == 1
}
