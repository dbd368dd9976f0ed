package session

import (
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"time"

	"offhook/media/ice"
	"offhook/media/sdp"
)

// ICE says how a session finds its way through NATs (RFC 8445); the zero value: it
// does not, and answers as one that knows nothing of it.
type ICE struct {
	Mode ice.Mode
	STUN string // host:port of a server that tells our public address; "": none
	TURN []TURN // in the order that they are tried
	// Gather is how long an offer or answer waits for what the servers tell; 0 means
	// 400 ms. On a network without servers it does not wait.
	Gather time.Duration
}

// TURN is a server that relays, by UDP (RFC 8656).
type TURN struct {
	Server         string // host:port
	User, Password string
}

const gatherTime = 400 * time.Millisecond

// overICE stands for the far end, wherever ICE finds it, where an address is its
// name: packets of DTLS know none else (RFC 6666's prefix: nobody is there).
var overICE = netip.MustParseAddrPort("[100::]:9")

// hosts are the addresses of this device that others may reach, the session's own
// first (RFC 8445 §5.1.1.1).
func hosts(own netip.Addr, log *slog.Logger) []netip.Addr {
	list := []netip.Addr{own.WithZone("")}
	if !roams(own) {
		return list
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		log.Warn("the addresses of this device are not known, ICE has only the one towards the server", "error", err)
	}
	for _, a := range all {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		addr := prefix.Addr().Unmap()
		if roams(addr) && addr.IsGlobalUnicast() && !slices.Contains(list, addr) && len(list) < mostHosts {
			list = append(list, addr)
		}
	}
	return list
}

const mostHosts = 8

// iceOffer completes an offer with what there is of ICE.
func (s *Session) iceOffer(local *sdp.Local) error {
	if s.finder == nil {
		return nil
	}
	s.finder.gathered()
	return s.finder.do(func() { s.finder.offer(local) })
}

// iceAnswer completes an answer, and readies what it means.
func (s *Session) iceAnswer(remote sdp.Remote, local *sdp.Local) error {
	if s.finder == nil || remote.ICE.None() {
		return nil
	}
	if err := describes(remote); err != nil {
		s.cfg.Log.Warn("no ICE for this call", slog.Uint64("stream", uint64(s.cfg.ID)), slog.Any("error", err))
		local.ICE = &sdp.ICE{Mismatch: true}
		return nil
	}
	s.finder.gathered()
	return s.finder.do(func() { s.finder.answer(remote, local) })
}

// iceAgree takes what an offer and its answer came to.
func (s *Session) iceAgree(remote sdp.Remote) error {
	if s.finder == nil {
		return nil
	}
	if !remote.ICE.None() {
		if err := describes(remote); err != nil {
			s.cfg.Log.Warn("no ICE for this call", slog.Uint64("stream", uint64(s.cfg.ID)), slog.Any("error", err))
			remote.ICE = sdp.ICE{}
		}
	}
	return s.finder.do(func() { s.finder.agree(remote) })
}

// OfferDue tells that the way of the sound was lost, or is another than the far end
// and all between were told: a re-INVITE is due.
func (s *Session) OfferDue() bool { return s.finder != nil && s.finder.wants.Load() }

// iceRollback drops what was readied for an exchange that did not come about.
func (s *Session) iceRollback() {
	if s.finder != nil {
		_ = s.finder.do(func() { s.finder.next = nil }) // closed: there is nothing to drop
	}
}

// iceMoved tells that this device has other addresses.
func (s *Session) iceMoved() {
	if s.finder != nil {
		_ = s.finder.do(func() { s.finder.begin(s.local.Addr, time.Now()) }) // closed: nobody asks
	}
}

// describes tells that a description's default address is among its candidates: if
// not, something on the way changed it (RFC 8839 §4.2.5). One of nowhere is right.
func describes(remote sdp.Remote) error {
	d := description(remote.ICE)
	if remote.Addr.Addr().IsUnspecified() || slices.ContainsFunc(d.Candidates, func(c ice.Candidate) bool { return c.Addr == remote.Addr }) {
		return nil
	}
	return ice.ErrMismatch
}

// description reads the candidates that can be used; others are nothing wrong.
func description(i sdp.ICE) ice.Description {
	d := ice.Description{Ufrag: i.Ufrag, Pwd: i.Pwd, Lite: i.Lite}
	for _, value := range i.Candidates {
		if c, err := ice.Parse(value); err == nil && c.Component == 1 {
			d.Candidates = append(d.Candidates, c)
		}
	}
	return d
}
