package ws2812

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"offhook/hal"
	"offhook/hal/haltest"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// wired is a driver whose SPI devices all lead to fresh strips.
func wired(t *testing.T) (hal.Driver[hal.Indicator], func() *lights) {
	var now *lights
	return driversOn(func(int, int) (spi.PortCloser, error) {
		now = &lights{t: t}
		return now, nil
	}).Indicators["ws2812"], func() *lights { return now }
}

func TestConform(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		haltest.Indicator(t, func(testing.TB) (hal.Indicator, func() bool) {
			d, strip := wired(t)
			lamp, err := d.Open(t.Context(), hal.Params{"pixel": 2}, quiet)
			if err != nil {
				t.Fatal(err)
			}
			return lamp, func() bool { return strip().at(2) != [3]byte{} }
		})
	})
}

func TestLamps(t *testing.T) {
	for _, c := range []struct {
		name string
		in   hal.Params
		want [3]byte // on the wire
	}{
		{"white at a quarter by default", hal.Params{"pixel": 0}, [3]byte{64, 64, 64}},
		{"red -> green first, red second", hal.Params{"pixel": 0, "colour": "red", "brightness": 100}, [3]byte{0, 255, 0}},
		{"of a strip of the other order -> red first", hal.Params{"pixel": 0, "colour": "red", "brightness": 100, "order": "rgb"}, [3]byte{255, 0, 0}},
		{"any colour", hal.Params{"pixel": 255, "colour": "#80ff01", "brightness": 100}, [3]byte{0xff, 0x80, 0x01}},
		{"without a sharp", hal.Params{"pixel": 7, "colour": "80ff01", "brightness": 100}, [3]byte{0xff, 0x80, 0x01}},
		{"dimmed", hal.Params{"pixel": 0, "colour": "blue", "brightness": 1}, [3]byte{0, 0, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, strip := wired(t)
			lamp, err := d.Open(t.Context(), c.in, quiet)
			if err != nil {
				t.Fatal(err)
			}
			if err := lamp.Set(hal.LampOn); err != nil {
				t.Error(err)
			}
			pixel := c.in["pixel"].(int)
			if got := strip().at(pixel); got != c.want || len(strip().shown) != pixel+1 {
				t.Errorf("%v, %d lights", got, len(strip().shown))
			}
			if err := lamp.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestStrip_is_shared_and_closed_with_its_last_lamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, strip := wired(t)
		open := func(pixel int, colour string) hal.Indicator {
			l, err := d.Open(t.Context(), hal.Params{"pixel": pixel, "colour": colour, "brightness": 100}, quiet)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		ring, hold := open(0, "red"), open(3, "green")
		if err := errors.Join(ring.Set(hal.LampFast), hold.Set(hal.LampSlow)); err != nil {
			t.Error(err)
		}
		for _, s := range []struct {
			after      time.Duration
			ring, hold bool
		}{{0, true, true}, {260 * time.Millisecond, false, true}, {250 * time.Millisecond, true, true}, {500 * time.Millisecond, true, false}} {
			<-time.After(s.after)
			synctest.Wait()
			if got0, got3 := strip().at(0) == [3]byte{0, 255, 0}, strip().at(3) == [3]byte{255, 0, 0}; got0 != s.ring || got3 != s.hold {
				t.Errorf("after %s more: %v, %v", s.after, got0, got3)
			}
		}
		if _, err := d.Open(t.Context(), hal.Params{"pixel": 3}, quiet); err == nil || !strings.Contains(err.Error(), "light 3 of spidev0.0 is another lamp's already") {
			t.Errorf("taken twice: %v", err)
		}
		first := strip()
		if err := errors.Join(ring.Close(), ring.Close()); err != nil || first.closed {
			t.Errorf("%v, closed under a lamp: %v", err, first.closed)
		}
		first.mu.Lock()
		first.broken = errBroken
		first.mu.Unlock()
		if err := hold.Set(hal.LampOn); !errors.Is(err, errBroken) || !strings.HasPrefix(err.Error(), "light 3 of spidev0.0: ") {
			t.Errorf("broken: %v", err)
		}
		if err := hold.Close(); err != nil || !first.closed {
			t.Errorf("%v, left open: %v", err, !first.closed)
		}
		again := open(0, "red")
		if strip() == first {
			t.Error("the closed strip was used again")
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestOpen_broken_leaves_nothing_open(t *testing.T) {
	strip := &lights{t: t, broken: errBroken}
	d := driversOn(func(int, int) (spi.PortCloser, error) { return strip, nil }).Indicators["ws2812"]
	if _, err := d.Open(t.Context(), hal.Params{"pixel": 0}, quiet); !errors.Is(err, errBroken) || !strip.closed {
		t.Errorf("%v, closed %v", err, strip.closed)
	}
}

// TestFrame_rates: a controller that has not this rate takes the next below.
func TestFrame_rates(t *testing.T) {
	for _, rate := range []physic.Frequency{2110 * physic.KiloHertz, 2400 * physic.KiloHertz, 2850 * physic.KiloHertz} {
		l := &lights{t: t, rate: rate}
		for b := range 256 {
			want := [3]byte{byte(b), ^byte(b), 0xa5}
			// The rest is measured at the rate asked for: slower is longer.
			if rate <= bitRate {
				l.receive(frame(nil, [][3]byte{want}))
			} else {
				l.receive(append(make([]byte, gapBytes), append(frame(nil, [][3]byte{want}), make([]byte, gapBytes)...)...))
			}
			if l.at(0) != want {
				t.Fatalf("%v arrives as %v", want, l.at(0))
			}
		}
	}
}

func TestSet_allocates_nothing(t *testing.T) {
	s := &strip{conn: nowhere{}, lights: make([][3]byte, 16)}
	if n := testing.AllocsPerRun(100, func() { _ = s.set(3, [3]byte{1, 2, 3}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

type nowhere struct{ spi.Conn }

func (nowhere) Tx([]byte, []byte) error { return nil }

func TestCheck(t *testing.T) {
	check := Drivers().Indicators["ws2812"].Check
	for _, c := range []struct {
		name string
		in   hal.Params
		want string
	}{
		{"good -> nothing", hal.Params{"pixel": 3, "spi": "spidev1.2", "colour": "orange"}, ""},
		{"no pixel -> said", hal.Params{}, "pixel: is required"},
		{"too far -> said", hal.Params{"pixel": 256}, "pixel: 256 is not between 0 and 255"},
		{"a path -> a name", hal.Params{"pixel": 0, "spi": "/dev/spidev0.0"}, "spi: \"/dev/spidev0.0\" is not an SPI device such as spidev0.0"},
		{"no such colour -> those there are", hal.Params{"pixel": 0, "colour": "pink"}, `colour: "pink" is no colour: red, orange`},
		{"an order of its own -> said", hal.Params{"pixel": 0, "order": "bgr"}, `order: "bgr" is neither grb nor rgb`},
		{"a colour that YAML read as a number -> said", hal.Params{"pixel": 0, "colour": 8000}, `colour: "8000" is no colour`},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := check(c.in)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func FuzzParseColour(f *testing.F) {
	for _, s := range []string{"#ff8000", "white", "+12345", "#"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if c, ok := parseColour(name); ok && name[0] == '#' && !strings.EqualFold(name, fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2])) {
			t.Errorf("%q is %v", name, c)
		}
	})
}
