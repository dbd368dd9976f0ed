package ice

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"offhook/media/ice/stun"
)

// How long a better pair is waited for when one works already; a relay is the
// last resort and worth more patience.
const (
	graceDirect = 300 * time.Millisecond
	graceRelay  = time.Second
)

// best is the valid pair that comes first, nil when none works.
func (a *Agent) best() *pair {
	i := slices.IndexFunc(a.pairs, func(p *pair) bool { return p.valid })
	if i < 0 {
		return nil
	}
	return a.pairs[i]
}

func (a *Agent) grace() time.Duration {
	if p := a.best(); p != nil && (p.via == Relayed || p.remote.Type == Relay) {
		return graceRelay
	}
	return graceDirect
}

// nominate says which pair is to be used, once (RFC 8445 §8.1.1).
func (a *Agent) nominate(now time.Time) {
	p := a.best()
	if !a.controlling || a.cfg.Lite || p == nil || a.nominating != nil || a.state == Completed || a.state == Lost {
		return
	}
	better := slices.ContainsFunc(a.pairs[:slices.Index(a.pairs, p)], func(q *pair) bool { return q.state != failed })
	if better && now.Before(a.valid.Add(a.grace())) {
		return
	}
	a.nominating = p
	a.triggered = slices.Insert(a.triggered, 0, p)
}

// choose takes the best pair that is nominated or, before that, that works: media
// need not wait (RFC 8445 §12.1).
func (a *Agent) choose(now time.Time) {
	if a.state == Failed || a.state == Lost {
		return
	}
	p := a.best()
	if i := slices.IndexFunc(a.pairs, func(p *pair) bool { return p.nominated && p.valid }); i >= 0 {
		p = a.pairs[i]
	} else if a.state == Completed {
		p = a.selected
	}
	if p == nil {
		return
	}
	if p != a.selected {
		a.selected = p
		a.consented, a.asked = now.Add(expiry), [len(a.asked)]stun.ID{}
		a.askLater(now)
	}
	if a.state != Completed {
		a.state = Connected
	}
	if p.nominated && a.state != Completed {
		a.state = Completed
		a.stop()
	}
}

// stop ends all other checks (RFC 8445 §8.1.2).
func (a *Agent) stop() {
	a.triggered = slices.DeleteFunc(a.triggered, func(p *pair) bool { return !p.wanted })
	for _, t := range a.transaction {
		if !t.pair.wanted {
			t.given = true
		}
	}
}

// passive tells that nobody is asked for consent: a lite side makes no checks, and
// two of them have none to answer.
func (a *Agent) passive() bool { return a.cfg.Lite }

func (a *Agent) askLater(now time.Time) {
	wait := keepAlive
	if !a.passive() { // RFC 7675 §5.1: between 0.8 and 1.2 of it
		wait = time.Duration(float64(consent) * (0.8 + 0.4*rand.Float64()))
	}
	a.askNext = now.Add(wait)
}

// fresh asks for the far end's consent, and ends what has it no more
// (RFC 7675 §5.1). A lite side keeps the way open (RFC 8445 §11).
func (a *Agent) fresh(now time.Time) {
	p := a.selected
	switch {
	case p == nil:
	case !a.passive() && !now.Before(a.consented):
		a.selected, a.state = nil, Lost
		a.triggered, a.nominating = nil, nil
	case now.Before(a.askNext):
	case a.passive():
		a.send(stun.New(stun.Binding|stun.Indication).Seal(), p.remote.Addr, p.via)
		a.askLater(now)
	default:
		m := a.ask(p, false)
		copy(a.asked[1:], a.asked[:])
		a.asked[0] = m.ID
		a.send(m.Seal(), p.remote.Addr, p.via)
		a.askLater(now)
	}
}

// agrees takes the answer to a request for consent.
func (a *Agent) agrees(m *stun.Message, from netip.AddrPort, via Via, now time.Time) bool {
	if !slices.Contains(a.asked[:], m.ID) || m.ID == (stun.ID{}) {
		return false
	}
	if p := a.selected; p != nil && m.Type.Class() == stun.Success && from == p.remote.Addr && via == p.via {
		a.consented = now.Add(expiry)
	}
	return true
}
