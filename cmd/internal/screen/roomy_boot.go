package screen

import (
	"image"
	"strings"

	"offhook/cmd/internal/phone"
)

func (r *roomy) booting(v *phone.View) {
	mid := r.w / 2
	y := r.body.Min.Y + r.px(88)
	size := r.px(40)
	name := r.style(bold, 34)
	width := size + r.px(12) + r.width(name, product)
	r.icon(iconHandset, r.accent, mid-width/2, y-r.px(32), size)
	r.write(name, r.text, mid-width/2+size+r.px(12), y, left, product)
	s := r.style(regular, 16)
	r.write(s, r.soft, mid, y+r.px(48), centre, r.fit(s, v.Title, r.w-2*r.px(margin)))
}

const product = "offhook"

// provisioning: what the phone is doing, whom it asks, how far it is.
func (r *roomy) provisioning(v *phone.View) {
	mid := r.w / 2
	y := r.body.Min.Y + r.px(52)
	title := r.shrink(r.style(medium, 20), v.Title, r.w-2*r.px(margin), r.px(13))
	r.write(title, r.text, mid, y, centre, r.fit(title, v.Title, r.w-2*r.px(margin)))
	bar := image.Rect(r.px(40), y+r.px(26), r.w-r.px(40), y+r.px(32))
	r.meter(bar, v.Progress, r.accent)
	if v.Progress <= 0 { // not known how far: a piece in the middle
		third := bar.Dx() / 3
		r.block(image.Rect(bar.Min.X+third, bar.Min.Y, bar.Max.X-third, bar.Max.Y), r.px(3), r.accent)
	}
	s := r.style(regular, 14)
	y = bar.Max.Y + r.px(28)
	for _, t := range v.Text {
		for _, l := range r.wrap(s, t, r.w-2*r.px(margin), 3) {
			r.write(s, r.soft, mid, y, centre, l)
			y += r.px(19)
		}
	}
}

// trouble: an icon, what happened, and why. The more there is to read, the
// smaller it is written, down to what can still be read.
func (r *roomy) trouble(v *phone.View, ink, back ink, i icon) {
	bottom := r.body.Max.Y - r.px(4)
	if n := len(v.Others); n > 0 {
		bottom = r.othersTop(n) - r.px(4)
	}
	sizes := []troubleSize{{26, 15, 20}, {20, 14, 18}, {18, 13, 16}}
	for i, size := range sizes {
		if i == len(sizes)-1 || r.paragraphs(v, size, bottom, true) {
			sizes[0] = size
			break
		}
	}
	r.troubleHead(v, ink, back, i, sizes[0])
	r.paragraphs(v, sizes[0], bottom, false)
	r.others(v)
}

// troubleSize is how large a trouble's icon and its explanation are.
type troubleSize struct{ radius, text, line int }

func (r *roomy) troubleHead(v *phone.View, ink, back ink, i icon, size troubleSize) {
	x, radius := r.px(margin), r.px(size.radius)
	cy := r.body.Min.Y + r.px(12) + radius
	r.disc(x+radius, cy, radius, back)
	mark := radius * 28 / 26
	r.icon(i, ink, x+radius-mark/2, cy-mark/2, mark)
	tx := x + 2*radius + r.px(14)
	width := r.w - r.px(margin) - tx
	title := r.shrink(r.style(bold, size.radius), v.Title, width, r.px(16))
	y := cy + title.size*36/100
	if party := r.title(v.Party); party != "" {
		y = cy - r.px(2)
		s := r.style(regular, 16)
		r.write(s, r.soft, tx, cy+r.px(20), left, r.fit(s, party, width))
	}
	r.write(title, r.text, tx, y, left, r.fit(title, v.Title, width))
}

// paragraphs are the explanation: the first stands out, the rest is advice, which
// is what a person needs; what is cut is cut before it. It tells whether all fits.
func (r *roomy) paragraphs(v *phone.View, size troubleSize, bottom int, dry bool) bool {
	s, line, gap := r.style(regular, size.text), r.px(size.line), r.px(4)
	y := r.body.Min.Y + r.px(12) + 2*r.px(size.radius) + r.px(26)
	room := max(0, (bottom-s.size*22/100-y-gap*(len(v.Text)-1))/line+1)
	all := make([][]string, len(v.Text))
	for i := len(v.Text) - 1; i >= 0; i-- {
		all[i] = r.wrap(s, v.Text[i], r.w-2*r.px(margin), max(room, 0))
		room -= len(all[i])
	}
	if dry {
		return len(v.Text) == 0 || room > 0 || room == 0 && !strings.HasSuffix(last(all[0]), ellipsis)
	}
	ink := r.text
	for _, lines := range all {
		for _, l := range lines {
			r.write(s, ink, r.px(margin), y, left, l)
			y += line
		}
		y += gap
		ink = r.soft
	}
	return true
}

func last(lines []string) string {
	if len(lines) == 0 {
		return ellipsis
	}
	return lines[len(lines)-1]
}
