package ice

import (
	"net/netip"
	"strings"
	"time"

	"offhook/media/ice/stun"
)

// request is a check of the far end's that was in order.
type request struct {
	from     netip.AddrPort
	via      Via
	priority uint32
	use      bool // USE-CANDIDATE
}

// mostEarly is how many checks are kept before the description comes.
const mostEarly = 16

// serve answers a Binding request (RFC 8445 §7.3). One without our password is
// answered nothing: nobody is to find a telephone by trying.
func (a *Agent) serve(m *stun.Message, from netip.AddrPort, via Via, now time.Time) bool {
	if !a.forUs(m) {
		return false
	}
	if unknown := m.Strange(stun.Username, stun.MessageIntegrity, stun.IntegritySHA256, stun.Priority, stun.UseCandidate); len(unknown) > 0 {
		a.reply(m.Reply(stun.Error).PutError(420).Put(stun.UnknownAttributes, unknown), from, via)
		return true
	}
	if a.conflicts(m) {
		a.reply(m.Reply(stun.Error).PutError(487), from, via)
		return true
	}
	a.reply(m.Reply(stun.Success).PutAddress(stun.XORMappedAddress, from), from, via)
	r := request{from: from, via: via, use: m.Has(stun.UseCandidate)}
	r.priority, _ = m.Uint32(stun.Priority)
	if a.remote == nil {
		if len(a.early) < mostEarly {
			a.early = append(a.early, r)
		}
		return true
	}
	a.learn(r, now)
	a.Tick(now)
	return true
}

// forUs tells that a request has our name and is signed by our password.
func (a *Agent) forUs(m *stun.Message) bool {
	ours, theirs, _ := strings.Cut(m.Text(stun.Username), ":")
	if ours != a.cfg.Local.Ufrag || a.remote != nil && theirs != a.remote.Ufrag {
		return false
	}
	return m.Verify(stun.ShortTerm(a.cfg.Local.Pwd))
}

func (a *Agent) reply(m *stun.Message, to netip.AddrPort, via Via) {
	a.send(m.Sign(stun.ShortTerm(a.cfg.Local.Pwd)).Seal(), to, via)
}

// conflicts settles who is controlling when both think the same
// (RFC 8445 §7.3.1.1), and tells whether the far end is to give way.
func (a *Agent) conflicts(m *stun.Message) bool {
	attribute := stun.ICEControlled
	if a.controlling {
		attribute = stun.ICEControlling
	}
	theirs, same := m.Uint64(attribute)
	switch {
	case !same:
		return false
	case a.cfg.Lite: // it cannot change
		return true
	case (a.tie >= theirs) == a.controlling:
		return true
	}
	a.become(!a.controlling)
	return false
}

// learn takes where a check came from (RFC 8445 §7.3.1.3 to 5).
func (a *Agent) learn(r request, now time.Time) {
	if !a.knows(r.from) {
		if len(a.remotes) >= 2*mostRemotes {
			return
		}
		a.remotes = append(a.remotes, Candidate{Foundation: "!" + r.from.String(), Component: 1, Priority: max(1, r.priority), Type: PeerReflexive, Addr: r.from})
	}
	fresh := a.find(r.from, r.via) == nil
	p := a.pairWith(a.remoteAt(r.from), r.via)
	if p == nil {
		return
	}
	if fresh {
		a.sort()
	}
	p.heard = true
	if a.cfg.Lite { // RFC 8445 §7.3.2
		p.state, p.valid, p.nominated = succeeded, true, p.nominated || r.use
		a.choose(now)
		return
	}
	if r.use && !a.controlling {
		p.wanted = true
	}
	switch {
	case p.valid:
		p.nominated = p.nominated || p.wanted
		a.choose(now)
	case a.state != Completed || p.wanted:
		a.trigger(p)
	}
}

func (a *Agent) remoteAt(addr netip.AddrPort) Candidate {
	for _, c := range a.remotes {
		if c.Addr == addr {
			return c
		}
	}
	return Candidate{}
}
