package screen

import (
	"image"
	"slices"

	"offhook/cmd/internal/phone"
)

const rowHeight = 29

func (r *roomy) list(v *phone.View) {
	x, y := r.px(margin), r.body.Min.Y+r.px(20)
	head := r.style(bold, 17)
	end := r.w - x
	if v.Entry != "" { // what it is searched for
		s := r.style(medium, 17)
		end -= r.write(s, r.accent, end, y, right, r.fitEnd(s, v.Entry, r.w/3)) + r.px(10)
	}
	r.write(head, r.text, x, y, left, r.fit(head, v.Title, end-x))
	top := y + r.px(10)
	if len(v.List.Items) == 0 {
		s := r.style(regular, 16)
		r.write(s, r.soft, r.w/2, (top+r.body.Max.Y)/2+s.size*36/100, centre, r.fit(s, v.List.Empty, r.w-2*x))
		return
	}
	rows := max(1, (r.body.Max.Y-top)/r.px(rowHeight))
	first := firstRow(v.List.Selected, rows, len(v.List.Items))
	last := min(first+rows, len(v.List.Items))
	width := r.w
	if last-first < len(v.List.Items) {
		width -= r.px(8)
		r.scrollBar(top, rows, first, len(v.List.Items))
	}
	marked := slices.ContainsFunc(v.List.Items, func(it phone.Item) bool { return it.Icon != phone.IconNone })
	for i := first; i < last; i++ {
		row := image.Rect(r.px(6), top, width-r.px(6), top+r.px(rowHeight)-r.px(2))
		r.row(v.List.Items[i], row, i == v.List.Selected, marked)
		top += r.px(rowHeight)
	}
}

// firstRow scrolls so that the selected row is in the middle where it can be.
func firstRow(selected, rows, total int) int {
	return max(0, min(selected-rows/2, total-rows))
}

// row leaves room for a mark if any line of the list has one.
func (r *roomy) row(it phone.Item, row image.Rectangle, selected, marked bool) {
	if selected {
		r.block(row, r.px(7), r.accentDeep)
	}
	mid := (row.Min.Y + row.Max.Y) / 2
	x := row.Min.X + r.px(9)
	size := r.px(15)
	if mark, ink, ok := r.itemLook(it.Icon); ok {
		r.icon(mark, ink, x, mid-size/2, size)
	}
	if marked {
		x += size + r.px(10)
	}
	title, detail := r.style(medium, 16), r.style(regular, 14)
	end := row.Max.X - r.px(10)
	room := end - x
	text := r.fit(detail, it.Detail, max(room*45/100, room-r.width(title, it.Title)-r.px(10)))
	ink := r.soft
	if selected {
		ink = r.text
	}
	end -= r.write(detail, ink, end, mid+detail.size*36/100, right, text) + r.px(10)
	r.write(title, r.text, x, mid+title.size*36/100, left, r.fit(title, it.Title, end-x))
}

func (r *roomy) itemLook(i phone.ItemIcon) (icon, ink, bool) {
	switch i {
	case phone.IconMissed:
		return iconMissed, r.bad, true
	case phone.IconIncoming:
		return iconIncoming, r.good, true
	case phone.IconOutgoing:
		return iconOutgoing, r.accent, true
	case phone.IconGood:
		return iconTick, r.good, true
	case phone.IconBad:
		return iconWarning, r.warn, true
	case phone.IconPerson:
		return iconPerson, r.soft, true
	case phone.IconMessage:
		return iconEnvelope, r.accent, true
	case phone.IconLocked:
		return iconPadlock, r.soft, true
	}
	return 0, ink{}, false
}

func (r *roomy) scrollBar(top, rows, first, total int) {
	height := rows*r.px(rowHeight) - r.px(2)
	x := r.w - r.px(8)
	r.block(image.Rect(x, top, x+r.px(3), top+height), r.px(1), r.surface)
	at, length := height*first/total, max(r.px(10), height*rows/total)
	r.block(image.Rect(x, top+at, x+r.px(3), top+at+length), r.px(1), r.faint)
}
