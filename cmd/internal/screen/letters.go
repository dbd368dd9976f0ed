package screen

import (
	"fmt"
	"image"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
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
	fonts  [3]*sfnt.Font
	faces  map[style]*letters
	buffer sfnt.Buffer
}

// letters is one face.
type letters struct {
	face   font.Face
	size   int
	glyphs map[rune]glyph
}

// glyph is a letter's picture relative to the pen, and how far the pen goes.
type glyph struct {
	mask    *image.Alpha // nil for a blank
	at      image.Point
	advance fixed.Int26_6
}

func newTypecase() (*typecase, error) {
	t := &typecase{faces: map[style]*letters{}}
	for i, ttf := range [][]byte{goregular.TTF, gomedium.TTF, gobold.TTF} {
		f, err := sfnt.Parse(ttf)
		if err != nil {
			return nil, fmt.Errorf("screen: font %d: %w", i, err)
		}
		t.fonts[i] = f
	}
	return t, nil
}

func (t *typecase) letters(s style) *letters {
	if l := t.faces[s]; l != nil {
		return l
	}
	l := &letters{size: s.size, glyphs: map[rune]glyph{}}
	face, err := opentype.NewFace(t.fonts[s.weight], &opentype.FaceOptions{Size: float64(s.size), DPI: 72, Hinting: font.HintingNone})
	if err == nil {
		l.face = face
	}
	t.faces[s] = l
	return l
}

// glyph rasterises a letter once. One that the font lacks is a box.
func (t *typecase) glyph(s style, r rune) glyph {
	l := t.letters(s)
	if g, ok := l.glyphs[r]; ok {
		return g
	}
	g := boxGlyph(l.size)
	if r == '0' {
		if zero, ok := t.plainZero(s); ok {
			l.glyphs[r] = zero
			return zero
		}
	}
	if index, err := t.fonts[s.weight].GlyphIndex(&t.buffer, r); err == nil && index != 0 && l.face != nil {
		dr, mask, at, advance, ok := l.face.Glyph(fixed.Point26_6{}, r)
		if ok {
			g = glyph{at: dr.Min, advance: advance}
			if !dr.Empty() { // the face's own picture changes with its next glyph
				g.mask = image.NewAlpha(image.Rectangle{Max: dr.Size()})
				draw.Draw(g.mask, g.mask.Rect, mask, at, draw.Src)
			}
		}
	}
	l.glyphs[r] = g
	return g
}

// has reports whether the font has all letters of a text.
func (t *typecase) has(w weight, text string) bool {
	for _, r := range text {
		if i, err := t.fonts[w].GlyphIndex(&t.buffer, r); err != nil || i == 0 {
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
