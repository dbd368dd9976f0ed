package screen

import (
	"image"
	"image/draw"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// plainZero draws the digit 0 without the slash that the Go fonts give it: in
// a clock and in telephone numbers nobody takes it for the letter. The outer
// outline stays, and one round hole takes the place of the parts between.
func (t *typecase) plainZero(s style) (glyph, bool) {
	f := t.fonts[s.weight]
	index, err := f.GlyphIndex(&t.buffer, '0')
	if err != nil || index == 0 {
		return glyph{}, false
	}
	ppem := fixed.I(s.size)
	advance, err := f.GlyphAdvance(&t.buffer, index, ppem, 0)
	if err != nil {
		return glyph{}, false
	}
	segments, err := f.LoadGlyph(&t.buffer, index, ppem, nil)
	if err != nil {
		return glyph{}, false
	}
	outer, hole, ok := zeroParts(segments)
	if !ok {
		return glyph{}, false
	}
	box := segments.Bounds()
	at := image.Pt(box.Min.X.Floor(), box.Min.Y.Floor())
	size := image.Pt(box.Max.X.Ceil()-at.X, box.Max.Y.Ceil()-at.Y)
	z := vector.NewRasterizer(size.X, size.Y)
	pt := func(p fixed.Point26_6) (float32, float32) {
		return float32(p.X)/64 - float32(at.X), float32(p.Y)/64 - float32(at.Y)
	}
	trace(z, outer, pt)
	x0, y0 := pt(hole.Min)
	x1, y1 := pt(hole.Max)
	ovalHole(z, x0, y0, x1, y1, clockwise(outer))
	m := image.NewAlpha(image.Rectangle{Max: size})
	z.DrawOp = draw.Src
	z.Draw(m, m.Rect, image.Opaque, image.Point{})
	return glyph{mask: m, at: at, advance: advance}, true
}

// zeroParts splits the outline: the first part with the largest box is the
// outer one, the box of all others is the hole.
func zeroParts(all sfnt.Segments) (outer sfnt.Segments, hole fixed.Rectangle26_6, ok bool) {
	var parts []sfnt.Segments
	for i, s := range all {
		if s.Op == sfnt.SegmentOpMoveTo {
			parts = append(parts, nil)
		}
		if len(parts) == 0 {
			return nil, hole, false
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], all[i])
	}
	widest := -1
	for i, p := range parts {
		if b := p.Bounds(); widest < 0 || b.Max.Y-b.Min.Y > height(parts[widest]) {
			widest = i
		}
	}
	if len(parts) < 2 {
		return nil, hole, false
	}
	for i, p := range parts {
		if i != widest {
			hole = hole.Union(p.Bounds())
		}
	}
	return parts[widest], hole, true
}

func height(s sfnt.Segments) fixed.Int26_6 { b := s.Bounds(); return b.Max.Y - b.Min.Y }

func trace(z *vector.Rasterizer, s sfnt.Segments, pt func(fixed.Point26_6) (float32, float32)) {
	for _, seg := range s {
		ax, ay := pt(seg.Args[0])
		bx, by := pt(seg.Args[1])
		cx, cy := pt(seg.Args[2])
		switch seg.Op {
		case sfnt.SegmentOpMoveTo:
			z.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			z.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			z.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			z.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	z.ClosePath()
}

// clockwise tells which way round an outline runs, by its area.
func clockwise(s sfnt.Segments) bool {
	area, last := int64(0), s[0].Args[0]
	for _, seg := range s[1:] {
		end := seg.Args[0]
		switch seg.Op {
		case sfnt.SegmentOpQuadTo:
			end = seg.Args[1]
		case sfnt.SegmentOpCubeTo:
			end = seg.Args[2]
		}
		area += int64(last.X)*int64(end.Y) - int64(end.X)*int64(last.Y)
		last = end
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
