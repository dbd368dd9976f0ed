package measure

import (
	"math"
	"slices"
	"time"
)

// Figures are what was found. Without Echo those of it are 0.
type Figures struct {
	Silent  bool    // the microphone gives nothing, not even noise
	Noise   float64 // dBFS of the microphone while nothing is played
	Level   float64 // dBFS while the sweep is
	Clipped float64 // share of the sweep's samples at the end of the scale

	Echo       bool          // the loudspeaker is heard
	Delay      time.Duration // from what is played to what is captured
	Spread     time.Duration // between the sweeps
	ERL        float64       // dB by which the echo is quieter than what is played
	Tail       time.Duration // after the delay, until 25 dB less are left
	TailHidden bool          // the rest of it is below the noise: it may be longer
	Distortion float64       // harmonics by the sound itself, by amplitude
	Unseen     float64       // what would not be seen of these
	Drift      float64       // ppm by which what comes back gets later
	Drifts     bool          // that is known
	Response   []Band
	Impulse    []Instant
}

// Band is a third of an octave of the loudspeaker, the room and the microphone.
type Band struct{ Hz, Gain float64 } // dB

// Instant is a millisecond of the response, after the beginning of the recording.
type Instant struct{ At, Level float64 } // ms, dB of the loudest

// nothingAt is the level of digital silence.
const nothingAt = -120.0

// silentBelow: converters have noise, and so do microphones.
const silentBelow = -100.0

// dBFS is the level of power, full scale being that of a square wave.
func dBFS(power float64) float64 {
	return max(10*math.Log10(power/(full*full)+1e-30), nothingAt)
}

// Figures sums up the takes; quiet is what was captured while nothing was played.
func (p *Prober) Figures(quiet []int16) Figures {
	f := Figures{Noise: Level(quiet), Level: nothingAt}
	if p.heard.samples > 0 {
		f.Level = dBFS(p.heard.power / float64(p.heard.samples))
		f.Clipped = float64(p.heard.clipped) / float64(p.heard.samples)
	}
	f.Silent = f.Noise <= silentBelow && f.Level <= silentBelow
	var found []take
	for _, t := range p.takes {
		if t.found && t.energy > 0 {
			found = append(found, t)
		}
	}
	if 2*len(found) <= len(p.takes) { // once may be a door that was slammed
		return f
	}
	f.Echo = true
	of := func(figure func(take) float64) float64 { return middle(found, figure) }
	delay := func(t take) float64 { return t.delay }
	f.Delay = p.duration(of(delay))
	early, late := extremes(found, delay)
	f.Spread = p.duration(late - early)
	f.ERL = -10 * math.Log10(of(func(t take) float64 { return t.energy })/p.ideal)
	f.Tail = p.duration(of(func(t take) float64 { return float64(t.tail) }))
	f.Distortion, f.Unseen = of(func(t take) float64 { return t.distortion }), of(func(t take) float64 { return t.unseen })
	for _, t := range found {
		f.TailHidden = f.TailHidden || t.hidden
	}
	f.Drift, f.Drifts = p.drift(found)
	f.Response, f.Impulse = p.bands(&found[0]), p.envelope(&found[0])
	return f
}

// Level is that of samples in dBFS, without what is constant in them.
func Level(x []int16) float64 {
	if len(x) == 0 {
		return nothingAt
	}
	mean, power := 0.0, 0.0
	for _, v := range x {
		mean += float64(v)
		power += float64(v) * float64(v)
	}
	n := float64(len(x))
	return dBFS(max(power/n-mean*mean/(n*n), 0))
}

func (p *Prober) duration(samples float64) time.Duration {
	return time.Duration(samples / float64(p.rate) * float64(time.Second))
}

func middle(all []take, of func(take) float64) float64 {
	v := values(all, of)
	return v[len(v)/2]
}

func extremes(all []take, of func(take) float64) (least, most float64) {
	v := values(all, of)
	return v[0], v[len(v)-1]
}

func values(all []take, of func(take) float64) []float64 {
	var v []float64
	for _, t := range all {
		v = append(v, of(t))
	}
	slices.Sort(v)
	return v
}

// steady is by how much the way between two sweeps may differ from that of the next
// two, where it is a clock that drifts and not sound that was dropped.
const steady = 0.25e-3 // seconds

// drift compares the first take with the last one, by the phase of all frequencies: that
// tells hundredths of a sample.
func (p *Prober) drift(found []take) (ppm float64, known bool) {
	if len(found) < 2 {
		return 0, false
	}
	first, last := &found[0], &found[len(found)-1]
	a := slices.Clone(p.part(first))
	later := p.later(a, p.part(last)) + float64(last.peak-first.peak)
	ppm = 1e6 * later / float64(last.at-first.at)
	for i := range found[1:] {
		step := found[i+1].delay - found[i].delay - later*float64(found[i+1].at-found[i].at)/float64(last.at-first.at)
		if math.Abs(step) > steady*float64(p.rate)+1 {
			return 0, false
		}
	}
	return ppm, true
}

// part is the spectrum of a take's echo alone, whose peak is at time 0.
func (p *Prober) part(t *take) []complex64 {
	clear(p.time)
	from := t.peak - samples(p.rate, 2*block)
	to := min(max(t.end, t.peak+samples(p.rate, 60*time.Millisecond)), p.gap)
	for i := from; i < to; i++ {
		p.time[(i-t.peak+len(p.time))%len(p.time)] = t.h[(i+len(t.h))%len(t.h)]
	}
	p.t.Forward(p.bins, p.time)
	return p.bins
}

// later is by how many samples b is later than a: less than one, so that no phase is
// more than half a turn at the frequencies that count.
func (p *Prober) later(a, b []complex64) float64 {
	sum, all := 0.0, 0.0
	for k := range a {
		turn := 2 * math.Pi * float64(k) / float64(p.t.Len())
		if turn > math.Pi/2 {
			break
		}
		re := float64(real(a[k]))*float64(real(b[k])) + float64(imag(a[k]))*float64(imag(b[k]))
		im := float64(real(a[k]))*float64(imag(b[k])) - float64(imag(a[k]))*float64(real(b[k]))
		w := math.Hypot(re, im)
		sum -= w * turn * math.Atan2(im, re)
		all += w * turn * turn
	}
	if all == 0 {
		return 0
	}
	return sum / all
}

// bands are thirds of octaves, of what has a place in the sweep.
func (p *Prober) bands(t *take) []Band {
	bins := p.part(t)
	perBin := float64(p.rate) / float64(p.t.Len())
	var all []Band
	for third := -8; ; third++ {
		hz := 1000 * math.Pow(10, float64(third)/10)
		low, high := hz*math.Pow(10, -0.05), hz*math.Pow(10, 0.05)
		if high > p.last*0.975 {
			return all
		}
		sum, weights := 0.0, 0.0
		for k := int(low / perBin); k <= int(high/perBin); k++ {
			re, im, w := float64(real(bins[k])), float64(imag(bins[k])), float64(p.window[k])
			sum += re*re + im*im
			weights += w * w
		}
		all = append(all, Band{Hz: hz, Gain: 10 * math.Log10(sum/weights+1e-12)})
	}
}

// envelope is how loud the response is each millisecond, around its peak.
func (p *Prober) envelope(t *take) []Instant {
	n := p.rate / 1000
	least := max(t.peak/n-20, 0)
	var all []Instant
	most := 0.0
	for ms := least; ms < least+320 && (ms+1)*n <= p.gap; ms++ {
		e := energy(t.h[ms*n : (ms+1)*n])
		most = max(most, e)
		all = append(all, Instant{At: float64(ms), Level: e})
	}
	for i := range all {
		all[i].Level = max(10*math.Log10(all[i].Level/most+1e-30), -80)
	}
	return all
}
