package phone

import (
	"strings"
	"time"

	"offhook/ua"
)

// ended is the screen after a call: why it ended, or did not come about.
type ended struct {
	on     bool
	failed bool
	title  string
	text   string
	party  Party
	tone   ToneKind

	since   time.Time // of a talk
	elapsed time.Duration
}

// farewell does what the end of a call means to the person: before is the
// call as it was, u how it ended.
func (t *turn) farewell(before call, u ua.Call) {
	switch {
	case before.leaving || before.joining: // the person has moved on already
	case before.ringing():
	case before.State != ua.Confirmed && t.ringOn(before):
	case before.unanswered && before.State != ua.Confirmed:
		t.showEnd(ended{failed: true, title: t.texts().NoReply, party: before.party(), tone: ToneBusy})
	case before.Replaces != 0 && !before.held && before.State != ua.Confirmed && t.backTo(before.Replaces):
		title, _ := failure(t.texts(), u)
		t.complain(title + ": " + before.party().Title())
	case before.transfer != "" && transferred(u.Cause):
		t.joined(before, u.Cause)
		t.remark(t.texts().Transferred)
		t.signal(Tone{Kind: ToneConfirm})
		t.freeHandsfree()
	case before.transfer != "":
		t.complain(t.texts().TransferFailed + ": " + u.Reason)
	case before.held:
		t.complain(t.texts().HeldEnded + ": " + before.party().Title())
	case before.consults != 0 && t.path != "" && t.takeFirst(before.consults):
		title := t.texts().CallEnded
		if before.State != ua.Confirmed {
			title, _ = failure(t.texts(), u)
		}
		t.complain(title + ": " + before.party().Title())
	case before.joined: // the others talk on
		t.remark(t.texts().CallEnded + ": " + before.party().Title())
	case before.State == ua.Confirmed:
		t.showEnd(ended{title: t.texts().CallEnded, text: endText(t.texts(), u), party: before.party(), tone: ToneBusy,
			since: before.Answered, elapsed: t.elapsed(before.Answered)})
	case before.Incoming: // it went away while it was being answered
		t.showEnd(ended{failed: true, title: t.texts().CallLost, text: u.Reason, party: before.party(), tone: ToneBusy})
	case before.emergency && t.emergencyAgain(before, u):
	case t.pickUpByCode(before, u):
	default:
		title, text := failure(t.texts(), u)
		t.showEnd(ended{failed: true, title: title, text: text, party: before.party(), tone: failureTone(u.Status)})
	}
}

func endText(x *Texts, u ua.Call) string {
	if u.Cause == ua.RemoteBye || u.Cause == ua.LocalBye || u.Cause == ua.CauseNone {
		return ""
	}
	if u.Reason != "" {
		return u.Reason
	}
	return x.cause(u.Cause)
}

// transferred: the far end left as it was asked to, or we let it go.
func transferred(c ua.Cause) bool {
	return c == ua.LocalBye || c == ua.RemoteBye || c == ua.Replaced
}

// showEnd shows why a call is over. Another call that rings goes before; if
// nobody holds the handset it rings aloud.
func (t *turn) showEnd(e ended) {
	if t.ringing() != nil {
		t.remark(strings.Trim(e.title+": "+e.text, ": "))
		t.entry = entry{}
		t.freeHandsfree()
		return
	}
	e.on = true
	t.ended = e
	t.entry = entry{}
	t.restage()
}

// freeHandsfree closes the loudspeaker when nothing is left to be heard.
func (t *turn) freeHandsfree() {
	if t.handsfree() && t.live() == nil {
		t.path = ""
	}
}

// failureTone: busy is what the far end is, congestion what the network is, and what
// no new try would change has the special information tone (ITU-T E.180 §9).
func failureTone(status int) ToneKind {
	switch status {
	case busyHere, 600:
		return ToneBusy
	case 404, 410, 484, 485, 604: // numbers not in use, not any more, not whole, or of several
		return ToneInfo
	}
	return ToneCongestion
}

// failure tells in words why a call did not come about.
func failure(x *Texts, u ua.Call) (title, text string) {
	title, ok := x.failure(u.Status)
	switch {
	case ok:
	case u.Cause == ua.CauseSetupFail:
		title = x.NotSent
	case u.Cause == ua.Timeout:
		title = x.NoReply
	default:
		title = x.CallFailed
	}
	text = u.Reason
	if text == "" {
		text = x.cause(u.Cause)
	}
	return title, text
}
