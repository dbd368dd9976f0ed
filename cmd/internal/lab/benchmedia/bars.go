package benchmedia

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"os"
	"path/filepath"
)

// bars is a picture of ratings, a group of bars for each network, as SVG.
type bars struct {
	title, note string
	names       []string // of who played
	colours     []string
	groups      []group
}

type group struct {
	name    string
	ratings []float64
}

const (
	barsFile       = "rating.svg"
	barsLow        = 40.0
	barsHigh       = 95.0
	fixedColour    = "#b7a9d6"
	baresipColour  = "#c0392b"
	barsTall       = 470.0
	barsMarginFoot = 120.0
)

// ratings are R of everybody by network: in the minute that baresip played too, or on the first seeds.
func ratings(all []*result, baresip []*real, seeds int) *bars {
	b := &bars{
		title:   "Rating by network",
		note:    "R of the E-model; a minute of each network, the same for all; bars that are not seen are below 40",
		names:   []string{"optimum (knows the future)", "best fixed (known afterwards)", "NetEQ's rules", "baresip", "offhook"},
		colours: []string{optimumColour, fixedColour, neteqColour, baresipColour, oursColour},
	}
	for _, r := range baresip {
		fixed := BestFixed(r.trace, r.trace.lossShare()+0.005)
		b.groups = append(b.groups, group{r.trace.Name, []float64{r.optimum.R, fixed.R, r.neteq.R, r.program.R, r.ours.R}})
	}
	if len(baresip) > 0 {
		return b
	}
	b.note = "R of the E-model; two minutes of each network; baresip did not play; bars that are not seen are below 40"
	b.names, b.colours = append(b.names[:3:3], b.names[4]), append(b.colours[:3:3], b.colours[4])
	for i := 0; i < len(all); i += seeds {
		r := all[i]
		b.groups = append(b.groups, group{r.trace.Name, []float64{r.optimum.R, r.fixed.R, r.neteq.R, r.ours.R}})
	}
	return b
}

// save writes the picture into a folder.
func (b *bars) save(dir string) error {
	return os.WriteFile(filepath.Join(dir, barsFile), b.svg(), 0o644)
}

func (b *bars) svg() []byte {
	var w bytes.Buffer
	fmt.Fprintf(&w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" font-family="system-ui, sans-serif" font-size="13">`+"\n",
		chartWidth, barsTall, chartWidth, barsTall)
	fmt.Fprintf(&w, `<rect width="100%%" height="100%%" fill="#ffffff"/>`+"\n")
	fmt.Fprintf(&w, `<text x="%.0f" y="24" font-size="16" font-weight="600" fill="#1a1a1a">%s</text>`+"\n", marginLeft, html.EscapeString(b.title))
	fmt.Fprintf(&w, `<text x="%.0f" y="43" fill="#555555">%s</text>`+"\n", marginLeft, html.EscapeString(b.note))
	foot := barsTall - barsMarginFoot
	y := func(r float64) float64 {
		return foot - (min(max(r, barsLow), barsHigh)-barsLow)/(barsHigh-barsLow)*(foot-marginTop)
	}
	for _, t := range ticks(barsLow, barsHigh) {
		fmt.Fprintf(&w, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#e3e3e3"/>`+"\n", marginLeft, chartWidth-marginRight, y(t), y(t))
		fmt.Fprintf(&w, `<text x="%.1f" y="%.1f" text-anchor="end" fill="#555555">%g</text>`+"\n", marginLeft-8, y(t)+4, t)
	}
	wide := (chartWidth - marginLeft - marginRight) / float64(len(b.groups))
	one := wide * 0.84 / float64(len(b.names))
	for i, g := range b.groups {
		left := marginLeft + (float64(i)+0.08)*wide
		for k, r := range g.ratings {
			if math.IsNaN(r) || r <= barsLow {
				continue
			}
			fmt.Fprintf(&w, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", left+float64(k)*one, y(r), one, foot-y(r), b.colours[k])
		}
		x := left + 0.42*wide
		fmt.Fprintf(&w, `<text transform="translate(%.1f %.1f) rotate(-50)" text-anchor="end" fill="#1a1a1a">%s</text>`+"\n", x+4, foot+16, html.EscapeString(g.name))
	}
	fmt.Fprintf(&w, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#999999"/>`+"\n", marginLeft, chartWidth-marginRight, foot, foot)
	x := marginLeft
	for k, name := range b.names {
		fmt.Fprintf(&w, `<rect x="%.1f" y="53" width="14" height="14" fill="%s"/><text x="%.1f" y="64" fill="#1a1a1a">%s</text>`+"\n", x, b.colours[k], x+20, html.EscapeString(name))
		x += 44 + 7*float64(len([]rune(name)))
	}
	w.WriteString("</svg>\n")
	return w.Bytes()
}
