package screen

import (
	"image"

	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// lineColumns are how many line keys are side by side.
const lineColumns = 4

func labelled(v *phone.View) []phone.LineView {
	var lines []phone.LineView
	for _, l := range v.Lines {
		if l.Label != "" && len(lines) < 2*lineColumns {
			lines = append(lines, l)
		}
	}
	return lines
}

// lineRows is how many rows the line keys take: none where there is no choice.
func lineRows(v *phone.View) int {
	n := len(labelled(v))
	if n < 2 {
		return 0
	}
	return (n + lineColumns - 1) / lineColumns
}

// lineKeys are shown at the foot, in rows of the same width.
func (r *roomy) lineKeys(v *phone.View) {
	lines, rows := labelled(v), lineRows(v)
	for row := range rows {
		at := lines[row*len(lines)/rows : (row+1)*len(lines)/rows]
		r.lineRow(at, r.body.Max.Y-r.px(18)-(rows-1-row)*r.px(26))
	}
}

func (r *roomy) lineRow(lines []phone.LineView, y int) {
	width := (r.w - 2*r.px(10)) / len(lines)
	s := r.style(medium, 12)
	for i, l := range lines {
		x := r.px(10) + width*i
		cell := image.Rect(x+r.px(3), y-r.px(11), x+width-r.px(3), y+r.px(11))
		size := r.px(6)
		if l.Watch != phone.WatchNone {
			size = r.px(12)
		}
		label := r.fit(s, l.Label, cell.Dx()-size-r.px(18))
		total := size + r.px(6) + r.width(s, label)
		at := cell.Min.X + (cell.Dx()-total)/2
		r.block(cell, r.px(11), r.surface)
		if l.Watch == phone.WatchNone {
			r.disc(at+size/2, y, size/2, r.lampInk(l.State))
		} else {
			r.watchMark(l.Watch, at, y-size/2, size)
		}
		r.write(s, r.soft, at+size+r.px(6), y+s.size*36/100, left, label)
	}
}

// watchMark tells a watched telephone's state by shape, and by colour for those
// who see it.
func (r *roomy) watchMark(w phone.WatchState, x, y, size int) {
	mid := size / 2
	switch w {
	case phone.WatchIdle:
		r.disc(x+mid, y+mid, size*3/8, r.good)
	case phone.WatchRinging:
		r.icon(iconBell, r.bad, x, y, size)
	case phone.WatchBusy: // the road sign
		r.disc(x+mid, y+mid, mid, r.bad)
		r.block(image.Rect(x+size/5, y+mid-max(1, size/8), x+size-size/5, y+mid+max(1, size/8)), 0, r.surface)
	case phone.WatchHeld:
		r.icon(iconPause, r.warn, x, y, size)
	case phone.WatchRefused:
		r.icon(iconWarning, r.warn, x, y, size)
	default: // nobody knows: empty
		r.disc(x+mid, y+mid, size*3/8, r.faint)
		r.disc(x+mid, y+mid, size*3/8-max(1, size/8), r.surface)
	}
}

func (r *roomy) lampInk(p hal.Pattern) ink {
	switch p {
	case hal.LampOn:
		return r.good
	case hal.LampSlow:
		return r.warn
	case hal.LampFast, hal.LampFlutter:
		return r.bad
	}
	return r.faint
}
