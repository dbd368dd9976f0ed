package screen

import (
	"image"
	"strings"

	"offhook/cmd/internal/phone"
)

// idle: the clock, the date, and whose phone this is; what is wrong below.
func (r *roomy) idle(v *phone.View) {
	if len(r.noticeLines(v)) > 1 {
		r.body.Min.Y += r.px(noticeLine / 2)
	}
	keys := r.lineGrid(v)
	switch {
	case v.Title != "":
		y := r.clockAndDate(v, 52, 46)
		r.idleTrouble(v, y+r.px(12))
		return
	case keys.rows > 1:
		r.idleBeside(v, keys.rows)
	default:
		r.idleCentred(v, keys.rows)
	}
	r.lineKeys(keys)
}

// clockAndDate stand in the middle; it returns the date's base line.
func (r *roomy) clockAndDate(v *phone.View, size, base int) int {
	y := r.body.Min.Y + r.px(base)
	r.clock(v, r.shrinkClock(v, size, r.w*6/10), r.w/2, y, centre)
	s := r.style(regular, 16)
	y += r.px(12 + size/5)
	r.write(s, r.soft, r.w/2, y, centre, r.fit(s, v.Status.Date, r.w-2*r.px(margin)))
	return y
}

// clock writes the time of day, which half of it in small letters, and returns its
// width.
func (r *roomy) clock(v *phone.View, s style, x, y int, a align) int {
	digits, half, _ := strings.Cut(v.Status.Clock, " ")
	small, width := style{s.weight, s.size * 2 / 5}, r.width(s, digits)
	if half != "" {
		width += s.size/8 + r.width(small, half)
	}
	if a == centre {
		x -= width / 2
	}
	end := x + r.write(s, r.text, x, y, left, digits)
	r.write(small, r.soft, end+s.size/8, y, left, half)
	return width
}

// shrinkClock is a clock of that size, or one that fits.
func (r *roomy) shrinkClock(v *phone.View, size, most int) style {
	digits, _, _ := strings.Cut(v.Status.Clock, " ")
	return r.shrink(r.style(medium, size), digits, most, r.px(24))
}

// idleCentred is the idle screen with one row of keys or none.
func (r *roomy) idleCentred(v *phone.View, rows int) {
	size, base, step := 72, 78, 30
	switch {
	case rows == 1:
		size, base, step = 60, 54, 24
	case len(v.Text) > 0:
		base, step = 66, 28
	}
	y := r.clockAndDate(v, size, base) + r.px(step)
	name := r.style(bold, 19)
	r.write(name, r.text, r.w/2, y, centre, r.fit(name, v.Status.Name, r.w-2*r.px(margin)))
	s := r.shrink(r.style(medium, 15), waits(v), r.w-2*r.px(margin), r.px(12))
	r.write(s, r.accent, r.w/2, y+r.px(step), centre, r.fit(s, waits(v), r.w-2*r.px(margin)))
}

// idleBeside leaves the screen to many keys: the clock at the left, the rest at
// the right.
func (r *roomy) idleBeside(v *phone.View, rows int) {
	free := r.body.Dy() - rows*r.px(lineRowHeight)
	mid := r.body.Min.Y + free/2 // of three lines
	s := r.shrinkClock(v, min(50, 22+free*240/min(r.w, r.h)/3), r.w*4/10)
	x := r.px(margin) + r.clock(v, s, r.px(margin), mid+s.size*36/100, left) + r.px(16)
	end := r.w - r.px(margin)
	lines := []string{v.Status.Name, v.Status.Date}
	if len(v.Text) > 0 {
		lines = append(lines, v.Text...)
	}
	lines = lines[:min(len(lines), 3)]
	y := mid - (len(lines)-1)*r.px(19)/2
	for i, l := range lines {
		line, ink := r.style(regular, 14), r.soft
		switch i {
		case 0:
			line, ink = r.style(bold, 17), r.text
		case 2:
			line, ink = r.style(medium, 14), r.accent
		}
		line = r.shrink(line, l, end-x, r.px(12))
		r.write(line, ink, end, y+i*r.px(19)+line.size*36/100, right, r.fit(line, l, end-x))
	}
}

func waits(v *phone.View) string { return strings.Join(v.Text, "  ·  ") }

// idleTrouble is a card that says honestly why nobody can call.
func (r *roomy) idleTrouble(v *phone.View, top int) {
	card := image.Rect(r.px(10), top, r.w-r.px(10), r.body.Max.Y-r.px(3))
	pending := v.Status.Registration == phone.RegPending && len(v.Text) == 0
	back, ink := r.warnDeep, r.warn
	if pending {
		back, ink = r.surface, r.text
	}
	pad, size := r.px(10), r.px(18)
	title, text := r.style(bold, 15), r.style(regular, 14)
	width := card.Dx() - 2*pad - size - r.px(8)
	lines := r.cardLines(v, text, width, max(1, (card.Dy()-2*pad-title.size)/r.px(18)))
	card.Max.Y = min(card.Max.Y, card.Min.Y+2*pad+title.size+len(lines)*r.px(18)) // no larger than what it says
	r.block(card, r.px(8), back)
	x, y := card.Min.X+pad, card.Min.Y+pad+title.size*85/100
	if pending { // nothing is wrong yet
		r.disc(x+size/2, y-title.size*36/100, r.px(4), r.warn)
	} else {
		r.icon(iconWarning, ink, x, y-r.px(14), size)
	}
	x += size + r.px(8)
	r.write(title, ink, x, y, left, r.fit(title, v.Title, width))
	for i, l := range lines {
		r.write(text, r.text, x, y+(i+1)*r.px(18), left, l)
	}
}

// cardLines are at most so many; what to do is said last.
func (r *roomy) cardLines(v *phone.View, s style, width, most int) []string {
	var lines []string
	for _, t := range v.Text {
		lines = append(lines, r.wrap(s, t, width, most-min(len(lines), most-1))...)
	}
	return lines[:min(len(lines), most)]
}
