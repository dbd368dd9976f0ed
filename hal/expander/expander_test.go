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

// TestRelay_loss: the contact moves when it is told to, and never by what
// happens on the bus.
func TestRelay_loss(t *testing.T) {
	const second = time.Second
	for _, c := range []struct {
		name, compatible string
		low              bool
		do               func(*chip, hal.Relay)
		want             []string // of line 6, between opening and closing
	}{
		{"power lost at rest, active low -> high again, never low", "mcp23017", true, func(c *chip, _ hal.Relay) { c.power(); wait(2 * second) },
			[]string{"6 free", "6 high"}},
		{"power lost at rest -> low again, never high", "mcp23017", false, func(c *chip, _ hal.Relay) { c.power(); wait(2 * second) },
			[]string{"6 free", "6 low"}},
		{"power lost at rest -> nothing moves", "pcf8574", true, func(c *chip, _ hal.Relay) { c.power(); wait(2 * second) }, nil},
		{"away at rest, and back without power meanwhile -> at rest", "mcp23017", true, func(c *chip, _ hal.Relay) {
			c.kill(true)
			wait(10 * second)
			c.power()
			c.kill(false)
			wait(2 * second)
		}, []string{"6 free", "6 high"}},
		{"a pulse to a chip that is away -> nothing, when it is back neither", "mcp23017", false, func(c *chip, r hal.Relay) {
			c.kill(true)
			if r.Pulse(4*second) == nil {
				c.t.Error("a pulse that nobody heard")
			}
			wait(second)
			c.kill(false)
			wait(10 * second)
		}, nil},
		{"the same of a chip whose power was lost", "pcf8575", true, func(c *chip, r hal.Relay) {
			c.kill(true)
			if r.Pulse(4*second) == nil {
				c.t.Error("a pulse that nobody heard")
			}
			c.power()
			wait(second)
			c.kill(false)
			wait(10 * second)
		}, nil},
		{"every word obeyed and said to have failed -> lets go as soon as there are answers", "mcp23017", false, func(c *chip, r hal.Relay) {
			c.set(func() { c.once = 1 << 10 })
			if r.Pulse(4*second) == nil {
				c.t.Error("the chip said no")
			}
			c.set(func() { c.once = 0 })
			wait(second)
		}, []string{"6 high", "6 low"}},
		{"one word disturbed -> said again", "mcp23017", false, func(c *chip, r hal.Relay) {
			c.set(func() { c.once = 1 })
			if err := r.Pulse(2 * second); err != nil {
				c.t.Error(err)
			}
			wait(3 * second)
		}, []string{"6 high", "6 low"}},
		{"away at the pulse's end -> lets go when it is back", "mcp23017", false, func(c *chip, r hal.Relay) {
			if err := r.Pulse(2 * second); err != nil {
				c.t.Error(err)
			}
			wait(second)
			c.kill(true)
			wait(5 * second)
			if c.drive(6) != "high" {
				c.t.Error("a chip that hears nothing let go")
			}
			c.kill(false)
			wait(400 * time.Millisecond)
		}, []string{"6 high", "6 low"}},
		{"power lost and away past the pulse's end -> not pulsed again", "mcp23017", false, func(c *chip, r hal.Relay) {
			if err := r.Pulse(2 * second); err != nil {
				c.t.Error(err)
			}
			wait(second)
			c.kill(true)
			c.power()
			wait(5 * second)
			c.kill(false)
			wait(5 * second)
		}, []string{"6 high", "6 free", "6 low"}},
		{"another line is read while nothing answers -> nothing moves", "mcp23017", true, func(c *chip, _ hal.Relay) {
			c.kill(true)
			c.press(0, true)
			wait(3 * second)
			c.kill(false)
			wait(3 * second)
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i := slices.IndexFunc(chips, func(of struct {
					compatible string
					addr       uint16
					registers  func() registers
				}) bool {
					return of.compatible == c.compatible
				})
				chip := newChip(t, chips[i].addr, chips[i].registers())
				_, d, x := on(t, chip, c.compatible, true)
				keys := opened(t, d.Keypads, "gpio-keys", hal.Params{"keys": map[string]any{"exit": "x:0"}})
				r := opened(t, d.Relays, "gpio-relay", hal.Params{"line": "x:6", "active-low": c.low, "max-hold": "5s"})
				chip.moves()
				c.do(chip, r)
				got := slices.DeleteFunc(chip.moves(), func(s string) bool { return !strings.HasPrefix(s, "6 ") })
				if !slices.Equal(got, c.want) {
					t.Errorf("line 6: %q, want %q", got, c.want)
				}
				if err := errors.Join(r.Close(), keys.Close(), x.Close()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
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

// TestKeys_loss: keys of a chip that is away are up, and work when it is back.
func TestKeys_loss(t *testing.T) {
	for compatible, part := range map[string]hal.Params{
		"gpio-keys":          {"keys": map[string]any{"5": "x:1"}},
		"gpio-matrix-keypad": {"rows": []any{"x:1"}, "cols": []any{"x:2"}, "keymap": []any{[]any{5}}},
	} {
		for _, interrupt := range []bool{false, true} {
			t.Run(compatible, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					chip := newChip(t, 0x20, &mcp{})
					_, d, x := on(t, chip, "mcp23017", interrupt)
					k := opened(t, d.Keypads, compatible, part)
					press := func(down bool) {
						chip.join(1, 2, down && compatible == "gpio-matrix-keypad")
						chip.press(1, down && compatible != "gpio-matrix-keypad")
					}
					var got []hal.KeyAction
					ended := make(chan error)
					go func() {
						for {
							e, err := k.ReadKey()
							if err != nil {
								ended <- err
								return
							}
							got = append(got, e.Action)
						}
					}()
					press(true)
					wait(100 * time.Millisecond)
					chip.kill(true)
					wait(time.Minute)
					if len(got) != 2 || got[1] != hal.KeyRelease {
						t.Errorf("away: %v", got)
					}
					press(false)
					chip.power()
					chip.kill(false)
					wait(2 * time.Second)
					press(true)
					wait(100 * time.Millisecond)
					press(false)
					wait(100 * time.Millisecond)
					if !slices.Equal(got, []hal.KeyAction{hal.KeyPress, hal.KeyRelease, hal.KeyPress, hal.KeyRelease}) {
						t.Errorf("back: %v", got)
					}
					if err := errors.Join(k.Close(), x.Close()); err != nil {
						t.Error(err)
					}
					if err := <-ended; !errors.Is(err, hal.ErrClosed) {
						t.Error(err)
					}
				})
			})
		}
	}
}

func TestInterrupt_an_idle_expander_is_hardly_asked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chip := newChip(t, 0x20, &mcp{})
		_, d, x := on(t, chip, "mcp23017", true)
		k := opened(t, d.Keypads, "gpio-keys", hal.Params{"keys": map[string]any{"5": "x:1"}})
		wait(time.Second)
		before := chip.tx
		wait(10 * time.Second)
		if n := chip.tx - before; n > 100 {
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

func TestPin_a_level_that_failed_is_not_made_good_later(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chip := newChip(t, 0x20, &mcp{})
		lines, _, x := on(t, chip, "mcp23017", false)
		first, err1 := lines.Open("", "x:8")
		second, err2 := lines.Open("", "x:15")
		if err := errors.Join(err1, err2, first.Out(gpio.Low)); err != nil {
			t.Fatal(err)
		}
		chip.moves()
		chip.kill(true)
		for _, p := range []gpio.PinIO{first, second} {
			if err := p.Out(gpio.High); !errors.Is(err, expander.ErrAway) {
				t.Errorf("%s: %v", p, err)
			}
		}
		chip.kill(false)
		wait(5 * time.Second)
		if got := chip.moves(); len(got) != 0 {
			t.Errorf("%q", got)
		}
		if err := errors.Join(first.Out(gpio.High), second.Out(gpio.High)); err != nil {
			t.Error(err)
		}
		if got := chip.moves(); !slices.Equal(got, []string{"8 high", "15 high"}) {
			t.Errorf("%q", got)
		}
		if err := errors.Join(first.Halt(), second.Halt(), x.Close()); err != nil {
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
