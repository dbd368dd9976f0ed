package phone

import (
	"strings"
	"time"

	"offhook/ua"
)

// Forward says where an account's calls go instead; "" is nowhere.
type Forward struct {
	Always, Busy, NoAnswer string
	After                  time.Duration // before NoAnswer; 0 means 20 s
}

const defaultForwardAfter = 20 * time.Second

// verdict is what happens to a call that comes in, before anybody hears of it. The
// zero verdict lets it ring.
type verdict struct {
	to     string
	why    ua.Diversion
	refuse int
	missed bool // the person may want to know
}

const anonymityDisallowed = 433 // RFC 5079

// judge decides about a call: where it goes before who it is from, and do not
// disturb like being busy. Who calls back after a call for help is let through.
func (s *State) judge(u ua.Call) verdict {
	full := s.open() >= maxCalls
	switch {
	case s.callsBack(u) && full:
		return verdict{refuse: busyHere, missed: true}
	case s.callsBack(u):
		return verdict{}
	}
	var forward Forward
	if a := s.account(u.Account); a != nil {
		forward = a.Forward
		if a.NoAnonymous && isAnonymous(u.Remote) {
			return verdict{refuse: anonymityDisallowed}
		}
	}
	always, dnd := s.chosen.Forward.or(forward.Always), s.dnd()
	switch {
	case always != "":
		return verdict{to: always, why: ua.DivertAlways}
	case dnd && forward.Busy != "":
		return verdict{to: forward.Busy, why: ua.DivertDND, missed: true}
	case dnd:
		return verdict{refuse: s.config.dndStatus(), missed: true}
	case !full && !(s.inUse() && s.config.NoWaiting):
		return verdict{}
	case forward.Busy != "":
		return verdict{to: forward.Busy, why: ua.DivertBusy}
	}
	return verdict{refuse: busyHere}
}

// callsBack: an emergency centre that says so (RFC 7090), or anybody for a while
// after a call for help: it may be they, by way of who does not say so.
func (s *State) callsBack(u ua.Call) bool {
	return u.CallBack || !s.helpSought.IsZero() && s.now.Sub(s.helpSought) < s.config.CallBack
}

func (c *Config) dndStatus() int {
	if c.DNDStatus == 0 {
		return busyHere
	}
	return c.DNDStatus
}

// isAnonymous knows the marks of a withheld identity (RFC 3323 §4.1.1.3).
func isAnonymous(p ua.Party) bool {
	return strings.EqualFold(p.User, "anonymous") || strings.HasSuffix(strings.ToLower(p.URI), "@anonymous.invalid")
}

// diverted carries a verdict out; false when the call may ring.
func (t *turn) diverted(u ua.Call) bool {
	v := t.judge(u)
	if v == (verdict{}) {
		return false
	}
	t.serial++
	t.calls = append(t.calls, call{Call: u, serial: t.serial, unheard: v.missed})
	c := t.bySerial(t.serial)
	if v.refuse != 0 {
		t.rejectWith(c, v.refuse)
		return true
	}
	t.redirect(c, v.to, v.why)
	return true
}

func (t *turn) redirect(c *call, to string, why ua.Diversion) {
	c.leaving = true
	t.do(Redirect{Call: c.ID, Target: ua.Target(to), Why: why})
}

// ringsFor begins to wait for an answer, if the account's calls go elsewhere
// without one.
func (t *turn) ringsFor(c *call) {
	a := t.account(c.Account)
	if a == nil || a.Forward.NoAnswer == "" || t.callsBack(c.Call) {
		return
	}
	after := a.Forward.After
	if after <= 0 {
		after = defaultForwardAfter
	}
	c.until = t.now.Add(after)
	t.awaitAnswers()
}

// awaitAnswers starts the timer for the call that has rung longest.
func (t *turn) awaitAnswers() {
	var first time.Time
	for i := range t.calls {
		if c := &t.calls[i]; c.ringing() && !c.until.IsZero() && (first.IsZero() || c.until.Before(first)) {
			first = c.until
		}
	}
	if !first.IsZero() {
		t.start(timerForward, max(first.Sub(t.now), 0))
	}
}

// notAnswered sends the calls elsewhere that have rung long enough.
func (t *turn) notAnswered() {
	for i := range t.calls {
		c := &t.calls[i]
		if !c.ringing() || c.until.IsZero() || c.until.After(t.now) {
			continue
		}
		c.until = time.Time{}
		if a := t.account(c.Account); a != nil && a.Forward.NoAnswer != "" {
			c.unheard = true
			t.redirect(c, a.Forward.NoAnswer, ua.DivertNoAnswer)
		}
	}
	t.awaitAnswers()
}

func (s *State) dnd() bool { return s.chosen.DND.or(s.config.DND) }

func (t *turn) switchDND(on bool) {
	t.chosen.DND = choose(on, t.config.DND)
	t.remark(which(t.texts().DND, on))
}

func (t *turn) switchForward(to string) {
	t.chosen.Forward = choose(to, t.config.forwards())
	if to == "" {
		t.remark(t.texts().NotForwarded)
		return
	}
	t.remark(t.texts().Forwarded + " " + to)
}

// divertedTo is where all calls go that come in now, for the screen.
func (s *State) divertedTo() string {
	always := ""
	if len(s.config.Accounts) > 0 {
		always = s.config.Accounts[0].Forward.Always
	}
	return s.chosen.Forward.or(always)
}

// Diverting tells whether nobody is to disturb, and where every call goes.
func (s State) Diverting() (dnd bool, forward string) { return s.dnd(), s.divertedTo() }
