package expander_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"offhook/hal"
	"offhook/hal/expander"
)

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
				wait(100 * time.Millisecond) // nobody speaks to it of himself now
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
					var mu sync.Mutex
					var all []hal.KeyAction
					told := func() []hal.KeyAction {
						mu.Lock()
						defer mu.Unlock()
						return slices.Clone(all)
					}
					ended := make(chan error)
					go func() {
						for {
							e, err := k.ReadKey()
							if err != nil {
								ended <- err
								return
							}
							mu.Lock()
							all = append(all, e.Action)
							mu.Unlock()
						}
					}()
					press(true)
					wait(100 * time.Millisecond)
					chip.kill(true)
					before := chip.exchanges()
					wait(time.Minute)
					if n := chip.exchanges() - before; n < 200 || n > 250 {
						t.Errorf("looked for %d times in a minute", n)
					}
					if got := told(); !slices.Equal(got, []hal.KeyAction{hal.KeyPress, hal.KeyRelease}) {
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
					if got := told(); !slices.Equal(got, []hal.KeyAction{hal.KeyPress, hal.KeyRelease, hal.KeyPress, hal.KeyRelease}) {
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

func TestPin_a_level_that_failed_is_not_made_good_later(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chip := newChip(t, 0x20, &mcp{})
		lines, _, x := on(t, chip, "mcp23017", false)
		first, err1 := lines.Open("", "x:8")
		second, err2 := lines.Open("", "x:15")
		if err := errors.Join(err1, err2, first.Out(gpio.Low)); err != nil {
			t.Fatal(err)
		}
		wait(100 * time.Millisecond)
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
