package gpio

import (
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offhook/hal"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

var matrixPart = hal.Params{
	"rows": []any{"R0", "R1", "R2"}, "cols": []any{"C0", "C1", "C2"},
	"keymap": []any{[]any{1, 2, 3}, []any{4, 5, 6}, []any{"*", 0, ""}},
}

// reader collects a keypad's events.
type reader struct {
	mu     sync.Mutex
	events []hal.KeyEvent
	err    error
	ended  chan struct{}
}

func read(k hal.Keypad) *reader {
	r := &reader{ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		for {
			e, err := k.ReadKey()
			r.mu.Lock()
			if err != nil {
				r.err = err
				r.mu.Unlock()
				return
			}
			r.events = append(r.events, e)
			r.mu.Unlock()
		}
	}()
	return r
}

func (r *reader) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := spell(r.events)
	r.events = nil
	return s
}

// press is one step of a scenario: contacts, then a while.
type step struct {
	closed, opened []string // keys
	wait           time.Duration
	want           string
}

var places = map[string][2]string{"1": {"R0", "C0"}, "2": {"R0", "C1"}, "3": {"R0", "C2"}, "4": {"R1", "C0"}, "5": {"R1", "C1"}, "6": {"R1", "C2"}, "*": {"R2", "C0"}, "0": {"R2", "C1"}}

func TestMatrix(t *testing.T) {
	const tap = 100 * time.Millisecond
	cases := []struct {
		name  string
		steps []step
	}{
		{"press, release -> both", []step{{closed: []string{"5"}, wait: tap, want: "5"}, {opened: []string{"5"}, wait: tap, want: "5'"}}},
		{"spike shorter than debounce -> nothing", []step{{closed: []string{"5"}, wait: 5 * time.Millisecond}, {opened: []string{"5"}, wait: tap}}},
		{"two keys rolled over -> in order", []step{{closed: []string{"1"}, wait: tap, want: "1"}, {closed: []string{"2"}, wait: tap, want: "2"},
			{opened: []string{"1"}, wait: tap, want: "1'"}, {opened: []string{"2"}, wait: tap, want: "2'"}}},
		{"held -> long once", []step{{closed: []string{"*"}, wait: 2 * time.Second, want: "* *~"}, {opened: []string{"*"}, wait: tap, want: "*'"}}},
		{"three corners of a rectangle -> the third is not believed", []step{{closed: []string{"1", "2"}, wait: tap, want: "1 2"},
			{closed: []string{"4"}, wait: tap}, {opened: []string{"2"}, wait: tap, want: "2' 4"}, {opened: []string{"1", "4"}, wait: tap, want: "1' 4'"}}},
		{"place without a key -> nothing", []step{{closed: []string{"none"}, wait: tap}, {opened: []string{"none"}, wait: tap}}},
		{"rest between presses -> works again", []step{{closed: []string{"0"}, wait: tap, want: "0"}, {opened: []string{"0"}, wait: time.Hour, want: "0'"},
			{closed: []string{"0"}, wait: tap, want: "0"}, {opened: []string{"0"}, wait: tap, want: "0'"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				board := newCopper(t)
				k, err := driversOn(board.open).Keypads["gpio-matrix-keypad"].Open(t.Context(), matrixPart, quiet)
				if err != nil {
					t.Fatal(err)
				}
				r := read(k)
				for i, s := range c.steps {
					move(board, s.closed, true)
					move(board, s.opened, false)
					<-time.After(s.wait)
					synctest.Wait()
					if got := r.take(); got != s.want {
						t.Errorf("step %d: got %q, want %q", i, got, s.want)
					}
				}
				if err := errors.Join(k.Close(), k.Close(), board.allFree()); err != nil {
					t.Error(err)
				}
				<-r.ended
				if !errors.Is(r.err, hal.ErrClosed) {
					t.Errorf("reading ended with %v", r.err)
				}
			})
		})
	}
}

func move(board *copper, keys []string, closed bool) {
	for _, k := range keys {
		at, ok := places[k]
		if !ok {
			at = [2]string{"R2", "C2"}
		}
		board.join(at[0], at[1], closed)
	}
}

func TestMatrix_line_fails_in_use_keys_are_released_and_reading_ends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := newCopper(t)
		k, err := driversOn(board.open).Keypads["gpio-matrix-keypad"].Open(t.Context(), matrixPart, quiet)
		if err != nil {
			t.Fatal(err)
		}
		r := read(k)
		board.join("R0", "C0", true)
		<-time.After(100 * time.Millisecond)
		board.mu.Lock()
		board.broken["C1"] = errors.New("input/output error")
		board.mu.Unlock()
		<-r.ended
		if got := r.take(); got != "1 1'" || !errors.Is(r.err, hal.ErrGone) {
			t.Errorf("got %q and %v", got, r.err)
		}
		k.Close()
	})
}

func TestKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := newCopper(t)
		part := hal.Params{"keys": map[string]any{"call": "GPIO5", "exit": "GPIO6"}}
		k, err := driversOn(board.open).Keypads["gpio-keys"].Open(t.Context(), part, quiet)
		if err != nil {
			t.Fatal(err)
		}
		r := read(k)
		for _, s := range []struct {
			line   string
			closed bool
			wait   time.Duration
			want   string
		}{
			{"GPIO5", true, 50 * time.Millisecond, "call"}, {"GPIO6", true, 50 * time.Millisecond, "exit"},
			{"GPIO5", false, 50 * time.Millisecond, "call'"}, {"GPIO6", true, time.Second, "exit~"}, {"GPIO6", false, time.Second, "exit'"},
		} {
			board.join("GND", s.line, s.closed)
			<-time.After(s.wait)
			synctest.Wait()
			if got := r.take(); got != s.want {
				t.Errorf("%s %v: got %q, want %q", s.line, s.closed, got, s.want)
			}
		}
		if err := errors.Join(k.Close(), board.allFree()); err != nil {
			t.Error(err)
		}
		<-r.ended
	})
}

func TestKeys_line_that_cannot_be_read_is_no_key_that_is_down(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := newCopper(t)
		k, err := driversOn(board.open).Keypads["gpio-keys"].Open(t.Context(), hal.Params{"keys": map[string]any{"call": "GPIO5", "exit": "GPIO6"}}, quiet)
		if err != nil {
			t.Fatal(err)
		}
		r := read(k)
		breaks := func(err error) {
			board.mu.Lock()
			defer board.mu.Unlock()
			board.broken["GPIO6"] = err
		}
		breaks(errors.New("input/output error"))
		board.join("GND", "GPIO5", true) // the edge that begins the reading
		<-time.After(500 * time.Millisecond)
		breaks(nil)
		board.join("GND", "GPIO5", false)
		<-time.After(500 * time.Millisecond)
		synctest.Wait()
		if got := r.take(); got != "call call'" {
			t.Errorf("while the exit button could not be read: %q", got)
		}
		breaks(errors.New("input/output error"))
		board.join("GND", "GPIO5", true)
		<-r.ended
		if got := r.take(); got != "call call~ call'" || !errors.Is(r.err, hal.ErrGone) {
			t.Errorf("got %q and %v", got, r.err)
		}
		if err := errors.Join(k.Close(), board.allFree()); err != nil {
			t.Error(err)
		}
	})
}

func TestHook_line_that_cannot_be_read_stays_as_it_was(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := newCopper(t)
		h, err := driversOn(board.open).Hooks["gpio-hook"].Open(t.Context(), hal.Params{"line": "GPIO4", "off-hook": "low"}, quiet)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := h.ReadHook(); s != hal.OnHook || err != nil {
			t.Fatal(s, err)
		}
		var after hal.HookState
		ended := make(chan error, 1)
		go func() {
			var err error
			after, err = h.ReadHook()
			ended <- err
		}()
		synctest.Wait()
		board.mu.Lock()
		board.broken["GPIO4"] = errors.New("input/output error")
		board.lines["GPIO4"].edges <- struct{}{}
		board.mu.Unlock()
		<-time.After(time.Second)
		synctest.Wait()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, hal.ErrClosed) {
			t.Errorf("%v, %v: a line that cannot be read lifted the handset", after, err)
		}
	})
}

func TestHook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := newCopper(t)
		board.join("GND", "GPIO4", true) // in its cradle the switch is closed
		h, err := driversOn(board.open).Hooks["gpio-hook"].Open(t.Context(), hal.Params{"line": "GPIO4", "off-hook": "high"}, quiet)
		if err != nil {
			t.Fatal(err)
		}
		states := make(chan hal.HookState)
		ended := make(chan error)
		go func() {
			for {
				s, err := h.ReadHook()
				if err != nil {
					ended <- err
					return
				}
				states <- s
			}
		}()
		if s := <-states; s != hal.OnHook {
			t.Error("the first state is not on-hook")
		}
		for range 5 { // the switch bounces, then stays open
			board.join("GND", "GPIO4", false)
			<-time.After(3 * time.Millisecond)
			board.join("GND", "GPIO4", true)
			<-time.After(3 * time.Millisecond)
		}
		board.join("GND", "GPIO4", false)
		if s := <-states; s != hal.OffHook {
			t.Error("no off-hook after bouncing")
		}
		board.join("GND", "GPIO4", true)
		if s := <-states; s != hal.OnHook {
			t.Error("no on-hook")
		}
		if err := errors.Join(h.Close(), h.Close()); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, hal.ErrClosed) {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestRelay(t *testing.T) {
	type action struct {
		at   time.Duration
		do   string
		arg  time.Duration
		want string // level after it

		fails bool
	}
	cases := []struct {
		name    string
		low     bool
		actions []action
	}{
		{"opened -> at rest", false, []action{{want: "low"}}},
		{"opened, active low -> at rest", true, []action{{want: "high"}}},
		{"pulse -> energised for exactly its time", false, []action{{do: "pulse", arg: 3 * time.Second, want: "high"}, {at: 2999 * time.Millisecond, want: "high"}, {at: 3001 * time.Millisecond, want: "low"}}},
		{"pulse longer than max-hold -> max-hold", false, []action{{do: "pulse", arg: time.Hour, want: "high"}, {at: 4999 * time.Millisecond, want: "high"}, {at: 5001 * time.Millisecond, want: "low"}}},
		{"second pulse -> from its own start", false, []action{{do: "pulse", arg: 3 * time.Second, want: "high"}, {at: 2 * time.Second, do: "pulse", arg: 3 * time.Second, want: "high"},
			{at: 4999 * time.Millisecond, want: "high"}, {at: 5001 * time.Millisecond, want: "low"}}},
		{"release -> at once, and the old pulse ends nothing later", false, []action{{do: "pulse", arg: 2 * time.Second, want: "high"}, {at: time.Second, do: "release", want: "low"},
			{at: 1500 * time.Millisecond, do: "pulse", arg: 2 * time.Second, want: "high"}, {at: 2100 * time.Millisecond, want: "high"}, {at: 3501 * time.Millisecond, want: "low"}}},
		{"pulse of nothing -> rest", false, []action{{do: "pulse", arg: 0, want: "low"}}},
		{"the line refuses to rest -> tried until it does", false, []action{{do: "pulse", arg: time.Second, want: "high"}, {at: 500 * time.Millisecond, do: "break", want: "high"},
			{at: 1250 * time.Millisecond, do: "mend", want: "high"}, {at: 1301 * time.Millisecond, want: "low"}}},
		{"the line refuses to be released -> tried until it does", false, []action{{do: "pulse", arg: 5 * time.Second, want: "high"}, {at: 500 * time.Millisecond, do: "break", want: "high"},
			{at: 600 * time.Millisecond, do: "release", fails: true, want: "high"}, {at: 750 * time.Millisecond, do: "mend", want: "high"}, {at: 801 * time.Millisecond, want: "low"}}},
		{"the line moves and says that it did not -> tried until it rests", false, []action{{do: "stick", want: "low"}, {do: "pulse", arg: 3 * time.Second, fails: true, want: "high"},
			{at: 550 * time.Millisecond, do: "mend", want: "high"}, {at: 601 * time.Millisecond, want: "low"}}},
		{"closed while energised -> at rest and free", false, []action{{do: "pulse", arg: 3 * time.Second, want: "high"}, {at: time.Second, do: "close", want: "free"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				board := newCopper(t)
				r, err := driversOn(board.open).Relays["gpio-relay"].Open(t.Context(),
					hal.Params{"line": "GPIO9", "max-hold": "5s", "active-low": c.low}, quiet)
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				for _, a := range c.actions {
					<-time.After(a.at - time.Since(start))
					synctest.Wait()
					var err error
					switch a.do {
					case "pulse":
						err = r.Pulse(a.arg)
					case "release":
						err = r.Release()
					case "close":
						err = r.Close()
					case "break", "mend":
						board.mu.Lock()
						board.broken["GPIO9"] = map[string]error{"break": errors.New("input/output error")}[a.do]
						board.mu.Unlock()
					case "stick":
						board.mu.Lock()
						board.broken["GPIO9"] = errNoAnswer
						board.mu.Unlock()
					}
					if (err != nil) != a.fails {
						t.Errorf("%s: %v", a.do, err)
					}
					if got := board.driven("GPIO9"); got != a.want {
						t.Errorf("at %s after %q: %s, want %s", a.at, a.do, got, a.want)
					}
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
				if trace := strings.Join(board.trace, " "); c.low && trace != "GPIO9=High" || !c.low && strings.HasPrefix(trace, "GPIO9=High") {
					t.Errorf("the contact moved at opening: %s", trace)
				}
			})
		})
	}
}

func TestLed_line_held_by_another_says_so(t *testing.T) {
	board := newCopper(t)
	board.broken["GPIO3"] = errors.New("device or resource busy")
	_, err := driversOn(board.open).Indicators["gpio-led"].Open(t.Context(), hal.Params{"line": "GPIO3"}, quiet)
	if err == nil || !strings.Contains(err.Error(), "busy") {
		t.Errorf("got %v", err)
	}
}

func TestCheck(t *testing.T) {
	d := DriversOn(NewLines())
	cases := []struct {
		name  string
		check func(hal.Params) error
		in    hal.Params
		want  string
	}{
		{"good matrix -> nothing", d.Keypads["gpio-matrix-keypad"].Check, matrixPart, ""},
		{"line not on the chip -> its path", d.Keypads["gpio-matrix-keypad"].Check,
			hal.Params{"chip": "pinctrl-bcm2835", "rows": []any{"GPIO5", "GPIO99"}, "cols": []any{"GPIO6"}, "keymap": []any{[]any{1}, []any{2}}},
			"rows[1]: GPIO99 does not exist on this chip (pinctrl-bcm2835 has GPIO0 to GPIO53)"},
		{"line twice -> the second's path", d.Keypads["gpio-matrix-keypad"].Check,
			hal.Params{"rows": []any{"GPIO5"}, "cols": []any{"GPIO5"}, "keymap": []any{[]any{1}}}, "cols[0]: GPIO5 is used by rows[0] already"},
		{"key twice -> both places", d.Keypads["gpio-matrix-keypad"].Check,
			hal.Params{"rows": []any{"A"}, "cols": []any{"B", "C"}, "keymap": []any{[]any{1, 1}}}, "keymap[0][1]: key 1 is at keymap[0][0] already"},
		{"short row -> said", d.Keypads["gpio-matrix-keypad"].Check,
			hal.Params{"rows": []any{"A"}, "cols": []any{"B", "C"}, "keymap": []any{[]any{1}}}, "keymap[0]: has 1 keys where there are 2 column lines"},
		{"unknown key -> said", d.Keypads["gpio-keys"].Check, hal.Params{"keys": map[string]any{"bell": "GPIO4"}}, `keys.bell: "bell" is not a key`},
		{"line of a labelled controller -> no fault", d.Indicators["gpio-led"].Check, hal.Params{"line": "1c20800.pinctrl:6"}, ""},
		{"line of no controller -> said", d.Indicators["gpio-led"].Check, hal.Params{"line": ":6"}, "line: :6 is not of the form gpiochip0:17"},
		{"bad form -> said", d.Indicators["gpio-led"].Check, hal.Params{"line": "gpiochip0:x"}, "line: gpiochip0:x is not of the form gpiochip0:17"},
		{"hold too long -> said", d.Relays["gpio-relay"].Check, hal.Params{"line": "GPIO4", "max-hold": "1h"}, "max-hold: 1h0m0s is not between 0s and 5m0s"},
		{"matrix without columns -> said", d.Keypads["gpio-matrix-keypad"].Check, hal.Params{"rows": []any{"GPIO4"}, "cols": []any{}, "keymap": []any{[]any{}}}, "cols: names no line: a matrix has at least one"},
		{"hook level -> said", d.Hooks["gpio-hook"].Check, hal.Params{"line": "GPIO4", "off-hook": "up"}, `off-hook: "up" is neither high nor low`},
		{"dial -> no fault", d.Keypads["gpio-rotary-dial"].Check, hal.Params{"line": "GPIO4", "digits": "sweden"}, ""},
		{"dial with one line for two -> said", d.Keypads["gpio-rotary-dial"].Check, hal.Params{"line": "GPIO4", "turning": "GPIO4"}, "line[1]: GPIO4 is used by line[0] already"},
		{"dial of nowhere -> said", d.Keypads["gpio-rotary-dial"].Check, hal.Params{"line": "GPIO4", "digits": "mars"}, `digits: "mars" is none of usual, new-zealand and sweden`},
		{"encoder -> no fault", d.Keypads["rotary-encoder"].Check, hal.Params{"lines": []any{"GPIO4", "GPIO5"}, "clockwise": "down", "counter-clockwise": "up"}, ""},
		{"encoder with one key for two -> said", d.Keypads["rotary-encoder"].Check, hal.Params{"lines": []any{"GPIO4", "GPIO5"}, "clockwise": "up", "counter-clockwise": "up"}, "counter-clockwise: key up is at clockwise already"},
		{"encoder of one line -> said", d.Keypads["rotary-encoder"].Check, hal.Params{"lines": []any{"GPIO4"}}, "lines: are 1: an encoder has two"},
		{"encoder of three steps -> said", d.Keypads["rotary-encoder"].Check, hal.Params{"lines": []any{"GPIO4", "GPIO5"}, "steps-per-detent": 3}, "steps-per-detent: 3 is none of 1, 2 and 4"},
		{"unknown chip -> said", d.Hooks["gpio-hook"].Check, hal.Params{"line": "GPIO4", "chip": "bcm"}, "chip: bcm is not a known controller"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := c.check(c.in)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestDial_digits_of_each_country(t *testing.T) {
	for country, want := range map[string]string{"usual": "1234567890", "new-zealand": "9876543210", "sweden": "0123456789"} {
		if got := (dialConfig{Digits: country}).digits(); got != want {
			t.Errorf("%s: %s by the number of pulses, want %s", country, got, want)
		}
	}
}

func TestOffset_of_lines_that_the_kernel_calls_otherwise(t *testing.T) {
	for _, c := range []struct {
		label, line string
		want        int
		ok          bool
	}{
		{"pinctrl-bcm2711", "GPIO4", 4, true}, {"pinctrl-bcm2711", "GPIO57", 57, true}, {"pinctrl-bcm2711", "GPIO58", 58, false},
		{"raspberrypi-exp-gpio", "GPIO4", 4, false}, {"pinctrl-bcm2711", "SPI_CE1_N", 0, false}, {"pinctrl-bcm2711", "GPIO-1", -1, false},
	} {
		if n, ok := Offset(c.label, c.line); ok != c.ok || ok && n != c.want {
			t.Errorf("%s of %s: %d, %v, want %d, %v", c.line, c.label, n, ok, c.want, c.ok)
		}
	}
}
