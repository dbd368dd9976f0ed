package benchvoice

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Table writes the medians as Markdown, a row a measure, and then each scene.
func (f Figures) Table(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\nmedians of %d scenes", len(f.Scenes))
	f.head(&b)
	for _, m := range measures {
		fmt.Fprintf(&b, "| %s |", m.name)
		for _, r := range f.Rows {
			fmt.Fprintf(&b, " %s |", cell(r.Median(m.of), m.digits))
		}
		b.WriteString("\n")
	}
	for _, key := range []string{"t20_s", "erle_single_db", "erle_double_db", "reconverge_s", "first_db", "after_change_db", "steady_db", "quality_double", "near_gain"} {
		for _, m := range measures {
			if m.key == key {
				f.scenes(&b, m)
			}
		}
	}
	for _, r := range f.Rows {
		if len(r.Scenes) > 0 && r.Key == "webrtc" {
			b.WriteString("\nWebRTC does not tell what its linear filter leaves: its 20 dB and its ERLE are those of what it sends.\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (f Figures) head(b *strings.Builder) {
	b.WriteString("\n| |")
	for _, r := range f.Rows {
		fmt.Fprintf(b, " %s |", r.Name)
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(f.Rows)) + "\n")
}

// scenes writes a measure of each scene.
func (f Figures) scenes(b *strings.Builder, m measure) {
	fmt.Fprintf(b, "\n%s", m.name)
	f.head(b)
	for i, name := range f.Scenes {
		fmt.Fprintf(b, "| %s |", name)
		for _, r := range f.Rows {
			x := math.NaN()
			if i < len(r.Scenes) {
				x = m.of(r.Scenes[i])
			}
			fmt.Fprintf(b, " %s |", cell(x, m.digits))
		}
		b.WriteString("\n")
	}
}

func cell(x float64, digits int) string {
	if math.IsNaN(x) {
		return "–"
	}
	return fmt.Sprintf("%.*f", digits, x)
}
