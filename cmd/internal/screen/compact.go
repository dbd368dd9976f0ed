package screen

import (
	"image"
	"strings"

	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// compact is the layout of small panels: whole pixels, white on black.
type compact struct {
	dst   *image.Gray
	small *bitmapFont
	w, h  int
	wrote func(at image.Rectangle, text string) // nil but in tests
}

const (
	white = 0xff
	black = 0

	compactStatus = 9  // lines of the status row
	compactSoft   = 10 // lines of the soft keys
)

func (c *compact) paint(v *phone.View) {
	c.fill(c.dst.Bounds(), black)
	c.status(v)
	body := image.Rect(0, compactStatus, c.w, c.h-compactSoft)
	if !hasSoft(v) {
		body.Max.Y = c.h
	}
	if v.Volume.Shown || v.Notice != "" { // half letters beside a frame are hard on the eye
		c.overlay(v, body)
	} else {
		c.body(v, body)
	}
	c.soft(v)
}

func (c *compact) body(v *phone.View, body image.Rectangle) {
	switch v.Kind {
	case phone.KindBooting:
		c.booting(v, body)
	case phone.KindProvisioning, phone.KindProvisioningFailed:
		c.provisioning(v, body)
	case phone.KindIdle:
		c.idle(v, body)
	case phone.KindDialling:
		c.dialling(v, body)
	case phone.KindList:
		c.list(v, body)
	case phone.KindFailed, phone.KindNotice, phone.KindQR: // a code would be too small to be scanned
		c.failed(v, body)
	default:
		c.call(v, body)
	}
}

func hasSoft(v *phone.View) bool {
	for _, k := range v.Soft {
		if k.Label != "" {
			return true
		}
	}
	return false
}

func (c *compact) fill(r image.Rectangle, level uint8) {
	r = r.Intersect(c.dst.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c.dst.Pix[c.dst.PixOffset(x, y)] = level
		}
	}
}

// tiny writes in the small font, aligned at x.
func (c *compact) tiny(x, y int, a align, level uint8, text string) int {
	w := c.small.width(text, 1)
	c.letters(aligned(x, w, a), y, 1, level, text)
	return w
}

// letters are of the small font, enlarged.
func (c *compact) letters(x, y, scale int, level uint8, text string) {
	if c.wrote != nil {
		c.wrote(image.Rect(x, y, x+c.small.width(text, scale), y+7*scale), text)
	}
	c.small.draw(c.dst, level, x, y, scale, text)
}

func aligned(x, w int, a align) int {
	switch a {
	case centre:
		return x - w/2
	case right:
		return x - w
	}
	return x
}

// normal writes in a 7×13 font with its base line at y.
func (c *compact) normal(x, y int, a align, text string) int {
	text = sevenByThirteen(text)
	w := 7 * len([]rune(text))
	pen := fixed.P(aligned(x, w, a), y)
	if c.wrote != nil {
		c.wrote(image.Rect(pen.X.Floor(), y-9, pen.X.Floor()+w, y), text)
	}
	for _, r := range text {
		to, mask, from, advance, _ := basicfont.Face7x13.Glyph(pen, r)
		in := to.Intersect(c.dst.Rect)
		for y := in.Min.Y; y < in.Max.Y; y++ {
			for x := in.Min.X; x < in.Max.X; x++ {
				at := image.Pt(x, y).Sub(to.Min).Add(from)
				if _, _, _, a := mask.At(at.X, at.Y).RGBA(); a != 0 {
					c.dst.Pix[c.dst.PixOffset(x, y)] = white
				}
			}
		}
		pen.X += advance
	}
	return w
}

// sevenByThirteen is a text as that font has it: what is not ASCII is its box.
func sevenByThirteen(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r == 0x7f:
			return ' '
		case r > '~':
			return '\ufffd'
		}
		return r
	}, strings.ReplaceAll(plain(text), ellipsis, "..."))
}

// title writes the most important line as large as it fits.
func (c *compact) title(y int, a align, text string) {
	x := 0
	switch a {
	case centre:
		x = c.w / 2
	case right:
		x = c.w
	}
	if 7*len([]rune(sevenByThirteen(text))) <= c.w {
		c.normal(x, y, a, text)
		return
	}
	c.tiny(x, y-8, a, white, c.small.fit(text, 1, c.w))
}

// status: registration and account, then what waits, then the time.
func (c *compact) status(v *phone.View) {
	st := &v.Status
	end := c.w
	if st.Clock != "" && v.Kind != phone.KindIdle {
		end -= c.tiny(end, 0, right, white, st.Clock) + 4
	}
	mark := func(show bool, m string) {
		if show {
			end -= markWidth(m)
			c.mark(end, 0, m)
			end -= 3
		}
	}
	if st.Messages > 0 {
		end -= c.tiny(end, 0, right, white, countText(st.Messages)) + 1
	}
	mark(st.Messages != 0, markEnvelope)
	if st.Missed > 0 {
		end -= c.tiny(end, 0, right, white, countText(st.Missed)) + 1
	}
	mark(st.Missed > 0, markMissed)
	mark(st.Muted, markMute)
	mark(st.Output == hal.Speaker, markSpeaker)
	mark(st.SecureRTP, markPadlock)
	mark(st.NetworkDown || st.AudioGone, markAlert)
	x := 0
	if v.Kind > phone.KindProvisioningFailed {
		m := markHollow
		if st.Registration == phone.RegGood {
			m = markFull
		}
		c.mark(0, 1, m)
		x = 8
	}
	name := st.Name
	if v.Account != "" {
		name = v.Account
	}
	if v.Kind == phone.KindIdle && st.Number != "" {
		name = st.Number
	}
	if v.Kind == phone.KindList {
		name = v.Title
	}
	c.tiny(x, 0, left, white, c.small.fit(name, 1, end-x))
}

// soft: four labels in white boxes.
func (c *compact) soft(v *phone.View) {
	top := c.h - compactSoft + 1
	for i, k := range v.Soft {
		if k.Label == "" {
			continue
		}
		box := image.Rect(c.w*i/4, top, c.w*(i+1)/4-1, c.h)
		c.fill(box, white)
		label := c.small.clip(k.Label, box.Dx())
		c.tiny((box.Min.X+box.Max.X)/2, top+1, centre, black, label)
	}
}

// mark draws a small picture.
func (c *compact) mark(x, y int, m string) {
	at := x
	for i := range len(m) {
		switch m[i] {
		case '/':
			at, y = x, y+1
			continue
		case '#':
			dot(c.dst, white, at, y, 1)
		}
		at++
	}
}

func markWidth(m string) int { return max(0, strings.IndexByte(m, '/')) }
