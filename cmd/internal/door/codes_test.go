package door

import (
	"strings"
	"testing"
	"time"

	"offhook/provisioning"
	"offhook/ua"
)

func hours(t *testing.T, texts ...string) (all []provisioning.Hours) {
	t.Helper()
	for _, text := range texts {
		h, err := provisioning.ParseHours(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, h)
	}
	return all
}

// house has two doors and codes of every kind. The start is a Sunday, 12:00 UTC.
func house(t *testing.T) Config {
	return Config{
		Doors: []Door{{Relay: "strike", Hold: 3 * time.Second}, {Relay: "gate", Hold: 10 * time.Second, Delay: 2 * time.Second}},
		Codes: []Code{
			{Name: "code", Digits: ua.NewSecret("2580"), Places: []Place{ByCall}},
			{Name: "pin", Digits: ua.NewSecret("739155"), Places: []Place{ByKeypad}},
			{Name: "gate", Digits: ua.NewSecret("4711"), Relay: "gate", Places: []Place{ByCall, ByKeypad}},
			{Name: "post", Digits: ua.NewSecret("86420"), Places: []Place{ByKeypad}, Hours: hours(t, "sun 11:00-12:30")},
			{Name: "guest", Digits: ua.NewSecret("97531"), Places: []Place{ByKeypad}, Uses: 1},
			{Name: "party", Digits: ua.NewSecret("6060606"), Places: []Place{ByKeypad}, Until: start.Add(time.Hour)},
			{Name: "dark", Digits: ua.NewSecret("112358"), Places: []Place{ByKeypad}, Offline: true},
			{Name: "badge", Cards: []uint64{13899649, 7}, Places: []Place{ByCall}, Hours: hours(t, "sun 11:00-12:30")},
			{Name: "fob", Cards: []uint64{99}, Relay: "gate", Uses: 1},
			{Name: "lost", Digits: ua.NewSecret("5050"), Relay: "cellar", Places: []Place{ByCall}},
		},
	}
}

// pin are keys pressed at the station, ms apart, from some time on.
func pin(digits string, after time.Duration) []Input {
	var out []Input
	for i, d := range digits {
		out = append(out, Digit{Digit: byte(d), Now: start.Add(after + time.Duration(i)*100*time.Millisecond)})
	}
	return out
}

func TestStep_codes(t *testing.T) {
	seq := func(parts ...[]Input) []Input {
		all := []Input{house(t)}
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	one := func(in ...Input) []Input { return in }
	stars := func(s string) string { // no dots: they have a case of their own
		var out []string
		for _, part := range strings.Split(s, ", ") {
			if strings.Trim(part, "*") != "" {
				out = append(out, part)
			}
		}
		return strings.Join(out, ", ")
	}
	strange := func(n int) (all []Input) {
		for range n {
			all = append(all, Card{Code: 8, Now: start})
		}
		return all
	}
	told := strings.TrimSuffix(strings.Repeat("the card 8 is nobody's, ", 10), ", ")
	told9 := strings.TrimSuffix(strings.Repeat("the card 8 is nobody's, ", 9), ", ")
	ignored := "door code ignored: too many wrong ones before"
	cases := []struct {
		name string
		in   []Input
		want string
	}{
		{"code of the keypad, at the keypad -> opens", seq(pin("739155", 0)), "open strike 3s"},
		{"code of the keypad, in a call -> shut", seq(dial(1, "739155#")), "wrong door code"},
		{"code of calls, at the keypad -> shut", seq(pin("2580#", 0)), "wrong door code"},
		{"code of both, in a call -> the gate after its delay", seq(dial(1, "4711"), one(Tick{start.Add(4 * time.Second)}, Tick{start.Add(5 * time.Second)})), "open gate 10s"},
		{"code with a delay, before it is over -> shut", seq(dial(1, "4711"), one(Tick{start.Add(4 * time.Second)})), ""},
		{"code with a delay, and another configuration -> shut", seq(dial(1, "4711"), one(house(t), Tick{start.Add(time.Minute)})), ""},
		{"code of a relay that is no door -> shut", seq(dial(1, "5050")), ""},
		{"in its hours -> opens", seq(pin("86420", 0)), "open strike 3s"},
		{"after its hours -> shut", seq(pin("86420", time.Hour)), "door code post does not count: not at this time"},
		{"of one use, twice -> opens once", seq(pin("97531", 0), pin("97531", 20*time.Second)), "keep, open strike 3s, door code guest does not count: it was used up"},
		{"of one use, used before the restart -> shut", seq(one(Restore{Used: map[string]int{house(t).Codes[4].ID(): 1}}), pin("97531", 0)), "door code guest does not count: it was used up"},
		{"of one use, the same name with other digits -> opens", seq(one(Restore{Used: map[string]int{Code{Name: "guest", Digits: ua.NewSecret("1")}.ID(): 1}}), pin("97531", 0)), "keep, open strike 3s"},
		{"before its end -> opens", seq(pin("6060606", 50*time.Minute)), "open strike 3s"},
		{"after its end -> shut", seq(pin("6060606", time.Hour)), "door code party does not count: its time is over"},
		{"for the offline, while registered -> shut", seq(one(Online{true}), pin("112358", 0)), "door code dark does not count: it is for a station that is not registered"},
		{"for the offline, before anything is known -> shut", seq(pin("112358", 0)), "door code dark does not count: it is for a station that is not registered"},
		{"for the offline, offline -> opens", seq(one(Online{false}), pin("112358", 0)), "open strike 3s"},
		{"half a code, then nothing for long, then a whole one -> opens", seq(pin("739", 0), pin("739155", 11*time.Second)), "open strike 3s"},
		{"half a code, the rest too late -> shut", seq(pin("739", 0), pin("155#", 11*time.Second)), ""},
		{"short guesses ended by # are guesses", seq(pin("1111#2222#3333#", 0), pin("739155", 5*time.Second)), "wrong door code, wrong door code, wrong door code: no code counts for the next minute, " + ignored},
		{"short guesses ended by waiting are guesses", seq(pin("1111", 0), pin("2222", 20*time.Second), pin("3333", 40*time.Second), pin("7", time.Minute)),
			"wrong door code, wrong door code, wrong door code: no code counts for the next minute"},
		{"short guesses ended by hanging up are guesses", seq(dial(1, "111"), one(Call{Call: 1}), one(Config{Doors: strike.Doors, Codes: append(strike.Codes, Code{Name: "long", Digits: ua.NewSecret("80808080"), Places: []Place{ByCall}})}),
			dial(1, "1111"), one(Call{Call: 1}), dial(1, "2222"), one(Call{Call: 1}), dial(1, "3333"), one(Call{Call: 1})),
			"wrong door code, wrong door code, wrong door code: no code counts for the next minute"},
		{"locked at the keypad -> a call still opens", seq(pin("1111#2222#3333#", 0), dial(1, "2580")), "wrong door code, wrong door code, wrong door code: no code counts for the next minute, open strike 3s"},
		{"locked again -> for twice as long", seq(pin("1111#2222#3333#", 0), pin("1111#2222#3333#", 2*time.Minute), pin("739155", 3*time.Minute+30*time.Second), pin("739155", 5*time.Minute)),
			"wrong door code, wrong door code, wrong door code: no code counts for the next minute, wrong door code, wrong door code, wrong door code: no code counts for the next 2 minutes, " + ignored + ", open strike 3s"},
		{"card -> opens", seq(one(Card{Code: 7, Now: start})), "open strike 3s"},
		{"card after its hours -> shut", seq(one(Card{Code: 7, Now: start.Add(time.Hour)})), "the card of badge does not count: not at this time"},
		{"card of one use and a delay -> once, later", seq(one(Card{Code: 99, Now: start}, Tick{start.Add(2 * time.Second)}, Card{Code: 99, Now: start.Add(time.Minute)})), "keep, open gate 10s, the card of fob does not count: it was used up"},
		{"strange cards -> told, and nobody is locked out", seq(one(Card{Code: 8, Now: start}, Card{Code: 9, Now: start}, Card{Code: 10, Now: start}, Card{Code: 13899649, Now: start})),
			"the card 8 is nobody's, the card 9 is nobody's, the card 10 is nobody's, open strike 3s"},
		{"strange cards, one after another -> no card counts for a while, codes do", seq(one(strange(10)...), one(Card{Code: 7, Now: start}, Card{Code: 7, Now: start}), pin("739155", 0), one(Card{Code: 7, Now: start.Add(time.Minute)})),
			told + ": no card counts for the next minute, the card is ignored: too many strange ones before, open strike 3s, open strike 3s"},
		{"strange cards with a good one between -> no lock", seq(one(strange(9)...), one(Card{Code: 99, Now: start}), one(strange(9)...)), strings.Join([]string{told9, "keep", told9}, ", ")},
		{"a good card at a wrong hour is no strange one", seq(one(strange(9)...), one(Card{Code: 7, Now: start.Add(time.Hour)}, Card{Code: 7, Now: start})), told9 + ", the card of badge does not count: not at this time, open strike 3s"},
		{"card without a door -> shut", []Input{Config{Codes: house(t).Codes}, Card{Code: 7, Now: start}}, ""},
		{"a name without digits, dialled nothing -> shut", seq(dial(1, "#*#")), ""},
		{"by command, a door -> opens it", seq(one(Command{Relay: "gate", Now: start})), "open gate 10s"},
		{"by command, none -> the first", seq(one(Command{Now: start})), "open strike 3s"},
		{"by command, no such door -> shut", seq(one(Command{Relay: "cellar", Now: start})), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, got := play(c.in...); stars(got) != c.want {
				t.Errorf("got  %q\nwant %q", stars(got), c.want)
			}
		})
	}
}

// What is pressed is shown as so many dots, and nothing of a call's.
func TestStep_shows_how_many(t *testing.T) {
	if _, got := play(append([]Input{house(t)}, pin("73#73", 0)...)...); got != "*, **, *, **" {
		t.Errorf("shown %q", got)
	}
	if _, got := play(append([]Input{house(t)}, dial(1, "25")...)...); got != "" {
		t.Errorf("shown of a call: %q", got)
	}
}

func TestStep_a_clock_that_is_not_set(t *testing.T) {
	c := house(t)
	c.ClockFloor = start.Add(time.Hour)
	for digits, want := range map[string]string{
		"86420":   "door code post does not count: the clock is not set",
		"6060606": "door code party does not count: the clock is not set",
		"739155":  "open strike 3s",
	} {
		if _, got := play(append([]Input{c}, pin(digits, 0)...)...); !strings.HasSuffix(got, want) {
			t.Errorf("%s: %q, want %q", digits, got, want)
		}
	}
}

func TestLock_is_bounded(t *testing.T) {
	s, _ := Step(State{}, strike)
	s, _ = Step(s, Call{Call: 1, Talks: true})
	now, longest := start, time.Duration(0)
	for range 20 {
		for range 12 {
			s, _ = Step(s, Digit{Call: 1, Digit: '1', Now: now})
		}
		length := s.guards[ByCall].locked.Sub(now)
		longest = max(longest, length)
		now = now.Add(length)
	}
	if longest != maxLock {
		t.Errorf("locked for %s at most, want %s", longest, maxLock)
	}
}

// Whoever tries while no code counts is told so each time, and not whether his was
// right; the log hears of the first alone.
func TestStep_locked_is_told_each_time(t *testing.T) {
	s, _ := Step(State{}, Config{Doors: []Door{{Relay: "strike", Hold: time.Second}}, Attempts: 2, Lock: time.Minute,
		Codes: []Code{{Name: "house", Digits: ua.NewSecret("2580"), Relay: "strike", Places: []Place{ByKeypad}}}})
	notes, shut := 0, 0
	for i, digits := range []string{"1111", "2222", "2580", "3333", "2580"} {
		for _, d := range digits {
			var effects []Effect
			s, effects = Step(s, Digit{Digit: byte(d), Now: start.Add(time.Duration(i) * time.Second)})
			for _, e := range effects {
				switch e := e.(type) {
				case Note:
					notes++
				case Shut:
					shut++
				case Open:
					t.Errorf("the door opens: %+v", e)
				}
			}
		}
	}
	if notes != 3 || shut != 3 {
		t.Errorf("%d notes, %d times told that it is shut", notes, shut)
	}
}
