package expander_test

import (
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"

	"offhook/hal"
	"offhook/hal/expander"
	board "offhook/hal/gpio"
	"offhook/hal/haltest"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// on opens an expander named x and returns the drivers of what may be on its lines.
func on(t *testing.T, c *chip, compatible string, interrupt bool) (*expander.Lines, hal.Drivers, hal.Expander) {
	t.Helper()
	lines := expander.New(expander.Config{
		Bus: func(int) (i2c.BusCloser, error) { return c, nil },
		Line: func(_, line string) (gpio.PinIO, error) {
			if line != "GPIO25" {
				return nil, errors.New("no line " + line)
			}
			return c.irq, nil
		},
	})
	p := hal.Params{"name": "x", "address": int(c.addr)}
	if interrupt {
		p["interrupt"] = "GPIO25"
	}
	x, err := lines.Drivers()[compatible].Open(t.Context(), p, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return lines, board.DriversOn(lines), x
}

func opened[T any](t *testing.T, all map[string]hal.Driver[T], compatible string, p hal.Params) T {
	t.Helper()
	part, err := all[compatible].Open(t.Context(), p, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return part
}

var chips = []struct {
	compatible string
	addr       uint16
	registers  func() registers
}{
	{"mcp23017", 0x21, func() registers { return &mcp{} }},
	{"pcf8574", 0x38, func() registers { return &pcf{bytes: 1} }},
	{"pcf8575", 0x20, func() registers { return &pcf{bytes: 2} }},
}

// closing is an opened part that takes its expander with it.
func closing(t *testing.T, x hal.Expander) {
	t.Cleanup(func() {
		if err := errors.Join(x.Close(), x.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestConform(t *testing.T) {
	for _, c := range chips {
		for _, interrupt := range []bool{false, true} {
			name := c.compatible + map[bool]string{false: " polled", true: " interrupting"}[interrupt]
			bubble := func(part string, test func(*testing.T, func(testing.TB) (*chip, hal.Drivers))) {
				t.Run(name+" "+part, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						test(t, func(testing.TB) (*chip, hal.Drivers) {
							chip := newChip(t, c.addr, c.registers())
							_, d, x := on(t, chip, c.compatible, interrupt)
							closing(t, x)
							return chip, d
						})
					})
				})
			}
			bubble("matrix", func(t *testing.T, fresh func(testing.TB) (*chip, hal.Drivers)) {
				haltest.Keypad(t, hal.Key5, func(tb testing.TB) (hal.Keypad, func(hal.Key, bool)) {
					chip, d := fresh(tb)
					k := opened(t, d.Keypads, "gpio-matrix-keypad", hal.Params{"rows": []any{"x:0", "x:1"}, "cols": []any{"x:2", "x:3"},
						"keymap": []any{[]any{1, 2}, []any{4, 5}}})
					return k, func(_ hal.Key, down bool) { chip.join(1, 3, down) }
				})
			})
			bubble("keys", func(t *testing.T, fresh func(testing.TB) (*chip, hal.Drivers)) {
				haltest.Keypad(t, hal.KeyCall, func(tb testing.TB) (hal.Keypad, func(hal.Key, bool)) {
					chip, d := fresh(tb)
					k := opened(t, d.Keypads, "gpio-keys", hal.Params{"keys": map[string]any{"call": "x:7", "exit": "x:6"}})
					return k, func(_ hal.Key, down bool) { chip.press(7, down) }
				})
			})
			bubble("hook", func(t *testing.T, fresh func(testing.TB) (*chip, hal.Drivers)) {
				haltest.Hook(t, func(tb testing.TB) (hal.Hook, func(bool)) {
					chip, d := fresh(tb)
					h := opened(t, d.Hooks, "gpio-hook", hal.Params{"line": "x:4", "off-hook": "low"})
					return h, func(up bool) { chip.press(4, up) }
				})
			})
			bubble("lamp", func(t *testing.T, fresh func(testing.TB) (*chip, hal.Drivers)) {
				haltest.Indicator(t, func(tb testing.TB) (hal.Indicator, func() bool) {
					chip, d := fresh(tb)
					l := opened(t, d.Indicators, "gpio-led", hal.Params{"line": "x:5", "active-low": true})
					return l, func() bool { return chip.drive(5) == "low" }
				})
			})
			bubble("relay", func(t *testing.T, fresh func(testing.TB) (*chip, hal.Drivers)) {
				haltest.Relay(t, 5*time.Second, func(tb testing.TB) (hal.Relay, func() bool) {
					chip, d := fresh(tb)
					r := opened(t, d.Relays, "gpio-relay", hal.Params{"line": "x:6", "active-low": true, "max-hold": "5s"})
					return r, func() bool { return chip.drive(6) == "low" }
				})
			})
		}
	}
}

func TestRelay_first_level_is_that_at_rest(t *testing.T) {
	for _, c := range []struct {
		name  string
		low   bool
		mcp   mcp
		moves []string
	}{
		{"fresh, active low -> high at once", true, mcp{}, []string{"6 high"}},
		{"fresh -> low at once", false, mcp{}, []string{"6 low"}},
		{"left at rest, active low, by a program that died -> let go, then high", true, mcp{[0x16]byte{0xbf, 0xff, 0x14: 0x40}}, []string{"6 free", "6 high"}},
		{"left energised -> let go, then low", false, mcp{[0x16]byte{0xbf, 0xff, 0x14: 0x40}}, []string{"6 free", "6 low"}},
		{"left with banks -> understood", true, mcp{[0x16]byte{0xbf, 0xff, 0x0a: 0xa0, 0x0b: 0xa0, 0x14: 0x40}}, []string{"6 free", "6 high"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				chip := newChip(t, 0x20, &mcp{})
				if c.mcp.r != (mcp{}).r {
					chip.set(func() { *chip.of.(*mcp) = c.mcp })
				}
				chip.moves()
				_, d, x := on(t, chip, "mcp23017", false)
				r := opened(t, d.Relays, "gpio-relay", hal.Params{"line": "x:6", "active-low": c.low})
				if got := chip.moves(); !slices.Equal(got, c.moves) {
					t.Errorf("%q, want %q", got, c.moves)
				}
				if err := errors.Join(r.Close(), x.Close()); err != nil {
					t.Error(err)
				}
				if chip.drive(6) != "free" || !chip.closed {
					t.Error("closed, the line is not given back")
				}
			})
		})
	}
}

func TestInterrupt_an_idle_expander_is_hardly_asked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chip := newChip(t, 0x20, &mcp{})
		_, d, x := on(t, chip, "mcp23017", true)
		k := opened(t, d.Keypads, "gpio-keys", hal.Params{"keys": map[string]any{"5": "x:1"}})
		wait(time.Second)
		before := chip.exchanges()
		wait(10 * time.Second)
		if n := chip.exchanges() - before; n > 100 {
			t.Errorf("%d exchanges in 10 s", n)
		}
		if chip.irq.pull != gpio.PullUp || chip.irq.edge != gpio.FallingEdge {
			t.Errorf("the interrupt is %v, %v", chip.irq.pull, chip.irq.edge)
		}
		if err := errors.Join(k.Close(), x.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestKeys_pressed_in_the_middle_of_a_write_is_seen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chip := newChip(t, 0x20, &pcf{bytes: 1})
		lines, d, x := on(t, chip, "pcf8574", true)
		k := opened(t, d.Keypads, "gpio-keys", hal.Params{"keys": map[string]any{"5": "x:1"}})
		other, err := lines.Open("", "x:2")
		if err != nil {
			t.Fatal(err)
		}
		wait(100 * time.Millisecond)
		chip.set(func() { chip.during = func() { chip.ground[1] = true } })
		start := time.Now()
		if err := other.Out(gpio.Low); err != nil {
			t.Error(err)
		}
		if e, err := k.ReadKey(); err != nil || e.Action != hal.KeyPress || e.Time.Sub(start) > 100*time.Millisecond {
			t.Errorf("%v, %v after %s", e, err, e.Time.Sub(start))
		}
		if err := errors.Join(k.Close(), other.Halt(), x.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestOpen_errors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chip := newChip(t, 0x20, &mcp{})
		lines, d, x := on(t, chip, "mcp23017", false)
		pin, err := lines.Open("", "x:3")
		if err != nil {
			t.Fatal(err)
		}
		says := func(what string, err error, want string) {
			t.Helper()
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", what, err, want)
			}
		}
		_, err = lines.Open("", "x:3")
		says("held", err, "x:3 is held by another part already")
		_, err = lines.Open("", "x:16")
		says("too far", err, "x has no line 16: it has 0 to 15")
		_, err = lines.Open("", "x:y")
		says("no number", err, "named like x:3")
		_, err = lines.Open("", "GPIO4")
		says("the kernel's", err, "no line GPIO4")
		_, err = lines.Open("", "y:4")
		says("another's", err, "no line y:4")
		says("pull-down", pin.In(gpio.PullDown, gpio.BothEdges), "cannot pull a line down")
		_, err = lines.Drivers()["mcp23017"].Open(t.Context(), hal.Params{"name": "x"}, quiet)
		says("twice", err, "there is an expander x already")
		chip.closed = false // the second's closing closed the one bus that there is
		if err := errors.Join(pin.Halt(), pin.Halt()); err != nil {
			t.Error(err)
		}
		if err := pin.Out(gpio.High); !errors.Is(err, hal.ErrClosed) {
			t.Errorf("after Halt: %v", err)
		}
		if err := x.Close(); err != nil {
			t.Error(err)
		}
		chip.closed = false
		chip.kill(true)
		_, err = lines.Drivers()["mcp23017"].Open(t.Context(), hal.Params{"name": "x"}, quiet)
		says("nobody there", err, "no expander answers at 0x20 on I2C bus 1 (i2cdetect -y 1 shows what does)")
		_, err = d.Relays["gpio-relay"].Open(t.Context(), hal.Params{"line": "x:3"}, quiet)
		says("its relay", err, "x:3 cannot be had: its expander did not open")
		if !chip.closed {
			t.Error("the bus is left open")
		}
	})
}

func TestCheck(t *testing.T) {
	all := expander.New(expander.Config{}).Drivers()
	if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, []string{"mcp23017", "pcf8574", "pcf8575"}) {
		t.Errorf("%v", got)
	}
	for _, c := range []struct {
		name, compatible string
		in               hal.Params
		want             string
	}{
		{"good -> nothing", "mcp23017", hal.Params{"name": "x", "interrupt": "GPIO25", "address": 0x27}, ""},
		{"an A -> nothing", "pcf8574", hal.Params{"name": "x", "address": 0x3f}, ""},
		{"no name -> said", "mcp23017", hal.Params{}, "name: is required"},
		{"a name with a colon -> said", "mcp23017", hal.Params{"name": "x:1"}, `name: "x:1" is no name`},
		{"the kernel's name -> said", "mcp23017", hal.Params{"name": "gpiochip0"}, `name: "gpiochip0" is no name`},
		{"another's address -> its own", "mcp23017", hal.Params{"name": "x", "address": 0x38}, "address: 0x38 is not one of this chip: 0x20 to 0x27"},
		{"a PCF8574's address -> both kinds'", "pcf8574", hal.Params{"name": "x", "address": 0x40}, "0x20 to 0x27, or 0x38 to 0x3f"},
		{"its own interrupt -> said", "pcf8575", hal.Params{"name": "x", "interrupt": "x:3"}, "interrupt: x:3 is a line of this expander"},
		{"polled by the hour -> said", "pcf8575", hal.Params{"name": "x", "poll-ms": "1h"}, "poll-ms: 1h0m0s is not between 1ms and 1s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := all[c.compatible].Check(c.in)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func FuzzOpen(f *testing.F) {
	for _, s := range []string{"x:3", "x:", ":3", "x:-1", "x:99999999999999999999", "GPIO4", "x:3:4", ""} {
		f.Add(s)
	}
	errNone := errors.New("none")
	f.Fuzz(func(t *testing.T, line string) {
		chip := newChip(t, 0x20, &pcf{bytes: 1})
		lines := expander.New(expander.Config{
			Bus:  func(int) (i2c.BusCloser, error) { return chip, nil },
			Line: func(string, string) (gpio.PinIO, error) { return nil, errNone },
		})
		x, err := lines.Drivers()["pcf8574"].Open(t.Context(), hal.Params{"name": "x"}, quiet)
		if err != nil {
			t.Fatal(err)
		}
		pin, err := lines.Open("", line)
		if (pin == nil) == (err == nil) {
			t.Errorf("%v with %v", pin, err)
		}
		if pin != nil && (pin.Number() < 0 || pin.Number() > 7 || errors.Join(pin.Out(gpio.High), pin.Halt()) != nil) {
			t.Errorf("%s is %v", line, pin)
		}
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
}
