package haltest

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"sync"
	"testing"
	"time"

	"offhook/hal"
)

// FakeIndicator is a lamp that the test looks at.
type FakeIndicator struct {
	*device
	mu      sync.Mutex
	pattern hal.Pattern
}

var _ hal.Indicator = (*FakeIndicator)(nil)

// NewIndicator makes a dark FakeIndicator; the test fails when it is left open.
func NewIndicator(t testing.TB) *FakeIndicator {
	return &FakeIndicator{device: newDevice(t, "lamp")}
}

// Set implements hal.Indicator.
func (l *FakeIndicator) Set(p hal.Pattern) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(); err != nil {
		return err
	}
	if p > hal.LampFlutter {
		return fmt.Errorf("haltest: a pattern %d", p)
	}
	l.pattern = p
	return nil
}

// Pattern is what the lamp shows; closed it is dark.
func (l *FakeIndicator) Pattern() hal.Pattern {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended() != nil {
		return hal.LampOff
	}
	return l.pattern
}

// FakeRelay is a contact that the test looks at. It keeps time: use it in a
// synctest bubble.
type FakeRelay struct {
	*device
	maxHold time.Duration
	mu      sync.Mutex
	until   time.Time
	pulses  int
}

var _ hal.Relay = (*FakeRelay)(nil)

// NewRelay makes a FakeRelay at rest; the test fails when it is left open.
func NewRelay(t testing.TB, maxHold time.Duration) *FakeRelay {
	return &FakeRelay{device: newDevice(t, "relay"), maxHold: maxHold}
}

// Pulse implements hal.Relay.
func (r *FakeRelay) Pulse(d time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.ended(); err != nil {
		return err
	}
	r.pulses++
	r.until = time.Now().Add(min(d, r.maxHold))
	return nil
}

// Release implements hal.Relay.
func (r *FakeRelay) Release() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until = time.Time{}
	return nil
}

// Energised tells whether the contact is.
func (r *FakeRelay) Energised() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended() == nil && time.Now().Before(r.until)
}

// Pulses counts them.
func (r *FakeRelay) Pulses() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pulses
}

// FakeWatchdog counts its kicks.
type FakeWatchdog struct {
	*device
	timeout time.Duration
	mu      sync.Mutex
	kicks   int
}

var _ hal.Watchdog = (*FakeWatchdog)(nil)

// NewWatchdog makes a FakeWatchdog; the test fails when it is left open.
func NewWatchdog(t testing.TB, timeout time.Duration) *FakeWatchdog {
	return &FakeWatchdog{device: newDevice(t, "watchdog"), timeout: timeout}
}

// Kick implements hal.Watchdog.
func (w *FakeWatchdog) Kick() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.ended(); err != nil {
		return err
	}
	w.kicks++
	return nil
}

// Kicks counts them.
func (w *FakeWatchdog) Kicks() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.kicks
}

// Timeout implements hal.Watchdog.
func (w *FakeWatchdog) Timeout() time.Duration { return w.timeout }

// FakeDisplay is a panel whose picture the test looks at.
type FakeDisplay struct {
	*device
	bounds image.Rectangle
	model  color.Model
	mu     sync.Mutex
	image  *image.RGBA
	light  int
	drawn  int
}

var _ hal.Display = (*FakeDisplay)(nil)

// NewDisplay makes a FakeDisplay, black; the test fails when it is left open.
func NewDisplay(t testing.TB, size image.Point, model color.Model) *FakeDisplay {
	r := image.Rectangle{Max: size}
	return &FakeDisplay{device: newDevice(t, "display"), bounds: r, model: model, image: image.NewRGBA(r), light: 100}
}

// Bounds implements hal.Display.
func (d *FakeDisplay) Bounds() image.Rectangle { return d.bounds }

// ColorModel implements hal.Display.
func (d *FakeDisplay) ColorModel() color.Model { return d.model }

// Draw implements hal.Display.
func (d *FakeDisplay) Draw(r image.Rectangle, src image.Image, sp image.Point) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.ended(); err != nil {
		return err
	}
	draw.Draw(d.image, r, src, sp, draw.Src)
	d.drawn++
	return nil
}

// Backlight implements hal.Display.
func (d *FakeDisplay) Backlight(percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("haltest: a light of %d percent", percent)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.ended(); err != nil {
		return err
	}
	d.light = percent
	return nil
}

// At is the colour at a place, in the panel's own model.
func (d *FakeDisplay) At(x, y int) color.Color {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.model.Convert(d.image.At(x, y))
}

// Light is the backlight in percent, and Draws counts calls of Draw.
func (d *FakeDisplay) Light() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.light
}

// Draws counts calls of Draw.
func (d *FakeDisplay) Draws() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.drawn
}
