package jitter_test

import (
	"testing"
	"time"

	"offhook/media/g711"
	"offhook/media/jitter"
	"offhook/media/mediatest"
)

const ms = time.Millisecond

// trace is a network, as a change to a call.
type trace struct {
	name string
	call mediatest.Call
	// bounds of what is acceptable
	p50, p95           time.Duration
	concealed, stretch float64 // percent of the time
	correlation        float64 // of what is heard with what was said
}

func link(i mediatest.Impairment) *mediatest.Link { i.Seed = 7; return mediatest.NewLink(i) }

func traces() []trace {
	step := func(n int, p *jitter.Packet) bool {
		if n > 500 {
			p.Arrival += 80 * ms
		}
		return true
	}
	outage := func(n int, p *jitter.Packet) bool { return n < 500 || n >= 750 }
	stall := func(n int, p *jitter.Packet) bool {
		if end := 751 * 20 * ms; n >= 500 && n < 750 && p.Arrival < end {
			p.Arrival = end
		}
		return true
	}
	return []trace{
		{name: "clean"},
		{name: "clean 5 ms periods", call: mediatest.Call{Period: 5 * ms, Phase: 3 * ms}},
		{name: "clean 20 ms periods", call: mediatest.Call{Period: 20 * ms, Phase: 19 * ms}},
		{name: "30 ms jitter", call: mediatest.Call{Link: link(mediatest.Impairment{Jitter: 30 * ms})}},
		{name: "30 ms jitter, 2 % loss", call: mediatest.Call{Link: link(mediatest.Impairment{Jitter: 30 * ms, Loss: 0.02})}},
		{name: "5 % burst loss", call: mediatest.Call{Link: link(mediatest.Impairment{Jitter: 5 * ms, Loss: 0.05, Burst: 3})}},
		{name: "reordering", call: mediatest.Call{Link: link(mediatest.Impairment{Reorder: 0.02, Duplicate: 0.02})}},
		{name: "+100 ppm", call: mediatest.Call{Skew: 1e-4, Phase: 2 * ms}},
		{name: "-200 ppm", call: mediatest.Call{Skew: -2e-4, Phase: 2 * ms}},
		{name: "+80 ms step", call: mediatest.Call{Edit: step}},
		{name: "5 s lost", call: mediatest.Call{Edit: outage}},
		{name: "5 s stall", call: mediatest.Call{Edit: stall}},
	}
}

func TestFigures(t *testing.T) {
	speech := mediatest.Voice(8000, 40*time.Second, 1)
	for _, tr := range traces() {
		t.Run(tr.name, func(t *testing.T) {
			c := tr.call
			c.Codec, c.Speech = g711.PCMA, speech
			h, err := c.Run()
			if err != nil {
				t.Fatal(err)
			}
			k := h.Counters
			pc := func(d time.Duration) float64 { return 100 * d.Seconds() / 40 }
			intact, snr := mediatest.Fidelity(speech, h.Sound, 8000, 0, 150*ms)
			t.Logf("%-22s intact %.3f snr %.1f p50 %v p95 %v last %v concealed %.2f%% expanded %.2f%% accelerated %.2f%% %+v",
				tr.name, intact, snr, mediatest.Quantile(h.Delays, 0.5), mediatest.Quantile(h.Delays, 0.95), h.Delays[len(h.Delays)-1],
				pc(k.Concealed), pc(k.Expanded), pc(k.Accelerated), k)
		})
	}
}
