package benchpeers

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// Figures are the result by name; what could not be measured is nil, which JSON
// has as null.
type Figures map[string]*float64

// samples are all that was seen, by program and codec.
type samples map[[2]string][]sample

func (s samples) add(t telephone, c codec, one sample) {
	key := [2]string{t.name(), c.name}
	s[key] = append(s[key], one)
}

// median of one figure of a program with a codec; nil when it was not measured.
func (s samples) median(program, codec string, of func(sample) float64) *float64 {
	return middle(s[[2]string{program, codec}], of)
}

// overall is the median over all codecs.
func (s samples) overall(program string, of func(sample) float64) *float64 {
	var all []sample
	for _, c := range codecs() {
		all = append(all, s[[2]string{program, c.name}]...)
	}
	return middle(all, of)
}

func middle(all []sample, of func(sample) float64) *float64 {
	if len(all) == 0 {
		return nil
	}
	values := make([]float64, len(all))
	for i, one := range all {
		values[i] = of(one)
	}
	slices.Sort(values)
	m := (values[(len(values)-1)/2] + values[len(values)/2]) / 2
	return rounded(m)
}

func rounded(v float64) *float64 {
	v = math.Round(v*1000) / 1000
	return &v
}

// programs are the names in figures.
func programs() []string { return []string{"offhook", "offhook_separate", "baresip", "pjsua"} }

func (s samples) figures() Figures {
	f := Figures{}
	for _, p := range programs() {
		for _, c := range codecs() {
			f["cpu_ms_per_min_"+p+"_"+c.name] = s.median(p, c.name, func(s sample) float64 { return s.inCall })
			f["rss_kib_"+p+"_"+c.name] = s.median(p, c.name, func(s sample) float64 { return s.call.RSS })
			f["pss_kib_"+p+"_"+c.name] = s.median(p, c.name, func(s sample) float64 { return s.call.PSS })
			f["anonymous_kib_"+p+"_"+c.name] = s.median(p, c.name, func(s sample) float64 { return s.call.Anonymous })
		}
		f["cpu_idle_ms_per_min_"+p] = s.overall(p, func(s sample) float64 { return s.atRest })
		f["rss_idle_kib_"+p] = s.overall(p, func(s sample) float64 { return s.rest.RSS })
		f["pss_idle_kib_"+p] = s.overall(p, func(s sample) float64 { return s.rest.PSS })
		f["anonymous_idle_kib_"+p] = s.overall(p, func(s sample) float64 { return s.rest.Anonymous })
		f["exec_to_registered_ms_"+p] = s.overall(p, func(s sample) float64 { return s.registered })
		f["invite_to_first_rtp_ms_"+p] = s.overall(p, func(s sample) float64 { return s.firstRTP })
	}
	for _, c := range codecs() {
		name := "cpu_ms_per_min_%s_" + c.name
		best := least(f[fmt.Sprintf(name, "baresip")], f[fmt.Sprintf(name, "pjsua")])
		f["cpu_ratio_"+c.name] = ratio(f[fmt.Sprintf(name, "offhook")], best)
		f["cpu_ratio_separate_"+c.name] = ratio(f[fmt.Sprintf(name, "offhook_separate")], best)
	}
	f["rss_ratio"] = ratio(f["rss_kib_offhook_g711"], f["rss_kib_baresip_g711"])
	f["pss_ratio"] = ratio(f["pss_kib_offhook_g711"], f["pss_kib_baresip_g711"])
	return f
}

// least of those that are there.
func least(values ...*float64) (best *float64) {
	for _, v := range values {
		if v != nil && (best == nil || *v < *best) {
			best = v
		}
	}
	return best
}

func ratio(a, b *float64) *float64 {
	if a == nil || b == nil || *b == 0 {
		return nil
	}
	return rounded(*a / *b)
}

// Table writes the figures for people, in Markdown.
func (f Figures) Table(w io.Writer) {
	fmt.Fprintln(w, "| | to registered ms | RSS at rest / in call MB (Opus) | anonymous at rest / in call MB | CPU at rest ms/min | CPU in call ms/min G.711 / G.722 / Opus | INVITE → first RTP ms |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|")
	for _, p := range programs() {
		fmt.Fprintf(w, "| %s | %s | %s / %s (%s) | %s / %s | %s | %s / %s / %s | %s |\n", p, f.text("exec_to_registered_ms_"+p, 1),
			f.text("rss_idle_kib_"+p, 1024), f.text("rss_kib_"+p+"_g711", 1024), f.text("rss_kib_"+p+"_opus", 1024),
			f.text("anonymous_idle_kib_"+p, 1024), f.text("anonymous_kib_"+p+"_g711", 1024),
			f.text("cpu_idle_ms_per_min_"+p, 1), f.text("cpu_ms_per_min_"+p+"_g711", 1), f.text("cpu_ms_per_min_"+p+"_g722", 1),
			f.text("cpu_ms_per_min_"+p+"_opus", 1), f.text("invite_to_first_rtp_ms_"+p, 1))
	}
	fmt.Fprintf(w, "\nOurs by the best of the others: G.711 %s, G.722 %s, Opus %s; in its own process %s, %s, %s; memory in a call by baresip's %s.\n",
		f.text("cpu_ratio_g711", 1), f.text("cpu_ratio_g722", 1), f.text("cpu_ratio_opus", 1), f.text("cpu_ratio_separate_g711", 1),
		f.text("cpu_ratio_separate_g722", 1), f.text("cpu_ratio_separate_opus", 1), f.text("rss_ratio", 1))
	fmt.Fprintf(w, "From mouth to ear: ours %s ms, baresip %s, pjsua %s.\n", f.text("mouth_to_ear_ms", 1), f.text("baresip_mouth_to_ear_ms", 1), f.text("pjsua_mouth_to_ear_ms", 1))
}

// text is a figure for people.
func (f Figures) text(name string, by float64) string {
	v := f[name]
	switch {
	case v == nil:
		return "–"
	case by == 1 && *v >= 10:
		return fmt.Sprintf("%.0f", *v)
	case by == 1:
		return fmt.Sprintf("%.2f", *v)
	}
	return fmt.Sprintf("%.1f", *v/by)
}
