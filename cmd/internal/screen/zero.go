package screen

import (
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// plainZero draws the digit 0 without the slash that the Go fonts give it: in
// a clock and in telephone numbers nobody takes it for the letter. The outer
// outline stays, and one round hole takes the place of the parts between.
func plainZero(path []segment, advance fixed.Int26_6) (glyph, bool) {
	outer, hole, ok := zeroParts(path)
	if !ok {
		return glyph{}, false
	}
	z, at, pt := rasterizer(bounds(path))
	trace(z, outer, pt)
	x0, y0 := pt(hole.Min)
	x1, y1 := pt(hole.Max)
	ovalHole(z, x0, y0, x1, y1, clockwise(outer))
	return glyph{mask: rasterized(z), at: at, advance: advance}, true
}

// zeroParts splits the outline: the first part with the largest box is the
// outer one, the box of all others is the hole.
func zeroParts(all []segment) (outer []segment, hole fixed.Rectangle26_6, ok bool) {
	var parts [][]segment
	for _, s := range all {
		if s.kind == segmentMove {
			parts = append(parts, nil)
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], s)
	}
	if len(parts) < 2 {
		return nil, hole, false
	}
	widest := 0
	for i, p := range parts {
		if height(p) > height(parts[widest]) {
			widest = i
		}
	}
	for i, p := range parts {
		if i != widest {
			hole = hole.Union(bounds(p))
		}
	}
	return parts[widest], hole, true
}

func height(path []segment) fixed.Int26_6 { b := bounds(path); return b.Max.Y - b.Min.Y }

func trace(z *vector.Rasterizer, path []segment, pt func(fixed.Point26_6) (x, y float32)) {
	for _, s := range path {
		x, y := pt(s.end)
		switch s.kind {
		case segmentMove:
			z.MoveTo(x, y)
		case segmentLine:
			z.LineTo(x, y)
		case segmentQuad:
			bx, by := pt(s.by)
			z.QuadTo(bx, by, x, y)
		}
	}
	z.ClosePath()
}

// clockwise tells which way round an outline runs, by its area.
func clockwise(path []segment) bool {
	area, last := int64(0), path[0].end
	for _, s := range path[1:] {
		area += int64(last.X)*int64(s.end.Y) - int64(s.end.X)*int64(last.Y)
		last = s.end
	}
	return area > 0
}

// ovalHole cuts a slightly squared oval, against the outline's direction.
func ovalHole(z *vector.Rasterizer, x0, y0, x1, y1 float32, outerClockwise bool) {
	const k = 0.64 // an ellipse would be 0.5523
	mx, my := (x0+x1)/2, (y0+y1)/2
	dx, dy := (x1-x0)/2*k, (y1-y0)/2*k
	z.MoveTo(mx, y0)
	if outerClockwise {
		z.CubeTo(mx-dx, y0, x0, my-dy, x0, my)
		z.CubeTo(x0, my+dy, mx-dx, y1, mx, y1)
		z.CubeTo(mx+dx, y1, x1, my+dy, x1, my)
		z.CubeTo(x1, my-dy, mx+dx, y0, mx, y0)
	} else {
		z.CubeTo(mx+dx, y0, x1, my-dy, x1, my)
		z.CubeTo(x1, my+dy, mx+dx, y1, mx, y1)
		z.CubeTo(mx-dx, y1, x0, my+dy, x0, my)
		z.CubeTo(x0, my-dy, mx-dx, y0, mx, y0)
	}
	z.ClosePath()
}
