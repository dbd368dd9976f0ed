package screen

import (
	"image"
	"image/draw"

	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

type weight uint8

const (
	regular weight = iota
	medium
	bold
)

// style is a weight at a size in pixels.
type style struct {
	weight weight
	size   int
}

// typecase holds the letters that were rasterised so far.
type typecase struct {
	fonts  [3]outlines
	glyphs map[style]map[rune]glyph
}

// glyph is a letter's picture relative to the pen, and how far the pen goes.
type glyph struct {
	mask    *image.Alpha // nil for a blank
	at      image.Point
	advance fixed.Int26_6
}

func newTypecase() *typecase {
	return &typecase{
		fonts:  [3]outlines{inflate(regularOutlines), inflate(mediumOutlines), inflate(boldOutlines)},
		glyphs: map[style]map[rune]glyph{},
	}
}

// glyph rasterises a letter once. One that the font lacks is a box.
func (t *typecase) glyph(s style, r rune) glyph {
	known := t.glyphs[s]
	if g, ok := known[r]; ok {
		return g
	}
	if known == nil {
		known = map[rune]glyph{}
		t.glyphs[s] = known
	}
	known[r] = t.draw(s, r)
	return known[r]
}

func (t *typecase) draw(s style, r rune) glyph {
	path, advance, ok := t.fonts[s.weight].letter(r, s.size)
	if !ok {
		return boxGlyph(s.size)
	}
	if r == '0' {
		if zero, ok := plainZero(path, advance); ok {
			return zero
		}
	}
	z, at, pt := rasterizer(bounds(path))
	trace(z, path, pt)
	return glyph{mask: rasterized(z), at: at, advance: advance}
}

// rasterizer is as large as the pixels that a box touches: where they are, and how
// its points become theirs.
func rasterizer(box fixed.Rectangle26_6) (z *vector.Rasterizer, at image.Point, pt func(fixed.Point26_6) (x, y float32)) {
	at = image.Pt(box.Min.X.Floor(), box.Min.Y.Floor())
	z = vector.NewRasterizer(box.Max.X.Ceil()-at.X, box.Max.Y.Ceil()-at.Y)
	return z, at, func(p fixed.Point26_6) (x, y float32) {
		return float32(p.X-fixed.I(at.X)) / 64, float32(p.Y-fixed.I(at.Y)) / 64
	}
}

// rasterized is the picture; nil for a blank.
func rasterized(z *vector.Rasterizer) *image.Alpha {
	if z.Bounds().Empty() {
		return nil
	}
	m := image.NewAlpha(z.Bounds())
	z.DrawOp = draw.Src
	z.Draw(m, m.Rect, image.Opaque, image.Point{})
	return m
}

// has reports whether the font has all letters of a text.
func (t *typecase) has(w weight, text string) bool {
	for _, r := range text {
		if t.fonts[w].find(r) == 0 {
			return false
		}
	}
	return true
}

// boxGlyph stands for a letter that the font does not have.
func boxGlyph(size int) glyph {
	w, h := max(3, size*6/10), max(4, size*7/10)
	m := image.NewAlpha(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			if x == 0 || y == 0 || x == w-1 || y == h-1 {
				m.Pix[y*m.Stride+x] = 0xff
			}
		}
	}
	return glyph{mask: m, at: image.Pt(1, -h), advance: fixed.I(w + 2)}
}
