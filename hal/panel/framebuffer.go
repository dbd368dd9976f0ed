package panel

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"strings"
	"sync"
	"time"

	"offhook/hal"
)

type framebufferConfig struct {
	Device    string `param:"device" takes:"device"`
	Backlight string `param:"backlight"` // auto, none, or a name in /sys/class/backlight

	PWM    string        `param:"backlight-pwm" takes:"pwm"`
	Period time.Duration `param:"backlight-period-us"`
	Low    bool          `param:"backlight-active-low"` // of the PWM
}

func (c framebufferConfig) light(class string) LightConfig {
	return LightConfig{Class: class, Name: c.Backlight, PWM: c.PWM, Chips: PWMChips, Period: c.Period, Inverted: c.Low}
}

func framebufferDefaults() framebufferConfig {
	return framebufferConfig{Device: "/dev/fb0", Backlight: "auto", Period: time.Millisecond}
}

func framebufferParams(p hal.Params) (framebufferConfig, error) {
	c := framebufferDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	faults := []error{c.light(Backlights).Check()}
	if !strings.HasPrefix(c.Device, "/dev/") {
		faults = append(faults, hal.Faultf("device", "%q is not a device such as /dev/fb0", c.Device))
	}
	return c, errors.Join(faults...)
}

func framebufferDriver(f frames, backlights string) hal.Driver[hal.Display] {
	return hal.Driver[hal.Display]{
		Defaults: framebufferDefaults(),
		Check:    func(p hal.Params) error { _, err := framebufferParams(p); return err },
		Open: func(_ context.Context, p hal.Params, log *slog.Logger) (hal.Display, error) {
			c, err := framebufferParams(p)
			if err != nil {
				return nil, err
			}
			lamp, err := OpenLight(c.light(backlights))
			if err != nil {
				return nil, fmt.Errorf("backlight of %s: %w", c.Device, err)
			}
			device, err := f.open(c.Device)
			if err != nil {
				return nil, err
			}
			b, err := newFramebuffer(c.Device, device, lamp)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("%s: %w", c.Device, err), device.Close())
			}
			if b.giveBack, err = takeTerminal(f, device); err != nil {
				log.Debug("the kernel's text stays on the screen", "device", c.Device, "error", err)
			}
			if err := device.blank(blankNot); err != nil {
				log.Debug("the screen has no power switch", "device", c.Device, "error", err)
			}
			return b, nil
		},
	}
}

// Framebuffer is a screen of the kernel's frame buffer class.
type Framebuffer struct {
	name string
	lamp *Light // nil: the screen's own power switch is used

	mu       sync.Mutex
	giveBack func() error // of the terminal; nil: none was taken
	device   frameDevice
	memory   []byte // from the first visible pixel
	line     int    // bytes
	pixels   *Pixels
	closed   bool
}

var _ hal.Display = (*Framebuffer)(nil)

// widest bounds what a driver is believed, in pixels.
const widest = 16384

func newFramebuffer(name string, device frameDevice, lamp *Light) (*Framebuffer, error) {
	v, f, err := device.info()
	if err != nil {
		return nil, fmt.Errorf("asking for its size: %w", err)
	}
	format, err := newPixelFormat(v.bitsPerPixel, field{v.red.offset, v.red.length}, field{v.green.offset, v.green.length},
		field{v.blue.offset, v.blue.length}, field{v.transp.offset, v.transp.length})
	if err != nil {
		return nil, err
	}
	if v.xres == 0 || v.yres == 0 || v.xres > widest || v.yres > widest || v.xoffset > widest || v.yoffset > widest {
		return nil, fmt.Errorf("it says that it is %d×%d pixels", v.xres, v.yres)
	}
	line := uint64(f.lineLength)
	first := uint64(v.yoffset)*line + uint64(v.xoffset)*uint64(format.bytes)
	end := first + uint64(v.yres-1)*line + uint64(v.xres)*uint64(format.bytes)
	if line < uint64(v.xres)*uint64(format.bytes) || end > uint64(f.smemLen) {
		return nil, fmt.Errorf("%d×%d pixels of %d bits in lines of %d bytes do not fit its memory of %d bytes", v.xres, v.yres, v.bitsPerPixel, line, f.smemLen)
	}
	memory, err := device.memory(int(f.smemLen))
	if err != nil {
		return nil, fmt.Errorf("mapping its memory: %w", err)
	}
	return &Framebuffer{
		name: name, lamp: lamp, device: device, memory: memory[first:end], line: int(line),
		pixels: newPixels(image.Pt(int(v.xres), int(v.yres)), format),
	}, nil
}

// Bounds implements hal.Display.
func (b *Framebuffer) Bounds() image.Rectangle { return b.pixels.bounds }

// ColorModel implements hal.Display: as many bits of each colour as the screen
// has.
func (b *Framebuffer) ColorModel() color.Model { return b.pixels.Model() }

// Draw implements hal.Display. Each row is put together beside the frame
// buffer and copied in one go: its memory is slow to write by the byte.
func (b *Framebuffer) Draw(r image.Rectangle, src image.Image, sp image.Point) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return hal.ErrClosed
	}
	b.pixels.Draw(r, src, sp, func(x, y int, row []byte) { copy(b.memory[y*b.line+x*b.pixels.Bytes():], row) })
	return nil
}

// Backlight implements hal.Display. Without a backlight that can be set, the
// screen is switched off at 0 and on otherwise, where it can be.
func (b *Framebuffer) Backlight(percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("%s: a light of %d percent; it goes from 0 to 100", b.name, percent)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return hal.ErrClosed
	case b.lamp != nil:
		return b.lamp.Set(percent)
	}
	mode := blankNot
	if percent == 0 {
		mode = blankPower
	}
	_ = b.device.blank(mode) // not every screen has a switch; drawing goes on
	return nil
}

// Close gives the memory back, and the screen to the kernel's text; without such a
// terminal the picture stays.
func (b *Framebuffer) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	b.memory = nil
	err := errors.Join(b.device.Close(), b.lamp.Relight())
	if b.giveBack != nil {
		err = errors.Join(b.giveBack(), err)
	}
	return err
}
