package door

import (
	"testing"
	"time"
)

func TestStep_contact(t *testing.T) {
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	open := func(s int) Input { return Contact{Open: true, Now: at(s)} }
	shut := func(s int) Input { return Contact{Now: at(s)} }
	both := strike
	both.ForcedAlarm, both.HeldOpen = true, time.Minute
	silent := strike
	forced, long, again := "the door was opened, and nothing here opened it", "the door stands open for too long", "the door is shut again"
	cases := []struct {
		name string
		in   []Input
		want string
	}{
		{"opened by itself -> forced, and shut again", []Input{both, open(0), shut(9)}, forced + ", " + again},
		{"opened by itself, alarms off -> nothing", []Input{silent, open(0), Tick{at(999)}, shut(1000)}, ""},
		{"opened after the exit button -> nothing", []Input{both, Exit{Now: at(0)}, open(5), shut(8)}, "open strike 3s"},
		{"opened long after the exit button -> forced", []Input{both, Exit{Now: at(0)}, open(7)}, "open strike 3s, " + forced},
		{"opened after the other door was -> forced", []Input{func() Config { c := both; c.Doors = append(c.Doors, Door{Relay: "gate", Hold: time.Second}); return c }(), Command{Relay: "gate", Now: at(0)}, open(1)}, "open gate 1s, " + forced},
		{"open since the start -> not forced", []Input{both, Contact{Open: true, AtStart: true, Now: at(0)}, shut(5)}, ""},
		{"open since before the configuration -> held open in time", []Input{Contact{Open: true, AtStart: true, Now: at(0)}, both, Tick{at(60)}}, long},
		{"open for too long -> told once, and shut again", []Input{both, Exit{Now: at(0)}, open(1), Tick{at(60)}, Tick{at(61)}, Tick{at(99)}, shut(100)}, "open strike 3s, " + long + ", " + again},
		{"shut before too long -> nothing", []Input{both, Exit{Now: at(0)}, open(1), shut(50), Tick{at(61)}}, "open strike 3s"},
		{"told twice that it is open -> once", []Input{both, open(0), open(1)}, forced},
		{"housing opened", []Input{both, Tamper{Open: true}, Tamper{}}, "the station's housing was opened"},
		{"no door -> no alarm", []Input{Config{ForcedAlarm: true, HeldOpen: time.Minute}, open(0), Tick{at(100)}, shut(101)}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, got := play(c.in...); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestDue(t *testing.T) {
	c := house(t)
	c.HeldOpen = time.Minute
	s, _ := Step(State{}, c)
	if due := s.Due(); !due.IsZero() {
		t.Errorf("at rest: %s", due)
	}
	s, _ = Step(s, Exit{Now: start})
	s, _ = Step(s, Contact{Open: true, Now: start})
	if due := s.Due(); !due.Equal(start.Add(time.Minute)) {
		t.Errorf("open: %s", due)
	}
	s, _ = Step(s, Command{Relay: "gate", Now: start})
	s, _ = Step(s, Call{Call: 1, Talks: true})
	for _, in := range keys(1, "4711") {
		s, _ = Step(s, in)
	}
	if due := s.Due(); !due.Equal(start.Add(5 * time.Second)) {
		t.Errorf("a gate with a delay: %s", due)
	}
	s, _ = Step(s, Tick{start.Add(5 * time.Second)})
	s, _ = Step(s, Contact{Now: start.Add(6 * time.Second)})
	if due := s.Due(); !due.IsZero() {
		t.Errorf("at rest again: %s", due)
	}
}
