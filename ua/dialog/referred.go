package dialog

import (
	"fmt"
	"strings"

	"offhook/ua"
)

// referral is a REFER of the far end that we obey: it is told how the call
// goes that it asked for (RFC 3515 §2.4).
type referral struct {
	active bool
	count  int
	event  string // Event header of the NOTIFYs
	tx     Tx     // the last NOTIFY
	told   int    // status told last
	last   notice // that was sent
	next   notice // waits until that has its response: two could change places
	again  bool   // the last one was sent twice
}

// notice is how the call goes that a REFER asked for.
type notice struct {
	status int
	reason string
	over   bool
}

// referTo takes a REFER in the dialog, from whom the agent trusts.
func (s *step) referTo(tx ServerTx, r Request) {
	switch {
	case !r.Trusted:
		s.refuse(tx, 603)
		return
	case r.ReferTo == "":
		s.refuse(tx, 400)
		return
	case s.phase != phaseConfirmed || s.referral.active || s.transfer.active:
		s.refuse(tx, 603)
		return
	}
	answer := Answer{Status: 202}
	quiet := strings.EqualFold(strings.TrimSpace(r.ReferSub), "false")
	if quiet { // RFC 4488 §4
		answer = Answer{Status: 200, ReferSub: "false"}
	}
	s.reply(tx, answer)
	event := "refer"
	if s.referral.count++; s.referral.count > 1 {
		event = fmt.Sprintf("refer;id=%d", r.CSeq) // RFC 3515 §2.4.6
	}
	s.referral = referral{active: !quiet, count: s.referral.count, event: event}
	s.tellReferrer(100, "", false)
	s.do(Referred{URI: r.ReferTo, By: r.ReferredBy})
}

// tellReferrer sends a NOTIFY with the status line of the call that was asked
// for (RFC 3515 §2.4.5), as soon as the one before it has its response.
func (s *step) tellReferrer(status int, reason string, over bool) {
	if !s.referral.active || s.phase != phaseConfirmed || status == s.referral.told && !over {
		return
	}
	s.referral.told, s.referral.again = status, false
	if s.referral.next = (notice{status, reason, over}); !s.isOpen(s.referral.tx) {
		s.nextNotice()
	}
}

func (s *step) nextNotice() {
	n := s.referral.next
	if n.status == 0 || s.phase != phaseConfirmed {
		return
	}
	s.referral.last, s.referral.next = n, notice{}
	request := s.legs[s.chosen].request("NOTIFY")
	request.Event, request.SubscriptionState = s.referral.event, "active;expires=180"
	request.ContentType = "message/sipfrag;version=2.0"
	request.Body = fmt.Appendf(nil, "SIP/2.0 %d %s\r\n", n.status, oneLine(or(n.reason, phrase(n.status))))
	if n.over {
		s.referral.active = false
		request.SubscriptionState = "terminated;reason=noresource"
	}
	s.referral.tx = s.send(txNotify, request)
}

func oneLine(text string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(text) }

// notifyResponse: who does not know the subscription is told no more. An outcome
// that was refused for another reason is told once more.
func (s *step) notifyResponse(r Response) {
	switch {
	case r.Status == 481:
		s.referral.active, s.referral.next = false, notice{}
	case r.Status >= 300 && s.referral.last.over && !s.referral.again:
		s.referral.again, s.referral.next = true, s.referral.last
	}
	s.nextNotice()
}

// replaced ends a call in whose place another one is (RFC 3891 §3).
func (s *step) replaced() {
	switch s.phase {
	case phaseInviting: // who rings there must not call it a missed call (RFC 3326 §2)
		s.invite.why = reasonHeader(200, completedElsewhere)
		s.cancelInvite()
		s.end(ua.Replaced, 0, "")
	case phaseConfirmed:
		if s.server.state == serverAnswered && s.server.first {
			s.server.byeAfter = true // as in hangup
		} else {
			s.leave()
		}
		s.end(ua.Replaced, 0, "")
	}
}

// Replaceable says whether an INVITE with Replaces may take this call over: 0, or
// the status that refuses it (RFC 3891 §3). The agent has matched Call-ID and
// the local tag.
func (m Machine) Replaceable(remoteTag string, earlyOnly bool) int {
	s := step{Machine: m}
	leg := s.findLeg(remoteTag)
	switch {
	case m.phase >= phaseEnded && (leg >= 0 || m.phase == phaseDone):
		return 603
	case leg < 0 || m.legs[leg].dead:
		return 481
	case m.phase == phaseInviting: // an early dialog that we began
		return 0
	case m.phase != phaseConfirmed || leg != m.chosen:
		return 481
	case earlyOnly:
		return 486
	}
	return 0
}

// Dialog is the remote tag and the remote target of a confirmed call.
func (m Machine) Dialog() (tag, target string, ok bool) {
	if m.phase != phaseConfirmed || m.chosen < 0 {
		return "", "", false
	}
	return m.legs[m.chosen].tag, m.legs[m.chosen].target, true
}

// RemoteTag is the far end's tag of the dialog that the call is on, or of the
// early one that began last; "" when there is none.
func (m Machine) RemoteTag() string {
	switch {
	case m.chosen >= 0:
		return m.legs[m.chosen].tag
	case len(m.legs) > 0:
		return m.legs[len(m.legs)-1].tag
	}
	return ""
}
