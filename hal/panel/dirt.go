package panel

import (
	"image"
	"slices"
)

// dirt is which pixels of a panel are not yet as they should be.
type dirt struct {
	width   int
	at      []bool
	columns []bool // of the band that is looked at
}

func newDirt(size image.Point) dirt {
	return dirt{width: size.X, at: make([]bool, size.X*size.Y), columns: make([]bool, size.X)}
}

func (d *dirt) row(y int) []bool { return d.at[y*d.width : (y+1)*d.width] }

// apart is how many clean columns between two changes make two windows of them:
// a window costs 11 bytes and three more transfers.
const apart = 24

// windows visits rectangles that hold every dirty pixel once. Each has one on
// all of its four sides.
func (d *dirt) windows(visit func(image.Rectangle) error) error {
	height := len(d.at) / d.width
	for y := 0; y < height; y++ {
		clear(d.columns)
		top := y
		for y < height && d.gather(y) {
			y++
		}
		if y == top {
			continue
		}
		if err := d.band(top, y, visit); err != nil {
			return err
		}
	}
	return nil
}

// gather adds a row's columns to those of its band; false: it is clean.
func (d *dirt) gather(y int) bool {
	row := d.row(y)
	if !slices.Contains(row, true) {
		return false
	}
	for x, dirty := range row {
		d.columns[x] = d.columns[x] || dirty
	}
	return true
}

// band visits the rectangles of rows that are all dirty somewhere.
func (d *dirt) band(top, bottom int, visit func(image.Rectangle) error) error {
	for x := 0; x < d.width; x++ {
		if !d.columns[x] {
			continue
		}
		left, right := x, x+1
		for x = right; x < d.width && x < right+apart; x++ {
			if d.columns[x] {
				right = x + 1
			}
		}
		x = right
		r := image.Rect(left, top, right, bottom)
		for !slices.Contains(d.row(r.Min.Y)[left:right], true) {
			r.Min.Y++
		}
		for !slices.Contains(d.row(r.Max.Y - 1)[left:right], true) {
			r.Max.Y--
		}
		if err := visit(r); err != nil {
			return err
		}
	}
	return nil
}
