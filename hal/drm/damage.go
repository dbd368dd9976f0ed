package drm

import "image"

// damage is which pixels of each row are to be shown anew: those from left on and
// before right.
type damage struct {
	size image.Point
	row  []span
}

type span struct{ left, right int }

func newDamage(size image.Point) damage { return damage{size, make([]span, size.Y)} }

func (d *damage) add(y, left, right int) {
	s := &d.row[y]
	if s.left == s.right {
		*s = span{left, right}
		return
	}
	s.left, s.right = min(s.left, left), max(s.right, right)
}

func (d *damage) all() {
	for y := range d.row {
		d.row[y] = span{0, d.size.X}
	}
}

func (d *damage) clear() { clear(d.row) }

// rows visits those with something in them.
func (d *damage) rows(visit func(y, left, right int)) {
	for y, s := range d.row {
		if s.left != s.right {
			visit(y, s.left, s.right)
		}
	}
}

// merge adds what another has.
func (d *damage) merge(other *damage) { other.rows(d.add) }

// clips appends rectangles that hold it all: one for rows that lie together, of which
// the last takes what were too many.
func (d *damage) clips(all []clipRect) []clipRect {
	begin := len(all)
	d.rows(func(y, left, right int) {
		row := clipRect{uint16(left), uint16(y), uint16(right), uint16(y + 1)}
		if last := len(all) - 1; last >= begin && (all[last].y2 == row.y1 || len(all)-begin == maxClips) {
			row = clipRect{min(all[last].x1, row.x1), all[last].y1, max(all[last].x2, row.x2), row.y2}
			all = all[:last]
		}
		all = append(all, row)
	})
	return all
}
