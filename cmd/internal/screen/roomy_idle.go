package screen

import (
	"image"
	"strings"

	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// idle: the clock, the date, and whose phone this is; what is wrong below.
func (r *roomy) idle(v *phone.View) {
	st := &v.Status
	mid := r.w / 2
	troubled := v.Title != ""
	y := r.body.Min.Y + r.px(72)
	clock := r.style(medium, 72)
	switch {
	case troubled:
		y, clock = r.body.Min.Y+r.px(56), r.style(medium, 60)
	case len(v.Text) == 0 && len(v.Lines) < 2:
		y += r.px(8)
	}
	if st.Clock != "" {
		clock = r.shrink(clock, st.Clock, r.w*7/10, r.px(24))
		r.write(clock, r.text, mid, y, centre, st.Clock)
	}
	s := r.style(regular, 16)
	r.write(s, r.soft, mid, y+r.px(28), centre, r.fit(s, st.Date, r.w-2*r.px(margin)))
	if troubled {
		r.idleTrouble(v, y+r.px(40))
		return
	}
	name := r.style(bold, 19)
	r.write(name, r.text, mid, y+r.px(60), centre, r.fit(name, st.Name, r.w-2*r.px(margin)))
	if len(v.Text) > 0 {
		waits := r.style(medium, 14)
		r.write(waits, r.accent, mid, y+r.px(82), centre, r.fit(waits, strings.Join(v.Text, "  ·  "), r.w-2*r.px(margin)))
		return
	}
	r.lineKeys(v, r.body.Max.Y-r.px(18))
}

// idleTrouble is a card that says honestly why nobody can call.
func (r *roomy) idleTrouble(v *phone.View, top int) {
	card := image.Rect(r.px(10), top, r.w-r.px(10), r.body.Max.Y-r.px(3))
	back, ink := r.warnDeep, r.warn
	if v.Status.Registration == phone.RegPending {
		back, ink = r.surface, r.soft
	}
	r.block(card, r.px(8), back)
	size := r.px(18)
	x := card.Min.X + r.px(10)
	title := r.style(bold, 15)
	width := card.Max.X - r.px(10) - x - size - r.px(8)
	text := r.style(regular, 14)
	var lines []string
	for _, t := range v.Text {
		lines = append(lines, r.wrap(text, t, width, 2-min(len(lines), 1))...)
	}
	lines = lines[:min(len(lines), 2)]
	height := r.px(16) + len(lines)*r.px(17)
	y := card.Min.Y + (card.Dy()-height)/2 + r.px(13)
	r.icon(iconWarning, ink, x, y-r.px(14), size)
	x += size + r.px(8)
	r.write(title, ink, x, y, left, r.fit(title, v.Title, width))
	for i, l := range lines {
		r.write(text, r.text, x, y+(i+1)*r.px(18), left, l)
	}
}

// lineKeys are shown when there is more than one line to choose from.
func (r *roomy) lineKeys(v *phone.View, y int) {
	var lines [4]phone.LineView
	n := 0
	for _, l := range v.Lines {
		if l.Label != "" && n < len(lines) {
			lines[n] = l
			n++
		}
	}
	if n < 2 {
		return
	}
	width := (r.w - 2*r.px(10)) / n
	s := r.style(medium, 12)
	for i, l := range lines[:n] {
		x := r.px(10) + width*i
		cell := image.Rect(x+r.px(3), y-r.px(11), x+width-r.px(3), y+r.px(11))
		d := r.px(3)
		label := r.fit(s, l.Label, cell.Dx()-r.px(24))
		total := 2*d + r.px(6) + r.width(s, label)
		at := cell.Min.X + (cell.Dx()-total)/2
		r.block(cell, r.px(11), r.surface)
		r.disc(at+d, y, d, r.lampInk(l.State))
		r.write(s, r.soft, at+2*d+r.px(6), y+s.size*36/100, left, label)
	}
}

func (r *roomy) lampInk(p hal.Pattern) ink {
	switch p {
	case hal.LampOn:
		return r.good
	case hal.LampSlow:
		return r.warn
	case hal.LampFast, hal.LampFlutter:
		return r.bad
	}
	return r.faint
}
