package screen

import (
	"image"

	"offhook/cmd/internal/phone"
)

func (c *compact) booting(v *phone.View, body image.Rectangle) {
	mid := (body.Min.Y + body.Max.Y) / 2
	w := c.small.width(product, 2)
	c.letters((c.w-w)/2, mid-14, 2, white, product)
	c.tiny(c.w/2, mid+10, centre, white, c.small.fit(v.Title, 1, c.w))
}

func (c *compact) provisioning(v *phone.View, body image.Rectangle) {
	y := body.Min.Y + 2
	if v.Kind == phone.KindProvisioningFailed {
		c.title(y+9, left, v.Title)
		y += 14
	} else {
		for _, l := range c.small.wrap(v.Title, c.w, 2) {
			c.tiny(0, y, left, white, l)
			y += 9
		}
		c.bar(image.Rect(0, y+2, c.w, y+8), v.Progress)
		y += 13
	}
	c.lines(v, y, body.Max.Y)
}

// lines are the explanation, as many as there is room for.
func (c *compact) lines(v *phone.View, y, bottom int) {
	for _, t := range v.Text {
		for _, l := range c.small.wrap(t, c.w, (bottom-y)/9) {
			c.tiny(0, y, left, white, l)
			y += 9
		}
	}
}

func (c *compact) bar(r image.Rectangle, percent int) {
	c.fill(r, white)
	c.fill(r.Inset(1), black)
	in := r.Inset(2)
	in.Max.X = in.Min.X + in.Dx()*max(0, min(percent, 100))/100
	c.fill(in, white)
}

func (c *compact) idle(v *phone.View, body image.Rectangle) {
	st := &v.Status
	scale, y := 3, body.Min.Y+3
	if v.Title != "" {
		scale, y = 2, body.Min.Y
	}
	c.letters((c.w-c.small.width(st.Clock, scale))/2, y, scale, white, st.Clock)
	y += 7*scale + 3
	if v.Title == "" {
		line := st.Date
		switch {
		case len(v.Text) > 0: // it matters more than the date
			line = v.Text[0]
		case line == "":
			line = st.Name
		}
		c.tiny(c.w/2, y+3, centre, white, c.small.fit(line, 1, c.w))
		return
	}
	text := v.Title
	for _, t := range v.Text {
		text += ": " + t
	}
	for _, l := range c.small.wrap(text, c.w, max(1, (body.Max.Y-y)/9)) {
		c.tiny(c.w/2, y, centre, white, l)
		y += 9
	}
}

func (c *compact) dialling(v *phone.View, body image.Rectangle) {
	c.tiny(0, body.Min.Y+1, left, white, c.small.fit(v.Title, 1, c.w))
	scale := 2
	if c.small.width(v.Entry, scale) > c.w-6 {
		scale = 1
	}
	y := body.Min.Y + 13
	text := c.small.fitEnd(v.Entry, scale, c.w-6)
	c.letters(0, y, scale, white, text)
	x := 0
	if text != "" {
		x = c.small.width(text, scale) + 2
	}
	c.fill(image.Rect(x, y, x+2, y+7*scale+1), white)
	bottom := body.Min.Y + 33
	if len(v.Others) > 0 {
		c.other(v, bottom)
		return
	}
	for _, t := range append([]string{v.Party.Name}, v.Text...) {
		if t != "" {
			c.tiny(0, bottom, left, white, c.small.fit(t, 1, c.w))
			return
		}
	}
}

func (c *compact) call(v *phone.View, body image.Rectangle) {
	y := body.Min.Y + 1
	end := c.w
	if !v.Since.IsZero() {
		end -= c.tiny(c.w, y, right, white, clockText(v.Elapsed)) + 4
	}
	x := 0
	if m := stateMark(v); m != "" {
		c.mark(0, y, m)
		x = markWidth(m) + 3
	}
	c.tiny(x, y, left, white, c.small.fit(v.Title, 1, end-x))
	c.title(y+21, left, c.party(v.Party))
	y += 26
	number := v.Party.Number
	if c.party(v.Party) == number {
		number = ""
	}
	switch {
	case len(v.Others) > 0:
		c.other(v, body.Min.Y+33)
	case len(v.Text) > 0:
		c.lines(v, y, body.Max.Y)
	default:
		c.tiny(0, y+2, left, white, c.small.fit(number, 1, c.w))
	}
}

// party is whom a person reads of: the number of one whose name is in letters
// that the font does not have.
func (c *compact) party(p phone.Party) string {
	if p.Name != "" && (p.Number == "" || c.small.has(p.Name)) {
		return p.Name
	}
	return p.Number
}

func stateMark(v *phone.View) string {
	switch {
	case v.Kind == phone.KindHeld || v.Status.RemoteHold:
		return markPause
	case v.Kind == phone.KindRinging || v.Kind == phone.KindWaiting:
		return markBell
	case v.Kind == phone.KindCalling || v.Kind == phone.KindTransferring:
		return markOut
	}
	return ""
}

// other is the first other call, under a line.
func (c *compact) other(v *phone.View, y int) {
	c.fill(image.Rect(0, y-2, c.w, y-1), white)
	o := v.Others[0]
	label := o.Label
	if more := len(v.Others) - 1; more > 0 {
		label += " +" + countText(more)
	}
	label = c.small.fit(label, 1, c.w/2)
	end := c.w - c.tiny(c.w, y+1, right, white, label) - 4
	c.tiny(0, y+1, left, white, c.small.fit(c.party(o.Party), 1, end))
}

func (c *compact) failed(v *phone.View, body image.Rectangle) {
	y := body.Min.Y + 11
	c.title(y, left, v.Title)
	y += 4
	if party := c.party(v.Party); party != "" && len(v.Text) < 2 {
		c.tiny(0, y, left, white, c.small.fit(party, 1, c.w))
		y += 10
	}
	c.lines(v, y, body.Max.Y)
}

func (c *compact) list(v *phone.View, body image.Rectangle) {
	const row = 9
	if len(v.List.Items) == 0 {
		c.tiny(c.w/2, (body.Min.Y+body.Max.Y)/2-4, centre, white, c.small.fit(v.List.Empty, 1, c.w))
		return
	}
	rows := max(1, (body.Dy()-1)/row)
	if v.Entry != "" { // what it is searched for
		c.tiny(1, body.Min.Y+2+(rows-1)*row, left, white, c.small.fitEnd("> "+v.Entry, 1, c.w))
		rows = max(1, rows-1)
	}
	first := firstRow(v.List.Selected, rows, len(v.List.Items))
	for i := first; i < min(first+rows, len(v.List.Items)); i++ {
		it := v.List.Items[i]
		y := body.Min.Y + 2 + (i-first)*row
		if m := itemMark(it.Icon); m != "" {
			c.mark(1, y, m)
		}
		end := c.w - 2
		detail := c.small.fit(it.Detail, 1, max(c.w/3, end-c.small.width(it.Title, 1)-15))
		end -= c.tiny(end, y, right, white, detail) + 4
		c.tiny(11, y, left, white, c.small.fit(it.Title, 1, end-11))
		if i == v.List.Selected {
			invert(c.dst, image.Rect(0, y-1, c.w, y+8))
		}
	}
}

func itemMark(i phone.ItemIcon) string {
	switch i {
	case phone.IconMissed:
		return markMissed
	case phone.IconIncoming:
		return markIn
	case phone.IconOutgoing:
		return markOut
	case phone.IconGood:
		return markGood
	case phone.IconBad:
		return markAlert
	case phone.IconPerson:
		return markPerson
	case phone.IconMessage:
		return markLetter
	case phone.IconLocked:
		return markPadlock
	}
	return ""
}

func invert(dst *image.Gray, r image.Rectangle) {
	r = r.Intersect(dst.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			dst.Pix[dst.PixOffset(x, y)] ^= 0xff
		}
	}
}

// overlay: volume or a notice in a frame over the body.
func (c *compact) overlay(v *phone.View, body image.Rectangle) {
	switch {
	case v.Volume.Shown:
		box := c.box(body, 24)
		label := c.small.fit(v.Volume.Label, 1, c.w-40)
		c.tiny(box.Min.X+5, box.Min.Y+4, left, white, label)
		c.tiny(box.Max.X-5, box.Min.Y+4, right, white, percentText(v.Volume.Percent))
		c.bar(image.Rect(box.Min.X+4, box.Min.Y+14, box.Max.X-4, box.Max.Y-4), v.Volume.Percent)
	case v.Notice != "":
		lines := c.small.wrap(v.Notice, c.w-14, 3)
		box := c.box(body, 7+9*len(lines))
		for i, l := range lines {
			c.tiny(c.w/2, box.Min.Y+5+9*i, centre, white, l)
		}
	}
}

func percentText(n int) string {
	if n >= 100 {
		return "100"
	}
	return countText(max(0, n))
}

func (c *compact) box(body image.Rectangle, height int) image.Rectangle {
	y := (body.Min.Y + body.Max.Y - height) / 2
	box := image.Rect(2, y, c.w-2, y+height)
	c.fill(box.Inset(-1), black)
	c.fill(box, white)
	c.fill(box.Inset(1), black)
	return box
}
