package app

import (
	"image"

	"offhook/board"
	"offhook/cmd/internal/phone"
	"offhook/cmd/internal/screen"
	"offhook/hal"
)

// easel is what Views are shown on.
type easel interface {
	show(phone.View) error
	// picture is what is shown of a View, and holds after the next one.
	picture(phone.View) image.Image
	Backlight(percent int) error
}

// newEasel takes the board's display, of pixels or of characters; nil where there
// is none.
func newEasel(d *board.Devices) easel {
	switch {
	case d.Display != nil:
		e := &pixels{Display: d.Display}
		e.resize()
		return e
	case d.Text != nil:
		return characters{d.Text}
	}
	return nil
}

// pixels is a panel.
type pixels struct {
	hal.Display
	painter *screen.Painter
}

// resize takes the panel as it is now.
func (p *pixels) resize() { p.painter = screen.New(p.Bounds(), p.ColorModel()) }

func (p *pixels) show(v phone.View) error {
	img := p.painter.Paint(v)
	return p.Draw(p.Bounds(), img, img.Bounds().Min)
}

func (p *pixels) picture(v phone.View) image.Image { return copyOf(p.painter.Paint(v)) }

// copyOf is the picture as it is now; a painter draws on.
func copyOf(img image.Image) image.Image {
	out := image.NewRGBA(img.Bounds())
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			out.Set(x, y, img.At(x, y))
		}
	}
	return out
}

// characters is a display of characters.
type characters struct{ hal.TextDisplay }

func (c characters) show(v phone.View) error {
	cols, rows := c.Size()
	return c.Write(screen.Cells(v, cols, rows, c.Shows))
}

func (c characters) picture(v phone.View) image.Image {
	cols, rows := c.Size()
	return screen.Page(screen.Cells(v, cols, rows, c.Shows), cols)
}
