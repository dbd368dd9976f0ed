package screen

import (
	"image"
	"strings"

	"offhook/cmd/internal/phone"
)

// idle: the clock, the date, and whose phone this is; what is wrong below.
func (r *roomy) idle(v *phone.View) {
	st := &v.Status
	mid := r.w / 2
	troubled := v.Title != ""
	y := r.body.Min.Y + r.px(72)
	clock, step := r.style(medium, 72), r.px(30)
	rows := lineRows(v)
	switch {
	case troubled:
		y, clock = r.body.Min.Y+r.px(56), r.style(medium, 60)
	case rows == 2:
		y, clock, step = r.body.Min.Y+r.px(46), r.style(medium, 48), r.px(22)
	case rows == 1 && len(v.Text) > 0:
		y, clock, step = r.body.Min.Y+r.px(58), r.style(medium, 60), r.px(26)
	case len(v.Text) == 0 && rows == 0:
		y += r.px(8)
	}
	if st.Clock != "" {
		clock = r.shrink(clock, st.Clock, r.w*7/10, r.px(24))
		r.write(clock, r.text, mid, y, centre, st.Clock)
	}
	s := r.style(regular, 16)
	r.write(s, r.soft, mid, y+step-r.px(2), centre, r.fit(s, st.Date, r.w-2*r.px(margin)))
	if troubled {
		r.idleTrouble(v, y+r.px(40))
		return
	}
	name := r.style(bold, 19)
	r.write(name, r.text, mid, y+2*step, centre, r.fit(name, st.Name, r.w-2*r.px(margin)))
	if len(v.Text) > 0 {
		waits := r.style(medium, 14)
		r.write(waits, r.accent, mid, y+2*step+min(step, r.px(22)), centre, r.fit(waits, strings.Join(v.Text, "  ·  "), r.w-2*r.px(margin)))
	}
	r.lineKeys(v)
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
	most := max(1, (card.Dy()-r.px(22))/r.px(18)) // what to do is said last
	var lines []string
	for _, t := range v.Text {
		lines = append(lines, r.wrap(text, t, width, most-min(len(lines), most-1))...)
	}
	lines = lines[:min(len(lines), most)]
	height := r.px(16) + len(lines)*r.px(17)
	y := card.Min.Y + (card.Dy()-height)/2 + r.px(13)
	r.icon(iconWarning, ink, x, y-r.px(14), size)
	x += size + r.px(8)
	r.write(title, ink, x, y, left, r.fit(title, v.Title, width))
	for i, l := range lines {
		r.write(text, r.text, x, y+(i+1)*r.px(18), left, l)
	}
}
