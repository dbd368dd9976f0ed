package faceplate

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offhook/hal"
	"offhook/hal/faceplate/remote"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a panel with devices open and a client at its page.
type bench struct {
	*testing.T
	panel   *Panel
	drivers hal.Drivers
	ctx     context.Context
}

func newBench(t *testing.T) *bench {
	p := New(Config{})
	t.Cleanup(func() { _ = p.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return &bench{T: t, panel: p, drivers: p.Drivers(), ctx: ctx}
}

// open opens a device that must open.
func open[T any](b *bench, d hal.Driver[T], params hal.Params) T {
	b.Helper()
	device, err := d.Open(b.ctx, params, nil)
	if err != nil {
		b.Fatal(err)
	}
	return device
}

func (b *bench) keypad() hal.Keypad { return open(b, b.drivers.Keypads["faceplate-keypad"], nil) }
func (b *bench) hook(params hal.Params) hal.Hook {
	return open(b, b.drivers.Hooks["faceplate-hook"], params)
}
func (b *bench) display(params hal.Params) hal.Display {
	return open(b, b.drivers.Displays["faceplate-display"], params)
}
func (b *bench) audio(params hal.Params) hal.AudioIO {
	return open(b, b.drivers.Audio["faceplate-audio"], params)
}

func (b *bench) dial() *remote.Client {
	b.Helper()
	c, err := remote.Dial(b.ctx, b.panel.URL())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	return c
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) wait(c *remote.Client, what string, ok func(remote.State) bool) {
	b.Helper()
	if err := c.Wait(b.ctx, ok); err != nil {
		s, _ := c.State()
		b.Fatalf("waiting for %s: %v; state %+v", what, err, s)
	}
}

func (b *bench) key(k hal.Keypad, key hal.Key, action hal.KeyAction) {
	b.Helper()
	e, err := k.ReadKey()
	if err != nil || e.Key != key || e.Action != action || e.Time.IsZero() {
		b.Fatalf("ReadKey: %+v, %v; want %s %d", e, err, key, action)
	}
}

// pass lets the time of a synctest bubble pass.
func pass(d time.Duration) { <-time.After(d) }
