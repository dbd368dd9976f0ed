package screen

import "image"

// block fills a rectangle with round corners.
func (c *canvas) block(r image.Rectangle, radius int, ink ink) {
	radius = max(0, min(radius, r.Dx()/2, r.Dy()/2))
	c.fill(image.Rect(r.Min.X+radius, r.Min.Y, r.Max.X-radius, r.Max.Y), ink)
	c.fill(image.Rect(r.Min.X, r.Min.Y+radius, r.Min.X+radius, r.Max.Y-radius), ink)
	c.fill(image.Rect(r.Max.X-radius, r.Min.Y+radius, r.Max.X, r.Max.Y-radius), ink)
	if radius == 0 {
		return
	}
	m := c.discMask(radius)
	quarter := image.Rect(0, 0, radius, radius)
	for _, q := range []struct{ to, from image.Point }{
		{r.Min, image.Point{}},
		{image.Pt(r.Max.X-radius, r.Min.Y), image.Pt(radius, 0)},
		{image.Pt(r.Min.X, r.Max.Y-radius), image.Pt(0, radius)},
		{image.Pt(r.Max.X-radius, r.Max.Y-radius), image.Pt(radius, radius)},
	} {
		stamp(c.dst, quarter.Add(q.to), ink, m, q.from)
	}
}

// disc fills a circle.
func (c *canvas) disc(x, y, radius int, ink ink) {
	m := c.discMask(radius)
	stamp(c.dst, m.Rect.Add(image.Pt(x-radius, y-radius)), ink, m, image.Point{})
}

func (c *canvas) discMask(radius int) *image.Alpha {
	if c.discs == nil {
		c.discs = map[int]*image.Alpha{}
	}
	m := c.discs[radius]
	if m == nil {
		s := newShape(2 * radius)
		s.circle(shapeUnits/2, shapeUnits/2, shapeUnits/2)
		m = s.mask()
		c.discs[radius] = m
	}
	return m
}
