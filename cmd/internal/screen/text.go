package screen

import (
	"image"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/math/fixed"
)

const ellipsis = "…"

type align uint8

const (
	left align = iota
	centre
	right
)

// width is how many pixels a text takes.
func (c *canvas) width(s style, text string) int {
	var w fixed.Int26_6
	for _, r := range text {
		w += c.letters.glyph(s, printable(r)).advance
	}
	return w.Ceil()
}

// write draws one line with its base line at y and returns its width. x is its
// left end, middle or right end.
func (c *canvas) write(s style, ink ink, x, y int, a align, text string) int {
	w := c.width(s, text)
	switch a {
	case centre:
		x -= w / 2
	case right:
		x -= w
	}
	if c.wrote != nil {
		c.wrote(image.Rect(x, y-s.size*72/100, x+w, y+s.size*20/100), text)
	}
	pen := fixed.I(x)
	for _, r := range text {
		g := c.letters.glyph(s, printable(r))
		if g.mask != nil {
			to := g.mask.Rect.Add(g.at).Add(image.Pt(pen.Round(), y))
			stamp(c.dst, to, ink, g.mask, image.Point{})
		}
		pen += g.advance
	}
	return w
}

// fit cuts a text at its end so that it is at most so wide.
func (c *canvas) fit(s style, text string, most int) string {
	if c.width(s, text) <= most {
		return text
	}
	for len(text) > 0 {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
		if cut := strings.TrimRightFunc(text, unicode.IsSpace) + ellipsis; c.width(s, cut) <= most {
			return cut
		}
	}
	return ""
}

// fitEnd cuts a text at its beginning: of a number being typed the last digits
// matter.
func (c *canvas) fitEnd(s style, text string, most int) string {
	if c.width(s, text) <= most {
		return text
	}
	for len(text) > 0 {
		_, n := utf8.DecodeRuneInString(text)
		text = text[n:]
		if cut := ellipsis + text; c.width(s, cut) <= most {
			return cut
		}
	}
	return ""
}

// shrink finds the largest size in which a text fits, down to least.
func (c *canvas) shrink(s style, text string, most, least int) style {
	for s.size > least && c.width(s, text) > most {
		s.size -= max(1, s.size/12)
	}
	s.size = max(s.size, least)
	return s
}

// wrap breaks a text into lines of at most so many pixels; the last line that
// is allowed is cut. A word that is too long breaks anywhere.
func (c *canvas) wrap(s style, text string, most, lines int) []string {
	var out []string
	words := strings.Fields(text)
	for len(words) > 0 && len(out) < lines {
		line, used := words[0], 1
		for used < len(words) && c.width(s, line+" "+words[used]) <= most {
			line += " " + words[used]
			used++
		}
		words = words[used:]
		if last := len(out) == lines-1; last && len(words) > 0 {
			line = c.fit(s, line+" "+strings.Join(words, " "), most)
		} else if c.width(s, line) > most {
			if last {
				line = c.fit(s, line, most)
			} else {
				head := c.breakWord(s, line, most)
				words = append([]string{line[len(head):]}, words...)
				line = head
			}
		}
		out = append(out, line)
	}
	return out
}

// breakWord is the longest beginning of a word that fits, at least one letter. An
// address breaks behind one of its marks, if that leaves half of the line.
func (c *canvas) breakWord(s style, word string, most int) string {
	end := c.longest(s, word, most)
	return word[:breakAt(word, end)]
}

// breakAt is the last good place to break a word before its end.
func breakAt(word string, end int) int {
	if end == len(word) {
		return end
	}
	if mark := strings.LastIndexAny(word[:end], "/.-_:?&=@,") + 1; mark > end/2 {
		return mark
	}
	return end
}

func (c *canvas) longest(s style, word string, most int) int {
	end := 0
	for i, r := range word {
		n := i + utf8.RuneLen(r)
		if r == utf8.RuneError {
			n = i + 1
		}
		if i > 0 && c.width(s, word[:n]) > most {
			break
		}
		end = n
	}
	return end
}

// printable keeps control characters of a caller's name off the screen.
func printable(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}
