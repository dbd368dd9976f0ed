package benchmedia

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// chart is a picture of lines over one horizontal axis, as SVG.
type chart struct {
	title, note    string
	xUnit, yUnit   string
	x0, x1, y0, y1 float64
	bands          [][2]float64 // of x, shaded
	series         []series
}

type series struct {
	name, colour string
	width        float64
	dots, dashed bool
	x, y         []float64 // a NaN breaks the line
}

const (
	chartWidth, chartHeight                          = 960.0, 420.0
	marginLeft, marginRight, marginTop, marginBottom = 64.0, 20.0, 78.0, 50.0
)

func (c *chart) px(x float64) float64 {
	return marginLeft + (x-c.x0)/(c.x1-c.x0)*(chartWidth-marginLeft-marginRight)
}

func (c *chart) py(y float64) float64 {
	return chartHeight - marginBottom - (y-c.y0)/(c.y1-c.y0)*(chartHeight-marginTop-marginBottom)
}

// svg draws the chart.
func (c *chart) svg() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" font-family="system-ui, sans-serif" font-size="13">`+"\n",
		chartWidth, chartHeight, chartWidth, chartHeight)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#ffffff"/>`+"\n")
	fmt.Fprintf(&b, `<text x="%.0f" y="24" font-size="16" font-weight="600" fill="#1a1a1a">%s</text>`+"\n", marginLeft, html.EscapeString(c.title))
	fmt.Fprintf(&b, `<text x="%.0f" y="43" fill="#555555">%s</text>`+"\n", marginLeft, html.EscapeString(c.note))
	for _, band := range c.bands {
		fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#f3e3d3"/>`+"\n",
			c.px(band[0]), marginTop, c.px(band[1])-c.px(band[0]), chartHeight-marginTop-marginBottom)
	}
	c.axes(&b)
	for _, s := range c.series {
		c.draw(&b, s)
	}
	c.legend(&b)
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func (c *chart) axes(b *strings.Builder) {
	for _, y := range ticks(c.y0, c.y1) {
		fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#e3e3e3"/>`+"\n", marginLeft, chartWidth-marginRight, c.py(y), c.py(y))
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="end" fill="#555555">%g</text>`+"\n", marginLeft-8, c.py(y)+4, y)
	}
	for _, x := range ticks(c.x0, c.x1) {
		fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#999999"/>`+"\n", c.px(x), c.px(x), chartHeight-marginBottom, chartHeight-marginBottom+5)
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="middle" fill="#555555">%g</text>`+"\n", c.px(x), chartHeight-marginBottom+20, x)
	}
	fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#999999"/>`+"\n", marginLeft, chartWidth-marginRight, chartHeight-marginBottom, chartHeight-marginBottom)
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="middle" fill="#555555">%s</text>`+"\n", (marginLeft+chartWidth-marginRight)/2, chartHeight-12, html.EscapeString(c.xUnit))
	fmt.Fprintf(b, `<text transform="translate(18 %.1f) rotate(-90)" text-anchor="middle" fill="#555555">%s</text>`+"\n", (marginTop+chartHeight-marginBottom)/2, html.EscapeString(c.yUnit))
}

func (c *chart) draw(b *strings.Builder, s series) {
	if s.dots {
		for i := range s.x {
			if c.inside(s.x[i], s.y[i]) {
				fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="%.1f" fill="%s"/>`+"\n", c.px(s.x[i]), c.py(s.y[i]), s.width, s.colour)
			}
		}
		return
	}
	dash := ""
	if s.dashed {
		dash = ` stroke-dasharray="6 4"`
	}
	var d strings.Builder
	move := "M"
	for i := range s.x {
		if math.IsNaN(s.y[i]) || s.x[i] < c.x0 || s.x[i] > c.x1 {
			move = "M"
			continue
		}
		fmt.Fprintf(&d, "%s%.1f %.1f", move, c.px(s.x[i]), c.py(min(max(s.y[i], c.y0), c.y1)))
		move = "L"
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="%g" stroke-linejoin="round"%s/>`+"\n", d.String(), s.colour, s.width, dash)
}

func (c *chart) inside(x, y float64) bool {
	return !math.IsNaN(y) && x >= c.x0 && x <= c.x1 && y >= c.y0 && y <= c.y1
}

func (c *chart) legend(b *strings.Builder) {
	x := marginLeft
	for _, s := range c.series {
		if s.name == "" {
			continue
		}
		dash := ""
		if s.dashed {
			dash = ` stroke-dasharray="6 4"`
		}
		if s.dots {
			fmt.Fprintf(b, `<circle cx="%.1f" cy="60" r="3" fill="%s"/>`+"\n", x+11, s.colour)
		} else {
			fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="60" y2="60" stroke="%s" stroke-width="3"%s/>`+"\n", x, x+22, s.colour, dash)
		}
		fmt.Fprintf(b, `<text x="%.1f" y="64" fill="#1a1a1a">%s</text>`+"\n", x+28, html.EscapeString(s.name))
		x += 50 + 7.2*float64(len([]rune(s.name)))
	}
}

// ticks are round numbers in lo..hi, about eight.
func ticks(lo, hi float64) (all []float64) {
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/8)))
	for _, m := range []float64{1, 2, 5, 10} {
		if (hi-lo)/(m*step) <= 9 {
			step *= m
			break
		}
	}
	for k := math.Ceil(lo / step); k*step <= hi+step/1e6; k++ {
		all = append(all, math.Round(k*step*1e6)/1e6)
	}
	return all
}
