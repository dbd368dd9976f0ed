package dialog

import (
	"strconv"
	"strings"

	"offhook/ua"
)

// transferState is our transfer, blind or attended (RFC 3515, RFC 5589).
type transferState struct {
	active bool
	tx     Tx
	uri    string // of a REFER that has not been sent
	asked  string // of the one that was
	tries  int    // of those that others have overtaken
}

func (s *step) startTransfer(uri string) {
	if s.phase != phaseConfirmed || s.transfer.active || uri == "" ||
		(s.server.state == serverAnswered && s.server.first) {
		s.log("Transfer is not possible now")
		if s.phase == phaseConfirmed && !s.transfer.active {
			s.call.Reason = "transfer: it is not possible now"
		}
		return
	}
	s.transfer = transferState{active: true, uri: uri}
	s.call.Reason, s.call.Transferring = "transfer: asked", true
	s.start(TimerTransfer, s.config.FinalAfter)
}

// sendRefer sends the REFER once a hold that was asked for before has been
// settled: two requests under way could change places, and the first one would
// then be refused (RFC 3261 §12.2.2).
func (s *step) sendRefer() {
	if s.transfer.uri == "" || s.phase != phaseConfirmed || s.local.state != reinviteIdle || s.wantHold != s.held {
		return
	}
	request := s.legs[s.chosen].request("REFER")
	request.ReferTo, s.transfer.asked, s.transfer.uri = s.transfer.uri, s.transfer.uri, ""
	if s.config.NoReferSub { // who does not know that tells as ever (RFC 4488 §4)
		request.ReferSub, request.Supported = "false", append(request.Supported, "norefersub")
	}
	s.transfer.tx = s.send(txRefer, request)
}

func (s *step) referResponse(r Response) {
	if s.phase != phaseConfirmed || !s.transfer.active {
		return
	}
	switch {
	case r.Status < 300 && strings.EqualFold(strings.TrimSpace(r.ReferSub), "false"):
		s.transferred(r.Status) // nothing more will be told (RFC 4488)
	case r.Status < 300:
	case r.Status == 481 || r.Status == 408:
		s.dialogLost(r.Status, reasonOf(r))
	case s.overtaken(s.transfer.tx, r) && s.transfer.tries < maxReinvites:
		s.transfer.uri = s.transfer.asked
		s.transfer.tries++
	default:
		s.transferOver("transfer: " + reasonOf(r))
	}
}

func (s *step) transferred(status int) {
	s.stop(TimerTransfer)
	s.leave()
	s.end(ua.LocalBye, status, "transferred")
}

func (s *step) referFailed(in Failed) {
	if s.phase != phaseConfirmed || !s.transfer.active {
		return
	}
	if in.Timeout {
		s.dialogLost(408, or(in.Cause, "the other telephone does not respond"))
		return
	}
	s.transferOver("transfer: " + or(in.Cause, "it could not be sent"))
}

// transferOver ends a transfer that did not succeed: the call stays.
func (s *step) transferOver(reason string) {
	s.stop(TimerTransfer)
	s.transfer = transferState{}
	s.call.Reason, s.call.Transferring = reason, false
}

// notified takes what the far end tells of the transfer; other events are not
// ours. A NOTIFY may come before the response to the REFER (RFC 6665 §4.1.2.4).
func (s *step) notified(tx ServerTx, r Request) {
	name, _, _ := strings.Cut(r.Event, ";")
	if !strings.EqualFold(strings.TrimSpace(name), "refer") {
		s.reply(tx, Answer{Status: 489, AllowEvents: "refer"})
		return
	}
	if s.phase != phaseConfirmed || !s.transfer.active {
		s.refuse(tx, 481)
		return
	}
	s.refuse(tx, 200)
	status, reason, ok := parseSipfrag(r.Body)
	state, _, _ := strings.Cut(r.SubscriptionState, ";")
	over := strings.EqualFold(strings.TrimSpace(state), "terminated")
	switch {
	case ok && status >= 200 && status < 300:
		s.transferred(status)
	case ok && status >= 300:
		s.transferOver("transfer: " + strconv.Itoa(status) + " " + or(reason, phrase(status)))
	case over:
		s.transferOver("transfer: the other telephone did not tell what came of it")
	case ok:
		s.call.Reason = "transfer: " + or(reason, phrase(status))
	}
}

// parseSipfrag reads the status line of a message/sipfrag body (RFC 3420).
func parseSipfrag(body []byte) (status int, reason string, ok bool) {
	line, _, _ := strings.Cut(string(body), "\n")
	version, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	if !strings.EqualFold(version, "SIP/2.0") {
		return 0, "", false
	}
	code, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
	status, err := strconv.Atoi(code)
	if err != nil || status < 100 || status > 699 {
		return 0, "", false
	}
	return status, strings.TrimSpace(reason), true
}
