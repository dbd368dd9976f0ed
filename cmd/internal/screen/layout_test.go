package screen

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"offhook/cmd/internal/phone"
)

// word is a text where it was written.
type word struct {
	at   image.Rectangle
	text string
}

// words are all texts of a picture.
func words(p *Painter, v phone.View) (all []word) {
	note := func(at image.Rectangle, text string) {
		if strings.TrimSpace(text) != "" {
			all = append(all, word{at, text})
		}
	}
	p.canvas.wrote = note
	if p.small != nil {
		p.small.wrote = note
	}
	p.Paint(v)
	return all
}

// What is written is on the panel, and not over something else.
func TestPaint_no_text_leaves_the_panel_or_meets_another(t *testing.T) {
	for _, p := range append(panels(), panel{"240x320", image.Pt(240, 320), color.RGBAModel}) {
		painter := New(image.Rectangle{Max: p.size}, p.model)
		for _, s := range scenes() {
			all := words(painter, s.view)
			if len(all) == 0 {
				t.Errorf("%s %s says nothing", p.name, s.name)
			}
			for _, fault := range collisions(all, image.Rectangle{Max: p.size}) {
				t.Errorf("%s %s: %s", p.name, s.name, fault)
			}
		}
	}
}

// In no language is what the phone says cut, where there is room for it in one.
func TestPaint_every_language_fits(t *testing.T) {
	for _, p := range panels() {
		painter := New(image.Rectangle{Max: p.size}, p.model)
		for _, language := range []string{"en", "de", "fr", "es", "it", "nl"} {
			said := phone.Says(language)
			for _, s := range scenesIn(language) {
				all := words(painter, s.view)
				for _, fault := range collisions(all, image.Rectangle{Max: p.size}) {
					t.Errorf("%s %s %s: %s", p.name, language, s.name, fault)
				}
				for _, w := range all {
					if text, cut := strings.CutSuffix(w.text, ellipsis); cut && ours(said, text, p.small()) {
						t.Errorf("%s %s %s: %q is cut", p.name, language, s.name, w.text)
					}
				}
				for i, k := range s.view.Soft {
					if k.Label != "" && !slices.ContainsFunc(all, func(w word) bool { return w.text == k.Label || w.text == plain(k.Label) }) {
						t.Errorf("%s %s %s: soft key %d does not say %s", p.name, language, s.name, i+1, k.Label)
					}
				}
			}
		}
	}
}

// ours reports whether a cut text is the phone's own: of those that a small panel
// shows it may cut an explanation, which is a sentence.
func ours(said []string, text string, small bool) bool {
	parts := strings.Split(text, "·") // of what waits
	text = strings.TrimLeft(parts[len(parts)-1], " 0123456789")
	return slices.ContainsFunc(said, func(s string) bool {
		whole := strings.Contains(s, text) || strings.Contains(plain(s), text)
		return whole && len(text) > 3 && !(small && strings.HasSuffix(s, "."))
	})
}

func (p panel) small() bool { return p.size.Y < 160 }

func collisions(all []word, panel image.Rectangle) (faults []string) {
	for i, a := range all {
		if !a.at.In(panel) {
			faults = append(faults, fmt.Sprintf("%q at %v is not on the panel", a.text, a.at))
		}
		for _, b := range all[:i] {
			if !a.at.Intersect(b.at).Empty() {
				faults = append(faults, fmt.Sprintf("%q at %v meets %q at %v", a.text, a.at, b.text, b.at))
			}
		}
	}
	return faults
}

func TestPalette_everything_can_be_read(t *testing.T) {
	p := newPalette()
	pairs := []struct {
		name      string
		ink, back ink
		least     float64
	}{
		{"text on ground", p.text, p.ground, 4.5}, {"text on surface", p.text, p.surface, 4.5}, {"text on raised", p.text, p.raised, 4.5},
		{"text on good", p.text, p.goodDeep, 4.5}, {"text on bad", p.text, p.badDeep, 4.5}, {"text on warn", p.text, p.warnDeep, 4.5},
		{"text on accent", p.text, p.accentDeep, 4.5}, {"soft on ground", p.soft, p.ground, 4.5}, {"soft on surface", p.soft, p.surface, 4.5},
		{"accent on ground", p.accent, p.ground, 4.5}, {"good on ground", p.good, p.ground, 4.5}, {"good on surface", p.good, p.surface, 4.5},
		{"bad on ground", p.bad, p.ground, 4.5}, {"warn on warn", p.warn, p.warnDeep, 4.5}, {"warn on surface", p.warn, p.surface, 4.5},
		{"mark on ground", p.faint, p.ground, 3}, {"mark on surface", p.faint, p.surface, 3}, {"bad mark on chosen", p.bad, p.accentDeep, 3},
	}
	for i, back := range p.people {
		pairs = append(pairs, struct {
			name      string
			ink, back ink
			least     float64
		}{fmt.Sprint("initials of people ", i), p.text, back, 4.5})
	}
	for _, c := range pairs {
		if got := contrast(c.ink, c.back); got < c.least {
			t.Errorf("%s: %.2f, want %.1f", c.name, got, c.least)
		}
	}
}

// contrast is WCAG 2.2's ratio.
func contrast(a, b ink) float64 {
	light := func(c ink) float64 {
		part := func(v uint8) float64 {
			if f := float64(v) / 255; f > 0.04045 {
				return math.Pow((f+0.055)/1.055, 2.4)
			}
			return float64(v) / 255 / 12.92
		}
		return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestWrap_addresses_break_behind_their_marks(t *testing.T) {
	for word, c := range map[string]struct{ end, want int }{
		"https://provisioning.example/0004f2.yaml": {34, 29}, "https://a/b": {11, 11}, "aaaaaaaaaaaaaaa": {9, 9}, "a.bbbbbbbbbbbbbb": {9, 9},
	} {
		if got := breakAt(word, c.end); got != c.want {
			t.Errorf("%s at %d: %d, want %d", word, c.end, got, c.want)
		}
	}
}
