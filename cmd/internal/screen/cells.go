package screen

import (
	"strings"

	"offhook/cmd/internal/phone"
)

// Cells draws v in character cells: rows lines of exactly cols characters. These
// are ASCII, and what else of ISO 8859-1 and of Signs the display shows (nil:
// nothing). An accent that it has not falls, and other letters are question marks.
//
// Two lines have room for the state and whom or what it is about; soft keys work
// without being named there.
func Cells(v phone.View, cols, rows int, shows func(rune) bool) []string {
	cols, rows = max(cols, 1), max(rows, 1)
	p := cellPage{cols: cols, room: max(1, rows-2), body: 2, shows: shows}
	if rows <= 2 {
		p.body = 1
	}
	p.head(&v)
	switch v.Kind {
	case phone.KindIdle:
		p.idle(&v)
	case phone.KindDialling:
		p.dialling(&v)
	case phone.KindList:
		p.list(&v, p.room)
	case phone.KindQR:
		p.facts(&v)
	default:
		p.party(&v)
	}
	switch {
	case v.Volume.Shown:
		p.lines = append(p.lines[:min(len(p.lines), 1)], p.pair(v.Volume.Label, percentText(v.Volume.Percent)), p.bar(v.Volume.Percent))
	case v.Notice != "":
		p.lines = p.lines[:min(len(p.lines), 1)]
		p.widen(v.Notice)
		p.lines = append(p.lines, p.wrap(v.Notice, p.room)...)
	}
	return p.page(&v, rows)
}

// cellPage collects the lines of a screen of characters, a byte a cell.
type cellPage struct {
	cols  int
	room  int // lines of lists and notices
	body  int // lines of texts
	shows func(rune) bool
	lines []string
}

func (p *cellPage) add(line string) {
	if line != "" {
		p.lines = append(p.lines, line)
	}
}

// pair puts one text at the left end and one at the right; the left one gives way.
func (p *cellPage) pair(l, r string) string {
	return p.join(p.cells(l), p.cells(r))
}

// join is pair of what is in cells already.
func (p *cellPage) join(l, r string) string {
	r = cut(r, p.cols)
	if r == "" {
		return cut(l, p.cols)
	}
	l = cut(l, max(0, p.cols-len(r)-1))
	return l + strings.Repeat(" ", p.cols-len(l)-len(r)) + r
}

// head is the first line: what is going on, and the time or the timer. The time
// of day gives way to a long title, the timer does not.
func (p *cellPage) head(v *phone.View) {
	title, right := p.cells(v.Title), v.Status.Clock
	if v.Kind == phone.KindIdle {
		title = p.cells(v.Status.Name)
	}
	if !v.Since.IsZero() {
		right = clockText(v.Elapsed)
	}
	if v.Kind == phone.KindList && v.Entry != "" {
		right = v.Entry
	}
	if marks := p.marks(v); marks != "" {
		right = marks + " " + right
	}
	right = p.cells(right)
	if v.Kind != phone.KindIdle && v.Since.IsZero() && len(title)+1+len(right) > p.cols {
		right = ""
	}
	p.lines = append(p.lines, p.join(title, right))
}

func (p *cellPage) idle(v *phone.View) {
	if v.Title != "" {
		p.trouble(v)
		return
	}
	waits := strings.Join(v.Text, ", ")
	if len(p.cells(waits)) > p.cols || waits != "" && p.body == 1 { // a line each; they matter more than the date
		for _, t := range v.Text {
			p.add(p.pair(t, ""))
		}
		return
	}
	date := v.Status.Date
	if _, day, found := strings.Cut(date, ", "); found && len(p.cells(date)) > p.cols {
		date = day // without the day of the week
	}
	p.add(p.pair(date, ""))
	p.add(p.pair(waits, ""))
}

// trouble is what keeps the telephone from being idle, and why where there is room.
func (p *cellPage) trouble(v *phone.View) {
	text := v.Title
	for _, t := range v.Text {
		text += ": " + t
	}
	if p.body == 1 && len(p.cells(text)) > p.cols {
		text = v.Title
	}
	for _, l := range p.wrap(text, p.body) {
		p.add(l)
	}
}

func (p *cellPage) dialling(v *phone.View) {
	entry := p.cells(v.Entry)
	if most := max(1, p.cols-1); len(entry) > most {
		entry = "<" + entry[len(entry)-most+1:]
	}
	p.add(entry + "_")
	switch {
	case len(v.Others) > 0:
		p.other(v)
	case v.Party.Name != "":
		p.add(p.pair(v.Party.Name, ""))
	case len(v.Text) > 0:
		p.add(p.pair(v.Text[0], ""))
	}
}

func (p *cellPage) party(v *phone.View) {
	title := p.name(v.Party)
	p.add(p.pair(title, ""))
	if v.Kind == phone.KindProvisioning && len(p.cells(v.Title)) > p.cols {
		p.lines = p.wrap(v.Title, 2)
	}
	room := 1
	if len(p.lines) < 2 {
		room = p.body
	}
	switch {
	case len(v.Others) > 0:
		p.other(v)
	case len(v.Text) > 0:
		for _, l := range p.wrap(strings.Join(v.Text, " "), room) {
			p.add(l)
		}
	case title != v.Party.Number:
		p.add(p.pair(v.Party.Number, ""))
	case v.Kind == phone.KindProvisioning && v.Progress > 0:
		p.add(p.bar(v.Progress))
	}
}

// facts are a line each.
func (p *cellPage) facts(v *phone.View) {
	for i, t := range v.Text {
		if i == 0 {
			p.widen(t)
		}
		p.lines = append(p.lines, p.wrap(t, p.room)...)
	}
}

// widen gives both lines of a display that has no more to a text that needs them.
func (p *cellPage) widen(text string) {
	if p.body == 1 && len(p.cells(text)) > p.cols {
		p.lines, p.room = nil, 2
	}
}

// name is whom a person reads of: the number of one whose name is in letters that
// the display does not have.
func (p *cellPage) name(party phone.Party) string {
	if party.Name != "" && (party.Number == "" || !strings.Contains(p.cells(party.Name), "?") || strings.Contains(party.Name, "?")) {
		return party.Name
	}
	return party.Number
}

func (p *cellPage) other(v *phone.View) {
	p.add(p.pair(p.name(v.Others[0].Party), v.Others[0].Label))
}

func (p *cellPage) list(v *phone.View, room int) {
	if len(v.List.Items) == 0 {
		p.add(p.pair(v.List.Empty, ""))
		return
	}
	first := firstRow(v.List.Selected, room, len(v.List.Items))
	for i := first; i < min(first+room, len(v.List.Items)); i++ {
		it, mark := v.List.Items[i], " "
		if i == v.List.Selected {
			mark = ">"
		}
		detail := cut(p.cells(it.Detail), p.cols/2)
		if sign := rowSigns[it.Icon]; sign != 0 && p.has(sign) {
			detail = p.cells(string(sign)) + detail
		}
		p.add(p.join(mark+p.cells(it.Title), detail))
	}
}

// rowSigns are before what a line tells.
var rowSigns = [phone.IconMessage + 1]rune{phone.IconLocked: signSecure, phone.IconMessage: signMessages}

func (p *cellPage) bar(percent int) string {
	n := max(0, min(percent, 100)) * p.cols / 100
	return strings.Repeat("#", n) + strings.Repeat("-", p.cols-n)
}

// page fills the screen; the soft keys have its last line, unless that is the only
// one that tells more than the state.
func (p *cellPage) page(v *phone.View, rows int) []string {
	soft := p.soft(v)
	if rows <= 2 && len(p.lines) > 1 {
		soft = ""
	}
	room := rows
	if soft != "" && rows > 1 {
		room--
	}
	out := make([]string, 0, rows)
	for i := range room {
		line := ""
		if i < len(p.lines) {
			line = p.lines[i]
		}
		out = append(out, letters(p.pad(line)))
	}
	if room < rows {
		out = append(out, letters(p.pad(soft)))
	}
	return out
}

// soft puts each label near its quarter of the line. Where they do not fit
// beside one another they are cut to their quarters.
func (p *cellPage) soft(v *phone.View) string {
	if !hasSoft(v) {
		return ""
	}
	var labels [4]string
	total := 0
	for i, k := range v.Soft {
		labels[i] = p.cells(k.Label)
		if labels[i] != "" {
			total += len(labels[i]) + 1
		}
	}
	for ; total-1 > max(p.cols, 7); total-- { // the longest gives way
		longest := 0
		for i := range labels {
			if len(labels[i]) >= len(labels[longest]) {
				longest = i
			}
		}
		labels[longest] = cutHard(labels[longest], max(0, len(labels[longest])-1))
	}
	line := []byte(strings.Repeat(" ", p.cols))
	limit := p.cols
	for i := 3; i >= 0; i-- { // from the right, so that each leaves room for those before it
		before := 0
		for _, l := range labels[:i] {
			if l != "" {
				before += len(l) + 1
			}
		}
		at := p.cols * i / 4
		if i == 3 {
			at = p.cols - len(labels[i])
		}
		at = max(min(at, limit-len(labels[i])), before)
		if labels[i] == "" || at < 0 || at+len(labels[i]) > p.cols {
			continue
		}
		copy(line[at:], labels[i])
		limit = at - 1
	}
	return string(line)
}

func (p *cellPage) pad(line string) string {
	line = cut(line, p.cols)
	return line + strings.Repeat(" ", p.cols-len(line))
}

// wrap breaks a text into at most so many lines; the last is cut.
func (p *cellPage) wrap(text string, lines int) []string {
	var out []string
	words := strings.Fields(p.cells(text))
	for len(words) > 0 && len(out) < lines {
		if len(out) == lines-1 {
			return append(out, cut(strings.Join(words, " "), p.cols))
		}
		line, used := words[0], 1
		for used < len(words) && len(line)+1+len(words[used]) <= p.cols {
			line += " " + words[used]
			used++
		}
		words = words[used:]
		if len(line) > p.cols {
			at := breakAt(line, p.cols)
			words = append([]string{line[at:]}, words...)
			line = line[:at]
		}
		out = append(out, line)
	}
	return out
}

// cut marks what it cuts; cutHard does not.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	if most < 4 {
		return text[:most]
	}
	return strings.TrimRight(text[:most-2], " ") + ".."
}

func cutHard(text string, most int) string { return text[:min(len(text), most)] }
