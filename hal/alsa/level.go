package alsa

import (
	"math"
	"sort"
)

// span is the part of a control's range, in dB below its loudest, that a
// telephone's volume covers: what is below it is too quiet to be of use.
const span = 45

// scale maps percents to a control's values.
type scale struct {
	min, max int
	curve    curve // empty: linear in value
}

// value of a percentage: 0 is the control's lowest, 100 its highest, and
// between them equal steps are equal steps in dB where the card tells dB.
func (s scale) value(percent int) int {
	switch {
	case percent <= 0:
		return s.min
	case percent >= 100:
		return s.max
	case len(s.curve) == 0:
		return s.min + int(math.Round(float64(s.max-s.min)*float64(percent)/100))
	}
	top := s.curve.decibels(s.max)
	lowest := s.min
	for lowest < s.max && math.IsInf(s.curve.decibels(lowest), -1) {
		lowest++
	}
	bottom := max(s.curve.decibels(lowest), top-span)
	want := bottom + (top-bottom)*float64(percent)/100
	above := lowest + sort.Search(s.max-lowest, func(i int) bool { return s.curve.decibels(lowest+i) >= want })
	if above > lowest && want-s.curve.decibels(above-1) < s.curve.decibels(above)-want {
		return above - 1
	}
	return above
}
