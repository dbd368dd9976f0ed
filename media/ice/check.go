package ice

import (
	"net/netip"
	"time"

	"offhook/media/ice/stun"
)

// transaction is one check under way.
type transaction struct {
	pair        *pair
	raw         []byte
	sent        int
	rto         time.Duration
	due         time.Time
	controlling bool // as it was sent
	nominating  bool
	given       bool // up: it is not repeated, and its end is no failure
}

// launch makes the next check, no sooner than Ta after the one before.
func (a *Agent) launch(now time.Time) {
	if !a.pending() || now.Before(a.paced.Add(pace)) {
		return
	}
	var p *pair
	if len(a.triggered) > 0 {
		p, a.triggered = a.triggered[0], a.triggered[1:]
	} else {
		p = a.ordinary()
	}
	a.paced = now
	a.check(p, now)
}

func (a *Agent) check(p *pair, now time.Time) {
	nominating := a.controlling && p == a.nominating
	m := a.ask(p, nominating)
	t := &transaction{pair: p, raw: m.Seal(), sent: 1, rto: a.rto(), controlling: a.controlling, nominating: nominating}
	t.due = now.Add(t.rto)
	a.transaction[m.ID] = t
	p.check, p.state = t, inProgress
	a.send(t.raw, p.remote.Addr, p.via)
}

// rto is RFC 8445 §14.3.
func (a *Agent) rto() time.Duration {
	n := 0
	for _, p := range a.pairs {
		if p.state == waiting || p.state == inProgress {
			n++
		}
	}
	return max(firstRTO, time.Duration(n)*pace)
}

// ask is a Binding request on a pair (RFC 8445 §7.2.2), to be sealed.
func (a *Agent) ask(p *pair, nominating bool) *stun.Message {
	role := stun.ICEControlled
	if a.controlling {
		role = stun.ICEControlling
	}
	m := stun.New(stun.Binding|stun.Request).PutText(stun.Username, a.remote.Ufrag+":"+a.cfg.Local.Ufrag).
		Put32(stun.Priority, types[PeerReflexive].preference<<24|p.local.Priority&(1<<24-1)). // §7.1.1
		Put64(role, a.tie)
	if nominating {
		m.Put(stun.UseCandidate, nil)
	}
	return m.Sign(stun.ShortTerm(a.remote.Pwd))
}

// repeat sends again what has no answer, and gives up at last (RFC 8489 §6.2.1).
func (a *Agent) repeat(now time.Time) {
	for id, t := range a.transaction {
		if now.Before(t.due) {
			continue
		}
		if t.sent < transmits && !t.given {
			t.sent++
			if wait := t.rto << (t.sent - 1); t.sent < transmits {
				t.due = now.Add(wait)
			} else {
				t.due = now.Add(t.rto * lastRTOs)
			}
			a.out = append(a.out, Send{Packet: t.raw, To: t.pair.remote.Addr, Via: t.pair.via})
			continue
		}
		delete(a.transaction, id)
		if !t.given {
			a.fail(t.pair, now)
		}
	}
}

// fail gives a pair up, and with it a path that has none to follow it.
func (a *Agent) fail(p *pair, now time.Time) {
	p.state, p.check, p.valid, p.nominated, p.wanted = failed, nil, false, false, false
	if a.nominating == p {
		a.nominating = nil
	}
	if a.selected == p {
		a.selected, a.state = nil, Checking
		a.choose(now)
	}
}

// Receive takes a STUN message that came from somewhere, and tells whether it was
// for this Agent.
func (a *Agent) Receive(m *stun.Message, from netip.AddrPort, via Via, now time.Time) bool {
	switch m.Type {
	case stun.Binding | stun.Request:
		return a.serve(m, from, via, now)
	case stun.Binding | stun.Success, stun.Binding | stun.Error:
		return a.answered(m, from, via, now)
	}
	return false
}

// answered takes the answer to a check. Only who knows the far end's password can
// make one.
func (a *Agent) answered(m *stun.Message, from netip.AddrPort, via Via, now time.Time) bool {
	if a.remote == nil || !m.Verify(stun.ShortTerm(a.remote.Pwd)) {
		return false
	}
	if a.agrees(m, from, via, now) {
		return true
	}
	t := a.transaction[m.ID]
	if t == nil {
		return false
	}
	delete(a.transaction, m.ID)
	p := t.pair
	if p.check == t {
		p.check = nil
	}
	code, _ := m.Code()
	switch {
	case m.Type.Class() == stun.Error && code == 487: // RFC 8445 §7.2.5.1
		if t.controlling == a.controlling {
			a.become(!a.controlling)
		}
		a.trigger(p)
	case m.Type.Class() == stun.Error || from != p.remote.Addr || via != p.via: // §7.2.5.2.1: it must be symmetric
		if !t.given {
			a.fail(p, now)
		}
	default:
		a.works(p, t, m, now)
	}
	a.Tick(now)
	return true
}

// works takes a check that succeeded (RFC 8445 §7.2.5.3).
func (a *Agent) works(p *pair, t *transaction, m *stun.Message, now time.Time) {
	p.state, p.valid = succeeded, true
	if p.check != nil { // a triggered one is on its way still
		p.check.given, p.check = true, nil
	}
	if mapped := m.Address(stun.XORMappedAddress); mapped.IsValid() && p.via == Direct {
		p.mapped = mapped
	}
	if a.valid.IsZero() {
		a.valid = now
	}
	a.thawLike(p)
	if t.nominating && a.controlling || p.wanted && !a.controlling {
		p.nominated = true
	}
	if a.nominating == p && t.nominating {
		a.nominating = nil
	}
	a.choose(now)
}

// become changes the role, and with it the order of the pairs (RFC 8445 §7.2.5.1).
func (a *Agent) become(controlling bool) {
	a.controlling, a.nominating = controlling, nil
	a.sort()
}
