package netwatch

import (
	"slices"
	"testing"
	"time"
)

// feed applies what messages say.
func feed(t *testing.T, p *picture, messages ...[]byte) {
	t.Helper()
	changes, err := parse(slices.Concat(messages...))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		p.apply(c)
	}
}

func TestSettle(t *testing.T) {
	const eth, wlan = 2, 3
	home := [][]byte{
		linkMessage(false, 1, true, true), linkMessage(false, eth, true, false), linkMessage(false, wlan, false, false),
		addressMessage(false, 1, "127.0.0.1/8", 0, 0),
		addressMessage(false, eth, "192.0.2.7/24", 0, 0), routeMessage(false, eth, "0.0.0.0/0", "192.0.2.1", 100),
	}
	wireless := [][]byte{
		linkMessage(false, wlan, true, false), addressMessage(false, wlan, "198.51.100.7/24", 0, 0),
		routeMessage(false, wlan, "0.0.0.0/0", "198.51.100.1", 600),
	}
	changed, broken := Event{Network: true}, Event{Network: true, Broken: true}
	for _, test := range []struct {
		arrow string
		given [][][]byte // looked at one by one before it
		when  [][]byte
		want  Event
	}{
		{"the same again -> nothing", nil, home, Event{}},
		{"the loopback gets an address -> nothing", nil, [][]byte{addressMessage(false, 1, "127.0.0.2/8", 0, 0)}, Event{}},
		{"another address -> changed", nil, [][]byte{addressMessage(false, eth, "192.0.2.8/24", 0, 0)}, changed},
		{"the address is another -> broken", nil, [][]byte{addressMessage(true, eth, "192.0.2.7/24", 0, 0), addressMessage(false, eth, "192.0.2.8/24", 0, 0)}, broken},
		{"another route -> changed", nil, [][]byte{routeMessage(false, eth, "10.0.0.0/8", "192.0.2.9", 0)}, changed},
		{"the router is another -> changed", nil, [][]byte{routeMessage(true, eth, "0.0.0.0/0", "192.0.2.1", 100), routeMessage(false, eth, "0.0.0.0/0", "192.0.2.2", 100)}, changed},
		{"the cable is pulled -> down", nil, [][]byte{linkMessage(false, eth, false, false)}, Event{Down: true}},
		{"the cable is back -> broken", [][][]byte{{linkMessage(false, eth, false, false)}}, [][]byte{linkMessage(false, eth, true, false)}, broken},
		{"out and in between two looks -> nothing", nil, [][]byte{linkMessage(false, eth, false, false), linkMessage(false, eth, true, false)}, Event{}},
		{"wireless comes, too -> changed", nil, wireless, changed},
		{"the cable is pulled beside wireless -> broken", [][][]byte{wireless}, [][]byte{linkMessage(false, eth, false, false)}, broken},
		{"the link is taken away with all that it had -> broken", [][][]byte{wireless}, [][]byte{linkMessage(true, eth, false, false)}, broken},
		{"all is gone -> down", nil, [][]byte{addressMessage(true, eth, "192.0.2.7/24", 0, 0)}, Event{Down: true}},
		{"more goes, of nothing -> told once", [][][]byte{{linkMessage(false, eth, false, false)}}, [][]byte{addressMessage(true, eth, "192.0.2.7/24", 0, 0)}, Event{}},
		{"a tentative address -> nothing", nil, [][]byte{addressMessage(false, eth, "2001:db8::7/64", 0, 0x40)}, Event{}},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			p := newPicture()
			feed(t, &p, home...)
			s := settle{told: p.see()}
			for _, messages := range test.given {
				feed(t, &p, messages...)
				s.look(p.see())
			}
			feed(t, &p, test.when...)
			got, ok := s.look(p.see())
			if got != test.want || ok != (test.want != Event{}) {
				t.Errorf("%+v, %v, want %+v", got, ok, test.want)
			}
			if again, ok := s.look(p.see()); ok {
				t.Errorf("told twice: %+v", again)
			}
		})
	}
}

func TestSettle_due(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := settle{quiet: 50 * time.Millisecond, most: 200 * time.Millisecond}
	if !s.due().IsZero() {
		t.Error("due without a change")
	}
	for at, want := range []time.Duration{50, 90, 130, 170, 200, 200} {
		s.changed(start.Add(time.Duration(at) * 40 * time.Millisecond))
		if got := s.due().Sub(start); got != want*time.Millisecond {
			t.Errorf("after %d changes due at %v, want %d ms", at+1, got, want)
		}
	}
	s.look(view{})
	if !s.due().IsZero() {
		t.Error("due after a look")
	}
}

func TestSlept(t *testing.T) {
	if got := slept(time.Minute, time.Minute+3*time.Millisecond); got != 0 {
		t.Errorf("awake: %v", got)
	}
	if got := slept(time.Minute, time.Hour); got != 59*time.Minute {
		t.Errorf("asleep: %v", got)
	}
}
