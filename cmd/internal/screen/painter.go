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
	small  *compact    // nil for the roomy layout
	zoomed *image.Gray // nil: the compact layout is shown as it is
	zoom   int
}

// New makes a painter for a panel's bounds and colour model.
func New(bounds image.Rectangle, model color.Model) *Painter {
	size := bounds.Size()
	size.X, size.Y = max(size.X, 1), max(size.Y, 1)
	rect := image.Rectangle{Max: size}
	p := &Painter{}
	if size.Y < 160 || size.X < 200 || oneBit(model) {
		if p.zoom = zoom(size); p.zoom > 1 {
			p.zoomed = image.NewGray(rect)
			rect.Max = size.Div(p.zoom)
		}
		p.small = &compact{dst: image.NewGray(rect), small: newBitmapFont(smallFont), w: rect.Max.X, h: rect.Max.Y}
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
		return p.enlarged()
	}
	newRoomy(&p.canvas).paint(&v)
	return p.canvas.dst
}

// zoom is how many pixels wide and high a dot of the compact layout is: as many as
// leave it the room of the panel that it was made for, or nearly. Larger panels
// have smaller pixels.
func zoom(size image.Point) int { return max(1, min(size.X/120, size.Y/64)) }

// enlarged is the compact layout's picture, each dot a square.
func (p *Painter) enlarged() image.Image {
	if p.zoomed == nil {
		return p.small.dst
	}
	from, to := p.small.dst, p.zoomed
	for y := range from.Rect.Dy() * p.zoom {
		row := to.Pix[y*to.Stride:]
		for x := range from.Rect.Dx() * p.zoom {
			row[x] = from.Pix[y/p.zoom*from.Stride+x/p.zoom]
		}
	}
	return to
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
	wrote   func(at image.Rectangle, text string) // nil but in tests
}

func (c *canvas) fill(r image.Rectangle, ink ink) {
	fill(c.dst, r, ink)
}
