package benchmedia

import (
	"context"
	"math"
	"slices"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
)

// Figures are the last line of the benchmark; docs/benchmarks.md tells the keys.
type Figures struct {
	Traces                 int      `json:"traces"`
	DeficitMean            float64  `json:"jb_r_deficit_mean"`
	DeficitMax             float64  `json:"jb_r_deficit_max"`
	AllDeficitMean         float64  `json:"jb_r_deficit_all_mean"`
	AllDeficitMax          float64  `json:"jb_r_deficit_all_max"`
	BaresipDeficitMean     *float64 `json:"baresip_r_deficit_mean,omitempty"`
	BaresipDeficitMax      *float64 `json:"baresip_r_deficit_max,omitempty"`
	MinuteDeficitMean      float64  `json:"jb_minute_r_deficit_mean,omitempty"`
	MinuteDeficitMax       float64  `json:"jb_minute_r_deficit_max,omitempty"`
	EngineDelayOff         float64  `json:"engine_delay_off_ms,omitempty"`
	EngineROff             float64  `json:"engine_r_off,omitempty"`
	SentLate               float64  `json:"peers_sent_late_p99_ms,omitempty"`
	NetEQDeficitMean       float64  `json:"neteq_rules_r_deficit_mean"`
	NetEQDeficitMax        float64  `json:"neteq_rules_r_deficit_max"`
	FixedDeficitMean       float64  `json:"fixed_r_deficit_mean"`
	FixedDeficitMax        float64  `json:"fixed_r_deficit_max"`
	PublicTraces           int      `json:"public_traces,omitempty"`
	PublicDeficitMean      float64  `json:"public_r_deficit_mean,omitempty"`
	PublicDeficitMax       float64  `json:"public_r_deficit_max,omitempty"`
	PublicNetEQDeficitMean float64  `json:"public_neteq_rules_r_deficit_mean,omitempty"`
	PublicNetEQDeficitMax  float64  `json:"public_neteq_rules_r_deficit_max,omitempty"`
	DelayToFixed           float64  `json:"jb_delay_to_fixed_max"`
	DelayToNetEQ           float64  `json:"jb_delay_to_neteq_rules"`
	ClairvoyantToNetEQ     float64  `json:"clairvoyant_delay_to_neteq_rules"`
	StationaryToNetEQ      float64  `json:"jb_delay_to_neteq_rules_stationary"`
	FixedToNetEQ           float64  `json:"fixed_delay_to_neteq_rules_stationary"`
	StepRecover            float64  `json:"step_recover_s"`
	Stretch                float64  `json:"stretch_percent"`
	NetEQStretch           float64  `json:"neteq_rules_stretch_percent"`
	SkewWander             float64  `json:"skew_wander_ms"`
	OutageLag              float64  `json:"outage_lag_ms"`
	DiscardElsewhere       uint64   `json:"discarded_elsewhere"`
	Allocs                 float64  `json:"allocs_per_step"`
	Quality
}

// beyond takes from the figures of all traces what is not of the core alone.
func (f *Figures) beyond(all Figures) {
	f.Traces, f.AllDeficitMean, f.AllDeficitMax = all.Traces, all.DeficitMean, all.DeficitMax
	f.DelayToFixed, f.DiscardElsewhere = all.DelayToFixed, all.DiscardElsewhere
}

// result is what everybody made of a trace.
type result struct {
	trace                 *Trace
	optimum, fixed, neteq Outcome
	equal                 Outcome // the fixed buffer that makes up as much as ours
	ours                  Heard

	// The least delays with the rating of NetEQ's rules: of who knows the future, and of a fixed buffer; 0: none.
	clairvoyant, fixedAsNetEQ time.Duration
}

// summed makes the figures of all results.
func summed(results []*result) Figures {
	f := Figures{Traces: len(results)}
	n := float64(len(results))
	var ours, neteq time.Duration
	var l limits
	for _, r := range results {
		add(&f.DeficitMean, &f.DeficitMax, r.optimum.R-r.ours.R, n)
		add(&f.NetEQDeficitMean, &f.NetEQDeficitMax, r.optimum.R-r.neteq.R, n)
		add(&f.FixedDeficitMean, &f.FixedDeficitMax, r.optimum.R-r.fixed.R, n)
		f.Stretch += 100 * r.ours.Stretched / n
		f.NetEQStretch += 100 * r.neteq.Stretched / n
		ours, neteq = ours+r.ours.Delay, neteq+r.neteq.Delay
		if r.trace.Stationary {
			f.DelayToFixed = max(f.DelayToFixed, float64(r.ours.Delay)/float64(r.equal.Delay))
		}
		f.special(r)
		l.add(r)
	}
	l.into(&f)
	f.DelayToNetEQ = float64(ours) / float64(neteq)
	f.round()
	return f
}

func add(mean, worst *float64, deficit, n float64) {
	*mean += deficit / n
	*worst = max(*worst, deficit)
}

// public are the figures of recorded networks.
func (f *Figures) public(ctx context.Context, dir string, voice media.Frame, say func(string, ...any)) error {
	traces, err := PublicTraces(dir)
	if err != nil {
		return err
	}
	all, err := listenTo(ctx, traces, voice)
	if err != nil {
		return err
	}
	for _, r := range all {
		say("%-28s optimum %s | fixed %s | NetEQ's rules %s | ours %s", r.trace.Name, r.optimum, r.fixed, r.neteq, r.ours.Outcome)
	}
	of := summed(all)
	f.PublicTraces, f.PublicDeficitMean, f.PublicDeficitMax = of.Traces, of.DeficitMean, of.DeficitMax
	f.PublicNetEQDeficitMean, f.PublicNetEQDeficitMax = of.NetEQDeficitMean, of.NetEQDeficitMax
	return nil
}

// special are the figures of one kind of network.
func (f *Figures) special(r *result) {
	switch r.trace.Name {
	case "+80 ms step":
		f.StepRecover = max(f.StepRecover, recovery(r).Seconds())
	case "outage":
		f.OutageLag = max(f.OutageLag, millis(lag(r)))
		return
	}
	if r.trace.Source > 0 {
		return // what was left of the old source is not played
	}
	f.DiscardElsewhere += r.ours.Counters.Discarded
}

// recovery is how long after the step a second begins in which nothing is made up.
func recovery(r *result) time.Duration {
	step := r.trace.Sent[r.trace.Event] + r.trace.Base
	first := int((step - r.ours.Start) / period)
	last := first
	for i := first; i < min(last+100, len(r.ours.Made)); i++ {
		if r.ours.Made[i] > 0 {
			last = i + 1
		}
	}
	return r.ours.Start + time.Duration(last)*period - step
}

// lag is how much greater the delay is 1 to 3 s after the outage than in the 10 s before.
func lag(r *result) time.Duration {
	end := int((r.trace.Arrival[r.trace.Event] - r.ours.Start) / period)
	return mean(r.ours.Delays[end+100:end+300]) - mean(r.ours.Delays[end-1600:end-600])
}

// wander is by how many ms the mean delay of any 10 s differs from that of all, with
// clocks that are 100 ppm apart, in whichever way, on an otherwise quiet network.
// Uncorrected it would be 30 ms.
func wander(voice media.Frame) (most float64, err error) {
	const times = 5 // of two minutes
	voice = slices.Repeat(voice, times)
	for _, skew := range []float64{1e-4, -1e-4} {
		n := Network{"skew", true, func(p *path) { p.jitter(300*time.Microsecond, 0); p.skew = skew }}
		h, err := Ours(n.record(101, times*packets), voice)
		if err != nil {
			return 0, err
		}
		delays := h.Delays[500:]
		whole := mean(delays)
		for at := 0; at+1000 <= len(delays); at += 1000 {
			most = max(most, math.Abs(millis(mean(delays[at:at+1000])-whole)))
		}
	}
	return most, nil
}

func millis(d time.Duration) float64 { return d.Seconds() * 1e3 }

func (f *Figures) round() {
	for _, p := range []*float64{
		&f.DeficitMean, &f.DeficitMax, &f.NetEQDeficitMean, &f.NetEQDeficitMax, &f.FixedDeficitMean, &f.FixedDeficitMax,
		&f.DelayToFixed, &f.DelayToNetEQ, &f.StepRecover, &f.Stretch, &f.NetEQStretch, &f.SkewWander, &f.OutageLag,
		&f.ClairvoyantToNetEQ, &f.FixedToNetEQ, &f.StationaryToNetEQ,
		&f.PublicDeficitMean, &f.PublicDeficitMax, &f.PublicNetEQDeficitMean, &f.PublicNetEQDeficitMax,
		&f.MinuteDeficitMean, &f.MinuteDeficitMax, &f.EngineDelayOff, &f.EngineROff, &f.SentLate,
		&f.Clean, &f.Conceal3, &f.Conceal5, &f.Conceal10, &f.Burst5, &f.Repeat5, &f.Appendix5, &f.Silence5, &f.BurstOf5,
		&f.Stretched, &f.Buffer,
	} {
		*p = math.Round(*p*1000) / 1000
	}
	for _, p := range []*float64{f.BaresipDeficitMean, f.BaresipDeficitMax} {
		if p != nil {
			*p = math.Round(*p*1000) / 1000
		}
	}
}

// speech is what is said in every trace.
func speech() media.Frame { return mediatest.Voice(8000, packets*ptime, 1) }
