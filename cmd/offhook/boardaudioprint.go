package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"offhook/media/measure"
)

// figure is one that is told: to a person by its name, to a program by its key.
type figure struct {
	key, name string
	value     any // nil: it could not be measured
}

func (c *calibration) tell(known bool, key, name string, value float64) {
	f := figure{key, name, nil}
	if known {
		f.value = math.Round(100*value)/100 + 0 // no -0
	}
	c.told = append(c.told, f)
}

func (c *calibration) tellAll() {
	f, l, echo, known := &c.found, &c.cancelled, c.found.Echo, c.cancelled.Known
	c.tell(echo, "delay_ms", "bulk delay, ms", ms(f.Delay))
	c.tell(echo, "delay_spread_ms", "  differs between sweeps by, ms", ms(f.Spread))
	c.tell(echo, "erl_db", "loss from loudspeaker to microphone (ERL), dB", f.ERL)
	c.tell(true, "level_dbfs", "the sweep at the microphone, dBFS", f.Level)
	c.tell(true, "noise_dbfs", "noise of the microphone, dBFS", f.Noise)
	c.tell(true, "clipped_percent", "clipped, %", 100*f.Clipped)
	c.tell(f.Distortion > f.Unseen, "distortion_percent", "harmonic distortion, %", 100*f.Distortion)
	c.tell(echo, "tail_ms", "room, until 25 dB less are left, ms", ms(f.Tail))
	c.tell(f.Drifts, "drift_ppm", "drift between playback and capture, ppm", f.Drift)
	c.tell(known, "erle_db", "taken out by the filter (ERLE), dB", l.Linear)
	c.tell(known, "suppressed_db", "taken out in all, dB", l.Sent)
	c.tell(l.Within > 0, "converged_ms", "  reached within, ms", ms(l.Within))
	c.tell(true, "xruns", "dropped periods", float64(c.lost))
}

// report is the JSON; null is what could not be measured.
func (c *calibration) report() map[string]any {
	all := map[string]any{"board": c.board, "sample_rate": c.format.SampleRate, "settings": c.lines, "advice": c.said}
	for _, f := range c.told {
		all[f.key] = f.value
	}
	for _, curve := range c.curves() {
		all[curve.key] = curve.points
	}
	return all
}

type curve struct {
	key, name string
	points    []measure.Point
}

func (c *calibration) curves() []curve {
	return []curve{
		{"impulse", "impulse response, dB by ms", c.found.Impulse},
		{"response", "frequency response, dB by Hz", c.found.Response},
		{"erle_over_time", "taken out by the filter, dB by ms", c.cancelled.Curve},
	}
}

// print tells a person.
func (c *calibration) print(w io.Writer) {
	for _, curve := range c.curves() {
		curve.bars(w)
	}
	fmt.Fprintln(w)
	for _, f := range c.told {
		if f.value == nil {
			f.value = "–"
		}
		fmt.Fprintf(w, "%-46s%v\n", f.name, f.value)
	}
	fmt.Fprintf(w, "\n%s\n", strings.Join(c.said, "\n"))
	if c.lines != nil {
		fmt.Fprintf(w, "For the board file:\n  %s\n", strings.Join(c.lines, "\n  "))
	}
}

// bounds are the least and the most of a curve.
func (c curve) bounds() (least, most float64) {
	least, most = math.Inf(1), math.Inf(-1)
	for _, p := range c.points {
		least, most = min(least, p.DB), max(most, p.DB)
	}
	return math.Floor(least/10) * 10, math.Ceil((most+1)/10) * 10
}

// bars draws a curve in lines: the loudest of those that share one.
func (c curve) bars(w io.Writer) {
	if len(c.points) == 0 {
		return
	}
	least, most := c.bounds()
	fmt.Fprintf(w, "\n%s\n", c.name)
	each := len(c.points)/25 + 1
	for i := 0; i < len(c.points); i += each {
		p := c.points[i]
		for _, other := range c.points[i:min(i+each, len(c.points))] {
			p.DB = max(p.DB, other.DB)
		}
		fmt.Fprintf(w, "%7.0f  %-30s %.0f\n", p.At, strings.Repeat("#", int(30*(p.DB-least)/(most-least))), p.DB)
	}
}

// Of the picture, in its own units.
const (
	plotWide = 700.0
	plotHigh = 200.0
	plotEach = 260.0 // of a curve, with what is written around it
	plotLeft = 50.0
	plotGrid = 8 // lines either way
)

// svg draws the curves. Their points are at equal distances: those of a frequency
// response are thirds of octaves.
func (c *calibration) svg() []byte {
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 800" font-family="sans-serif" font-size="12"><rect width="780" height="800" fill="white"/>` + "\n")
	for i, curve := range c.curves() {
		curve.draw(&b, 30+float64(i)*plotEach)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// draw draws one with its top at y.
func (c curve) draw(b *bytes.Buffer, y float64) {
	text := func(x, y float64, s any) { fmt.Fprintf(b, `<text x="%.0f" y="%.0f">%v</text>`+"\n", x, y, s) }
	text(plotLeft, y-8, c.name)
	n := float64(len(c.points) - 1)
	if n < 1 {
		text(plotLeft, y+plotHigh/2, "not measured")
		return
	}
	least, most := c.bounds()
	for i := range plotGrid + 1 {
		part := float64(i) / plotGrid
		fmt.Fprintf(b, `<path d="M%g %gh%gM%g %gv%g" stroke="#ccc"/>`+"\n", plotLeft, y+plotHigh*part, plotWide, plotLeft+plotWide*part, y, plotHigh)
		text(10, y+plotHigh*part+4, most-(most-least)*part)
		text(plotLeft+plotWide*math.Round(n*part)/n-10, y+plotHigh+16, c.points[int(math.Round(n*part))].At)
	}
	b.WriteString(`<polyline fill="none" stroke="#06c" stroke-width="2" points="`)
	for i, p := range c.points {
		fmt.Fprintf(b, "%.1f,%.1f ", plotLeft+plotWide*float64(i)/n, y+plotHigh*(most-p.DB)/(most-least))
	}
	b.WriteString(`"/>` + "\n")
}
