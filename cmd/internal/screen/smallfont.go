package screen

import (
	_ "embed"
	"image"
	"strings"
	"unicode"
	"unicode/utf8"
)

// smallFont is drawn for this program: narrow letters on 7 lines and one below.
//
//go:embed smallfont.txt
var smallFont string

// bitmapFont is a font of whole pixels.
type bitmapFont struct {
	height int // of a capital
	glyphs map[rune][]string
}

func newBitmapFont(text string) *bitmapFont {
	f := &bitmapFont{height: 7, glyphs: map[rune][]string{' ': {"..."}}}
	for line := range strings.Lines(text) {
		r, n := utf8.DecodeRuneInString(line)
		f.glyphs[r] = strings.Split(strings.TrimSpace(line[n:]), "/")
	}
	return f
}

// glyph finds a letter, or its plain form, or a box.
func (f *bitmapFont) glyph(r rune) []string {
	if g, ok := f.glyphs[printable(r)]; ok {
		return g
	}
	return []string{"####", "#..#", "#..#", "#..#", "#..#", "#..#", "####"}
}

// width is how many pixels a text takes at a whole scale.
func (f *bitmapFont) width(text string, scale int) int {
	w := 0
	for _, r := range plain(text) {
		w += (len(f.glyph(r)[0]) + 1) * scale
	}
	return max(0, w-scale)
}

// draw draws a text with its top left corner at x, y.
func (f *bitmapFont) draw(dst *image.Gray, level uint8, x, y, scale int, text string) {
	for _, r := range plain(text) {
		g := f.glyph(r)
		for row, pixels := range g {
			for col := range len(pixels) {
				if pixels[col] == '#' {
					dot(dst, level, x+col*scale, y+row*scale, scale)
				}
			}
		}
		x += (len(g[0]) + 1) * scale
	}
}

// dot sets a square of pixels, as far as it is on the panel.
func dot(dst *image.Gray, level uint8, x, y, scale int) {
	block := image.Rect(x, y, x+scale, y+scale).Intersect(dst.Rect)
	for y := block.Min.Y; y < block.Max.Y; y++ {
		for x := block.Min.X; x < block.Max.X; x++ {
			dst.Pix[dst.PixOffset(x, y)] = level
		}
	}
}

// fit cuts a text at its end so that it is at most so wide.
func (f *bitmapFont) fit(text string, scale, most int) string {
	if f.width(text, scale) <= most {
		return text
	}
	letters := []rune(plain(text))
	for n := len(letters) - 1; n > 0; n-- {
		if cut := strings.TrimRightFunc(string(letters[:n]), unicode.IsSpace) + ellipsis; f.width(cut, scale) <= most {
			return cut
		}
	}
	return ""
}

// clip cuts a label without saying so: three dots would be half of it.
func (f *bitmapFont) clip(text string, most int) string {
	letters := []rune(plain(text))
	for n := len(letters); n > 0; n-- {
		if cut := string(letters[:n]); f.width(cut, 1) <= most {
			return cut
		}
	}
	return ""
}

// has reports whether the font has all letters of a text, or their plain forms.
func (f *bitmapFont) has(text string) bool {
	for _, r := range plain(text) {
		if _, ok := f.glyphs[printable(r)]; !ok {
			return false
		}
	}
	return true
}

// fitEnd cuts a text at its beginning.
func (f *bitmapFont) fitEnd(text string, scale, most int) string {
	if f.width(text, scale) <= most {
		return text
	}
	letters := []rune(plain(text))
	for n := 1; n < len(letters); n++ {
		if cut := ellipsis + string(letters[n:]); f.width(cut, scale) <= most {
			return cut
		}
	}
	return ""
}

// wrap breaks a text into at most so many lines; the last is cut.
func (f *bitmapFont) wrap(text string, most, lines int) []string {
	var out []string
	words := strings.Fields(plain(text))
	for len(words) > 0 && len(out) < lines {
		if len(out) == lines-1 {
			return append(out, f.fit(strings.Join(words, " "), 1, most))
		}
		line, used := words[0], 1
		for used < len(words) && f.width(line+" "+words[used], 1) <= most {
			line += " " + words[used]
			used++
		}
		words = words[used:]
		for n := len(line); f.width(line, 1) > most && n > 1; n-- { // a word wider than the panel
			if n < len(line) && utf8.RuneStart(line[n]) && f.width(line[:n], 1) <= most {
				n = breakAt(line, n)
				words = append([]string{line[n:]}, words...)
				line = line[:n]
			}
		}
		out = append(out, line)
	}
	return out
}
