package ice

import (
	"cmp"
	"net/netip"
	"slices"
)

type pairState uint8

// RFC 8445 §6.1.2.6.
const (
	frozen pairState = iota
	waiting
	inProgress
	succeeded
	failed
)

// pair is a way that may work.
type pair struct {
	local  Candidate // whose base sends
	via    Via
	remote Candidate
	state  pairState
	check  *transaction   // in progress
	mapped netip.AddrPort // ours, as the far end saw it; as described before
	valid  bool           // a check of ours succeeded; another one may be under way
	heard  bool           // an authenticated check came this way
	// nominated is what the controlling side said; wanted is that it shall be so
	// when the pair is found to work (RFC 8445 §7.3.1.5).
	nominated, wanted bool
}

func (p *pair) foundation() [2]string { return [2]string{p.local.Foundation, p.remote.Foundation} }

// priority is RFC 8445 §6.1.2.3.
func (p *pair) priority(controlling bool) uint64 {
	g, d := uint64(p.local.Priority), uint64(p.remote.Priority)
	if !controlling {
		g, d = d, g
	}
	out := min(g, d)<<32 + 2*max(g, d)
	if g > d {
		out++
	}
	return out
}

// mostPairs is RFC 8445 §6.1.2.5.
const mostPairs = 100

// form makes the check list, or adds to it what is new.
func (a *Agent) form() {
	for _, remote := range a.remotes {
		for _, via := range []Via{Direct, Relayed} {
			a.pairWith(remote, via)
		}
	}
	a.sort()
	a.thaw()
}

// base is the candidate that packets to an address leave from; false when there
// is none of its family.
func (a *Agent) base(via Via, to netip.Addr) (Candidate, bool) {
	var best Candidate
	for _, c := range a.cfg.Local.Candidates {
		if (c.Type == Relay) != (via == Relayed) || c.Type != Relay && c.Type != Host || c.Addr.Addr().Is4() != to.Is4() {
			continue
		}
		// A far end has no business with what only this device or its link can reach.
		if c.Addr.Addr().IsLoopback() != to.IsLoopback() || c.Addr.Addr().IsLinkLocalUnicast() != to.IsLinkLocalUnicast() {
			continue
		}
		if c.Priority > best.Priority {
			best = c
		}
	}
	return best, best.Priority > 0
}

// pairWith finds or makes the pair with a remote candidate; nil when there can be
// none.
func (a *Agent) pairWith(remote Candidate, via Via) *pair {
	if p := a.find(remote.Addr, via); p != nil {
		return p
	}
	local, ok := a.base(via, remote.Addr.Addr())
	if !ok || len(a.pairs) >= mostPairs {
		return nil
	}
	p := &pair{local: local, via: via, remote: remote, mapped: local.Addr}
	a.pairs = append(a.pairs, p)
	return p
}

func (a *Agent) find(remote netip.AddrPort, via Via) *pair {
	for _, p := range a.pairs {
		if p.remote.Addr == remote && p.via == via {
			return p
		}
	}
	return nil
}

func (a *Agent) sort() {
	slices.SortStableFunc(a.pairs, func(p, q *pair) int {
		return cmp.Compare(q.priority(a.controlling), p.priority(a.controlling))
	})
}

// thaw has the best pair of each foundation wait for its check, unless one of
// them was tried already (RFC 8445 §6.1.2.6).
func (a *Agent) thaw() {
	begun := map[[2]string]bool{}
	for _, p := range a.pairs {
		if p.state != frozen {
			begun[p.foundation()] = true
		}
	}
	for _, p := range a.pairs {
		if f := p.foundation(); p.state == frozen && !begun[f] {
			begun[f], p.state = true, waiting
		}
	}
}

// thawLike lets all of one foundation follow the one that worked
// (RFC 8445 §7.2.5.3.3).
func (a *Agent) thawLike(like *pair) {
	for _, p := range a.pairs {
		if p.state == frozen && p.foundation() == like.foundation() {
			p.state = waiting
		}
	}
}

// trigger has a pair checked before the others.
func (a *Agent) trigger(p *pair) {
	if p.check != nil {
		p.check.given = true // RFC 8445 §7.3.1.4: a late answer still counts
		p.check = nil
	}
	p.state = waiting
	if !slices.Contains(a.triggered, p) {
		a.triggered = append(a.triggered, p)
	}
}

// pending tells that a check is to be made.
func (a *Agent) pending() bool {
	return !a.cfg.Lite && (len(a.triggered) > 0 || a.state != Completed && a.ordinary() != nil)
}

// ordinary is the pair that is next when none was triggered: the best that waits,
// else the best frozen one whose like is not under way (RFC 8445 §6.1.4.2).
func (a *Agent) ordinary() *pair {
	under := map[[2]string]bool{}
	for _, p := range a.pairs {
		switch p.state {
		case waiting:
			return p
		case inProgress:
			under[p.foundation()] = true
		}
	}
	for _, p := range a.pairs {
		if p.state == frozen && !under[p.foundation()] {
			return p
		}
	}
	return nil
}
