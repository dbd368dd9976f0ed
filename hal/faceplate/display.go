package faceplate

import (
	"fmt"
	"image"
	"image/color"
	"sync"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

var (
	_ hal.Display = (*display)(nil)
	_ hal.Resizer = (*display)(nil)
)

// display is the panel's screen: a frame buffer that pages copy from.
type display struct {
	part
	changed func(image.Rectangle, bool) // a part, or (true) the geometry; no lock held
	resized chan struct{}

	mu        sync.Mutex
	mono      bool
	pixels    []wire.RGB565
	backlight int
	closed    bool
}

func newDisplay(mono bool, changed func(image.Rectangle, bool)) *display {
	d := &display{changed: changed, resized: make(chan struct{}, 1), mono: mono, backlight: 100}
	d.pixels = make([]wire.RGB565, area(size(mono)))
	d.stop = d.close
	return d
}

func size(mono bool) image.Rectangle {
	if mono {
		return image.Rect(0, 0, 128, 64)
	}
	return image.Rect(0, 0, 320, 240)
}

func area(r image.Rectangle) int { return r.Dx() * r.Dy() }

// Bounds implements hal.Display.
func (d *display) Bounds() image.Rectangle {
	d.mu.Lock()
	defer d.mu.Unlock()
	return size(d.mono)
}

// ColorModel implements hal.Display: RGB565, or a palette of black and white.
func (d *display) ColorModel() color.Model {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mono {
		return wire.MonoModel()
	}
	return wire.RGB565Model
}

// Resized implements hal.Resizer.
func (d *display) Resized() <-chan struct{} { return d.resized }

// Draw implements hal.Display.
func (d *display) Draw(r image.Rectangle, src image.Image, sp image.Point) error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return hal.ErrClosed
	}
	dirty := d.copyIn(r, src, sp)
	d.mu.Unlock()
	if !dirty.Empty() {
		d.changed(dirty, false)
	}
	return nil
}

// copyIn clips, converts, and returns the rectangle that really changed.
func (d *display) copyIn(r image.Rectangle, src image.Image, sp image.Point) image.Rectangle {
	shift := sp.Sub(r.Min)
	bounds := size(d.mono)
	r = r.Intersect(bounds).Intersect(src.Bounds().Sub(shift))
	at := reader(src, d.mono)
	dirty := image.Rectangle{Min: r.Max, Max: r.Min}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := d.pixels[y*bounds.Dx() : (y+1)*bounds.Dx()]
		for x := r.Min.X; x < r.Max.X; x++ {
			p := at(x+shift.X, y+shift.Y)
			if row[x] == p {
				continue
			}
			row[x] = p
			dirty.Min = image.Pt(min(dirty.Min.X, x), min(dirty.Min.Y, y))
			dirty.Max = image.Pt(max(dirty.Max.X, x+1), max(dirty.Max.Y, y+1))
		}
	}
	if dirty.Min.X >= dirty.Max.X {
		return image.Rectangle{}
	}
	return dirty
}

// reader makes the function that reads a pixel of src in the panel's own form.
func reader(src image.Image, mono bool) func(x, y int) wire.RGB565 {
	if mono {
		model := wire.MonoModel()
		return func(x, y int) wire.RGB565 { return wire.RGB565(model.Index(src.At(x, y))) * 0xffff }
	}
	if m, ok := src.(*image.RGBA); ok { // what most renderers draw into
		return func(x, y int) wire.RGB565 {
			p := m.Pix[m.PixOffset(x, y):]
			return wire.Pack(p[0], p[1], p[2])
		}
	}
	return func(x, y int) wire.RGB565 { return wire.RGB565Model.Convert(src.At(x, y)).(wire.RGB565) }
}

// Backlight implements hal.Display.
func (d *display) Backlight(percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("faceplate display: a backlight of %d percent; it goes from 0 to 100", percent)
	}
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return hal.ErrClosed
	}
	d.backlight = percent
	d.mu.Unlock()
	d.changed(image.Rectangle{}, true)
	return nil
}

// setMode exchanges the panel for the other one, which is dark.
func (d *display) setMode(mono bool) {
	d.mu.Lock()
	if d.closed || d.mono == mono {
		d.mu.Unlock()
		return
	}
	d.mono = mono
	d.pixels = make([]wire.RGB565, area(size(mono)))
	d.mu.Unlock()
	d.changed(size(mono), true)
	select {
	case d.resized <- struct{}{}:
	default: // one is waiting already
	}
}

// message describes the panel.
func (d *display) message() wire.Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := wire.Message{Type: wire.TypeDisplay, Mode: wire.Colour, Backlight: d.backlight}
	if d.mono {
		m.Mode = wire.Mono
	}
	m.Width, m.Height = size(d.mono).Dx(), size(d.mono).Dy()
	return m
}

// screen copies out a rectangle, clipped to the panel as it is now.
func (d *display) screen(r image.Rectangle) wire.Screen {
	d.mu.Lock()
	defer d.mu.Unlock()
	bounds := size(d.mono)
	r = r.Intersect(bounds)
	s := wire.Screen{Mono: d.mono, Rect: r, Pixels: make([]wire.RGB565, 0, area(r))}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := d.pixels[y*bounds.Dx():]
		s.Pixels = append(s.Pixels, row[r.Min.X:r.Max.X]...)
	}
	return s
}

func (d *display) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
}
