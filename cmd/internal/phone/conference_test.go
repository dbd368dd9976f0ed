package phone

import (
	"errors"
	"testing"

	"offhook/hal"
	"offhook/ua"
)

// joined is a conference of calls 1, which was held, and 7.
func joined() []Input { return then(twoCalls(), press(hal.KeyConference)) }

func goneCall(id ua.CallID) Input {
	return said(ua.Call{ID: id, Account: "a", State: ua.Terminated, Cause: ua.RemoteBye})
}

func TestStep_conference(t *testing.T) {
	failed := CommandFailed{Effect: Hold{Call: 1}, Err: errors.New("no")}
	check(t, desk(t), []arrow{
		{"two calls: conference key -> both are heard", twoCalls(), press(hal.KeyConference), "resume 1, hear 1 and 7 at handset", KindInCall},
		{"two calls: soft key -> both are heard", twoCalls(), press(hal.KeySoft1), "resume 1, hear 1 and 7 at handset", KindInCall},
		{"two calls: from elsewhere -> both are heard", twoCalls(), then(RemoteConference{On: true}), "resume 1, hear 1 and 7 at handset", KindInCall},
		{"one call: conference key -> says what is missing", talking(), press(hal.KeyConference), "error tone", KindInCall},
		{"idle: conference key -> says what is missing", nil, press(hal.KeyConference), "", KindIdle},
		{"calling a second: conference key -> says to wait", then(heldCall(), press(hal.KeySoft3, "1", "0", "0", "3"), Invited{Ref: 2, Call: 2}, fire{timerBeep}), press(hal.KeyConference), "error tone", KindCalling},
		{"conference: far end hangs up -> the other goes on", joined(), then(goneCall(7)), "hear 1 at handset", KindInCall},
		{"conference: the other far end hangs up -> this one goes on", joined(), then(goneCall(1)), "hear 7 at handset", KindInCall},
		{"conference: end -> the shown one ends", joined(), press(hal.KeySoft4), "hangup 7, hear 1 at handset", KindInCall},
		{"conference: another shown, end -> that one ends", then(joined(), press(hal.KeyDown)), press(hal.KeySoft4), "hangup 1, hear 7 at handset", KindInCall},
		{"conference: on-hook -> both end", joined(), then(cradle), "hangup 1, hangup 7, hear 0 at ringer", KindIdle},
		{"conference: hold -> both wait", joined(), press(hal.KeyHold), "hold 1, hold 7, hear 0 at handset", KindHeld},
		{"conference held: resume -> both are heard", then(joined(), press(hal.KeyHold)), press(hal.KeySoft1), "resume 7, resume 1, hear 1 and 7 at handset", KindInCall},
		{"conference held: hold key -> both are heard", then(joined(), press(hal.KeyHold)), press(hal.KeyHold), "resume 7, resume 1, hear 1 and 7 at handset", KindInCall},
		{"conference: split -> the shown one goes on", joined(), press(hal.KeySoft2), "hold 1, hear 7 at handset", KindInCall},
		{"conference: conference key -> split", joined(), press(hal.KeyConference), "hold 1, hear 7 at handset", KindInCall},
		{"conference: split from elsewhere -> the shown one goes on", joined(), then(RemoteConference{}), "hold 1, hear 7 at handset", KindInCall},
		{"split: swap -> the other is heard", then(joined(), press(hal.KeySoft2)), press(hal.KeySoft3), "hold 7, resume 1, hear 1 at handset", KindInCall},
		{"split: conference again -> both are heard", then(joined(), press(hal.KeySoft2)), press(hal.KeyConference), "resume 1, hear 1 and 7 at handset", KindInCall},
		{"conference: digit -> to the shown one", joined(), press("5"), "digit 5 to 7, beep 5", KindInCall},
		{"conference: transfer -> not now", joined(), press(hal.KeyTransfer), "error tone", KindInCall},
		{"conference: a third call answered -> both wait", then(joined(), said(in(9, ua.Early))), press(hal.KeySoft1), "hold 1, hold 7, answer 9, hear 0 at handset, no tone", KindCalling},
		{"conference: mute -> both hear nothing", joined(), press(hal.KeyMute), "hear 1 and 7 at handset muted", KindInCall},
		{"conference: resume fails -> the talk goes on", joined(), then(failed), "hold 1, hear 7 at handset", KindInCall},
	})
}

func TestView_conference(t *testing.T) {
	s, _ := run(t, State{}, then(desk(t), joined())...)
	v := s.View()
	if v.Title != "Conference" || len(v.Others) != 1 || v.Others[0].State != OtherActive || v.Others[0].Label != "Conference" {
		t.Errorf("%q, %+v", v.Title, v.Others)
	}
	if got := v.Soft[0].Label + "|" + v.Soft[1].Label + "|" + v.Soft[2].Label + "|" + v.Soft[3].Label; got != "Hold|Split||End" {
		t.Errorf("soft keys %q", got)
	}
}

func TestStep_recording(t *testing.T) {
	allowed := func() []Input {
		s, _ := run(t, State{}, desk(t)...)
		c := s.config
		c.Recording = true
		return then(c)
	}
	recording := then(allowed(), talking(), RemoteRecord{On: true})
	check(t, desk(t), []arrow{
		{"talking: record -> recorded", then(allowed(), talking()), then(RemoteRecord{On: true}), "record", KindInCall},
		{"talking, not allowed: record -> says so", talking(), then(RemoteRecord{On: true}), "", KindInCall},
		{"idle: record -> nothing", allowed(), then(RemoteRecord{On: true}), "", KindIdle},
		{"recording: again -> nothing", recording, then(RemoteRecord{On: true}), "", KindInCall},
		{"recording: no more -> ends", recording, then(RemoteRecord{}), "record no more", KindInCall},
		{"recording: hold -> goes on", recording, press(hal.KeyHold), "hold 1, hear 0 at handset", KindHeld},
		{"recording: far end hangs up -> ends", recording, then(goneCall(1)), "hear 0 at handset, busy tone, record no more", KindEnded},
		{"recording: on-hook -> ends", recording, then(cradle), "hangup 1, hear 0 at ringer, record no more", KindIdle},
		{"recording: disk full -> ends and says so", recording, then(Recorded{Cause: "no space"}), "error tone, record no more", KindInCall},
		{"recording: not allowed any more -> ends", recording, desk(t)[1:2], "record no more", KindInCall},
	})
	s, _ := run(t, State{}, then(desk(t), recording)...)
	if v := s.View(); v.Title != "Recording" || !v.Status.Recording {
		t.Errorf("shows %q, %t", v.Title, v.Status.Recording)
	}
}
