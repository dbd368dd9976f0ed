package gpio

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/hal"
	"offhook/hal/haltest"
	"offhook/hal/wiegand"
)

// pulses are two lines that the test pulses. Strict: nothing may be told after
// they were given back.
type pulses struct {
	t      *testing.T
	lines  []string
	low    bool
	tell   func(pulse)
	seq    uint32
	closed int
	broken error
}

func (p *pulses) open(_ string, lines []string, activeLow bool, tell func(pulse)) (io.Closer, error) {
	p.lines, p.low, p.tell = lines, activeLow, tell
	return p, p.broken
}

func (p *pulses) Close() error {
	p.closed++
	return nil
}

// send pulses the lines, bits 1 ms apart; in between nobody listens for a while.
func (p *pulses) send(bits string) {
	for _, b := range bits {
		<-time.After(time.Millisecond)
		p.seq++
		p.tell(pulse{line: int(b - '0'), at: time.Since(time.Time{}.AddDate(1999, 0, 0)), seq: p.seq})
	}
}

const (
	card26 = "1" + "110101000001" + "101110000001" + "0"
	card34 = "1" + "1000100111010100" + "0001101110000001" + "1"
)

func openWiegand(t *testing.T, p hal.Params) (*Wiegand, *pulses) {
	t.Helper()
	lines := &pulses{t: t}
	params := hal.Params{"d0": "GPIO5", "d1": "GPIO6"}
	for k, v := range p {
		params[k] = v
	}
	r, err := wiegandDriver(lines.open).Open(t.Context(), params, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return r.(*Wiegand), lines
}

func TestWiegand_conforms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		haltest.Reader(t, 34, 0x89d41b81, func(testing.TB) (hal.Reader, func()) {
			r, lines := openWiegand(t, nil)
			return r, func() {
				lines.send(card34)
				<-time.After(time.Second)
			}
		})
	})
}

func TestWiegand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, lines := openWiegand(t, hal.Params{"bits": []any{26}})
		if strings.Join(lines.lines, " ") != "GPIO5 GPIO6" || !lines.low {
			t.Errorf("%v, active low %v", lines.lines, lines.low)
		}
		pause := func() {
			<-time.After(time.Second)
			synctest.Wait()
		}
		lines.send(card34) // not asked for
		pause()
		lines.send(card26[:20])
		pause()
		lines.send("0" + card26[1:])
		pause()
		if d := r.Drops(); d != (wiegand.Drops{Length: 2, Parity: 1}) {
			t.Errorf("%+v", d)
		}
		// Two cards without a pause of ours between; the first was never read.
		lines.send("0" + "000000000000" + "000000000000" + "1")
		<-time.After(26 * time.Millisecond)
		lines.send(card26)
		before := time.Now()
		pause()
		c, err := r.ReadCredential()
		if err != nil || c.Bits != 26 || c.Code != 0xd41b81 || c.Time.Sub(before) != 50*time.Millisecond {
			t.Errorf("%+v after %s, %v", c, c.Time.Sub(before), err)
		}
		if err := errors.Join(r.Close(), r.Close()); err != nil || lines.closed != 1 {
			t.Errorf("%v, closed %d times", err, lines.closed)
		}
		for range 2 * queued { // the kernel's last words hold nobody up
			lines.tell(pulse{})
		}
	})
}

func TestWiegand_lines_that_cannot_be_had(t *testing.T) {
	lines := &pulses{t: t, broken: errors.New("device or resource busy")}
	if _, err := wiegandDriver(lines.open).Open(t.Context(), hal.Params{"d0": "GPIO5", "d1": "GPIO6"}, quiet); !errors.Is(err, lines.broken) {
		t.Errorf("%v", err)
	}
}

func TestWiegand_check(t *testing.T) {
	for _, c := range []struct {
		name string
		in   hal.Params
		want string
	}{
		{"good -> nothing", hal.Params{"d0": "GPIO5", "d1": "GPIO6", "bits": []any{26, 37}}, ""},
		{"one line -> said", hal.Params{"d0": "GPIO5"}, "d1: is required"},
		{"one line twice -> said", hal.Params{"d0": "GPIO5", "d1": "GPIO5"}, "d1: GPIO5 is used by d0 already"},
		{"a length nobody sends -> those there are", hal.Params{"d0": "GPIO5", "d1": "GPIO6", "bits": []any{26, 27}}, "bits[1]: frames of 27 bits are not known: there are [26 34 37]"},
		{"no length -> said", hal.Params{"d0": "GPIO5", "d1": "GPIO6", "bits": []any{}}, "bits: names no length"},
		{"a second between bits -> said", hal.Params{"d0": "GPIO5", "d1": "GPIO6", "bit-timeout-ms": 1000}, "bit-timeout-ms: 1s is not between 2ms and 200ms"},
		{"a line that is not on the chip -> said", hal.Params{"chip": "pinctrl-rp1", "d0": "GPIO54", "d1": "GPIO6"}, "d0: GPIO54 does not exist on this chip"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := wiegandDriver(openPulses).Check(c.in)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestOpenPulses_errors(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  string
	}{
		{[]string{"gpiochip251:1", "gpiochip252:2"}, "gpiochip251:1 is on gpiochip251 and gpiochip252:2 on gpiochip252: the order of their pulses is known on one controller only"},
		{[]string{"gpiochip251:1", "gpiochip251:2"}, "(gpioinfo tells who holds them)"},
		{[]string{"nowhere:1", "nowhere:2"}, "this machine has no line 1 on a controller nowhere"},
	} {
		if held, err := openPulses("", c.lines, true, nil); err == nil || !strings.Contains(err.Error(), c.want) || held != nil {
			t.Errorf("%v: %v, want %s", c.lines, err, c.want)
		}
	}
}
