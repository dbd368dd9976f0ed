package haltest

import (
	"errors"
	"image"
	"image/color"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"offhook/hal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The fakes are held to the same contract as the drivers.

func TestFakes_conform(t *testing.T) {
	t.Run("keypad", func(t *testing.T) {
		Keypad(t, hal.Key5, func(t testing.TB) (hal.Keypad, func(hal.Key, bool)) {
			k := NewKeypad(t)
			return k, func(key hal.Key, down bool) {
				if down {
					k.Press(key)
				} else {
					k.Release(key)
				}
			}
		})
	})
	t.Run("hook", func(t *testing.T) {
		Hook(t, func(t testing.TB) (hal.Hook, func(bool)) { h := NewHook(t); return h, h.Lift })
	})
	t.Run("indicator", func(t *testing.T) {
		Indicator(t, func(t testing.TB) (hal.Indicator, func() bool) {
			i := NewIndicator(t)
			return i, func() bool { return i.Pattern() != hal.LampOff }
		})
	})
	t.Run("relay", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			Relay(t, 3*time.Second, func(t testing.TB) (hal.Relay, func() bool) {
				r := NewRelay(t, 3*time.Second)
				return r, r.Energised
			})
		})
	})
	t.Run("watchdog", func(t *testing.T) {
		Watchdog(t, func(t testing.TB) hal.Watchdog { return NewWatchdog(t, time.Second) })
	})
	t.Run("display", func(t *testing.T) {
		Display(t, func(t testing.TB) (hal.Display, func(x, y int) color.Color) {
			d := NewDisplay(t, image.Pt(40, 30), color.RGBAModel)
			return d, d.At
		})
	})
	t.Run("text display", func(t *testing.T) {
		for _, rows := range []int{1, 2, 4} {
			TextDisplay(t, func(t testing.TB) (hal.TextDisplay, func() []string) {
				d := NewTextDisplay(t, 20, rows)
				return d, d.Lines
			})
		}
	})
	t.Run("sound", func(t *testing.T) {
		AudioIO(t, func(t testing.TB) hal.AudioIO {
			a := NewAudioIO(t, hal.PCMFormat{SampleRate: 8000, Period: 80})
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for a.Tick(nil) {
				}
			}()
			t.Cleanup(func() { <-ended })
			return a
		})
	})
	t.Run("mixer", func(t *testing.T) {
		outputs := []hal.Output{hal.Handset, hal.Speaker}
		Mixer(t, outputs, func(t testing.TB) hal.Mixer { return NewMixer(t, outputs...) })
	})
}

func TestFakeAudioIO(t *testing.T) {
	a := NewAudioIO(t, hal.PCMFormat{SampleRate: 8000, Period: 2})
	defer a.Close()
	p := make([]int16, 2)
	go a.Tick([]int16{3, 4})
	if err := a.ReadPeriod(p); err != nil || p[0] != 3 || p[1] != 4 {
		t.Errorf("captured %v, %v", p, err)
	}
	for i := range int16(queue + 3) {
		if err := a.WritePeriod([]int16{i, i}); err != nil {
			t.Fatal(err)
		}
	}
	if !a.Played(p) || p[0] != 3 {
		t.Errorf("played %v first, want what the queue still holds", p)
	}
	a.Fail(hal.ErrGone)
	if err := a.ReadPeriod(p); !errors.Is(err, hal.ErrGone) {
		t.Errorf("got %v", err)
	}
}

func TestFakeKeypad_fails_after_its_events(t *testing.T) {
	k := NewKeypad(t)
	defer k.Close()
	k.Tap("1")
	k.Fail(hal.ErrGone)
	for _, want := range []error{nil, nil, hal.ErrGone} {
		if _, err := k.ReadKey(); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

// witness is a testing.TB that keeps what a test would complain of.
type witness struct {
	testing.TB
	said []string
	ends []func()
}

func (w *witness) Helper()                        {}
func (w *witness) Cleanup(f func())               { w.ends = append(w.ends, f) }
func (w *witness) Errorf(format string, _ ...any) { w.said = append(w.said, format) }
func (w *witness) Error(...any)                   { w.said = append(w.said, "error") }

func (w *witness) end() string {
	for _, f := range w.ends {
		f()
	}
	return strings.Join(w.said, "; ")
}

func TestFakes_left_open_fail_the_test(t *testing.T) {
	w := &witness{TB: t}
	NewKeypad(w)
	if got := w.end(); !strings.Contains(got, "was not closed") {
		t.Errorf("got %q", got)
	}
}

// A lamp that shines on when it is closed must not conform.
type stubborn struct{ *FakeIndicator }

func (s *stubborn) Close() error { return nil }

func TestIndicator_complains(t *testing.T) {
	w := &witness{TB: t}
	Indicator(w, func(testing.TB) (hal.Indicator, func() bool) {
		s := &stubborn{NewIndicator(w)}
		return s, func() bool { return s.Pattern() != hal.LampOff }
	})
	if len(w.said) == 0 {
		t.Error("a lamp that cannot be closed conforms")
	}
}
