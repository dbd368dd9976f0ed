package phone

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"offhook/hal"
	"offhook/ua"
)

// word says an effect in a line; what every step does anyway says nothing.
func word(e Effect) string {
	switch e := e.(type) {
	case Invite:
		how := ""
		if e.Anonymous {
			how = " withheld"
		}
		if e.Emergency {
			how += " for help"
		}
		if e.Intercom {
			how += " to answer by itself"
		}
		if d := e.Pickup; d != (ua.DialogRef{}) {
			how += fmt.Sprintf(" in place of %s;%s;%s at %s", d.CallID, d.LocalTag, d.RemoteTag, d.Target)
		}
		return fmt.Sprintf("invite %s by %s%s", e.Target, e.Account, how)
	case Ringing:
		return fmt.Sprintf("180 %d", e.Call)
	case Answer:
		return fmt.Sprintf("answer %d", e.Call)
	case Redirect:
		return fmt.Sprintf("send %d to %s: %s", e.Call, e.Target, e.Why)
	case Reject:
		return fmt.Sprintf("reject %d with %d", e.Call, e.Code)
	case Hangup:
		if e.Elsewhere {
			return fmt.Sprintf("withdraw %d", e.Call)
		}
		return fmt.Sprintf("hangup %d", e.Call)
	case Hold:
		if !e.On {
			return fmt.Sprintf("resume %d", e.Call)
		}
		return fmt.Sprintf("hold %d", e.Call)
	case Transfer:
		return fmt.Sprintf("transfer %d to %s", e.Call, e.Target)
	case TransferTo:
		return fmt.Sprintf("join %d with %d", e.Call, e.Consult)
	case SetFeature:
		no := "no "
		if e.State.On {
			no = ""
		}
		return strings.TrimSpace(fmt.Sprintf("ask %s for %s%s %s", e.Account, no, e.State.Feature, e.State.Target))
	case SendDigit:
		return fmt.Sprintf("digit %c to %d", e.Digit, e.Call)
	case Route:
		mute := ""
		if e.Mute {
			mute = " muted"
		}
		with := ""
		if e.With != 0 {
			with = fmt.Sprintf(" and %d", e.With)
		}
		return fmt.Sprintf("hear %d%s at %s%s", e.Call, with, e.Output, mute)
	case Tone:
		switch e.Kind {
		case ToneNone:
			return "no tone"
		case ToneDTMF:
			return fmt.Sprintf("beep %c", e.Digit)
		}
		return string(e.Kind) + " tone"
	case Record:
		if e.On {
			return "record"
		}
		return "record no more"
	case Ring:
		if e.On {
			return strings.TrimSpace("ring " + e.AlertInfo)
		}
		return "no ring"
	case Log:
		return "log"
	}
	return ""
}

func words(effects []Effect) string {
	var out []string
	for _, e := range effects {
		if w := word(e); w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, ", ")
}

// run steps through the inputs and returns the effects of the last one. What
// an agent would answer to Invite it answers, with IDs from 1.
func run(t *testing.T, s State, inputs ...Input) (State, []Effect) {
	t.Helper()
	var effects []Effect
	for _, in := range inputs {
		if f, ok := in.(fire); ok {
			in = Timer{ID: f.id, Gen: s.gens[f.id]}
		}
		if h, ok := in.(hookTo); ok {
			in = Hook{hal.HookState(h)}
		}
		s, effects = Step(s, in)
	}
	return s, effects
}

// fire is a timer running out, with whatever generation it has by then.
type fire struct{ id TimerID }

func (fire) input() {}

func press(keys ...hal.Key) []Input {
	var out []Input
	for _, k := range keys {
		out = append(out, Key{hal.KeyEvent{Key: k}})
	}
	return out
}

func long(k hal.Key) Input { return Key{hal.KeyEvent{Key: k, Action: hal.KeyLong}} }

var unplug = []Input{Key{hal.KeyEvent{Key: hal.KeyHeadsetPlug, Action: hal.KeyRelease}}}

func said(c ua.Call) Input { return UA{ua.CallChanged{Call: c}} }

func then(parts ...any) []Input {
	var out []Input
	for _, p := range parts {
		switch p := p.(type) {
		case []Input:
			out = append(out, p...)
		case Input:
			out = append(out, p)
		}
	}
	return out
}

// hookTo is a Hook that can be a constant.
type hookTo hal.HookState

func (hookTo) input() {}

const (
	lift   = hookTo(hal.OffHook)
	cradle = hookTo(hal.OnHook)
)

func at() time.Time { return time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC) }

func desk(t *testing.T) []Input {
	t.Helper()
	plan, err := ParseDigitMap("[1-7]xxx|0x.T|*xx")
	if err != nil {
		t.Fatal(err)
	}
	return []Input{
		Network{Up: true},
		Config{
			Accounts: []Account{{ID: "a", Label: "Front", Number: "1001", Voicemail: "700", Register: true}, {ID: "b", Label: "Back", Register: true}},
			DialPlan: DialPlan{Map: plan}, Emergency: []string{"112"}, CallKey: "1200",
		},
		Clock{at()},
		UA{ua.RegistrationChanged{Account: "a", State: ua.Registered}},
		UA{ua.RegistrationChanged{Account: "b", State: ua.Registered}},
	}
}

// configured is the desk's configuration with something changed.
func configured(t *testing.T, change func(*Config)) Input {
	t.Helper()
	for _, in := range desk(t) {
		if c, ok := in.(Config); ok {
			change(&c)
			return c
		}
	}
	return nil
}

func invited() Input { return Invited{Ref: 1, Call: 1} }

func out(state ua.CallState) ua.Call {
	c := ua.Call{ID: 1, Account: "a", State: state, Remote: ua.Party{User: "1002"}, Started: at()}
	if state == ua.Confirmed {
		c.Answered, c.Status = at(), 200
	}
	return c
}

func in(id ua.CallID, state ua.CallState) ua.Call {
	c := ua.Call{ID: id, Account: "a", Incoming: true, State: state, Remote: ua.Party{User: "1003", DisplayName: "Carl"}, Started: at()}
	if state == ua.Confirmed {
		c.Answered, c.Status = at(), 200
	}
	return c
}

func over(c ua.Call, status int, cause ua.Cause, reason string) ua.Call {
	c.State, c.Status, c.Cause, c.Reason = ua.Terminated, status, cause, reason
	return c
}

func early(media bool) ua.Call {
	c := out(ua.Early)
	c.EarlyMedia, c.Status = media, 180
	return c
}
