package phone

import (
	"strings"
	"testing"
	"time"

	"offhook/hal"
	"offhook/provisioning"
	"offhook/ua"
)

type arrow struct {
	name  string
	given []Input
	when  []Input // the effects of the last one count
	want  string
	kind  Kind
}

func check(t *testing.T, base []Input, arrows []arrow) {
	t.Helper()
	for _, a := range arrows {
		t.Run(a.name, func(t *testing.T) {
			s, effects := run(t, State{}, then(base, a.given, a.when)...)
			if got := words(effects); got != a.want {
				t.Errorf("\n got %q\nwant %q", got, a.want)
			}
			if got := s.View().Kind; got != a.kind {
				t.Errorf("shows %v, want %v", got, a.kind)
			}
		})
	}
}

func dialled() []Input { return then(lift, press("1", "0", "0", "2"), invited()) }
func talking() []Input {
	return then(dialled(), said(early(false)), said(out(ua.Confirmed)), fire{timerBeep})
}
func onSpeaker() []Input {
	return then(press("1", "0", "0", "2", hal.KeySpeaker), invited(), said(out(ua.Confirmed)))
}
func heldCall() []Input { return then(talking(), press(hal.KeyHold)) }
func twoCalls() []Input {
	return then(talking(), said(in(7, ua.Early)), press(hal.KeySoft1), said(in(7, ua.Confirmed)))
}

func TestStep_dialling(t *testing.T) {
	mwi := UA{ua.MessageWaiting{Account: "a", Waiting: true, New: 2}}
	check(t, desk(t), []arrow{
		{"idle: off-hook -> dial tone", nil, then(lift), "hear 0 at handset, dial tone", KindDialling},
		{"idle with messages: off-hook -> stutter", then(mwi), then(lift), "hear 0 at handset, stutter-dial tone", KindDialling},
		{"idle: speaker -> dial tone", nil, press(hal.KeySpeaker), "hear 0 at speaker, dial tone", KindDialling},
		{"idle: headset -> dial tone", nil, press(hal.KeyHeadset), "hear 0 at headset, dial tone", KindDialling},
		{"dial tone: on-hook -> idle", then(lift), then(cradle), "hear 0 at ringer, no tone", KindIdle},
		{"dial tone on speaker: speaker -> idle", press(hal.KeySpeaker), press(hal.KeySpeaker), "hear 0 at ringer, no tone", KindIdle},
		{"dial tone on speaker: off-hook -> handset", press(hal.KeySpeaker), then(lift), "hear 0 at handset", KindDialling},
		{"dial tone: digit -> its sound", then(lift), press("1"), "beep 1", KindDialling},
		{"digit: beep over -> silence", then(lift, press("1")), then(fire{timerBeep}), "no tone", KindDialling},
		{"same digit twice -> two sounds", then(lift, press("1")), press("1"), "beep 1", KindDialling},
		{"last digit of the map -> invite", then(lift, press("1", "0", "0")), press("2"), "invite 1002 by a, beep 2", KindCalling},
		{"number that may go on -> waits", then(lift, press("0", "2")), press("0"), "beep 0", KindDialling},
		{"number that may go on: time-out -> invite", then(lift, press("0", "2", "0"), fire{timerBeep}), then(fire{timerInterDigit}), "invite 020 by a", KindCalling},
		{"number that may go on: # -> invite", then(lift, press("0", "2"), fire{timerBeep}), press("#"), "invite 02 by a", KindCalling},
		{"stale time-out -> nothing", then(lift, press("0", "2"), fire{timerBeep}), then(Timer{ID: timerInterDigit, Gen: 1}), "", KindDialling},
		{"no match -> waits for the person", then(lift, press("9", "9"), fire{timerBeep}), press(hal.KeyOK), "invite 99 by a", KindCalling},
		{"on-hook digits -> nothing is sent", press("1", "0", "0"), press("2"), "", KindDialling},
		{"on-hook digits: off-hook -> invite", press("1", "0", "0", "2"), then(lift), "invite 1002 by a, hear 0 at handset", KindCalling},
		{"on-hook digits: speaker -> invite", press("1", "0", "0", "2"), press(hal.KeySpeaker), "invite 1002 by a, hear 0 at speaker", KindCalling},
		{"on-hook digits: ok -> invite on speaker", press("1", "0", "0", "2"), press(hal.KeyOK), "invite 1002 by a, hear 0 at speaker", KindCalling},
		{"on-hook digits: soft key -> invite", press("1", "0", "0", "2"), press(hal.KeySoft1), "invite 1002 by a, hear 0 at speaker", KindCalling},
		{"on-hook digits: cancel each -> idle", press("1", "2", hal.KeyCancel, hal.KeyCancel), press(hal.KeyCancel), "", KindIdle},
		{"on-hook digits: long cancel -> idle", press("1", "2", "3"), then(long(hal.KeyCancel)), "", KindIdle},
		{"on-hook digits: nobody goes on -> idle", press("1", "2"), then(fire{timerStage}), "", KindIdle},
		{"long 0 -> +", then(press("0"), long(hal.Key0), press("4", "9")), press(hal.KeyOK), "invite +49 by a, hear 0 at speaker", KindCalling},
		{"long 0 inside a number -> stays", then(press("1", "0"), long(hal.Key0)), press(hal.KeyOK), "invite 10 by a, hear 0 at speaker", KindCalling},
		{"emergency number off-hook -> at once", then(lift, press("1", "1")), press("2"), "invite 112 by a for help, beep 2", KindCalling},
		{"line key -> that account", press(hal.KeyLine2, "1", "0", "0"), press("2"), "invite 1002 by b, beep 2", KindCalling},
		{"redial without a call before -> says so", nil, press(hal.KeyRedial), "", KindIdle},
		{"call key -> its number", nil, press(hal.KeyCall), "invite 1200 by a, hear 0 at speaker", KindCalling},
		{"messages -> voicemail", nil, press(hal.KeyMessages), "invite 700 by a, hear 0 at speaker", KindCalling},
		{"remote dial -> speaker", nil, then(RemoteDial{Number: "0 20-79", Account: "b"}), "invite 02079 by b, hear 0 at speaker", KindCalling},
		{"dial tone too long -> congestion", then(lift), then(fire{timerStage}), "congestion tone", KindDialling},
		{"congestion too long -> howler", then(lift, fire{timerStage}), then(fire{timerStage}), "howler tone", KindDialling},
		{"howler too long -> silence", then(lift, fire{timerStage}, fire{timerStage}), then(fire{timerStage}), "no tone", KindDialling},
		{"handsfree dial tone too long -> idle", press(hal.KeySpeaker), then(fire{timerStage}), "hear 0 at ringer, no tone", KindIdle},
	})
}

func TestStep_calling(t *testing.T) {
	busy := over(out(ua.Trying), 486, ua.Rejected, "Busy here")
	check(t, desk(t), []arrow{
		{"trying: ringing there -> ring-back", then(dialled(), fire{timerBeep}), then(said(early(false))), "ring-back tone", KindCalling},
		{"trying: early media -> heard, no tone of ours", then(dialled(), fire{timerBeep}), then(said(early(true))), "hear 1 at handset", KindCalling},
		{"ringing there: answered -> talk", then(dialled(), said(early(false)), fire{timerBeep}), then(said(out(ua.Confirmed))), "hear 1 at handset, no tone", KindInCall},
		{"ringing there: on-hook -> hangup", then(dialled(), said(early(false)), fire{timerBeep}), then(cradle), "hangup 1, hear 0 at ringer, no tone", KindIdle},
		{"ringing there: end -> dial tone", then(dialled(), said(early(false)), fire{timerBeep}), press(hal.KeySoft4), "hangup 1, dial tone", KindDialling},
		{"ringing there: speaker -> speaker", then(dialled(), said(early(false)), fire{timerBeep}), press(hal.KeySpeaker), "hear 0 at speaker", KindCalling},
		{"no ID yet: on-hook -> ends when it has one", then(lift, press("1", "0", "0", "2"), cradle), then(invited()), "hangup 1", KindIdle},
		{"event before Invited -> the same call", then(lift, press("1", "0", "0", "2"), fire{timerBeep}, said(early(false))), then(invited()), "", KindCalling},
		{"over before Invited -> why", then(lift, press("1", "0", "0", "2"), fire{timerBeep}, said(busy)), then(invited()), "", KindFailed},
		{"busy -> busy tone", then(dialled(), fire{timerBeep}), then(said(busy)), "busy tone", KindFailed},
		{"not found -> special information", then(dialled(), fire{timerBeep}), then(said(over(out(ua.Trying), 404, ua.Rejected, "Not found"))), "info tone", KindFailed},
		{"unavailable -> congestion", then(dialled(), fire{timerBeep}), then(said(over(out(ua.Trying), 503, ua.Rejected, "Unavailable"))), "congestion tone", KindFailed},
		{"failed: on-hook -> idle", then(dialled(), fire{timerBeep}, said(busy)), then(cradle), "hear 0 at ringer, no tone", KindIdle},
		{"failed: too long -> howler", then(dialled(), fire{timerBeep}, said(busy)), then(fire{timerStage}), "howler tone", KindFailed},
		{"failed: digit -> new number", then(dialled(), fire{timerBeep}, said(busy)), press("1"), "beep 1", KindDialling},
		{"failed on speaker: a while -> idle", then(press("1", "0", "0", "2", hal.KeySpeaker), invited(), said(busy)), then(fire{timerStage}), "hear 0 at ringer, no tone", KindIdle},
		{"failed: redial -> again", then(dialled(), fire{timerBeep}, said(busy)), press(hal.KeyRedial), "invite 1002 by a, no tone", KindCalling},
		{"command refused -> why", then(lift, press("1", "0", "0", "2"), fire{timerBeep}), then(CommandFailed{Invite{Ref: 1}, ua.ErrTarget}), "congestion tone", KindFailed},
		{"agent busy -> nothing yet", then(lift, press("1", "0", "0", "2"), fire{timerBeep}), then(CommandFailed{Invite{Ref: 1, Account: "a", Target: "1002"}, ua.ErrBusy}), "", KindCalling},
		{"agent busy: retry -> invite again", then(lift, press("1", "0", "0", "2"), fire{timerBeep}, CommandFailed{Invite{Ref: 1, Account: "a", Target: "1002"}, ua.ErrBusy}), then(fire{timerRetry}), "invite 1002 by a", KindCalling},
		{"agent busy, given up: retry -> nothing", then(lift, press("1", "0", "0", "2"), cradle, CommandFailed{Invite{Ref: 1, Account: "a", Target: "1002"}, ua.ErrBusy}), then(fire{timerRetry}), "", KindIdle},
		{"outgoing that nobody dialled -> ended", nil, then(said(out(ua.Trying))), "log, hangup 1", KindIdle},
	})
}

func TestStep_incoming(t *testing.T) {
	asked := in(7, ua.Early)
	asked.AutoAnswer, asked.AlertInfo = true, "info=alert-internal"
	answered, next, gone := in(7, ua.Confirmed), in(8, ua.Early), then(said(over(out(ua.Confirmed), 0, ua.RemoteBye, "")))
	next.AutoAnswer = true
	allowed := Config{Accounts: []Account{{ID: "a"}}, AutoAnswer: AutoAnswerAllowed}
	noWaiting := Config{Accounts: []Account{{ID: "a"}}, NoWaiting: true}
	ringing := then(said(in(7, ua.Early)))
	check(t, desk(t), []arrow{
		{"idle: call -> rings", nil, ringing, "180 7, ring", KindRinging},
		{"idle: call with alert-info -> rings that way", nil, then(said(asked)), "180 7, ring info=alert-internal", KindRinging},
		{"ringing: off-hook -> answer", ringing, then(lift), "answer 7, hear 0 at handset, no ring", KindCalling},
		{"ringing: speaker -> answer", ringing, press(hal.KeySpeaker), "answer 7, hear 0 at speaker, no ring", KindCalling},
		{"ringing: ok -> answer on speaker", ringing, press(hal.KeyOK), "answer 7, hear 0 at speaker, no ring", KindCalling},
		{"ringing: line key -> answer", ringing, press(hal.KeyLine1), "answer 7, hear 0 at speaker, no ring", KindCalling},
		{"ringing: reject -> 486", ringing, press(hal.KeySoft2), "reject 7 with 486, no ring", KindIdle},
		{"ringing: cancel -> 486", ringing, press(hal.KeyCancel), "reject 7 with 486, no ring", KindIdle},
		{"ringing: mute -> silent", ringing, press(hal.KeyMute), "no ring", KindRinging},
		{"ringing: volume -> goes on", ringing, press(hal.KeyVolumeDown), "", KindRinging},
		{"ringing: digit -> nothing", ringing, press("5"), "", KindRinging},
		{"ringing: caller gives up -> idle", ringing, then(said(over(in(7, ua.Early), 487, ua.Cancelled, ""))), "no ring", KindIdle},
		{"answering: confirmed -> talk", then(ringing, lift), then(said(in(7, ua.Confirmed))), "hear 7 at handset", KindInCall},
		{"answering: lost -> why", then(ringing, lift), then(said(over(in(7, ua.Early), 487, ua.Cancelled, ""))), "busy tone", KindFailed},
		{"answering: refused -> rings again", then(ringing, press(hal.KeyOK)), then(CommandFailed{Answer{7}, ua.ErrTarget}), "hear 0 at ringer, ring", KindRinging},
		{"auto-answer allowed and asked -> speaker", then(allowed), then(said(asked)), "answer 7, hear 0 at speaker, confirm tone", KindCalling},
		{"auto-answer allowed, not asked -> rings", then(allowed), ringing, "180 7, ring", KindRinging},
		{"auto-answer off, asked -> rings", nil, then(said(asked)), "180 7, ring info=alert-internal", KindRinging},
		{"auto-answer in use -> rings", then(allowed, lift), then(said(asked)), "180 7, call-waiting tone", KindDialling},
		{"auto-answered, over, its tone plays -> answered again", then(allowed, said(asked), said(answered), said(over(answered, 0, ua.RemoteBye, ""))), then(said(next)), "answer 8, confirm tone", KindCalling},
		{"auto-answered, over, handset lifted -> rings", then(allowed, said(asked), said(answered), fire{timerBeep}, lift, said(over(answered, 0, ua.RemoteBye, ""))), then(said(next)), "180 8, call-waiting tone", KindRinging},
		{"no call waiting, over on speaker: its tone plays -> rings", then(noWaiting, onSpeaker(), gone), ringing, "180 7, hear 0 at ringer, no tone, ring", KindRinging},
		{"two callers: second -> 180", ringing, then(said(in(8, ua.Early))), "180 8", KindWaiting},
		{"two callers: off-hook -> the first", then(ringing, said(in(8, ua.Early))), then(lift), "answer 7, hear 0 at handset, call-waiting tone, no ring", KindCalling},
		{"two callers: down, ok -> the second", then(ringing, said(in(8, ua.Early)), press(hal.KeyDown)), press(hal.KeyOK), "answer 8, hear 0 at speaker, call-waiting tone, no ring", KindCalling},
		{"dial tone: call -> waiting tone", then(lift), ringing, "180 7, call-waiting tone", KindDialling},
		{"dialling: call -> number stays", then(lift, press("1", "0"), fire{timerBeep}), ringing, "180 7, call-waiting tone", KindDialling},
		{"dialling and a call: answer -> talk", then(lift, press("1", "0"), fire{timerBeep}, ringing), press(hal.KeySoft1), "answer 7, no tone", KindCalling},
		{"dialling and a call: on-hook -> rings", then(lift, press("1", "0"), fire{timerBeep}, ringing), then(cradle), "hear 0 at ringer, no tone, ring", KindRinging},
		{"in use without call waiting -> 486", then(noWaiting, lift), ringing, "reject 7 with 486", KindDialling},
		{"came and went at once -> missed", nil, then(said(over(in(9, ua.Early), 487, ua.Cancelled, ""))), "", KindIdle},
		{"remote answer -> speaker", ringing, then(RemoteAnswer{}), "answer 7, hear 0 at speaker, no ring", KindCalling},
		{"remote reject -> 486", ringing, then(RemoteReject{7}), "reject 7 with 486, no ring", KindIdle},
	})
}

func TestStep_talking(t *testing.T) {
	gone := then(said(over(out(ua.Confirmed), 200, ua.RemoteBye, "")))
	check(t, desk(t), []arrow{
		{"talking: digit -> telephone-event and its sound", talking(), press("5"), "digit 5 to 1, beep 5", KindInCall},
		{"talking: star, # -> telephone-events", talking(), press("#"), "digit # to 1, beep #", KindInCall},
		{"talking: mute -> muted", talking(), press(hal.KeyMute), "hear 1 at handset muted", KindInCall},
		{"muted: mute -> heard", then(talking(), press(hal.KeyMute)), press(hal.KeyMute), "hear 1 at handset", KindInCall},
		{"muted: next call -> not muted", then(talking(), press(hal.KeyMute), cradle, said(over(out(ua.Confirmed), 200, ua.LocalBye, ""))), then(lift), "hear 0 at handset, dial tone", KindDialling},
		{"talking: on-hook -> hangup", talking(), then(cradle), "hangup 1, hear 0 at ringer", KindIdle},
		{"talking: speaker -> speaker", talking(), press(hal.KeySpeaker), "hear 1 at speaker", KindInCall},
		{"speaker, handset put back -> goes on", then(talking(), press(hal.KeySpeaker)), then(cradle), "", KindInCall},
		{"speaker, handset off: speaker -> handset", then(talking(), press(hal.KeySpeaker)), press(hal.KeySpeaker), "hear 1 at handset", KindInCall},
		{"speaker: off-hook -> handset", onSpeaker(), then(lift), "hear 1 at handset", KindInCall},
		{"speaker: headset -> headset", onSpeaker(), press(hal.KeyHeadset), "hear 1 at headset", KindInCall},
		{"idle: a plug -> nothing", nil, press(hal.KeyHeadsetPlug), "", KindIdle},
		{"speaker: a plug -> headset", onSpeaker(), press(hal.KeyHeadsetPlug), "hear 1 at headset", KindInCall},
		{"talking: a plug -> headset", talking(), press(hal.KeyHeadsetPlug), "hear 1 at headset", KindInCall},
		{"headset by a plug: on-hook -> goes on", then(talking(), press(hal.KeyHeadsetPlug)), then(cradle), "", KindInCall},
		{"headset: pulled out -> speaker", then(onSpeaker(), press(hal.KeyHeadsetPlug)), unplug, "hear 1 at speaker", KindInCall},
		{"headset, handset off: pulled out -> handset", then(talking(), press(hal.KeyHeadsetPlug)), unplug, "hear 1 at handset", KindInCall},
		{"talking: a plug that was there is pulled out -> nothing", then(press(hal.KeyHeadsetPlug), talking()), unplug, "", KindInCall},
		{"speaker: speaker -> hangup", onSpeaker(), press(hal.KeySpeaker), "hangup 1, hear 0 at ringer", KindIdle},
		{"speaker: end -> idle", onSpeaker(), press(hal.KeySoft4), "hangup 1, hear 0 at ringer", KindIdle},
		{"speaker: cancel -> hangup", onSpeaker(), press(hal.KeyCancel), "hangup 1, hear 0 at ringer", KindIdle},
		{"talking: far end hangs up -> busy tone", talking(), gone, "hear 0 at handset, busy tone", KindEnded},
		{"ended: on-hook -> idle", then(talking(), gone), then(cradle), "hear 0 at ringer, no tone", KindIdle},
		{"ended on speaker: a while -> idle", then(onSpeaker(), gone), then(fire{timerStage}), "hear 0 at ringer, no tone", KindIdle},
		{"ended: next call -> it can be answered", then(talking(), gone), then(said(in(7, ua.Early))), "180 7, call-waiting tone", KindRinging},
		{"waiting: far end hangs up -> the waiting one", then(talking(), said(in(7, ua.Early))), gone, "hear 0 at handset", KindRinging},
		{"waiting on speaker: far end hangs up -> it rings", then(onSpeaker(), said(in(7, ua.Early))), gone, "hear 0 at ringer, no tone, ring", KindRinging},
		{"ended on speaker: next call -> rings", then(onSpeaker(), gone), then(said(in(7, ua.Early))), "180 7, hear 0 at ringer, no tone, ring", KindRinging},
		{"talking: hold -> held", talking(), press(hal.KeyHold), "hold 1, hear 0 at handset", KindHeld},
		{"talking: soft hold -> held", talking(), press(hal.KeySoft1), "hold 1, hear 0 at handset", KindHeld},
		{"held: hold -> resumed", heldCall(), press(hal.KeyHold), "resume 1, hear 1 at handset", KindInCall},
		{"held: on-hook -> stays held", heldCall(), then(cradle), "hear 0 at ringer", KindHeld},
		{"held, on-hook: resume -> speaker", then(heldCall(), cradle), press(hal.KeySoft1), "resume 1, hear 1 at speaker", KindInCall},
		{"held, on-hook: off-hook -> dial tone", then(heldCall(), cradle), then(lift), "hear 0 at handset, dial tone", KindDialling},
		{"held: digits -> a new number", heldCall(), press("1"), "beep 1", KindDialling},
		{"held: cancel -> stays", heldCall(), press(hal.KeyCancel), "", KindHeld},
		{"held: far end hangs up -> says so", heldCall(), gone, "error tone", KindDialling},
		{"hold refused, call gone -> why", heldCall(), then(CommandFailed{Hold{1, true}, ua.ErrNoCall}), "error tone", KindDialling},
		{"remote hangup -> idle", onSpeaker(), then(RemoteHangup{}), "hangup 1, hear 0 at ringer", KindIdle},
		{"remote digits -> telephone-events", onSpeaker(), then(RemoteDigits{"1x2"}), "digit 1 to 1, digit 2 to 1", KindInCall},
	})
}

func TestStep_several_calls(t *testing.T) {
	second := then(said(in(7, ua.Early)))
	firstGone := said(over(out(ua.Confirmed), 200, ua.RemoteBye, ""))
	dialSecond := then(talking(), press(hal.KeySoft3, "1", "0", "0", "4"), Invited{Ref: 2, Call: 2}, fire{timerBeep})
	check(t, desk(t), []arrow{
		{"talking: call -> waiting tone", talking(), second, "180 7, call-waiting tone", KindWaiting},
		{"waiting: answer -> first held", then(talking(), second), press(hal.KeySoft1), "hold 1, answer 7, hear 0 at handset, no tone", KindCalling},
		{"waiting: reject -> talk goes on", then(talking(), second), press(hal.KeySoft2), "reject 7 with 486, no tone", KindInCall},
		{"waiting: end -> the talk ends", then(talking(), second), press(hal.KeySoft4), "hangup 1, hear 0 at handset", KindRinging},
		{"waiting: on-hook -> it rings", then(talking(), second), then(cradle), "hangup 1, hear 0 at ringer, no tone, ring", KindRinging},
		{"waiting: caller gives up -> talk goes on", then(talking(), second), then(said(over(in(7, ua.Early), 487, ua.Cancelled, ""))), "no tone", KindInCall},
		{"waiting: digit -> to the talk", then(talking(), second), press("1"), "digit 1 to 1, beep 1", KindWaiting},
		{"two calls: swap", twoCalls(), press(hal.KeySoft3), "hold 7, resume 1, hear 1 at handset", KindInCall},
		{"two calls: end -> the held one is shown", twoCalls(), press(hal.KeySoft4), "hangup 7, hear 0 at handset", KindHeld},
		{"two calls: the held one ends -> talk goes on", twoCalls(), then(firstGone), "error tone", KindInCall},
		{"two calls: on-hook -> the held one stays", twoCalls(), then(cradle), "hangup 7, hear 0 at ringer", KindHeld},
		{"two calls: up -> the held one is shown, nothing moves", twoCalls(), press(hal.KeyUp), "", KindHeld},
		{"talking: new -> held, dial tone", talking(), press(hal.KeySoft3), "hold 1, hear 0 at handset, dial tone", KindDialling},
		{"second dialled: confirmed -> talk", dialSecond, then(said(ua.Call{ID: 2, Account: "a", State: ua.Confirmed})), "hear 2 at handset", KindInCall},
		{"second dialled: busy -> why", dialSecond, then(said(ua.Call{ID: 2, Account: "a", State: ua.Terminated, Status: 486})), "busy tone", KindFailed},
		{"second failed: a while -> the held one", then(dialSecond, said(ua.Call{ID: 2, Account: "a", State: ua.Terminated, Status: 486})), then(fire{timerStage}), "no tone", KindHeld},
		{"third line key: a held call -> resumed", heldCall(), press(hal.KeyLine1), "resume 1, hear 1 at handset", KindInCall},
		{"calling: answer another -> the first ends", then(dialled(), said(early(false)), fire{timerBeep}, second), press(hal.KeySoft1), "hangup 1, answer 7, no tone", KindCalling},
	})
}

func TestStep_accounts(t *testing.T) {
	down := func(id ua.AccountID) Input {
		return UA{ua.RegistrationChanged{Account: id, State: ua.RegistrationFailed, Cause: "TLS: certificate signed by unknown authority (pbx.example)"}}
	}
	emergency := then(down("a"), down("b"), lift, press("1", "1", "2"), invited(), fire{timerBeep})
	monday, err := provisioning.ParseHours("mon 08:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	onMondays := []provisioning.Hours{monday}
	bell := func() []Input {
		return then(Config{Accounts: []Account{{ID: "a"}}, Bell: []Bell{{Number: "600", For: 15 * time.Second}, {Number: "601", For: 20 * time.Second}}})
	}
	failed := ua.Call{ID: 1, Account: "a", State: ua.Terminated, Cause: ua.CauseSetupFail}
	check(t, desk(t), []arrow{
		{"first account down: dial -> the second", then(down("a"), lift, press("1", "0", "0")), press("2"), "invite 1002 by b, beep 2", KindCalling},
		{"all down: off-hook -> congestion", then(down("a"), down("b")), then(lift), "hear 0 at handset, congestion tone", KindDialling},
		{"all down: dial -> why", then(down("a"), down("b"), lift, press("1", "0", "0"), fire{timerBeep}), press("2"), "beep 2", KindFailed},
		{"all down: emergency -> tried anyway", then(down("a"), down("b"), lift, press("1", "1")), press("2"), "invite 112 by a for help, beep 2", KindCalling},
		{"chosen line down: emergency -> the account that is ready", then(down("b"), press("line2"), press("1", "1")), press("2"), "invite 112 by a for help, beep 2", KindCalling},
		{"chosen line and all others down: emergency -> by the chosen line", then(down("a"), down("b"), press("line2"), press("1", "1")), press("2"), "invite 112 by b for help, beep 2", KindCalling},
		{"call key while it rings -> answer", then(said(in(7, ua.Early))), press(hal.KeyCall), "answer 7, hear 0 at speaker, no ring", KindCalling},
		{"call key while another call waits -> nothing", then(talking(), said(in(7, ua.Early))), press(hal.KeyCall), "", KindWaiting},
		{"call key with a line of its own -> invite by it", then(Config{Accounts: []Account{{ID: "a"}, {ID: "b"}}, CallKey: "1200", CallLine: "b"}), press(hal.KeyCall), "invite 1200 by b, hear 0 at speaker", KindCalling},
		{"bell: pressed -> the first", bell(), press(hal.KeyCall), "invite 600 by a, hear 0 at speaker", KindCalling},
		{"bell: no answer in time -> hang up", then(bell(), press(hal.KeyCall), invited()), then(fire{timerBell}), "hangup 1", KindCalling},
		{"bell: not answered -> the next", then(bell(), press(hal.KeyCall), invited(), fire{timerBell}), then(said(over(out(ua.Trying), 487, ua.LocalBye, ""))), "invite 601 by a", KindCalling},
		{"bell: busy -> the next at once", then(bell(), press(hal.KeyCall), invited()), then(said(over(out(ua.Trying), 486, ua.Rejected, "Busy here"))), "invite 601 by a", KindCalling},
		{"bell: refused by the agent -> the next at once", then(bell(), press(hal.KeyCall)), then(CommandFailed{Invite{Ref: 1}, ua.ErrTarget}), "invite 601 by a", KindCalling},
		{"bell: answered in the last moment -> talk", then(bell(), press(hal.KeyCall), invited(), said(out(ua.Confirmed))), then(fire{timerBell}), "", KindInCall},
		{"bell: the call ends -> nobody else is called", then(bell(), press(hal.KeyCall), invited(), said(out(ua.Confirmed))), then(said(over(out(ua.Confirmed), 0, ua.RemoteBye, ""))), "hear 0 at speaker, busy tone", KindEnded},
		{"bell: the visitor hangs up -> nobody else is called", then(bell(), press(hal.KeyCall), invited(), press(hal.KeySoft4)), then(said(over(out(ua.Trying), 487, ua.LocalBye, ""))), "", KindIdle},
		{"bell: time-out before the agent has the call -> a moment later", then(bell(), press(hal.KeyCall), fire{timerBell}, invited()), then(fire{timerBell}), "hangup 1", KindCalling},
		{"bell: the last does not answer -> says so", then(Config{Accounts: []Account{{ID: "a"}}, Bell: []Bell{{Number: "600", For: time.Second}}}, press(hal.KeyCall), invited(), fire{timerBell}), then(said(over(out(ua.Trying), 487, ua.LocalBye, ""))), "busy tone", KindFailed},
		{"bell: nobody at this time -> says so", then(Clock{Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}, Config{Accounts: []Account{{ID: "a"}}, Bell: []Bell{{Number: "600", Hours: onMondays}}}), press(hal.KeyCall), "", KindIdle},
		{"bell: in its hours -> called", then(Clock{Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}, Config{Accounts: []Account{{ID: "a"}}, Bell: []Bell{{Number: "600", Hours: onMondays}}}), press(hal.KeyCall), "invite 600 by a, hear 0 at speaker", KindCalling},
		{"emergency fails -> the next account", emergency, then(said(failed)), "invite 112 by b for help", KindCalling},
		{"emergency refused -> the next account", then(down("a"), down("b"), lift, press("1", "1", "2"), fire{timerBeep}), then(CommandFailed{Invite{Ref: 1}, ua.ErrNoAccount}), "invite 112 by b for help", KindCalling},
		{"emergency fails everywhere -> why", then(emergency, said(failed), Invited{Ref: 2, Call: 2}), then(said(ua.Call{ID: 2, Account: "b", State: ua.Terminated, Cause: ua.Timeout})), "congestion tone", KindFailed},
		{"refresh runs -> still ready", then(UA{ua.RegistrationChanged{Account: "a", State: ua.Registering}}), then(lift), "hear 0 at handset, dial tone", KindDialling},
		{"no accounts: off-hook -> congestion", then(Config{}, Provisioning{State: Provisioned}), then(lift), "hear 0 at handset, congestion tone", KindIdle},
		{"new configuration in a call -> goes on", talking(), then(Config{Accounts: []Account{{ID: "a"}}}), "", KindInCall},
	})
}

func TestRefusal(t *testing.T) {
	down := UA{ua.RegistrationChanged{Account: "a", State: ua.RegistrationFailed, Cause: "403 Forbidden"}}
	cases := []struct {
		name  string
		given []Input
		dial  RemoteDial
		want  string
	}{
		{"ready -> calls", nil, RemoteDial{Number: "600"}, ""},
		{"no number", nil, RemoteDial{Number: " (-) "}, "this is no number"},
		{"its account is down", then(down), RemoteDial{Account: "a", Number: "600"}, "Not registered: 403 Forbidden"},
		{"another account is ready -> calls", then(down), RemoteDial{Number: "600"}, ""},
		{"emergency -> calls", then(down), RemoteDial{Account: "a", Number: "112"}, ""},
		{"no accounts", then(Config{}), RemoteDial{Number: "600"}, "No account"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, _ := run(t, State{}, then(desk(t), c.given)...)
			if got := s.Refusal(c.dial); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestStep_a_call_is_hung_up_however_long_the_agent_is_busy(t *testing.T) {
	s, effects := run(t, State{}, then(desk(t), talking(), cradle)...)
	for try := range 3 * maxTries {
		if !strings.Contains(words(effects), "hangup 1") {
			t.Fatalf("try %d: %q", try, words(effects))
		}
		s, effects = run(t, s, CommandFailed{Hangup{Call: 1}, ua.ErrBusy}, fire{timerRetry})
	}
	if _, effects = run(t, s, CommandFailed{Invite{Ref: 9}, ua.ErrBusy}); words(effects) != "" {
		t.Errorf("a command that is given up: %q", words(effects))
	}
}
