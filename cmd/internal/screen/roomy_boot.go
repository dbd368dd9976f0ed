package screen

import (
	"image"

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
	r.block(bar, r.px(3), r.raised)
	if v.Progress > 0 {
		done := bar
		done.Max.X = bar.Min.X + max(bar.Dy(), bar.Dx()*min(v.Progress, 100)/100)
		r.block(done, r.px(3), r.accent)
	} else { // not known how far: a piece in the middle
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

// trouble: an icon, what happened, and why.
func (r *roomy) trouble(v *phone.View, ink, back ink, i icon) {
	x := r.px(margin)
	radius := r.px(26)
	cy := r.body.Min.Y + r.px(38)
	r.disc(x+radius, cy, radius, back)
	size := r.px(28)
	r.icon(i, ink, x+radius-size/2, cy-size/2, size)
	tx := x + 2*radius + r.px(14)
	width := r.w - r.px(margin) - tx
	title := r.shrink(r.style(bold, 26), v.Title, width, r.px(16))
	party := v.Party.Title()
	y := cy + r.px(9)
	if party != "" {
		y = cy - r.px(2)
		s := r.style(regular, 16)
		r.write(s, r.soft, tx, cy+r.px(20), left, r.fit(s, party, width))
	}
	r.write(title, r.text, tx, y, left, r.fit(title, v.Title, width))
	r.paragraphs(v, cy+radius+r.px(26))
}

// paragraphs are the explanation: the first stands out, the rest is advice.
func (r *roomy) paragraphs(v *phone.View, y int) {
	s := r.style(regular, 15)
	bottom := r.body.Max.Y - r.px(4)
	if n := len(v.Others); n > 0 {
		bottom = r.othersTop(n) - r.px(4)
	}
	ink := r.text
	for _, t := range v.Text {
		lines := r.wrap(s, t, r.w-2*r.px(margin), max(0, (bottom-y)/r.px(20)+1))
		for _, l := range lines {
			r.write(s, ink, r.px(margin), y, left, l)
			y += r.px(20)
		}
		y += r.px(4)
		ink = r.soft
	}
	r.others(v)
}
