package measure

import (
	"math"
	"time"
)

const (
	audible    = 64.0 // times the noise's power: a peak of 8 times its deviation is no chance
	firstPeak  = 0.4  // of the highest: what comes straight may be quieter than a wall's
	before     = 30 * time.Millisecond
	block      = 10 * time.Millisecond
	faint      = 1.5 // times the noise, below which nothing is seen of a room
	faintFor   = 3   // blocks
	tailDrop   = 316 // 25 dB
	harmonics  = 5
	harmonicTo = 60 * time.Millisecond
	railed     = 32700
)

// takes are the sweeps that came back, and what is summed over all.
type takes struct {
	heard, all                      int
	at                              []float64 // sample at which each was played
	delay, energy, tail, distortion []float64 // samples, but for the last
	hidden                          bool      // the end of a tail
	unseen                          float64   // what would not be seen of distortion
	power                           float64   // of samples while sweeps were played
	clipped, samples                int
	h                               []float32 // the first response with an echo
	peak, end                       int       // of it
}

// Hear takes what was recorded from the first sample of a sweep on, Length samples; at
// tells which one of all that were played this was.
func (p *Prober) Hear(captured []int16, at int) {
	t := &p.takes
	for _, v := range captured[:min(len(captured), len(p.sweep))] {
		t.power += float64(v) * float64(v)
		if v >= railed || v <= -railed {
			t.clipped++
		}
		t.samples++
	}
	t.all++
	h := p.respond(captured)
	noise := p.quietest(h)
	peak, found := p.search(h, noise)
	if !found {
		return
	}
	end, tail, energy := p.fade(h, peak, noise)
	if energy <= 0 {
		return
	}
	if t.heard++; t.heard == 1 {
		t.h, t.peak, t.end = h, peak, end
	}
	t.at = append(t.at, float64(at))
	t.delay = append(t.delay, float64(peak)+vertex(h, peak))
	t.energy = append(t.energy, energy)
	t.tail = append(t.tail, float64(tail))
	t.hidden = t.hidden || noise > 0 && tail+samples(p.rate, block) > end-peak
	t.distortion = append(t.distortion, p.distorted(h, peak, noise)/math.Sqrt(energy))
}

// search finds the peak of the echo, if that is more than chance.
func (p *Prober) search(h []float32, noise float64) (peak int, found bool) {
	for i := range h[:p.gap] {
		if abs(h[i]) > abs(h[peak]) {
			peak = i
		}
	}
	most := abs(h[peak])
	for i := max(peak-samples(p.rate, before), 1); i < peak; i++ {
		if v := abs(h[i]); v >= firstPeak*most && v >= abs(h[i-1]) && v >= abs(h[i+1]) {
			peak = i
			break
		}
	}
	return peak, most > 0 && float64(most)*float64(most) > audible*noise
}

// vertex is where between samples the parabola through three has its end.
func vertex(h []float32, i int) float64 {
	if i == 0 {
		return 0
	}
	a, b, c := float64(abs(h[i-1])), float64(abs(h[i])), float64(abs(h[i+1]))
	if d := a - 2*b + c; d < 0 {
		return 0.5 * (a - c) / d
	}
	return 0
}

// quietest is the power of a sample where little comes back: in the quietest quarter.
func (p *Prober) quietest(h []float32) float64 {
	n := 2 * samples(p.rate, block)
	var all []float64
	for at := 0; at+n <= p.gap; at += n {
		all = append(all, energy(h[at:at+n])/float64(n))
	}
	sort(all)
	return all[len(all)/4]
}

func energy(h []float32) (sum float64) {
	for _, v := range h {
		sum += float64(v) * float64(v)
	}
	return sum
}

func abs(v float32) float32 {
	if v < 0 {
		return -v
	}
	return v
}

// sort sorts a few numbers: the library's, for these alone, is larger than all of this file.
func sort(v []float64) {
	for i := range v {
		for k := i; k > 0 && v[k] < v[k-1]; k-- {
			v[k], v[k-1] = v[k-1], v[k]
		}
	}
}

// fade follows the echo until it is lost in the noise, and finds when 25 dB less
// than all of it are left: a filter that ends there takes out 25 dB.
func (p *Prober) fade(h []float32, peak int, noise float64) (end, tail int, all float64) {
	n := samples(p.rate, block)
	low := 0
	for end = peak + n/2; end+n <= p.gap && low < faintFor; end += n {
		low++
		if energy(h[end:end+n]) > faint*noise*float64(n) {
			low = 0
		}
	}
	end -= low * n
	begin := peak - n // it is narrow-banded: something comes before its peak
	for i := begin; i < end; i++ {
		v := float64(h[(i+len(h))%len(h)])
		all += v*v - noise
	}
	left := 0.0
	at := end
	for ; at > peak && left*tailDrop < all; at-- {
		left += float64(h[at-1])*float64(h[at-1]) - noise
	}
	return end, at - peak, all
}

// distorted is the amplitude of the harmonics' responses, which come before the sound's own.
func (p *Prober) distorted(h []float32, peak int, noise float64) float64 {
	perOctave := float64(len(p.sweep)) / p.octaves()
	sum, chance := 0.0, 0.0
	early := samples(p.rate, 5*time.Millisecond)
	earlier := 0
	for k := 2; k <= harmonics; k++ {
		lead := int(perOctave * math.Log(float64(k)))
		n := min(samples(p.rate, harmonicTo), lead-earlier-early)
		for i := peak - lead - early; n > 0; n-- {
			v := float64(h[(i+len(h))%len(h)])
			sum += v*v - noise
			chance += noise
			i++
		}
		earlier = lead
	}
	p.takes.unseen = math.Sqrt(0.2 * chance / max(energy(h[max(peak-early, 0):peak+early]), 1e-12))
	return math.Sqrt(max(sum, 0))
}
