package main

import (
	"bytes"
	"fmt"
	"math"
)

// Of the picture, in its own units.
const (
	plotWide   = 720
	plotHigh   = 200
	plotLeft   = 60
	plotMargin = 40
)

// curve is one of them.
type curve struct {
	title, unit string
	points      []tracing
	octaves     bool // the axis below is of octaves
	ticks       []float64
}

// svg draws the impulse response, the frequency response and what a canceller took out
// over time.
func (m *measured) svg() []byte {
	var b bytes.Buffer
	curves := []curve{
		{"impulse response, dB below its peak", "ms", m.impulse(), false, nil},
		{"frequency response, dB", "Hz", m.response(), true, []float64{200, 500, 1000, 2000, 5000, 10000, 20000}},
		{"taken out by the filter (ERLE), dB", "ms", m.overTime(), false, nil},
	}
	high := len(curves)*(plotHigh+2*plotMargin) + plotMargin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+"\n", plotWide+plotLeft+plotMargin, high)
	b.WriteString(`<rect width="100%" height="100%" fill="white"/>` + "\n")
	fmt.Fprintf(&b, `<text x="%d" y="26" font-size="17">%s, %d Hz</text>`+"\n", plotLeft, escaped(m.board), m.format.SampleRate)
	for i, p := range curves {
		p.draw(&b, plotMargin*2+i*(plotHigh+2*plotMargin))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func escaped(s string) string {
	var b bytes.Buffer
	for _, r := range s {
		switch r {
		case '<', '>', '&', '"':
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// draw draws one with its top at y.
func (p curve) draw(b *bytes.Buffer, y int) {
	fmt.Fprintf(b, `<text x="%d" y="%d">%s</text>`+"\n", plotLeft, y-8, p.title)
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#888"/>`+"\n", plotLeft, y, plotWide, plotHigh)
	if len(p.points) < 2 {
		fmt.Fprintf(b, `<text x="%d" y="%d" fill="#888">not measured</text>`+"\n", plotLeft+plotWide/2-40, y+plotHigh/2)
		return
	}
	left, right := p.axis(p.points[0].At), p.axis(p.points[len(p.points)-1].At)
	low, top := math.Inf(1), math.Inf(-1)
	for _, t := range p.points {
		low, top = min(low, t.DB), max(top, t.DB)
	}
	low, top = math.Floor(low/10)*10, math.Ceil((top+1)/10)*10
	x := func(at float64) float64 { return plotLeft + plotWide*(p.axis(at)-left)/(right-left) }
	up := func(db float64) float64 { return float64(y) + plotHigh*(top-db)/(top-low) }
	for db := low; db <= top; db += 10 {
		fmt.Fprintf(b, `<path d="M%d %.1fh%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%.0f</text>`+"\n", plotLeft, up(db), plotWide, plotLeft-6, up(db)+4, db)
	}
	for _, at := range p.marks() {
		fmt.Fprintf(b, `<path d="M%.1f %dv%d" stroke="#ddd"/><text x="%.1f" y="%d" text-anchor="middle">%.0f %s</text>`+"\n", x(at), y, plotHigh, x(at), y+plotHigh+16, at, p.unit)
	}
	b.WriteString(`<polyline fill="none" stroke="#06c" stroke-width="2" points="`)
	for _, t := range p.points {
		fmt.Fprintf(b, "%.1f,%.1f ", x(t.At), up(t.DB))
	}
	b.WriteString(`"/>` + "\n")
}

func (p curve) axis(at float64) float64 {
	if p.octaves {
		return math.Log2(at)
	}
	return at
}

// marks are places on the axis below, within it.
func (p curve) marks() (all []float64) {
	first, last := p.points[0].At, p.points[len(p.points)-1].At
	ticks := p.ticks
	if ticks == nil {
		step := 10.0
		for (last-first)/step > 8 {
			step *= 2
		}
		for at := math.Ceil(first/step) * step; at <= last; at += step {
			ticks = append(ticks, at)
		}
	}
	for _, at := range ticks {
		if at >= first && at <= last {
			all = append(all, at)
		}
	}
	return all
}
