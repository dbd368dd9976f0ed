package screen

import (
	"image"
	"image/color"

	"offhook/cmd/internal/phone"
)

// Painter draws Views for one panel. It keeps a picture and what it has
// rasterised so far; it belongs to one goroutine.
type Painter struct {
	canvas canvas
	small  *compact // nil for the roomy layout
}

// New makes a painter for a panel's bounds and colour model.
func New(bounds image.Rectangle, model color.Model) *Painter {
	size := bounds.Size()
	size.X, size.Y = max(size.X, 1), max(size.Y, 1)
	rect := image.Rectangle{Max: size}
	p := &Painter{}
	if size.Y < 160 || size.X < 200 || oneBit(model) {
		p.small = &compact{dst: image.NewGray(rect), small: newBitmapFont(smallFont), w: size.X, h: size.Y}
		return p
	}
	p.canvas = canvas{dst: image.NewRGBA(rect), letters: newTypecase(), inks: newPalette()}
	return p
}

// Paint draws v. The picture, whose bounds start at 0,0, is the painter's own
// and holds until the next Paint.
func (p *Painter) Paint(v phone.View) image.Image {
	if p.small != nil {
		p.small.paint(&v)
		return p.small.dst
	}
	newRoomy(&p.canvas).paint(&v)
	return p.canvas.dst
}

// oneBit reports whether a panel knows black and white only.
func oneBit(model color.Model) bool {
	if model == nil {
		return false
	}
	for _, level := range []uint8{0x38, 0x70, 0x90, 0xc8} {
		r, g, b, _ := model.Convert(color.Gray{Y: level}).RGBA()
		if black, white := r|g|b == 0, r&g&b == 0xffff; !black && !white {
			return false
		}
	}
	return true
}

// canvas is where things are drawn.
type canvas struct {
	dst     *image.RGBA
	letters *typecase
	icons   map[iconKey]*image.Alpha
	discs   map[int]*image.Alpha // by radius
	inks    *palette
}

func (c *canvas) fill(r image.Rectangle, ink ink) {
	fill(c.dst, r, ink)
}
