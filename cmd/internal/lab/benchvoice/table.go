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
	f.quietTable(&b)
	f.loudTable(&b)
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

// quietTable writes the medians of the noise suppressors.
func (f Figures) quietTable(b *strings.Builder) {
	if len(f.Quiet) == 0 {
		return
	}
	fmt.Fprintf(b, "\nnoise suppression alone, medians of %d voices in noise\n| |", len(f.Quiet[0].Dins))
	for _, m := range quietMeasures {
		fmt.Fprintf(b, " %s |", m.name)
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(quietMeasures)) + "\n")
	for _, r := range f.Quiet {
		fmt.Fprintf(b, "| %s |", r.Name)
		for _, m := range quietMeasures {
			fmt.Fprintf(b, " %s |", cell(r.Median(m.of), m.digits))
		}
		b.WriteString("\n")
	}
}

// loudTable writes what the gain controls did.
func (f Figures) loudTable(b *strings.Builder) {
	if len(f.Loud) == 0 {
		return
	}
	b.WriteString("\ngain control alone: level of speech that came in at")
	for _, level := range loudnesses {
		fmt.Fprintf(b, " %g", level)
	}
	b.WriteString(" dBov\n| | came out at | pauses swell by, dB | clipped, ppm | ns for 20 ms |\n|---|---|---:|---:|---:|\n")
	for _, r := range f.Loud {
		fmt.Fprintf(b, "| %s |", r.Name)
		for _, l := range r.Levels {
			fmt.Fprintf(b, " %.1f", l.Level)
		}
		fmt.Fprintf(b, " | %.1f | %.0f | %.0f |\n", r.worst(func(l Loudness) float64 { return l.Pause }),
			r.worst(func(l Loudness) float64 { return l.Clip }), r.worst(func(l Loudness) float64 { return l.Cost }))
	}
}
