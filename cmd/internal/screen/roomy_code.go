package screen

import (
	"image"

	"offhook/cmd/internal/phone"
	"offhook/cmd/internal/screen/qr"
)

// quiet is how many light modules are around a code (ISO/IEC 18004 §5.3.8).
const quiet = 4

// code: what is scanned on a light ground, as large as there is room, and what it
// says: beside it, or below on a panel that is upright.
func (r *roomy) code(v *phone.View) {
	x, y, most := r.px(margin), r.body.Min.Y, r.h
	if c, err := qr.Encode(v.QR); err == nil && v.QR != "" {
		tile := r.tile(c)
		most = 2 // of what is told beside it
		if x = tile.Max.X + r.px(14); r.h > r.w {
			x, y = r.px(margin), tile.Max.Y
		}
	}
	width := r.w - r.px(margin) - x
	title, s, ink, line := r.style(bold, 18), r.style(regular, 14), r.soft, r.px(20)
	if v.QR == "" { // it is what the page is for
		s, ink = r.style(regular, 16), r.text
	}
	y += r.px(24)
	for _, l := range r.wrap(title, v.Title, width, 3) {
		r.write(title, r.text, x, y, left, l)
		y += r.px(22)
	}
	for _, t := range v.Text {
		room := (r.body.Max.Y - r.px(4) - y + line) / line
		for _, l := range r.wrap(s, t, width, max(0, min(most, room))) {
			r.write(s, ink, x, y, left, l)
			y += line
		}
	}
}

// tile draws a code with its quiet zone and tells where.
func (r *roomy) tile(c *qr.Code) image.Rectangle {
	modules := c.Size + 2*quiet
	room, corner := r.body.Dy()-2*r.px(6), image.Pt(r.px(margin), r.body.Min.Y+r.px(6))
	upright := r.h > r.w
	if upright {
		room = min(r.w-2*r.px(margin), r.body.Dy()*7/10)
	}
	scale := max(1, room/modules)
	side := modules * scale
	if upright {
		corner.X = (r.w - side) / 2
	} else {
		corner.Y = r.body.Min.Y + (r.body.Dy()-side)/2
	}
	tile := image.Rectangle{corner, corner.Add(image.Pt(side, side))}
	r.fill(tile, r.text)
	c.Each(func(mx, my int) {
		at := tile.Min.Add(image.Pt((quiet+mx)*scale, (quiet+my)*scale))
		r.fill(image.Rectangle{at, at.Add(image.Pt(scale, scale))}, r.ground)
	})
	return tile
}
