package door

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"offhook/hal"
	"offhook/ua"
)

var (
	start  = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	strike = Config{
		Doors: []Door{{Relay: "strike", Hold: 3 * time.Second}},
		Codes: []Code{{Name: "code", Digits: ua.NewSecret("2580"), Places: []Place{ByCall}}},
	}
)

// dial makes inputs of a call's digits, a second apart.
func dial(call ua.CallID, digits string) []Input {
	return append([]Input{Call{Call: call, Talks: true}}, keys(call, digits)...)
}

// keys are the same, of a call that nothing is known of.
func keys(call ua.CallID, digits string) []Input {
	var out []Input
	for i, d := range digits {
		out = append(out, Digit{Call: call, Digit: byte(d), Now: start.Add(time.Duration(i) * time.Second)})
	}
	return out
}

func play(inputs ...Input) (State, string) {
	var s State
	var out []string
	for _, in := range inputs {
		var effects []Effect
		s, effects = Step(s, in)
		for _, e := range effects {
			switch e := e.(type) {
			case Open:
				out = append(out, fmt.Sprintf("open %s %s", e.Relay, e.Hold))
			case Note:
				if e.Warn || e.Event == Closed {
					out = append(out, e.Text)
				}
			case Keep:
				out = append(out, "keep")
			case Entry:
				if !e.Over {
					out = append(out, strings.Repeat("*", e.Digits))
				}
			}
		}
	}
	return s, strings.Join(out, ", ")
}

func TestStep(t *testing.T) {
	seq := func(parts ...[]Input) []Input {
		var all []Input
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	with := func(c Config) []Input { return []Input{c} }
	late := []Input{}
	for _, d := range "2580" {
		late = append(late, Digit{Call: 1, Digit: byte(d), Now: start.Add(12*time.Second + time.Minute)})
	}
	cases := []struct {
		name string
		in   []Input
		want string
	}{
		{"right code -> opens for its time", seq(with(strike), dial(1, "2580")), "open strike 3s"},
		{"wrong code -> shut", seq(with(strike), dial(1, "2581")), "wrong door code"},
		{"code within other digits -> shut", seq(with(strike), dial(1, "125801")), "wrong door code"},
		{"anew after # -> opens", seq(with(strike), dial(1, "12#2580")), "open strike 3s"},
		{"half in one call, half in another -> shut", seq(with(strike), dial(1, "25"), dial(2, "80")), ""},
		{"half, call ended, same id's other half -> shut", seq(with(strike), dial(1, "25"), []Input{Call{Call: 1}}, dial(1, "80")), ""},
		{"half, then another configuration -> shut", seq(with(strike), dial(1, "25"), with(strike), dial(1, "80")), ""},
		{"three wrong -> locked, even to the right one", seq(with(strike), dial(1, "111122223333"), dial(1, "2580")),
			"wrong door code, wrong door code, wrong door code: no code counts for the next minute, door code ignored: too many wrong ones before"},
		{"locked, a minute later -> opens", seq(with(strike), dial(1, "111122223333"), late),
			"wrong door code, wrong door code, wrong door code: no code counts for the next minute, open strike 3s"},
		{"two wrong, one right, two wrong -> not locked", seq(with(strike), dial(1, "1111"), dial(2, "2222"), dial(1, "2580"), dial(1, "3333"), dial(1, "4444")),
			"wrong door code, wrong door code, open strike 3s, wrong door code, wrong door code"},
		{"new configuration -> still locked", seq(with(strike), dial(1, "111122223333"), with(strike), dial(1, "2580")),
			"wrong door code, wrong door code, wrong door code: no code counts for the next minute, door code ignored: too many wrong ones before"},
		{"no code configured -> nothing opens", seq(with(Config{Doors: strike.Doors}), dial(1, "0000")), ""},
		{"no relay configured -> nothing opens", seq(with(Config{Codes: strike.Codes}), dial(1, "2580"), []Input{Exit{Now: start}}), ""},
		{"not configured -> nothing opens", seq(dial(1, "2580"), []Input{Exit{Now: start}}), ""},
		{"code in a call that is not answered, or held -> shut", seq(with(strike), keys(1, "2580")), ""},
		{"code after the call is over -> shut", seq(with(strike), dial(1, "25"), []Input{Call{Call: 1}}, keys(1, "2580")), ""},
		{"held in the middle of the code -> shut", seq(with(strike), dial(1, "25"), []Input{Call{Call: 1}}, dial(1, "80")), ""},
		{"told again that it talks, in the middle of the code -> opens", seq(with(strike), dial(1, "25"), dial(1, "80")), "open strike 3s"},
		{"another configuration in mid-call, then the code -> opens", seq(dial(1, ""), with(strike), keys(1, "2580")), "open strike 3s"},
		{"a flood of codes while locked -> said once", seq(with(strike), dial(1, "111122223333"), dial(1, strings.Repeat("7", 56))),
			"wrong door code, wrong door code, wrong door code: no code counts for the next minute, door code ignored: too many wrong ones before"},
		{"exit button -> opens", seq(with(strike), []Input{Exit{Now: start}}), "open strike 3s"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, got := play(c.in...); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestStep_opens_by_the_code_alone lets anybody dial anything but the code.
func TestStep_opens_by_the_code_alone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inputs := []Input{strike, Call{Call: 1, Talks: true}, Call{Call: 2, Talks: true}, Call{Call: 3, Talks: true}}
		tails := map[ua.CallID]string{}
		for range rapid.IntRange(0, 60).Draw(t, "digits") {
			call := ua.CallID(rapid.IntRange(1, 3).Draw(t, "call"))
			digit := rapid.SampledFrom([]byte("0123456789*#")).Draw(t, "digit")
			if strings.HasSuffix(tails[call]+string(digit), "2580") {
				continue
			}
			tails[call] += string(digit)
			inputs = append(inputs, Digit{Call: call, Digit: digit, Now: start})
			if rapid.IntRange(0, 9).Draw(t, "hang up") == 0 {
				delete(tails, call)
				inputs = append(inputs, Call{Call: call}, Call{Call: call, Talks: true})
			}
		}
		if _, got := play(inputs...); strings.Contains(got, "open") {
			t.Fatalf("opened: %s", got)
		}
	})
}

func TestOfKey(t *testing.T) {
	event := func(k hal.Key, a hal.KeyAction) hal.KeyEvent { return hal.KeyEvent{Key: k, Action: a} }
	for _, c := range []struct {
		event hal.KeyEvent
		want  Input
	}{
		{event(hal.KeyExit, hal.KeyPress), Exit{Now: start}},
		{event(hal.KeyExit, hal.KeyLong), nil},
		{event(hal.KeyExit, hal.KeyRelease), nil},
		{event(hal.KeyCall, hal.KeyPress), nil},
		{event(hal.Key5, hal.KeyPress), nil},
		{event(hal.KeyDoorOpen, hal.KeyPress), Contact{Open: true, AtStart: true, Now: start}},
		{event(hal.KeyDoorOpen, hal.KeyLong), nil},
		{event(hal.KeyDoorOpen, hal.KeyRelease), Contact{AtStart: true, Now: start}},
		{event(hal.KeyTamper, hal.KeyPress), Tamper{Open: true}},
		{event(hal.KeyTamper, hal.KeyRelease), Tamper{}},
	} {
		if got := OfKey(c.event, start, true); got != c.want {
			t.Errorf("%+v -> %+v, want %+v", c.event, got, c.want)
		}
	}
}
