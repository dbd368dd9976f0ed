package benchvoice

import (
	"encoding/json"
	"math"
	"slices"
)

// Row is all that a canceller did.
type Row struct {
	Key, Name string
	Scenes    []Verdict // in the order of Figures.Scenes; empty when it did not take part
}

// Figures are what was measured.
type Figures struct {
	Scenes []string
	Rows   []Row
	Quiet  []QuietRow
	Loud   []LoudnessRow
	// Instructions are ARMv6 instructions for 20 ms by the names of figures, and the
	// share of a Pi Zero that a call takes; nil where they could not be counted.
	Instructions map[string]any
}

// measure is a column of the table.
type measure struct {
	key, name string
	digits    int
	of        func(Verdict) float64
}

var measures = []measure{
	{"t20_s", "20 dB after, s", 2, func(v Verdict) float64 { return v.T20 }},
	{"erle_single_db", "ERLE single, dB", 1, func(v Verdict) float64 { return v.Single }},
	{"erle_double_db", "ERLE double, dB", 1, func(v Verdict) float64 { return v.Double }},
	{"erle_restored_db", "ERLE after double, dB", 1, func(v Verdict) float64 { return v.Restored }},
	{"residual_double_db", "in pauses of double talk, dB", 1, func(v Verdict) float64 { return v.Residual }},
	{"reconverge_s", "20 dB again, s", 2, func(v Verdict) float64 { return v.Reconverge }},
	{"first_db", "first 2.5 s, dB", 1, func(v Verdict) float64 { return v.First }},
	{"after_change_db", "2 s after change, dB", 1, func(v Verdict) float64 { return v.Changed }},
	{"late_change_db", "next 2 s, dB", 1, func(v Verdict) float64 { return v.Late }},
	{"steady_db", "steady, dB", 1, func(v Verdict) float64 { return v.Steady }},
	{"quality_double", "P.862.2 double", 2, func(v Verdict) float64 { return v.Quality }},
	{"seg_snr_double_db", "segmental SNR, dB", 1, func(v Verdict) float64 { return v.Segmental }},
	{"near_gain", "near gain", 2, func(v Verdict) float64 { return v.Gain }},
	{"quality_alone", "P.862.2 no echo", 2, func(v Verdict) float64 { return v.Alone }},
	{"unechoed_loss_db", "near voice lost without echo, dB", 1, func(v Verdict) float64 { return v.Unechoed }},
	{"noise_reduction_db", "noise, dB", 1, func(v Verdict) float64 { return v.Noise }},
	{"delay_ms", "delay, ms", 1, func(v Verdict) float64 { return v.Delay }},
	{"ns_per_20ms", "ns for 20 ms", 0, func(v Verdict) float64 { return v.Cost }},
}

// Median is the middle of a measure over the scenes that have it; NaN for none.
func (r Row) Median(of func(Verdict) float64) float64 {
	var all []float64
	for _, v := range r.Scenes {
		if x := of(v); !math.IsNaN(x) {
			all = append(all, x)
		}
	}
	return median(all)
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return math.NaN()
	}
	all = slices.Sorted(slices.Values(all))
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}

// row finds one; the zero Row when it did not take part.
func (f Figures) row(key string) Row {
	for _, r := range f.Rows {
		if r.Key == key {
			return r
		}
	}
	return Row{}
}

// Behind is the least by which our quality in double talk is above speexdsp's in a scene.
func (f Figures) Behind() float64 {
	ours, theirs := f.row("ours"), f.row("speexdsp")
	least := math.NaN()
	for i := range min(len(ours.Scenes), len(theirs.Scenes)) {
		if d := ours.Scenes[i].Quality - theirs.Scenes[i].Quality; math.IsNaN(least) || d < least {
			least = d
		}
	}
	return least
}

// Keys are the figures by their names; nil where something was not measured.
func (f Figures) Keys() map[string]any {
	keys := map[string]any{"scenes": len(f.Scenes), "ours_quality_least_above_speexdsp": number(f.Behind(), 2)}
	for _, r := range append([]Row{{Key: "ours"}, {Key: "speexdsp"}, {Key: "webrtc"}}, f.Rows...) {
		for _, m := range measures {
			keys[r.Key+"_"+m.key] = number(r.Median(m.of), m.digits)
		}
	}
	for _, r := range f.Quiet {
		r.keys(keys)
	}
	for _, r := range f.Loud {
		r.keys(keys)
	}
	for name, n := range f.Instructions {
		keys[name] = n
	}
	return keys
}

// number is a rounded one, nil for NaN.
func number(x float64, digits int) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	p := math.Pow10(digits)
	return math.Round(x*p)/p + 0 // no -0
}

// MarshalJSON writes the Keys.
func (f Figures) MarshalJSON() ([]byte, error) { return json.Marshal(f.Keys()) }
