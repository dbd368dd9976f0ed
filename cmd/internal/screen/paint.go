package screen

import "image"

// fill covers a rectangle with an ink, which may let through what is behind.
func fill(dst *image.RGBA, r image.Rectangle, ink ink) {
	r = r.Intersect(dst.Rect)
	var first []uint8
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := dst.Pix[dst.PixOffset(r.Min.X, y):dst.PixOffset(r.Max.X, y)]
		if first != nil {
			copy(row, first)
			continue
		}
		if ink.A == 0xff {
			first = row
		}
		for ; len(row) > 0; row = row[4:] {
			over((*[4]uint8)(row), ink, 0xff)
		}
	}
}

// stamp puts ink through a mask, beginning at a point of it, into a rectangle.
func stamp(dst *image.RGBA, to image.Rectangle, ink ink, mask *image.Alpha, from image.Point) {
	shift := from.Sub(to.Min)
	to = to.Intersect(dst.Rect).Intersect(mask.Rect.Sub(shift))
	for y := to.Min.Y; y < to.Max.Y; y++ {
		row := dst.Pix[dst.PixOffset(to.Min.X, y):dst.PixOffset(to.Max.X, y)]
		through := mask.Pix[mask.PixOffset(to.Min.X+shift.X, y+shift.Y):]
		for ; len(row) > 0; row, through = row[4:], through[1:] {
			if through[0] != 0 {
				over((*[4]uint8)(row), ink, through[0])
			}
		}
	}
}

// over is Porter and Duff's operator for colours that their alpha is multiplied
// into, rounded as image/draw does it.
func over(dst *[4]uint8, ink ink, mask uint8) {
	const full = 0xffff
	if ink.A == 0xff && mask == 0xff {
		*dst = [4]uint8{ink.R, ink.G, ink.B, 0xff}
		return
	}
	m := uint32(mask) * 0x101
	rest := (full - uint32(ink.A)*0x101*m/full) * 0x101
	for i, c := range [4]uint8{ink.R, ink.G, ink.B, ink.A} {
		dst[i] = uint8((uint32(dst[i])*rest + uint32(c)*0x101*m) / full >> 8)
	}
}
