package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/media"
)

// plotColumns is how wide a plot is at most; each column is the worst of its seconds.
const plotColumns = 60

// plotted is one line of a plot.
type plotted struct {
	name, unit string
	value      func(media.Second) float64
	low        bool // the lowest is the worst
}

func plottedLines() []plotted {
	return []plotted{
		{"lost, late", "%", func(s media.Second) float64 { return 100 * float64(s.Missed()) / float64(max(s.Expected, 1)) }, false},
		{"concealed", "ms", func(s media.Second) float64 { return float64(s.Concealed) }, false},
		{"jitter", "ms", func(s media.Second) float64 { return float64(s.Jitter) }, false},
		{"delay", "ms", func(s media.Second) float64 { return float64(s.Delay) }, false},
		{"round trip", "ms", func(s media.Second) float64 { return float64(s.RoundTrip) }, false},
		{"MOS", "", func(s media.Second) float64 { return float64(s.MOS) / 10 }, true},
		{"heard", "dBov", func(s media.Second) float64 { return float64(s.Level) }, true},
	}
}

func plotCall(out io.Writer, d localapi.CallDetail) error {
	if len(d.Seconds) == 0 {
		_, err := fmt.Fprintln(out, "\nthere is nothing to draw: nobody has talked for a second")
		return err
	}
	each := (len(d.Seconds) + plotColumns - 1) / plotColumns
	if _, err := fmt.Fprintln(out); err != nil {
		return err
	}
	for _, l := range plottedLines() {
		line, least, most := l.draw(d.Seconds, each)
		if _, err := fmt.Fprintf(out, "%-11s %s  %.4g to %.4g %s\n", l.name, line, least, most, l.unit); err != nil {
			return err
		}
	}
	columns := (len(d.Seconds) + each - 1) / each
	from, to := d.Began.Local(), d.Began.Add(time.Duration(len(d.Seconds))*time.Second).Local()
	_, err := fmt.Fprintf(out, "%-11s %s%s\n", "", from.Format(time.TimeOnly), fmt.Sprintf("%*s", max(columns-8, 9), to.Format(time.TimeOnly)))
	return err
}

// draw makes a column of so many seconds each.
func (l plotted) draw(seconds []media.Second, each int) (line string, least, most float64) {
	least, most = l.value(seconds[0]), l.value(seconds[0])
	for _, s := range seconds {
		least, most = min(least, l.value(s)), max(most, l.value(s))
	}
	steps := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for from := 0; from < len(seconds); from += each {
		worst := l.value(seconds[from])
		for _, s := range seconds[from:min(from+each, len(seconds))] {
			if v := l.value(s); v < worst == l.low {
				worst = v
			}
		}
		step := 0
		if most > least {
			step = int((worst - least) / (most - least) * float64(len(steps)-1))
		}
		b.WriteRune(steps[step])
	}
	return b.String(), least, most
}
