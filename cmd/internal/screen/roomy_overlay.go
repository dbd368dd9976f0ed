package screen

import (
	"image"

	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// overlay: what passes by lies above the body.
func (r *roomy) overlay(v *phone.View) {
	switch {
	case v.Volume.Shown:
		r.volume(v)
	case v.Notice != "":
		r.notice(v)
	}
}

func (r *roomy) card(height int) image.Rectangle {
	r.fill(r.body, r.veil)
	bottom := r.body.Max.Y - r.px(4)
	card := image.Rect(r.px(10), bottom-height, r.w-r.px(10), bottom)
	r.block(card, r.px(10), r.raised)
	return card
}

// notice takes the place of the status bar; a long one needs a card.
func (r *roomy) notice(v *phone.View) {
	s := r.style(medium, 15)
	strip := image.Rect(r.px(6), r.px(2), r.w-r.px(6), r.px(statusHeight))
	if r.width(s, v.Notice) <= strip.Dx()-r.px(16) {
		r.fill(image.Rect(0, 0, r.w, r.px(statusHeight)), r.ground)
		r.block(strip, r.px(8), r.accentDeep)
		mid := (strip.Min.Y + strip.Max.Y) / 2
		r.write(s, r.text, r.w/2, mid+s.size*36/100, centre, v.Notice)
		return
	}
	lines := r.wrap(s, v.Notice, r.w-2*r.px(26), 2)
	card := r.card(r.px(16) + len(lines)*r.px(19))
	for i, l := range lines {
		r.write(s, r.text, r.w/2, card.Min.Y+r.px(22)+i*r.px(19), centre, l)
	}
}

func (r *roomy) volume(v *phone.View) {
	card := r.card(r.px(46))
	size := r.px(22)
	mid := (card.Min.Y + card.Max.Y) / 2
	x := card.Min.X + r.px(12)
	r.icon(outputIcon(v.Volume), r.text, x, mid-size/2, size)
	x += size + r.px(12)
	small := r.style(medium, 13)
	end := card.Max.X - r.px(12)
	r.write(small, r.text, end, mid-r.px(4), right, percentText(v.Volume.Percent))
	r.write(small, r.soft, x, mid-r.px(4), left, r.fit(small, v.Volume.Label, end-x-r.px(36)))
	const steps = 20
	gap := max(1, r.px(2))
	for i := range steps {
		x0 := x + (end-x+gap)*i/steps
		x1 := x + (end-x+gap)*(i+1)/steps - gap
		ink := r.line
		if (i+1)*100/steps <= v.Volume.Percent {
			ink = r.accent
		}
		r.block(image.Rect(x0, mid+r.px(6), x1, mid+r.px(13)), r.px(1), ink)
	}
}

func outputIcon(b phone.VolumeBar) icon {
	switch {
	case b.Output == hal.Ringer && b.Percent == 0:
		return iconBellOff
	case b.Output == hal.Ringer:
		return iconBell
	case b.Output == hal.Handset:
		return iconHandset
	case b.Output == hal.Headset:
		return iconHeadset
	}
	return iconSpeaker
}
