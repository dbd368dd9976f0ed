package screen

import (
	"image"

	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// lineGrid is how the line keys are laid out at the foot: in as many columns as
// leave every label whole.
type lineGrid struct {
	lines   []phone.LineView
	rows    int // none where there is no choice
	columns int
}

const (
	lineKeysShown = 8
	lineRowHeight = 26
	lineText      = 13
	linePad       = 9
)

func (r *roomy) lineGrid(v *phone.View) lineGrid {
	var g lineGrid
	for _, l := range v.Lines {
		if l.Label != "" && len(g.lines) < lineKeysShown {
			g.lines = append(g.lines, l)
		}
	}
	n := len(g.lines)
	if n < 2 {
		return lineGrid{}
	}
	widest, s := 0, r.style(medium, lineText)
	for _, l := range g.lines {
		widest = max(widest, r.lineMark(l)+r.width(s, l.Label))
	}
	widest += 2 * r.px(linePad)
	g.columns = max(2, min(4, n, (r.w-2*r.px(10)+r.px(6))/(widest+r.px(6))))
	g.rows = (n + g.columns - 1) / g.columns
	g.columns = (n + g.rows - 1) / g.rows
	return g
}

// lineMark is the room that the mark before a label takes.
func (r *roomy) lineMark(l phone.LineView) int {
	if l.Watch != phone.WatchNone {
		return r.px(12) + r.px(6)
	}
	return r.px(7) + r.px(6)
}

// lineKeys are shown in order, in cells of the same width.
func (r *roomy) lineKeys(g lineGrid) {
	if g.rows == 0 {
		return
	}
	gap := r.px(6)
	width := (r.w - 2*r.px(10) + gap) / g.columns
	top := r.body.Max.Y - r.px(4) - g.rows*r.px(lineRowHeight)
	for i, l := range g.lines {
		x, y := r.px(10)+i%g.columns*width, top+i/g.columns*r.px(lineRowHeight)
		r.lineKey(l, image.Rect(x, y, x+width-gap, y+r.px(lineRowHeight)-r.px(3)))
	}
}

func (r *roomy) lineKey(l phone.LineView, cell image.Rectangle) {
	s, mark, mid := r.style(medium, lineText), r.lineMark(l), (cell.Min.Y+cell.Max.Y)/2
	size := mark - r.px(6)
	r.block(cell, cell.Dy()/2, r.surface)
	x := cell.Min.X + r.px(linePad)
	if l.Watch == phone.WatchNone {
		r.disc(x+size/2, mid, size/2, r.lampInk(l.State))
	} else {
		r.watchMark(l.Watch, x, mid-size/2, size)
	}
	r.write(s, r.text, x+mark, mid+s.size*36/100, left, r.fit(s, l.Label, cell.Max.X-r.px(linePad)-x-mark))
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
