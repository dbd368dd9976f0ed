package panel

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"sync"
	"time"

	"offhook/hal"
)

func tftDrivers(open portOpener, lines Lines) map[string]hal.Driver[hal.Display] {
	return map[string]hal.Driver[hal.Display]{
		"st7789-spi":  tftDriver(st7789Defaults(), open, lines),
		"ili9341-spi": tftDriver(ili9341Defaults(), open, lines),
		"ssd1680-spi": epaperDriver(open, lines),
	}
}

func tftDriver(defaults tftConfig, open portOpener, lines Lines) hal.Driver[hal.Display] {
	return hal.Driver[hal.Display]{
		Defaults: defaults,
		Check:    func(p hal.Params) error { _, err := tftParams(p, defaults); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Display, error) {
			c, err := tftParams(p, defaults)
			if err != nil {
				return nil, err
			}
			bus, err := newTFTBus(c, open, lines)
			if err != nil {
				return nil, fmt.Errorf("panel on %s: %w", c.SPI, err)
			}
			t, err := newTFT(bus, c)
			if err == nil {
				err = t.begin()
			}
			if err != nil {
				return nil, errors.Join(err, bus.Close())
			}
			return t, nil
		},
	}
}

// TFT is a colour panel with an ST7789 or ILI9341 controller.
type TFT struct {
	name   string
	bus    *tftBus
	madctl byte
	invert bool
	bounds image.Rectangle
	first  image.Point // of the controller's memory

	mu      sync.Mutex
	picture []byte // two bytes a pixel, the higher first, as they are sent
	dirt    dirt
	begun   bool // the controller is set up, and shows what is not dirty
	light   int  // percent
	closed  bool
	pixels  *Pixels
	out     []byte // a transfer
}

var _ hal.Display = (*TFT)(nil)

func newTFT(bus *tftBus, c tftConfig) (*TFT, error) {
	madctl, size, first := c.turned()
	pixels, err := NewPixels(size, 16)
	return &TFT{
		name: c.SPI, bus: bus, madctl: madctl, invert: c.Invert, bounds: image.Rectangle{Max: size}, first: first, pixels: pixels,
		picture: make([]byte, 2*size.X*size.Y), dirt: newDirt(size), light: 100,
		out: make([]byte, 0, bus.limit),
	}, err
}

// Bounds implements hal.Display.
func (t *TFT) Bounds() image.Rectangle { return t.bounds }

// ColorModel implements hal.Display: 5 bits of red and blue, 6 of green.
func (t *TFT) ColorModel() color.Model { return t.pixels.Model() }

// Draw implements hal.Display. Only windows around what is different go over the
// bus. After an error the next Draw sets the controller up again.
func (t *TFT) Draw(r image.Rectangle, src image.Image, sp image.Point) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return hal.ErrClosed
	}
	t.pixels.Draw(r, src, sp, t.put)
	if !t.begun {
		return t.begin()
	}
	return t.flush()
}

// put takes a row of pixels into the picture.
func (t *TFT) put(x, y int, row []byte) {
	picture, dirty := t.picture[2*(y*t.bounds.Dx()+x):], t.dirt.row(y)[x:]
	for i := range len(row) / 2 {
		low, high := row[2*i], row[2*i+1]
		if picture[2*i] != high || picture[2*i+1] != low {
			picture[2*i], picture[2*i+1], dirty[i] = high, low, true
		}
	}
}

// Commands of both controllers (ST7789V datasheet, section 9.1; ILI9341
// datasheet, section 8.2).
const (
	tftReset       = 0x01
	tftSleepIn     = 0x10
	tftSleepOut    = 0x11
	tftInversion   = 0x20 // off; on is the next
	tftOff         = 0x28
	tftOn          = 0x29
	tftColumns     = 0x2a
	tftRows        = 0x2b
	tftMemoryWrite = 0x2c
	tftOrder       = 0x36
	tftPixels      = 0x3a

	sixteenBits = 0x55
)

// sleepOutRest is until the supplies and clocks are there, and the controller has
// done its self-diagnosis: before that it shows nothing (ST7789V datasheet, section
// 9.1, SLPOUT; ILI9341 datasheet, section 8.2.12).
const sleepOutRest = 120 * time.Millisecond

// begin sets the controller up, writes all of its picture, and only then shows
// it: what the memory held at power-on is not seen.
func (t *TFT) begin() error {
	inversion := byte(tftInversion)
	if t.invert {
		inversion++
	}
	if err := t.bus.lit(0); err != nil {
		return t.failed(err)
	}
	if err := t.bus.restart(); err != nil {
		return t.failed(err)
	}
	if err := t.bus.command(tftSleepOut); err != nil {
		return t.failed(err)
	}
	time.Sleep(sleepOutRest)
	for _, c := range [][]byte{{tftPixels, sixteenBits}, {tftOrder, t.madctl}, {inversion}} {
		if err := t.bus.command(c[0], c[1:]...); err != nil {
			return t.failed(err)
		}
	}
	if err := t.write(t.bounds); err != nil {
		return t.failed(err)
	}
	clear(t.dirt.at)
	t.begun = true
	return t.lighting()
}

func (t *TFT) lighting() error {
	show := byte(tftOff)
	if t.light > 0 {
		show = tftOn
	}
	if err := t.bus.command(show); err != nil {
		return t.failed(err)
	}
	return t.failed(t.bus.lit(t.light))
}

func (t *TFT) flush() error {
	if err := t.dirt.windows(t.write); err != nil {
		return t.failed(err)
	}
	clear(t.dirt.at)
	return nil
}

// write sends a window of the picture.
func (t *TFT) write(r image.Rectangle) error {
	at := r.Add(t.first)
	for _, c := range []struct {
		command  byte
		from, to int
	}{{tftColumns, at.Min.X, at.Max.X - 1}, {tftRows, at.Min.Y, at.Max.Y - 1}} {
		if err := t.bus.command(c.command, byte(c.from>>8), byte(c.from), byte(c.to>>8), byte(c.to)); err != nil {
			return err
		}
	}
	if err := t.bus.command(tftMemoryWrite); err != nil {
		return err
	}
	t.out = t.out[:0]
	for y := r.Min.Y; y < r.Max.Y; y++ {
		line := y * t.bounds.Dx()
		if err := t.stream(t.picture[2*(line+r.Min.X) : 2*(line+r.Max.X)]); err != nil {
			return err
		}
	}
	if len(t.out) == 0 {
		return nil
	}
	return t.bus.data(t.out)
}

// stream gathers transfers that are as large as the bus takes them.
func (t *TFT) stream(bytes []byte) error {
	for len(bytes) > 0 {
		n := min(len(bytes), t.bus.limit-len(t.out))
		t.out = append(t.out, bytes[:n]...)
		bytes = bytes[n:]
		if len(t.out) < t.bus.limit {
			continue
		}
		if err := t.bus.data(t.out); err != nil {
			return err
		}
		t.out = t.out[:0]
	}
	return nil
}

func (t *TFT) failed(err error) error {
	if err == nil {
		return nil
	}
	t.begun = false
	return fmt.Errorf("panel on %s: %w", t.name, err)
}

// Backlight implements hal.Display. A line has the light on or off.
func (t *TFT) Backlight(percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("panel on %s: a light of %d percent; it goes from 0 to 100", t.name, percent)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return hal.ErrClosed
	}
	t.light = percent
	if !t.begun {
		return t.begin()
	}
	return t.lighting()
}

// Close darkens the panel, puts it to sleep and gives its wires back.
func (t *TFT) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil
	}
	t.closed = true
	_ = errors.Join(t.bus.lit(0), t.bus.command(tftOff), t.bus.command(tftSleepIn)) // a panel that went away is dark
	return t.bus.Close()
}
