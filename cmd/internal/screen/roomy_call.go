package screen

import (
	"image"
	"time"

	"offhook/cmd/internal/phone"
)

// dialling: the number, as large as it can be.
func (r *roomy) dialling(v *phone.View) {
	mid := r.w / 2
	y := r.body.Min.Y + r.px(30)
	head := r.style(medium, 15)
	r.write(head, r.accent, mid, y, centre, r.fit(head, v.Title, r.w-2*r.px(margin)))
	big := r.style(medium, 42)
	width := r.w - 2*r.px(margin) - r.px(8)
	big = r.shrink(big, v.Entry, width, r.px(24))
	shown := r.fitEnd(big, v.Entry, width)
	base := y + r.px(56)
	w := r.write(big, r.text, mid-r.px(3), base, centre, shown)
	caret := mid - r.px(3) + w/2 + r.px(4)
	r.block(image.Rect(caret, base-r.px(32), caret+r.px(3), base+r.px(4)), r.px(1), r.accent)
	s := r.style(regular, 16)
	y = base + r.px(30)
	if v.Party.Name != "" {
		r.write(s, r.soft, mid, y, centre, r.fit(s, v.Party.Name, r.w-2*r.px(margin)))
		y += r.px(22)
	}
	room := 2
	if len(v.Others) > 0 {
		room = 1
	}
	for _, t := range v.Text {
		for _, l := range r.wrap(s, t, r.w-2*r.px(margin), room) {
			r.write(s, r.warnIf(v), mid, y, centre, l)
			y += r.px(20)
		}
	}
	r.others(v)
}

func (r *roomy) warnIf(v *phone.View) ink {
	if v.Status.Registration == phone.RegGood {
		return r.soft
	}
	return r.warn
}

// call: who it is, what state it is in, and for how long.
func (r *roomy) call(v *phone.View) {
	crowded := len(v.Others) > 0
	radius := r.px(34)
	cx, cy := r.px(margin)+radius, r.body.Min.Y+r.px(54)
	if crowded {
		radius = r.px(28)
		cx, cy = r.px(margin)+radius, r.body.Min.Y+r.px(40)
	}
	r.avatar(v.Party, cx, cy, radius)
	x := cx + radius + r.px(14)
	width := r.w - r.px(margin) - x
	name := r.shrink(r.style(bold, 26), r.title(v.Party), width, r.px(17))
	number := r.style(regular, 16)
	y := cy - r.px(2)
	if r.subtitle(v.Party) == "" {
		y = cy + name.size*36/100
	}
	r.write(name, r.text, x, y, left, r.fit(name, r.title(v.Party), width))
	r.write(number, r.soft, x, y+r.px(24), left, r.fit(number, r.subtitle(v.Party), width))
	r.callState(v, cy+radius, crowded)
	if v.Kind == phone.KindInCall && len(v.Text) > 0 && !crowded {
		small := r.style(regular, 12)
		r.write(small, r.soft, r.px(margin), r.body.Max.Y-r.px(6), left, r.fit(small, v.Text[0], r.w-2*r.px(margin)))
	}
	r.others(v)
}

// callState: a pill with the state, and the timer.
func (r *roomy) callState(v *phone.View, top int, crowded bool) {
	s := r.style(medium, 15)
	back, ink, mark := r.stateLook(v)
	timer := ""
	if !v.Since.IsZero() {
		timer = clockText(v.Elapsed)
	}
	base := r.style(regular, 36)
	y := (top + r.body.Max.Y) / 2
	if crowded {
		base = r.style(regular, 26)
		y = (top + r.othersTop(len(v.Others))) / 2
	}
	end := r.w - r.px(margin)
	if timer != "" {
		end -= r.write(base, r.text, end, y+base.size*36/100, right, timer) + r.px(12)
	}
	icon := r.px(15)
	x := r.px(margin)
	label := r.fit(s, v.Title, end-x-r.px(20)-icon-r.px(6))
	pill := image.Rect(x, y-r.px(14), x+r.px(20)+icon+r.px(6)+r.width(s, label), y+r.px(14))
	r.block(pill, r.px(14), back)
	r.icon(mark, ink, x+r.px(10), y-icon/2, icon)
	r.write(s, ink, x+r.px(10)+icon+r.px(6), y+s.size*36/100, left, label)
}

func (r *roomy) stateLook(v *phone.View) (back, ink ink, mark icon) {
	switch {
	case v.Kind == phone.KindHeld:
		return r.warnDeep, r.warn, iconPause
	case v.Kind == phone.KindTransferring:
		return r.accentDeep, r.text, iconTransfer
	case v.Kind == phone.KindEnded:
		return r.surface, r.soft, iconHangUp
	case v.Kind == phone.KindCalling:
		return r.accentDeep, r.text, iconOutgoing
	case v.Status.RemoteHold:
		return r.warnDeep, r.warn, iconPause
	case v.Status.Muted:
		return r.badDeep, r.text, iconMicOff
	}
	return r.goodDeep, r.text, iconHandset
}

// ringing: somebody calls; the name is what counts.
func (r *roomy) ringing(v *phone.View) {
	mid := r.w / 2
	crowded := len(v.Others) > 0
	head := r.style(medium, 15)
	title := v.Title
	if crowded {
		r.ringingBeside(v, title, head)
		return
	}
	width := r.w - 2*r.px(margin)
	r.write(head, r.good, mid, r.body.Min.Y+r.px(18), centre, r.fit(head, title, width))
	radius, cy := r.px(32), r.body.Min.Y+r.px(68)
	r.disc(mid, cy, radius+r.px(4), r.raised)
	r.avatar(v.Party, mid, cy, radius)
	name := r.shrink(r.style(bold, 28), r.title(v.Party), width, r.px(18))
	y := cy + radius + r.px(36)
	if r.subtitle(v.Party) == "" {
		y += r.px(8)
	}
	r.write(name, r.text, mid, y, centre, r.fit(name, r.title(v.Party), width))
	s := r.style(regular, 16)
	r.write(s, r.soft, mid, y+r.px(24), centre, r.fit(s, r.subtitle(v.Party), width))
}

// ringingBeside is the same while there are other calls.
func (r *roomy) ringingBeside(v *phone.View, title string, head style) {
	radius := r.px(30)
	cx, cy := r.px(margin)+radius+r.px(4), r.body.Min.Y+r.px(50)
	r.disc(cx, cy, radius+r.px(5), r.raised)
	r.avatar(v.Party, cx, cy, radius)
	x := cx + radius + r.px(18)
	width := r.w - r.px(margin) - x
	r.write(head, r.good, x, cy-r.px(20), left, r.fit(head, title, width))
	name := r.shrink(r.style(bold, 26), r.title(v.Party), width, r.px(17))
	r.write(name, r.text, x, cy+r.px(9), left, r.fit(name, r.title(v.Party), width))
	s := r.style(regular, 16)
	r.write(s, r.soft, x, cy+r.px(31), left, r.fit(s, r.subtitle(v.Party), width))
	r.others(v)
}

// title is whom a person reads of: the number of one whose name is in letters
// that the font does not have.
func (r *roomy) title(p phone.Party) string {
	if p.Name != "" && (p.Number == "" || r.letters.has(bold, p.Name)) {
		return p.Name
	}
	return p.Number
}

// subtitle is the number, below the name.
func (r *roomy) subtitle(p phone.Party) string {
	if r.title(p) == p.Number {
		return ""
	}
	return p.Number
}

// avatar is a disc with initials, or with a person.
func (r *roomy) avatar(p phone.Party, x, y, radius int) {
	hue := 0
	for _, letter := range p.Title() {
		hue = (hue*31 + int(letter)) & 0xffff
	}
	back := r.people[hue%len(r.people)]
	if p.Initials == "" || !r.letters.has(bold, p.Initials) {
		r.disc(x, y, radius, r.raised)
		size := radius * 6 / 5
		r.icon(iconPerson, r.soft, x-size/2, y-size/2, size)
		return
	}
	r.disc(x, y, radius, back)
	s := style{bold, radius * 3 / 4}
	r.write(s, r.text, x, y+s.size*36/100, centre, r.fit(s, p.Initials, 2*radius))
}

const otherHeight = 34

func (r *roomy) othersTop(n int) int {
	return r.body.Max.Y - min(n, 2)*r.px(otherHeight) - r.px(2)
}

// others are cards of the calls besides; more than two are counted.
func (r *roomy) others(v *phone.View) {
	n := min(len(v.Others), 2)
	y := r.othersTop(n)
	for i, o := range v.Others[:n] {
		card := image.Rect(r.px(10), y, r.w-r.px(10), y+r.px(otherHeight)-r.px(4))
		r.block(card, r.px(8), r.surface)
		ink, mark := r.otherLook(o.State)
		mid := (card.Min.Y + card.Max.Y) / 2
		size := r.px(16)
		r.icon(mark, ink, card.Min.X+r.px(10), mid-size/2, size)
		s := r.style(medium, 15)
		label := o.Label
		if more := len(v.Others) - n; more > 0 && i == n-1 {
			label += "  +" + countText(more)
		}
		x := card.Min.X + r.px(10) + size + r.px(9)
		end := card.Max.X - r.px(12)
		small := r.style(regular, 14)
		end -= r.write(small, ink, end, mid+small.size*36/100, right, r.fit(small, label, card.Dx()/3)) + r.px(8)
		r.write(s, r.text, x, mid+s.size*36/100, left, r.fit(s, r.title(o.Party), end-x))
		y += r.px(otherHeight)
	}
}

func (r *roomy) otherLook(s phone.OtherState) (ink, icon) {
	switch s {
	case phone.OtherHeld:
		return r.warn, iconPause
	case phone.OtherRinging:
		return r.good, iconBell
	}
	return r.good, iconHandset
}

// clockText is a length of time: 4:07, 1:04:07.
func clockText(d time.Duration) string {
	total := int(max(0, d) / time.Second)
	two := func(b []byte, n int) []byte { return append(b, ':', byte('0'+n/10), byte('0'+n%10)) }
	b := make([]byte, 0, 12)
	if hours := total / 3600; hours > 0 {
		b = two(appendInt(b, hours), total/60%60)
	} else {
		b = appendInt(b, total/60%60)
	}
	return string(two(b, total%60))
}
