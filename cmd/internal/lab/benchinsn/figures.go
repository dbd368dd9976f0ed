package benchinsn

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
)

// Figures are what was counted; empty where it cannot be.
type Figures struct{ Stages []Stage }

// Cost is what a stage costs; false when it was not counted.
func (f Figures) Cost(name string) (Stage, bool) {
	for _, s := range f.Stages {
		if s.Name == name {
			return s, true
		}
	}
	return Stage{}, false
}

// sums are the figures that are more than one stage.
var sums = []struct {
	key    string
	stages []string
}{
	{"armv6_insns_g711", []string{"pcmu_encode", "pcmu_decode"}},
	{"armv6_insns_g722", []string{"g722_encode", "g722_decode"}},
	{"armv6_insns_opus_c0", []string{"opus_16k_c0_encode", "opus_16k_c0_decode"}},
	{"armv6_insns_srtp_pair", []string{"srtp_cm_pair"}},
	{"armv6_insns_call", []string{HandsFreeCall}},
}

// HandsFreeCall is the stage that has a whole call in it.
const HandsFreeCall = "call_g722_cm_48k_handsfree"

// Keys are the figures by their names: instructions for 20 ms, nil where they
// were not counted.
func (f Figures) Keys() map[string]*int {
	keys := map[string]*int{}
	for _, sum := range sums {
		keys[sum.key] = f.sum(sum.stages...)
	}
	for _, s := range f.Stages {
		keys["armv6_insns_"+s.Name] = f.sum(s.Name)
	}
	return keys
}

func (f Figures) sum(names ...string) *int {
	total := 0.0
	for _, name := range names {
		s, ok := f.Cost(name)
		if !ok {
			return nil
		}
		total += s.Instructions
	}
	n := int(total + 0.5)
	return &n
}

// Percent is the share of a Pi Zero, by the model, that a stage takes; nil when it was
// not counted.
func (f Figures) Percent(name string) *float64 {
	s, ok := f.Cost(name)
	if !ok {
		return nil
	}
	share := math.Round(1e4*s.Instructions/wholeBoard) / 100
	return &share
}

// MarshalJSON writes the Keys, and the share that a whole call takes.
func (f Figures) MarshalJSON() ([]byte, error) {
	all := map[string]any{HandsFreeCall + "_percent": f.Percent(HandsFreeCall)}
	for key, n := range f.Keys() {
		all[key] = n
	}
	return json.Marshal(all)
}

// The model of the smallest board, a Pi Zero: two cycles an instruction at 1 GHz,
// 50 frames a second.
const wholeBoard = 1e9 / 2 / 50

// recorded are what C needs for the same, in instructions: gcc -O2 for ARMv6,
// counted in the same way by hand, not in this run. G.711 by tables, libg722, and
// libopus in fixed point, of wideband at 24 kbit/s.
var recorded = map[string]float64{
	"pcmu_encode": 1800, "pcma_encode": 1800, "pcmu_decode": 1700, "pcma_decode": 1700,
	"g722_encode": 167e3, "g722_decode": 156e3,
	"opus_16k_c0_encode": 530e3, "opus_16k_c5_encode": 1230e3, "opus_16k_c0_decode": 80e3, "opus_16k_c5_decode": 80e3,
}

// Table writes the stages as Markdown.
func (f Figures) Table(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| stage, 20 ms | ARMv6 instructions | % of a Pi Zero (model) | ns on the machine that counted | C, ARMv6 instructions |\n|---|---:|---:|---:|---:|\n")
	for _, s := range f.Stages {
		c := ""
		if n, ok := recorded[s.Name]; ok {
			c = thousands(n)
		}
		fmt.Fprintf(&b, "| %s | %s | %.2f | %s | %s |\n", s.Name, thousands(s.Instructions), 100*s.Instructions/wholeBoard, thousands(s.Nanoseconds), c)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// thousands writes a whole number in groups of three.
func thousands(n float64) string {
	digits := fmt.Sprintf("%.0f", n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return digits
}
