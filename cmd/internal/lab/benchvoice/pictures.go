package benchvoice

import (
	"fmt"
	"html"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	wide, tall                      = 960.0, 420.0
	leftEdge, rightEdge, top, below = 64.0, 20.0, 78.0, 50.0
)

// picture draws how far below the microphone each canceller's output is, over time.
func (b *bench) picture(attempts []attempt) error {
	r := attempts[0].Recording
	var s strings.Builder
	begin(&s, "Scene "+r.Scene.Name, "what is sent, in dB below the microphone, over 0.4 s; shaded: both speak; the path changes at 19.5 s; at the end the near voice alone")
	x := func(t float64) float64 { return leftEdge + t/whole.to.Seconds()*(wide-leftEdge-rightEdge) }
	y := func(db float64) float64 { return top + (min(max(db, -5), 60)+5)/65*(tall-top-below) }
	for _, shade := range []span{both, nearOnly} {
		fmt.Fprintf(&s, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#f3e3d3"/>`+"\n", x(shade.from.Seconds()), top, x(shade.to.Seconds())-x(shade.from.Seconds()), tall-top-below)
	}
	for db := 0.0; db <= 60; db += 10 {
		fmt.Fprintf(&s, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#e3e3e3"/><text x="%.1f" y="%.1f" text-anchor="end" fill="#555555">%g</text>`+"\n", leftEdge, wide-rightEdge, y(db), y(db), leftEdge-8, y(db)+4, db)
	}
	for t := 0.0; t <= whole.to.Seconds(); t += 2 {
		fmt.Fprintf(&s, `<text x="%.1f" y="%.1f" text-anchor="middle" fill="#555555">%g s</text>`+"\n", x(t), tall-below+20, t)
	}
	mic := heard(r.Mic)
	at := leftEdge
	for i, a := range attempts {
		c := b.all[i]
		if c.key == "none" {
			continue
		}
		var d strings.Builder
		move := "M"
		for t := time.Duration(0); t+window <= whole.to; t += 50 * time.Millisecond {
			part := span{t, t + window}
			fmt.Fprintf(&d, "%s%.1f %.1f", move, x((t + window/2).Seconds()), y(loss(mic, a.scene.out, part)))
			move = "L"
		}
		fmt.Fprintf(&s, `<path d="%s" fill="none" stroke="%s" stroke-width="1.6" stroke-linejoin="round"/>`+"\n", d.String(), c.colour)
		at = legend(&s, at, c)
	}
	return end(&s, filepath.Join(b.cfg.Out, "voice-"+r.Scene.Name+".svg"))
}

// draw draws the medians that a listener notices first.
func (f Figures) draw(dir string, all []contestant) error {
	var s strings.Builder
	begin(&s, "Echo cancellers", fmt.Sprintf("medians of %d scenes; the higher the better", len(f.Scenes)))
	shown := []struct {
		key   string
		title string
		most  float64
	}{{"erle_single_db", "ERLE single", 50}, {"erle_double_db", "ERLE double", 50}, {"first_db", "first 2.5 s", 50}, {"after_change_db", "after change", 50}, {"steady_db", "steady", 50}, {"quality_double", "quality × 10", 5}}
	column := (wide - leftEdge - rightEdge) / float64(len(shown))
	for k, what := range shown {
		left := leftEdge + column*float64(k)
		for _, m := range measures {
			if m.key != what.key {
				continue
			}
			for i, r := range f.Rows {
				v := r.Median(m.of)
				if math.IsNaN(v) {
					continue
				}
				high := max(min(v/what.most, 1), 0) * (tall - top - below)
				bar := column * 0.85 / float64(len(f.Rows))
				fmt.Fprintf(&s, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/><text x="%.1f" y="%.1f" font-size="10" text-anchor="middle" fill="#555555">%s</text>`+"\n",
					left+bar*float64(i), tall-below-high, bar-2, high, all[i].colour, left+bar*(float64(i)+0.5), tall-below-high-4, cell(v, m.digits))
			}
		}
		fmt.Fprintf(&s, `<text x="%.1f" y="%.1f" text-anchor="middle" fill="#1a1a1a">%s</text>`+"\n", left+column*0.42, tall-below+20, what.title)
	}
	at := leftEdge
	for _, c := range all {
		at = legend(&s, at, c)
	}
	return end(&s, filepath.Join(dir, "voice.svg"))
}

func begin(s *strings.Builder, title, note string) {
	fmt.Fprintf(s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" font-family="system-ui, sans-serif" font-size="13">`+"\n", wide, tall, wide, tall)
	fmt.Fprintf(s, `<rect width="100%%" height="100%%" fill="#ffffff"/><text x="%.0f" y="24" font-size="16" font-weight="600" fill="#1a1a1a">%s</text>`+"\n", leftEdge, html.EscapeString(title))
	fmt.Fprintf(s, `<text x="%.0f" y="43" fill="#555555">%s</text>`+"\n", leftEdge, html.EscapeString(note))
}

// legend names a canceller and says where the next one is to be named.
func legend(s *strings.Builder, at float64, c contestant) float64 {
	fmt.Fprintf(s, `<line x1="%.1f" x2="%.1f" y1="60" y2="60" stroke="%s" stroke-width="3"/><text x="%.1f" y="64" fill="#1a1a1a">%s</text>`+"\n", at, at+22, c.colour, at+28, html.EscapeString(c.name))
	return at + 50 + 7.2*float64(len(c.name))
}

func end(s *strings.Builder, file string) error {
	s.WriteString("</svg>\n")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(s.String()), 0o644)
}
