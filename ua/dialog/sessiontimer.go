package dialog

import (
	"slices"
	"strings"
	"time"

	"offhook/ua"
)

// SessionTimer is what a message says of the session timer (RFC 4028).
type SessionTimer struct {
	Expires   time.Duration // Session-Expires; 0 when absent
	Refresher string        // its parameter: "uac", "uas" or ""
	Min       time.Duration // Min-SE; 0 when absent
}

const (
	minSession     = 90 * time.Second // RFC 4028 §4: no less may be asked for
	maxSession     = 24 * time.Hour
	defaultSession = 30 * time.Minute
	maxBriefs      = 3 // 422 in a row
)

// keeping is the session timer as it was agreed on.
type keeping struct {
	interval time.Duration // 0: the session does not expire
	ours     bool          // we refresh
	min      time.Duration // the least that a 422 has allowed
	briefs   int
	wanted   bool // a refresh is due, or the far end must learn our new address
	moving   bool // our address has changed, and the far end does not know yet
	reoffer  bool // offer anew: their description changed, or our media side asks for it
	tx       Tx   // UPDATE under way, 0 for none
	update   bool // the far end allows UPDATE
	tries    int
	// Of an UPDATE before the answer: its early dialog, whether it has an
	// offer, and that there is no use in another.
	leg      int
	offer    bool
	tooEarly bool
}

func (s *step) timing() bool { return s.config.SessionExpires > 0 }

// askSession adds the timer to a request that refreshes the session (§7.1, §7.4).
func (s *step) askSession(r *Outgoing) {
	if !s.timing() {
		return
	}
	r.Supported = append(r.Supported, "timer")
	r.Session.Expires = s.asked()
	if s.keep.min > 0 {
		r.Session.Min = s.keep.min
	}
	if s.keep.interval > 0 {
		r.Session.Refresher = map[bool]string{true: "uac", false: "uas"}[s.keep.ours]
	}
}

// asked is for how long: what was agreed on stays (§7.4).
func (s *step) asked() time.Duration {
	if s.keep.interval > 0 {
		return max(s.keep.interval, s.keep.min)
	}
	return max(s.config.SessionExpires, s.keep.min)
}

// agreedSession takes what the 2xx to such a request says (§7.2).
func (s *step) agreedSession(t SessionTimer) {
	s.keep.briefs, s.keep.tries, s.keep.moving = 0, 0, false
	if !s.timing() {
		return
	}
	s.keepAlive(t.Expires, t.Refresher != "uas")
}

// tooBrief takes a 422: it is asked again for longer (§7.3). False when that
// was tried often enough.
func (s *step) tooBrief(r Response) bool {
	asked := s.asked()
	if s.keep.briefs++; s.keep.briefs > maxBriefs || !s.timing() || r.Session.Min <= asked || r.Session.Min > maxSession {
		return false
	}
	s.keep.min = r.Session.Min
	return true
}

// refusedSession answers a request that asks for too short a session.
func (s *step) refusedSession(tx ServerTx, r Request) bool {
	answer, refused := s.config.tooBrief(r)
	if refused {
		s.reply(tx, answer)
	}
	return refused
}

// tooBrief: who knows timers may be sent back (§9).
func (c Config) tooBrief(r Request) (Answer, bool) {
	asks := r.Session.Expires
	return Answer{Status: 422, Session: SessionTimer{Min: minSession}},
		c.SessionExpires > 0 && asks > 0 && asks < minSession && has(r.Supported, "timer")
}

// grantSession is what the 2xx to a request says. We refresh unless the other
// side wants to, for UPDATE costs nothing (§9, table 2). A far end that knows no
// timers, with no proxy that does, gets none.
func (s *step) grantSession(r Request) SessionTimer {
	knows := has(r.Supported, "timer") || has(r.Require, "timer")
	if !s.timing() || !knows && r.Session.Expires == 0 {
		return SessionTimer{}
	}
	expires := r.Session.Expires
	if expires == 0 || expires > s.config.SessionExpires {
		expires = max(s.config.SessionExpires, r.Session.Min) // may be lowered, not below Min-SE
		if r.Session.Expires > 0 {
			expires = min(expires, r.Session.Expires)
		}
	}
	refresher := "uas"
	if knows && r.Session.Refresher == "uac" {
		refresher = "uac"
	}
	return SessionTimer{Expires: expires, Refresher: refresher}
}

// grant puts the terms into a 2xx and begins to count.
func (s *step) grant(a *Answer, terms SessionTimer, knows bool) {
	if !s.timing() {
		return
	}
	a.Supported = append(a.Supported, "timer")
	a.Session = terms
	if terms.Expires > 0 && (terms.Refresher == "uac" || knows) {
		a.Require = append(a.Require, "timer") // §9
	}
	s.keepAlive(terms.Expires, terms.Refresher == "uas")
}

// keepAlive begins an interval: who refreshes does so at half of it, and whoever
// waits hangs up a little before its end (§10).
func (s *step) keepAlive(interval time.Duration, ours bool) {
	s.stop(TimerRefresh)
	s.stop(TimerExpire)
	if interval <= 0 {
		s.keep.interval = 0
		return
	}
	interval = min(max(interval, minSession), maxSession)
	s.keep.interval, s.keep.ours = interval, ours
	if ours {
		s.start(TimerRefresh, interval/2)
	}
	s.start(TimerExpire, interval-min(32*time.Second, interval/3))
}

// expired: nobody refreshed, so the far end, or the way to it, is gone (§10).
func (s *step) expired() {
	if s.phase != phaseConfirmed {
		return
	}
	s.leave()
	s.end(ua.Timeout, 408, "the connection to the other telephone was lost")
}

// sendRefresh refreshes the session and our address, without a new description:
// by UPDATE where that is allowed (§7.4), else by a re-INVITE that repeats the
// description which stands, in the same version (RFC 3264 §8).
func (s *step) sendRefresh() {
	s.keep.wanted = false
	leg := s.legs[s.chosen]
	if s.keep.update {
		request := leg.request("UPDATE")
		s.askSession(&request)
		s.keep.tx = s.send(txUpdate, request)
		return
	}
	if s.stands.local == nil {
		s.local.state, s.local.hold = reinviteOffering, s.held
		s.makeOffer(waitHold, s.held)
		return
	}
	s.local.hold, s.local.plain = s.held, true
	s.sendReinvite(s.stands.local)
}

// moved: the far end has to learn our new address.
func (s *step) moved() {
	if s.phase == phaseConfirmed {
		s.keep.wanted, s.keep.moving, s.keep.tries = true, true, 0
	}
}

// updateResponse takes the final response to our UPDATE without an offer.
func (s *step) updateResponse(r Response) {
	if s.keep.offer {
		s.earlyHoldResponse(r)
		return
	}
	tx := s.keep.tx
	s.keep.tx = 0
	if s.phase != phaseConfirmed {
		return
	}
	switch {
	case r.Status < 300:
		s.refresh(s.chosen, r.Contact)
		s.identify(r.Party)
		s.allows(r.Allow)
		s.agreedSession(r.Session)
	case r.Status == 481 || r.Status == 408 && !s.patient():
		s.dialogLost(r.Status, reasonOf(r))
	case r.Status == 422 && s.tooBrief(r):
		s.keep.wanted = true
	case r.Status == 405 || r.Status == 501: // whatever its Allow has said
		s.keep.update, s.keep.wanted = false, true
	default:
		s.refreshLater(tx, r)
	}
}

func (s *step) updateFailed(in Failed) {
	if s.keep.offer {
		s.earlyHoldResponse(Response{Status: 503})
		return
	}
	s.keep.tx = 0
	if s.phase != phaseConfirmed {
		return
	}
	if in.Timeout && !s.patient() {
		s.dialogLost(408, or(in.Cause, "the other telephone does not respond"))
		return
	}
	s.refreshLater(0, Response{})
}

// refreshLater: a refresh that was refused leaves the session as it was; it is
// tried again, until the session expires.
func (s *step) refreshLater(tx Tx, r Response) {
	after, may := s.resendable(tx, r)
	switch {
	case s.patient():
		s.keep.tries++
		s.keep.wanted = true
		s.start(TimerGlare, min(time.Second<<s.keep.tries, 8*time.Second))
	case may && s.keep.tries < maxReinvites:
		s.keep.tries++
		s.keep.wanted = true
		s.start(TimerGlare, after)
	case s.keep.interval > 0:
		s.start(TimerRefresh, s.keep.interval/12)
	}
}

// patient: after a failure of the network or of the server the far end's way is
// broken like ours, and it may be a moment later in coming back. It is not given
// up for the first request that does not reach it.
func (s *step) patient() bool { return s.keep.moving && s.keep.tries < maxReinvites }

// allows notes what the far end says of itself.
func (s *step) allows(methods []string) {
	if len(methods) > 0 {
		s.keep.update = has(methods, "UPDATE")
	}
}

func has(list []string, tag string) bool {
	return slices.ContainsFunc(list, func(have string) bool { return strings.EqualFold(strings.TrimSpace(have), tag) })
}
