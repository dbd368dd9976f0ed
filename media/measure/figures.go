package measure

import (
	"math"
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
	Response   []Point       // Hz: thirds of octaves of loudspeaker, room and microphone
	Impulse    []Point       // each millisecond, in dB of the loudest
}

// Point is one of a curve: Hz or milliseconds, and dB.
type Point struct {
	At float64 `json:"at"`
	DB float64 `json:"db"`
}

// nothingAt is the level of digital silence.
const nothingAt = -120.0

// silentBelow: converters have noise, and so do microphones.
const silentBelow = -100.0

// db is ten times the logarithm, of nothing too.
func db(power float64) float64 { return 10 * math.Log10(power+1e-12) }

// Figures sums up the takes; quiet is what was captured while nothing was played.
func (p *Prober) Figures(quiet []int16) Figures {
	t := &p.takes
	f := Figures{Noise: Level(quiet), Level: nothingAt}
	if t.samples > 0 {
		f.Level = db(t.power / float64(t.samples) / (full * full))
		f.Clipped = float64(t.clipped) / float64(t.samples)
	}
	f.Silent = f.Noise <= silentBelow && f.Level <= silentBelow
	if 2*t.heard <= t.all { // once may be a door that was slammed
		return f
	}
	f.Echo, f.TailHidden, f.Unseen = true, t.hidden, t.unseen
	f.Drift, f.Drifts = p.drift()
	for _, v := range [][]float64{t.delay, t.energy, t.tail, t.distortion} {
		sort(v)
	}
	middle := t.heard / 2
	f.Delay = p.duration(t.delay[middle])
	f.Spread = p.duration(t.delay[t.heard-1] - t.delay[0])
	f.ERL = -db(t.energy[middle] / p.ideal)
	f.Tail = p.duration(t.tail[middle])
	f.Distortion = t.distortion[middle]
	f.Response, f.Impulse = p.bands(), p.envelope()
	return f
}

// Level is that of samples in dBFS, full scale being that of a square wave, without
// what is constant in them.
func Level(x []int16) float64 {
	mean, power, n := 0.0, 0.0, float64(len(x))+1e-9
	for _, v := range x {
		mean += float64(v)
		power += float64(v) * float64(v)
	}
	return db(max(power/n-mean*mean/(n*n), 0) / (full * full))
}

func (p *Prober) duration(samples float64) time.Duration {
	return time.Duration(samples / float64(p.rate) * float64(time.Second))
}

// steady is by how much the way between two sweeps may differ from that of all, where
// it is a clock that drifts and not sound that was dropped.
const steady = 0.25e-3 // seconds

// drift is by how much the last sweep came back later than the first.
func (p *Prober) drift() (ppm float64, known bool) {
	t := &p.takes
	last := t.heard - 1
	if last < 1 {
		return 0, false
	}
	slope := (t.delay[last] - t.delay[0]) / (t.at[last] - t.at[0])
	for i := range last {
		step := t.delay[i+1] - t.delay[i] - slope*(t.at[i+1]-t.at[i])
		if math.Abs(step) > steady*float64(p.rate)+1 {
			return 0, false
		}
	}
	return 1e6 * slope, true
}

// bands are thirds of octaves, of what has a place in the sweep.
func (p *Prober) bands() (all []Point) {
	t := &p.takes
	clear(p.time)
	to := max(t.end, t.peak+samples(p.rate, harmonicTo))
	for i := t.peak - samples(p.rate, 2*block); i < to; i++ {
		at := (i + len(p.time)) % len(p.time)
		p.time[at] = t.h[at]
	}
	p.t.Forward(p.bins, p.time)
	perBin := float64(p.rate) / float64(p.t.Len())
	const third, half = 1.2589254, 1.1220185 // of an octave: the tenth root of 10, and its half
	for hz := 1000 * math.Pow(10, -0.8); hz*half < p.last*0.975; hz *= third {
		sum, weights := 0.0, 0.0
		for k := int(hz / half / perBin); k <= int(hz*half/perBin); k++ {
			re, im, w := float64(real(p.bins[k])), float64(imag(p.bins[k])), float64(p.window[k])
			sum += re*re + im*im
			weights += w * w
		}
		all = append(all, Point{math.Round(hz), tenth(db(sum / weights))})
	}
	return all
}

func tenth(x float64) float64 { return math.Round(10*x) / 10 }

// envelope is how loud the response is each millisecond, around its peak.
func (p *Prober) envelope() (all []Point) {
	t := &p.takes
	n := p.rate / 1000
	most := 0.0
	for ms := max(t.peak/n-20, 0); ms < t.end/n+20 && (ms+1)*n <= p.gap; ms++ {
		e := energy(t.h[ms*n : (ms+1)*n])
		most = max(most, e)
		all = append(all, Point{float64(ms), e})
	}
	for i := range all {
		all[i].DB = tenth(max(db(all[i].DB/most), -80))
	}
	return all
}
