package keys

import (
	"testing"
	"time"

	"offhook/hal"
)

// turn is a dial in a hand: it steps a Dial every 5 ms.
type turn struct {
	d     *Dial
	now   time.Time
	off   bool // the dial is off its rest
	two   bool // there is a contact that tells
	keyed string
}

func (u *turn) pass(closed bool, d time.Duration) {
	for end := u.now.Add(d); u.now.Before(end); u.now = u.now.Add(5 * time.Millisecond) {
		contacts := []bool{closed, u.off}
		if !u.two {
			contacts = contacts[:1]
		}
		for _, e := range u.d.Step(u.now, contacts) {
			if e.Action == hal.KeyPress {
				u.keyed += string(e.Key)
			}
		}
	}
}

func (u *turn) dial(pulses int) {
	u.off = true
	u.pass(true, 300*time.Millisecond)
	for range pulses {
		u.pass(false, 60*time.Millisecond)
		u.pass(true, 40*time.Millisecond)
	}
	u.off = false
	u.pass(true, 400*time.Millisecond)
}

func TestDial(t *testing.T) {
	for _, two := range []bool{false, true} {
		u := &turn{d: &Dial{Debounce: 10 * time.Millisecond, Pause: 250 * time.Millisecond, Digits: "1234567890"}, now: time.Unix(0, 0), two: two}
		u.pass(true, 100*time.Millisecond)
		for _, n := range []int{1, 2, 10, 9, 11, 0, 3} { // eleven pulses and none are no digit
			u.dial(n)
		}
		u.pass(false, 5*time.Millisecond) // a bounce
		u.pass(true, 500*time.Millisecond)
		if u.keyed != "12093" {
			t.Errorf("two contacts %v: dialled %q, want 12093", two, u.keyed)
		}
		if u.d.Busy() {
			t.Errorf("two contacts %v: a dial at rest is busy", two)
		}
	}
}

func TestDial_what_happens_at_rest_is_no_pulse(t *testing.T) {
	u := &turn{d: &Dial{Debounce: 10 * time.Millisecond, Digits: "123"}, now: time.Unix(0, 0), two: true}
	u.pass(true, 50*time.Millisecond)
	u.pass(false, 50*time.Millisecond) // somebody knocks at it
	u.pass(true, 50*time.Millisecond)
	u.dial(2)
	if u.keyed != "2" {
		t.Errorf("dialled %q, want 2", u.keyed)
	}
	u.off = true
	u.pass(true, 20*time.Millisecond)
	u.pass(false, 60*time.Millisecond)
	u.pass(true, 20*time.Millisecond)
	u.d.ReleaseAll(u.now)
	u.off = false
	u.pass(true, 300*time.Millisecond)
	if u.keyed != "2" {
		t.Errorf("after the lines went away: dialled %q, want no more", u.keyed)
	}
}

func TestEncoder(t *testing.T) {
	cycle := [][]bool{{false, false}, {true, false}, {true, true}, {false, true}}
	for _, c := range []struct {
		name   string
		steps  int
		places []int // in the cycle
		want   string
	}{
		{"a detent clockwise -> up", 4, []int{0, 1, 2, 3, 0}, "up "},
		{"a detent counter-clockwise -> down", 4, []int{0, 3, 2, 1, 0}, "down "},
		{"two detents of two -> twice", 2, []int{0, 1, 2, 3, 0}, "up up "},
		{"half and back -> nothing", 4, []int{0, 1, 2, 1, 0}, ""},
		{"a bouncing contact -> once", 4, []int{0, 1, 0, 1, 2, 1, 2, 3, 0}, "up "},
		{"a jump -> nothing", 1, []int{0, 2, 0}, ""},
		{"first reading anywhere -> nothing", 1, []int{3}, ""},
		{"each step -> each", 1, []int{2, 3, 2}, "up down "},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, got := &Encoder{Clockwise: "up", Counter: "down", Steps: c.steps}, ""
			for _, p := range c.places {
				for _, event := range e.Step(time.Unix(0, 0), cycle[p]) {
					if event.Action == hal.KeyPress {
						got += string(event.Key) + " "
					}
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
