package phone

import (
	"strings"
	"testing"
	"time"

	"offhook/hal"
	"offhook/ua"
)

// accounts is the desk with its first account changed.
func account(t *testing.T, change func(*Account)) Input {
	t.Helper()
	return configured(t, func(c *Config) { change(&c.Accounts[0]) })
}

func TestStep_diverted(t *testing.T) {
	rings := then(said(in(7, ua.Early)))
	always := account(t, func(a *Account) { a.Forward.Always = "1007" })
	busy := configured(t, func(c *Config) { c.NoWaiting, c.Accounts[0].Forward.Busy = true, "1008" })
	late := account(t, func(a *Account) { a.Forward = Forward{NoAnswer: "1009", After: 30 * time.Second} })
	dnd := configured(t, func(c *Config) { c.DND, c.DNDStatus = true, 480 })
	dndBusy := configured(t, func(c *Config) { c.DND, c.Accounts[0].Forward.Busy = true, "1008" })
	callBack := configured(t, func(c *Config) {
		c.DND, c.CallBack, c.Accounts[0].Forward = true, 30*time.Minute, Forward{Always: "1007", NoAnswer: "1009"}
	})
	help := then(lift, press("1", "1", "2"), invited(), cradle, said(over(out(ua.Trying), 487, ua.LocalBye, "")))
	anonymous, psap := in(7, ua.Early), in(7, ua.Early)
	anonymous.Remote = ua.Party{URI: "sip:anonymous@anonymous.invalid", User: "anonymous", DisplayName: "Anonymous"}
	psap.CallBack = true
	other := in(7, ua.Early)
	other.Account = "b"
	later := func(d time.Duration) Input { return Clock{at().Add(d)} }
	check(t, desk(t), []arrow{
		{"forward always: call -> elsewhere", then(always), rings, "send 7 to 1007: unconditional", KindIdle},
		{"forward always: call for another account -> rings", then(always), then(said(other)), "180 7, ring", KindRinging},
		{"forward busy: idle -> rings", then(busy), rings, "180 7, ring", KindRinging},
		{"forward busy: in a call -> elsewhere", then(busy, talking()), rings, "send 7 to 1008: user-busy", KindInCall},
		{"no call waiting: in a call -> 486", then(configured(t, func(c *Config) { c.NoWaiting = true }), talking()), rings, "reject 7 with 486", KindInCall},
		{"forward without answer: not yet -> rings", then(late, rings), then(later(29*time.Second), fire{timerForward}), "", KindRinging},
		{"forward without answer: too long -> elsewhere", then(late, rings), then(later(30*time.Second), fire{timerForward}), "send 7 to 1009: no-answer, no ring", KindIdle},
		{"forward without answer: answered -> stays", then(late, rings, lift), then(later(30*time.Second), fire{timerForward}), "", KindCalling},
		{"forward without answer: a second call waits its own time", then(late, rings, later(10*time.Second), said(in(8, ua.Early))), then(later(30*time.Second), fire{timerForward}), "send 7 to 1009: no-answer", KindRinging},
		{"forward without answer: and then it goes too", then(late, rings, later(10*time.Second), said(in(8, ua.Early)), later(30*time.Second), fire{timerForward}), then(later(40*time.Second), fire{timerForward}), "send 8 to 1009: no-answer, no ring", KindIdle},
		{"forward refused -> busy", then(always, rings), then(CommandFailed{Redirect{Call: 7, Target: "1007"}, ua.ErrTarget}), "reject 7 with 486", KindIdle},
		{"forward, the call gone -> nothing", then(always, rings), then(CommandFailed{Redirect{Call: 7, Target: "1007"}, ua.ErrNoCall}), "", KindIdle},
		{"do not disturb: call -> 480", then(dnd), rings, "reject 7 with 480", KindIdle},
		{"do not disturb: call, forward busy -> elsewhere", then(dndBusy), rings, "send 7 to 1008: do-not-disturb", KindIdle},
		{"do not disturb switched on: call -> 486", then(RemoteDND{On: true}), rings, "reject 7 with 486", KindIdle},
		{"do not disturb switched off: call -> rings", then(dnd, RemoteDND{}), rings, "180 7, ring", KindRinging},
		{"do not disturb off in a new configuration -> rings", then(dnd, configured(t, func(*Config) {})), rings, "180 7, ring", KindRinging},
		{"do not disturb: calls out -> as ever", then(dnd, lift, press("1", "0", "0")), press("2"), "invite 1002 by a, beep 2", KindCalling},
		{"sent elsewhere by hand: call -> there", then(RemoteForward{"10 07"}), rings, "send 7 to 1007: unconditional", KindIdle},
		{"sent elsewhere no more: call -> rings", then(RemoteForward{"1007"}, RemoteForward{}), rings, "180 7, ring", KindRinging},
		{"after a call for help: call -> rings", then(callBack, help), rings, "180 7, ring", KindRinging},
		{"after a call for help: nobody answers -> rings on", then(callBack, help, rings), then(later(29*time.Minute), fire{timerForward}), "", KindRinging},
		{"long after a call for help: call -> elsewhere", then(callBack, help, later(30*time.Minute)), rings, "send 7 to 1007: unconditional", KindIdle},
		{"an emergency centre -> rings", then(callBack), then(said(psap)), "180 7, ring", KindRinging},
		{"anonymous: call -> rings", nil, then(said(anonymous)), "180 7, ring", KindRinging},
		{"no anonymous callers: call -> 433", then(account(t, func(a *Account) { a.NoAnonymous = true })), then(said(anonymous)), "reject 7 with 433", KindIdle},
	})
}

func TestStep_diverting_keys(t *testing.T) {
	keys := configured(t, func(c *Config) {
		c.Withhold = "*67"
		c.LineKeys = []LineKey{{Use: KeyDND, Label: "DND"}, {Use: KeyForward, Number: "1007"}, {Use: KeyPark, Number: "701"}, {Use: KeyForward}, {Account: "b"}}
	})
	rings := then(said(in(7, ua.Early)))
	check(t, desk(t), []arrow{
		{"do not disturb key -> on", then(keys), then(press(hal.KeyLine1), rings), "reject 7 with 486", KindIdle},
		{"do not disturb key twice -> off", then(keys), then(press(hal.KeyLine1, hal.KeyLine1), rings), "180 7, ring", KindRinging},
		{"forward key -> elsewhere", then(keys), then(press(hal.KeyLine2), rings), "send 7 to 1007: unconditional", KindIdle},
		{"forward key twice -> here", then(keys), then(press(hal.KeyLine2, hal.KeyLine2), rings), "180 7, ring", KindRinging},
		{"forward key without a number -> says so", then(keys), then(press(hal.KeyLine4), rings), "180 7, ring", KindRinging},
		{"park key: talking -> parked there", then(keys, talking()), press(hal.KeyLine3), "hold 1, transfer 1 to 701, hear 0 at handset", KindTransferring},
		{"park key: idle -> taken up from there", then(keys), press(hal.KeyLine3), "invite 701 by a, hear 0 at speaker", KindCalling},
		{"withhold prefix -> without it, withheld", then(keys), then(RemoteDial{Number: "*671002"}), "invite 1002 by a withheld, hear 0 at speaker", KindCalling},
		{"withhold prefix alone -> a number", then(keys), then(RemoteDial{Number: "*67"}), "invite *67 by a, hear 0 at speaker", KindCalling},
		{"withhold prefix, a call for help -> for help", then(keys), then(RemoteDial{Number: "*67112"}), "invite 112 by a withheld for help, hear 0 at speaker", KindCalling},
	})
}

func TestStep_diverted_in_the_history(t *testing.T) {
	for _, c := range []struct {
		arrow  string
		config Input
		missed int
	}{
		{"do not disturb -> a missed call", configured(t, func(c *Config) { c.DND = true }), 1},
		{"sent elsewhere at once -> no missed call", account(t, func(a *Account) { a.Forward.Always = "1007" }), 0},
	} {
		s, _ := run(t, State{}, then(desk(t), c.config, said(in(7, ua.Early)), said(over(in(7, ua.Early), 302, ua.Forwarded, "forwarded")))...)
		if got := s.View().Status.Missed; got != c.missed {
			t.Errorf("%s: %d", c.arrow, got)
		}
	}
}

func TestView_tells_why_it_will_not_ring(t *testing.T) {
	s, _ := run(t, State{}, then(desk(t), RemoteDND{On: true}, fire{timerNotice})...)
	if got := strings.Join(s.View().Text, "|"); got != "Do not disturb" {
		t.Errorf("%q", got)
	}
	s, _ = run(t, s, RemoteForward{"1007"})
	if got := strings.Join(s.View().Text, "|"); got != "Calls go to 1007" || s.View().Notice != "" { // said once
		t.Errorf("%q, notice %q", got, s.View().Notice)
	}
	if lifted, _ := run(t, s, Hook{State: hal.OffHook}); lifted.View().Notice != "Calls go to 1007" {
		t.Errorf("where the idle text is not seen: %q", lifted.View().Notice)
	}
	if dnd, to := s.Diverting(); !dnd || to != "1007" {
		t.Errorf("%v %q", dnd, to)
	}
}

func TestStep_message_is_shown(t *testing.T) {
	text := UA{ua.MessageReceived{Account: "a", From: ua.Party{User: "1002", DisplayName: "Anna"}, Text: "Door open\n since 8"}}
	s, _ := run(t, State{}, then(desk(t), text)...)
	if got := s.View().Notice; got != "Message from Anna: Door open since 8" {
		t.Errorf("%q", got)
	}
	s, _ = run(t, State{}, then(desk(t), configured(t, func(c *Config) { c.DoorCode = true }), text)...)
	if got := s.View().Notice; got != "" {
		t.Errorf("at a door: %q", got)
	}
}
