package dialog

import (
	"bytes"
	"slices"
	"time"

	"offhook/ua"
)

// reinvite is our own re-INVITE.
type reinvite struct {
	state reinviteState
	tx    Tx
	last  Tx // the latest one sent, for its late 2xx
	hold  bool
	plain bool // repeats the description that stands: only a refresh
	tries int
}

type reinviteState uint8

const (
	reinviteIdle reinviteState = iota
	reinviteOffering
	reinviteSent
)

// maxReinvites bounds how often a refused re-INVITE is tried again.
const maxReinvites = 5

// reconcile starts a re-INVITE when what is wanted is not what stands and
// nothing is in the way (RFC 3261 §14.1). It runs at the end of each Step, so
// that nobody has to remember to.
func (s *step) reconcile() {
	if s.phase == phaseInviting || s.phase == phaseIncoming {
		s.holdEarly()
		return
	}
	if s.phase != phaseConfirmed || s.local.state != reinviteIdle || s.keep.tx != 0 ||
		s.server.state != serverIdle || len(s.waits) > 0 || s.timers[TimerGlare].on {
		return
	}
	switch {
	case s.wantHold != s.held || s.keep.reoffer:
		s.keep.wanted, s.keep.reoffer = false, false // a re-INVITE refreshes too
		s.local.state, s.local.hold = reinviteOffering, s.wantHold
		s.makeOffer(waitHold, s.wantHold)
	case s.keep.wanted:
		s.sendRefresh()
	}
}

func (s *step) holdOffer(in MediaDone) {
	if s.phase != phaseConfirmed || s.local.state != reinviteOffering {
		return
	}
	if in.Err != nil {
		s.local.state = reinviteIdle
		s.wantHold = s.held
		s.call.Reason = s.holdWord() + ": " + in.Err.Error()
		return
	}
	s.sendReinvite(in.SDP)
}

func (s *step) sendReinvite(sdp []byte) {
	request := s.legs[s.chosen].request("INVITE")
	request.ContentType, request.Body = sdpType, sdp
	s.askSession(&request)
	tx := s.send(txReinvite, request)
	s.local.state, s.local.tx, s.local.last = reinviteSent, tx, tx
	s.start(TimerFinal, s.config.FinalAfter)
}

func (s *step) reinviteResponse(tx Tx, r Response) {
	if r.Status < 200 {
		if s.local.state == reinviteSent && s.local.tx == tx && !s.timers[TimerCancel].on {
			s.start(TimerFinal, s.config.FinalAfter)
		}
		return
	}
	if r.Status < 300 {
		s.reinviteSuccess(tx, r)
		return
	}
	if !s.closeTx(tx) {
		return
	}
	s.stop(TimerCancel)
	switch {
	case s.phase != phaseConfirmed:
	case r.Status == 481 || r.Status == 408 && !(s.local.plain && s.patient()):
		s.dialogLost(r.Status, reasonOf(r)) // RFC 3261 §12.2.1.2, RFC 5057 §5.1
	case r.Status == 422 && s.tooBrief(r):
		s.keep.wanted = s.keep.wanted || s.local.plain
		s.dropOffer()
	case s.local.plain:
		s.dropOffer()
		s.refreshLater(tx, r)
	default:
		if after, may := s.resendable(tx, r); may {
			s.again(after)
			return
		}
		s.holdFailed(r.Status, reasonOf(r))
	}
}

// resendable says after what time a refused offer or refresh may be sent again: it met
// one of theirs (RFC 3261 §14.1), theirs was in work (§14.2), or a younger request
// of ours has overtaken it on its way (§12.2.2).
func (s *step) resendable(tx Tx, r Response) (after time.Duration, may bool) {
	switch {
	case r.Status == 491:
		return s.glareInterval(), true
	case r.Status == 500 && r.RetryAfter > 0:
		return min(r.RetryAfter, 30*time.Second), true
	case s.overtaken(tx, r):
		return s.config.T1, true
	}
	return 0, false
}

// overtaken: a younger request of ours was there before this one (RFC 3261 §12.2.2).
func (s *step) overtaken(tx Tx, r Response) bool { return r.Status == 500 && tx < s.lastTx }

// reinviteSuccess acknowledges every 2xx, also one that crossed a BYE
// (RFC 5407 §3.2.3) or came after we gave up.
func (s *step) reinviteSuccess(tx Tx, r Response) {
	s.refresh(s.chosen, r.Contact)
	s.acks = slices.DeleteFunc(s.acks, func(a sentAck) bool { return a.tx != s.invite.tx })
	s.ack(tx, s.chosen)
	if !s.closeTx(tx) || s.phase != phaseConfirmed || s.local.tx != tx {
		return
	}
	s.stop(TimerFinal)
	s.stop(TimerCancel)
	s.agreedSession(r.Session)
	s.allows(r.Allow)
	sdp := sdpOf(r.ContentType, r.Body)
	if s.local.plain {
		s.keep.reoffer = sdp != nil && !sameDescription(sdp, s.stands.remote)
		s.identify(r.Party)
		s.dropOffer()
		return
	}
	if sdp == nil {
		s.holdFailed(r.Status, "the other telephone sent no answer")
		return
	}
	s.identify(r.Party)
	s.acceptAnswer(wait{what: waitHoldAnswer}, sdp)
}

func (s *step) holdAnswered(in MediaDone) {
	if s.phase != phaseConfirmed || s.local.state != reinviteSent {
		return
	}
	if in.Err != nil {
		s.holdFailed(0, in.Err.Error())
		return
	}
	s.held = s.local.hold
	s.call.LocalHold = s.held
	s.local = reinvite{last: s.local.last}
}

// again drops the offer and tries later.
func (s *step) again(after time.Duration) {
	if s.local.tries++; s.local.tries > maxReinvites {
		s.holdFailed(491, "the other telephone is busy with the same")
		return
	}
	s.dropOffer()
	s.start(TimerGlare, after)
}

// dropOffer makes a re-INVITE as if it had not been.
func (s *step) dropOffer() {
	s.stop(TimerFinal)
	if !s.local.plain {
		s.do(Rollback{})
		s.keep.reoffer = s.keep.reoffer || s.local.hold == s.held // it was no hold that could be wanted still
	}
	s.local.state, s.local.plain = reinviteIdle, false
}

// sameDescription: an equal o= line says that nothing has changed (RFC 3264 §8).
func sameDescription(a, b []byte) bool {
	origin := func(sdp []byte) []byte {
		_, line, _ := bytes.Cut(sdp, []byte("\no="))
		line, _, _ = bytes.Cut(line, []byte("\n"))
		return bytes.TrimSpace(line)
	}
	return bytes.Equal(a, b) || len(origin(a)) > 0 && bytes.Equal(origin(a), origin(b))
}

// glareInterval: who made the Call-ID waits longer, in units of 10 ms (§14.1).
func (s *step) glareInterval() time.Duration {
	units := s.random(201)
	if s.caller {
		units = 210 + s.random(191)
	}
	return time.Duration(units) * 10 * time.Millisecond
}

// holdFailed: a refused re-INVITE leaves the session as it was (§14.1).
func (s *step) holdFailed(status int, reason string) {
	s.stop(TimerFinal)
	word := s.holdWord()
	s.local = reinvite{last: s.local.last}
	s.wantHold = s.held
	s.do(Rollback{})
	if status >= 300 {
		s.call.Status = status
	}
	s.call.Reason = word + ": " + reason
}

func (s *step) holdWord() string {
	switch {
	case s.local.hold == s.held:
		return "new description"
	case s.local.hold:
		return "hold"
	}
	return "resume"
}

// dialogLost: the far end does not know the dialog any more. The BYE is for the
// proxies on the way.
func (s *step) dialogLost(status int, reason string) {
	s.leave()
	cause := ua.CauseError
	if status == 408 {
		cause = ua.Timeout
	}
	s.end(cause, status, reason)
}

func (s *step) reinviteFailed(in Failed) {
	if s.phase != phaseConfirmed {
		return
	}
	s.stop(TimerCancel)
	if in.Timeout && !(s.local.plain && s.patient()) {
		s.dialogLost(408, or(in.Cause, "the other telephone does not respond"))
		return
	}
	if s.local.plain {
		s.dropOffer()
		s.refreshLater(0, Response{})
		return
	}
	s.holdFailed(503, or(in.Cause, "it could not be sent"))
}
