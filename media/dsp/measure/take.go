package measure

import (
	"math"
	"slices"
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

// take is one sweep as it came back.
type take struct {
	h          []float32
	at         int // sample at which it was played, of all that was
	found      bool
	peak       int     // sample
	delay      float64 // samples, of what comes first
	noise      float64 // power of a sample of h that is no echo
	energy     float64
	end        int // sample after which nothing is seen any more
	tail       int // samples
	hidden     bool
	distortion float64 // by amplitude
	unseen     float64 // what would not be seen of it
}

// heard sums what all takes have in them.
type heard struct {
	power            float64
	clipped, samples int
}

// Hear takes what was recorded from the first sample of a sweep on, Length samples; at
// tells which one of all that were played this was.
func (p *Prober) Hear(captured []int16, at int) {
	for _, v := range captured[:min(len(captured), len(p.sweep))] {
		p.heard.power += float64(v) * float64(v)
		if v >= railed || v <= -railed {
			p.heard.clipped++
		}
		p.heard.samples++
	}
	t := take{h: p.respond(captured), at: at}
	p.search(&t)
	if t.found {
		p.fade(&t)
		p.distorted(&t)
	}
	p.takes = append(p.takes, t)
}

// search finds the echo, if it is more than chance.
func (p *Prober) search(t *take) {
	t.noise = p.quietest(t.h)
	for i, v := range t.h[:p.gap] {
		if abs(v) > abs(t.h[t.peak]) {
			t.peak = i
		}
	}
	most := abs(t.h[t.peak])
	t.found = float64(most)*float64(most) > audible*t.noise && most > 0
	for i := max(t.peak-samples(p.rate, before), 1); i < t.peak; i++ {
		if v := abs(t.h[i]); v >= firstPeak*most && v >= abs(t.h[i-1]) && v >= abs(t.h[i+1]) {
			t.peak = i
			break
		}
	}
	t.delay = float64(t.peak) + vertex(t.h, t.peak)
}

// vertex is where between samples the parabola through three has its end.
func vertex(h []float32, i int) float64 {
	if i == 0 || i+1 >= len(h) {
		return 0
	}
	a, b, c := float64(abs(h[i-1])), float64(abs(h[i])), float64(abs(h[i+1]))
	if d := a - 2*b + c; d < 0 {
		return min(max(0.5*(a-c)/d, -0.5), 0.5)
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
	slices.Sort(all)
	return all[len(all)/4]
}

func energy(h []float32) (sum float64) {
	for _, v := range h {
		sum += float64(v) * float64(v)
	}
	return sum
}

func abs(v float32) float32 { return max(v, -v) }

// fade follows the echo until it is lost in the noise, and finds when 25 dB less
// than all of it are left: a filter that ends there takes out 25 dB.
func (p *Prober) fade(t *take) {
	n := samples(p.rate, block)
	begin := t.peak - n // it is narrow-banded: something comes before its peak
	t.end = len(p.sweep) + p.gap
	low := 0
	for at := t.peak + n/2; at+n <= p.gap; at += n {
		if energy(t.h[at:at+n]) > faint*t.noise*float64(n) {
			low = 0
			continue
		}
		if low++; low == faintFor {
			t.end = at - (faintFor-1)*n
			break
		}
	}
	t.end = min(t.end, p.gap)
	t.energy = energy(t.h[max(begin, 0):t.end]) + energy(t.h[len(t.h)+min(begin, 0):]) - t.noise*float64(t.end-begin)
	left := 0.0
	at := t.end
	for ; at > t.peak && left*tailDrop < t.energy; at-- {
		left += float64(t.h[at-1])*float64(t.h[at-1]) - t.noise
	}
	t.tail = at - t.peak
	t.hidden = t.tail+n > t.end-t.peak && t.noise > 0
}

// distorted compares the responses of the harmonics with the sound's own.
func (p *Prober) distorted(t *take) {
	perOctave := float64(len(p.sweep)) / p.octaves()
	sum, chance := 0.0, 0.0
	early := samples(p.rate, 5*time.Millisecond)
	for k := 2; k <= harmonics; k++ {
		from := t.peak - int(perOctave*math.Log(float64(k))) - early
		n := min(samples(p.rate, harmonicTo), int(perOctave*math.Log(float64(k)/float64(k-1)))-early)
		e := 0.0
		for i := range n {
			v := float64(t.h[(from+i+len(t.h))%len(t.h)])
			e += v * v
		}
		none := t.noise * float64(n)
		sum += max(e-none, 0)
		chance += none
	}
	t.distortion, t.unseen = math.Sqrt(sum/t.energy), math.Sqrt(0.2*chance/t.energy)
}
