package phone

import (
	"errors"
	"testing"
	"time"

	"offhook/hal"
	"offhook/ua"

	"pgregory.net/rapid"
)

// world is an agent and a clock that behave any way they may.
type world struct {
	t      *rapid.T
	s      State
	now    time.Time
	nextID ua.CallID
	calls  map[ua.CallID]ua.Call // not terminated
	asked  []Invite              // without an answer yet
	timers map[TimerID]Timer
	tone   Tone
	ring   Ring
	route  Route
	shown  View
	ended  map[ua.CallID]bool
}

func newWorld(t *rapid.T) *world {
	w := &world{t: t, now: time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC), calls: map[ua.CallID]ua.Call{},
		timers: map[TimerID]Timer{}, ended: map[ua.CallID]bool{}}
	w.step(testConfig(t))
	w.step(Clock{w.now})
	return w
}

func testConfig(t *rapid.T) Config {
	dm, err := ParseDigitMap("[1-7]xx|0x.T|*xx")
	if err != nil {
		t.Fatal(err)
	}
	var bell []Bell
	if rapid.Bool().Draw(t, "bell") {
		bell = []Bell{{Number: "200", Also: []string{"202", "203"}, For: 15 * time.Second}, {Number: "112", Also: []string{"204"}}, {Number: "201", For: time.Minute}}
	}
	return Config{
		Bell:     bell,
		Accounts: []Account{{ID: "a", Label: "Front", Number: "1001", Voicemail: "700", Register: true, Pickup: rapid.SampledFrom([]string{"", "*8"}).Draw(t, "pickup"), Forward: Forward{NoAnswer: "102", Busy: "103"}, NoAnonymous: true}, {ID: "b", Label: "Back", Register: rapid.Bool().Draw(t, "register b")}},
		DialPlan: DialPlan{Map: dm}, Emergency: []string{"112"}, CallKey: "200",
		NoWaiting: rapid.Bool().Draw(t, "no waiting"), TransferOnHook: rapid.Bool().Draw(t, "transfer on-hook"),
		DND: rapid.IntRange(0, 3).Draw(t, "dnd") == 0, Withhold: "*67", CallBack: time.Minute,
		LineKeys:   []LineKey{{Account: "a"}, {Account: "b"}, {Use: KeyDND}, {Use: KeyForward, Number: "104"}, {Use: KeyPark, Number: "105"}, {Use: KeyWatch, Account: "a", Number: "106"}, {Use: KeyPickup, Account: "a"}, {Use: KeyIntercom, Number: "107"}},
		AutoAnswer: AutoAnswer(rapid.IntRange(0, 2).Draw(t, "auto-answer")),
	}
}

func (w *world) step(in Input) {
	before := w.s.Calls()
	next, effects := Step(w.s, in)
	for i, c := range w.s.Calls() {
		if c != before[i] {
			w.t.Fatalf("%T changed the state that it was given", in)
		}
	}
	w.s = next
	for _, e := range effects {
		w.carryOut(e)
	}
	w.check()
}

func (w *world) carryOut(e Effect) {
	switch e := e.(type) {
	case Invite:
		w.asked = append(w.asked, e)
	case StartTimer:
		w.timers[e.ID] = Timer{ID: e.ID, Gen: e.Gen}
	case Tone:
		w.tone = e
	case Ring:
		w.ring = e
	case Route:
		w.route = e
	case Show:
		w.shown = e.View
	case Answer:
		w.known("Answer", e.Call)
	case Hangup:
		w.known("Hangup", e.Call)
	case Hold:
		w.known("Hold", e.Call)
	case Transfer:
		w.known("Transfer", e.Call)
	case Redirect:
		w.known("Redirect", e.Call)
	case TransferTo:
		w.known("TransferTo", e.Call)
		w.known("TransferTo", e.Consult)
	}
}

func (w *world) known(what string, id ua.CallID) {
	if id == 0 {
		w.t.Fatalf("%s of a call without an ID", what)
	}
}

// check: what is true of every telephone at every moment.
func (w *world) check() {
	live, joined := 0, 0
	for i := range w.s.calls {
		c := &w.s.calls[i]
		if c.State == ua.Terminated || w.ended[c.ID] {
			w.t.Fatalf("call %d is over and still in the state", c.ID)
		}
		if c.live() {
			live++
		}
		if c.joined && !c.leaving {
			joined++
			if c.transfer != "" || c.ringing() {
				w.t.Fatalf("call %d is in a conference and elsewhere", c.ID)
			}
		}
	}
	if joined != 0 && joined != 2 || live > max(1, joined) {
		w.t.Fatalf("%d calls are live, %d in a conference", live, joined)
	}
	if w.route.With != 0 {
		if c := w.s.byID(w.route.With); c == nil || !c.live() || !c.joined || w.route.With == w.route.Call {
			w.t.Fatalf("call %d is heard with %d and not in conference", w.route.With, w.route.Call)
		}
	}
	if w.route.Output == hal.Handset && w.s.hook == hal.OnHook {
		w.t.Fatal("the handset is heard in its cradle")
	}
	if w.route.Call != 0 {
		c := w.s.byID(w.route.Call)
		if c == nil || !c.live() {
			w.t.Fatalf("call %d is heard and not live", w.route.Call)
		}
	}
	if w.route.Output == hal.Ringer && (w.tone.Kind != ToneNone || w.route.Call != 0 || w.route.Mute) {
		w.t.Fatalf("on-hook with %+v %+v", w.tone, w.route)
	}
	if w.ring.On && (w.route.Output != hal.Ringer || w.s.ringing() == nil && w.s.recalled() == nil) {
		w.t.Fatal("it rings in somebody's ear, or for nobody")
	}
	if w.shown.Kind > KindQR {
		w.t.Fatalf("kind %d", w.shown.Kind)
	}
}

func (w *world) random() {
	t := w.t
	switch rapid.IntRange(0, 14).Draw(t, "input") {
	case 0, 1, 2, 3:
		w.step(Key{hal.KeyEvent{Key: rapid.SampledFrom(hal.Keys()).Draw(t, "key"), Action: hal.KeyAction(rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "action"))}})
	case 4:
		w.step(Hook{hal.HookState(rapid.IntRange(0, 1).Draw(t, "hook"))})
	case 5:
		w.nextID++
		w.change(ua.Call{ID: w.nextID, Account: "a", Incoming: true, AutoAnswer: rapid.Bool().Draw(t, "auto")})
	case 6, 7:
		if id, ok := w.anyCall(); ok {
			w.change(w.calls[id])
		}
	case 8, 9:
		w.answerInvite()
	case 10:
		w.fireTimer()
	case 11:
		w.step(UA{ua.RegistrationChanged{Account: rapid.SampledFrom([]ua.AccountID{"a", "b"}).Draw(t, "account"), State: ua.RegistrationState(rapid.IntRange(0, 3).Draw(t, "registration")), Cause: "TLS"}})
	case 12:
		w.step(rapid.SampledFrom([]Input{
			Clock{w.now.Add(time.Minute)}, Audio{Gone: true}, Network{Up: true}, UA{ua.MessageWaiting{Account: "a", Waiting: true, New: -1}},
			RemoteDial{Number: "600"}, RemoteHangup{}, RemoteAnswer{}, RemoteReject{}, RemoteHold{On: true}, RemoteHold{}, RemoteTransfer{Number: "101"}, RemoteDND{On: true}, RemoteDND{}, RemoteForward{"106"}, RemoteForward{}, UA{ua.MessageReceived{Account: "a", Text: "hello"}}, UA{ua.MessageReceived{Account: "a", From: ua.Party{User: "106"}, Text: "how many words are there in this one"}},
			Restore{[]Entry{{Kind: Texted, Number: "107", Text: "old"}}}, Sending{ID: 7}, UA{ua.MessageSent{ID: 7}}, UA{ua.MessageSent{ID: 7, Reason: "no"}}, CommandFailed{SendMessage{Account: "a"}, ua.ErrBusy}, RemoteDigits{"12"},
			Digit{Call: w.nextID, Digit: '5'}, Media{Call: w.nextID, Suite: "AES"}, Invited{Ref: 1 << 40, Call: 1}, Provisioning{State: ProvisioningFailed}, Config{},
			Contacts{All: []Contact{{Name: "Ann", Numbers: []string{"106"}}, {Name: "Zoë Ångström", Numbers: []string{"107", "108"}}}}, Contacts{Own: true, All: []Contact{{Name: "Bo", Numbers: []string{"109"}}}}, Contacts{}, Device{Dims: true}, Echo{"31 dB"}, SettingRefused{Cause: "no"},
		}).Draw(t, "other"))
	case 14:
		w.step(UA{ua.DialogsChanged{Account: "a", Resource: "106", State: ua.LineState(rapid.IntRange(0, 4).Draw(t, "line")), Incoming: rapid.Bool().Draw(t, "incoming"),
			CallID: rapid.SampledFrom([]string{"", "x"}).Draw(t, "call-id"), LocalTag: "l", RemoteTag: "r", RemoteTarget: "sip:9@h"}})
	case 13:
		if id, ok := w.anyCall(); ok {
			err := rapid.SampledFrom([]error{ua.ErrBusy, errors.New("no"), ua.ErrTarget}).Draw(t, "error")
			w.step(CommandFailed{rapid.SampledFrom([]Effect{Answer{id}, Hold{id, true}, Hold{id, false}, Transfer{id, "1"}, TransferTo{id, id}, Redirect{Call: id}, SendDigit{id, '1'}}).Draw(t, "failed"), err})
		}
	}
}

func (w *world) anyCall() (ua.CallID, bool) {
	var ids []ua.CallID
	for id := ua.CallID(1); id <= w.nextID; id++ {
		if _, ok := w.calls[id]; ok {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return 0, false
	}
	return rapid.SampledFrom(ids).Draw(w.t, "call"), true
}

// change tells any new snapshot of a call.
func (w *world) change(c ua.Call) {
	c.State = ua.CallState(rapid.IntRange(0, 4).Draw(w.t, "state"))
	c.EarlyMedia = rapid.Bool().Draw(w.t, "early media")
	c.Status = rapid.SampledFrom([]int{0, 180, 200, 404, 486, 503}).Draw(w.t, "status")
	c.Cause = rapid.SampledFrom([]ua.Cause{ua.RemoteBye, ua.Rejected, ua.Timeout, ua.AnsweredOther, ua.CauseSetupFail}).Draw(w.t, "cause")
	w.tell(c)
}

func (w *world) tell(c ua.Call) {
	w.calls[c.ID] = c
	if c.State == ua.Terminated {
		delete(w.calls, c.ID)
		w.ended[c.ID] = true
	}
	w.step(UA{ua.CallChanged{Call: c}})
}

func (w *world) answerInvite() {
	if len(w.asked) == 0 {
		return
	}
	e := w.asked[0]
	w.asked = w.asked[1:]
	if rapid.IntRange(0, 4).Draw(w.t, "refused") == 0 {
		w.step(CommandFailed{e, rapid.SampledFrom([]error{ua.ErrNoAccount, ua.ErrBusy}).Draw(w.t, "error")})
		return
	}
	w.nextID++
	c := ua.Call{ID: w.nextID, Account: e.Account}
	if rapid.Bool().Draw(w.t, "event first") {
		w.change(c)
	} else {
		w.calls[c.ID] = c
	}
	w.step(Invited{Ref: e.Ref, Call: c.ID})
}

func (w *world) fireTimer() {
	for id := range timerCount {
		if tm, ok := w.timers[id]; ok && rapid.Bool().Draw(w.t, "fires") {
			delete(w.timers, id)
			w.step(tm)
			return
		}
	}
}

// finish ends every call and puts everything back.
func (w *world) finish() {
	w.step(Hook{hal.OnHook})
	for range 200 {
		for len(w.asked) > 0 {
			e := w.asked[0]
			w.asked = w.asked[1:]
			w.step(CommandFailed{e, ua.ErrClosed})
		}
		for id := ua.CallID(1); id <= w.nextID; id++ {
			if c, ok := w.calls[id]; ok {
				c.State, c.Status, c.Cause = ua.Terminated, 200, ua.RemoteBye
				w.tell(c)
			}
		}
		fired := false
		for id := range timerCount {
			if tm, ok := w.timers[id]; ok {
				delete(w.timers, id)
				w.step(tm)
				fired = true
			}
		}
		if !fired && len(w.asked) == 0 && len(w.calls) == 0 {
			return
		}
	}
	w.t.Fatalf("it never comes to rest: %d calls, %d asked, timers %v", len(w.calls), len(w.asked), w.timers)
}

func TestStep_any_inputs_then_all_calls_over_is_idle_and_silent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(0, 60).Draw(t, "length") {
			w.random()
		}
		w.finish()
		if !w.s.Idle() || len(w.s.calls) > 0 {
			t.Fatalf("not idle: path %q, entry %+v, %d calls", w.s.path, w.s.entry, len(w.s.calls))
		}
		if w.tone != (Tone{}) || w.ring != (Ring{}) || w.route != (Route{Output: hal.Ringer}) {
			t.Fatalf("not silent: %+v %+v %+v", w.tone, w.ring, w.route)
		}
		switch w.shown.Kind {
		case KindIdle, KindBooting, KindProvisioningFailed:
		default:
			if !w.s.list.on {
				t.Fatalf("shows %v", w.shown.Kind)
			}
		}
	})
}
