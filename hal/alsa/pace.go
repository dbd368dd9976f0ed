package alsa

import "math"

// Of the pace.
const (
	paceTaps   = 16
	pacePhases = 128
	paceBeta   = 6.0
	settling   = 1.0          // seconds over which the first queue is averaged
	memory     = 1.0          // seconds of the mean of what is queued
	natural    = 0.126        // of the loop, in radians a second: settled in half a minute
	drifting   = 1e-3         // by which two clocks may differ: crystals do by a tenth of it
	hastening  = 2 * drifting // and to catch up with what is queued
)

// pace plays at the clock of one card what is made at the clock of another: it
// stretches the sound as far as the clocks part, which it learns from how much playback has queued.
// One loop of the second order has no error left at a steady drift (F. Adriaensen,
// Controlling adaptive resampling, LAC 2012).
type pace struct {
	rate   float64 // samples a second
	period int

	aim    float64 // frames to be queued once a period is written; learned after each start
	heard  int     // periods since then
	mean   float64 // of what is queued beyond aim
	drift  float64 // by which playback is slower: samples of each that are left over
	step   float64 // input samples by which each output is later
	at     float64 // of the next output, in line
	line   []float32
	out    []int16
	phases [][paceTaps]float32
}

func newPace(rate, period int) *pace {
	p := &pace{rate: float64(rate), period: period, step: 1, line: make([]float32, paceTaps-1+period), out: make([]int16, period+pastPeriod(period)),
		phases: make([][paceTaps]float32, pacePhases+1)}
	for i := range p.phases {
		var sum float64
		var h [paceTaps]float64
		for k := range h {
			x := float64(k-paceTaps/2+1) - float64(i)/pacePhases
			h[k] = sinc(0.92*x) * bell(2*x/paceTaps)
			sum += h[k]
		}
		for k := range h {
			p.phases[i][k] = float32(h[k] / sum)
		}
	}
	return p
}

// pastPeriod is by how many frames a period that is played may be longer than one captured.
func pastPeriod(period int) int { return int(math.Ceil(float64(period)*hastening)) + 2 }

func sinc(x float64) float64 {
	if math.Abs(x) < 1e-9 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// bell is Kaiser's window, but for its scale.
func bell(x float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	y := paceBeta * math.Sqrt(1-x*x) / 2
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= (y / k) * (y / k)
		sum += term
	}
	return sum
}

// restart says that playback started anew: how far ahead is learned again; the clocks are the same.
func (p *pace) restart() { p.heard, p.mean, p.aim = 0, 0, 0 }

// queued learns from how many frames wait to be played, a period having been written
// of which start began with ahead.
func (p *pace) queued(frames, ahead int) {
	dt := float64(p.period) / p.rate
	if first := int(settling / dt); p.heard < first {
		p.heard++
		p.aim += (float64(frames) - p.aim) / float64(p.heard)
		if p.heard == first {
			p.aim = bounded(p.aim, (float64(ahead)-0.5)*float64(p.period), (float64(ahead)+0.5)*float64(p.period))
		}
		p.step = 1 + p.drift
		return
	}
	p.mean += dt / memory * (float64(frames) - p.aim - p.mean)
	p.drift = bounded(p.drift+natural*natural*dt*p.mean/p.rate, -drifting, drifting)
	p.step = 1 + bounded(p.drift+2*natural*p.mean/p.rate, -hastening, hastening)
}

// play stretches a period; the result is good until the next.
func (p *pace) play(period []int16) []int16 {
	copy(p.line, p.line[p.period:])
	for i, v := range period {
		p.line[paceTaps-1+i] = float32(v)
	}
	n := 0
	for ; p.at < float64(p.period) && n < len(p.out); n++ {
		i := int(p.at)
		p.out[n] = p.between(p.line[i:i+paceTaps], p.at-float64(i))
		p.at += p.step
	}
	p.at -= float64(p.period)
	return p.out[:n]
}

// between is the sample so far past the middle of x.
func (p *pace) between(x []float32, part float64) int16 {
	x = x[:paceTaps]
	where := part * pacePhases
	i := int(where)
	a, b, mix := &p.phases[i], &p.phases[i+1], float32(where-float64(i))
	var low, high float32
	for k, v := range x {
		low += v * a[k]
		high += v * b[k]
	}
	sum := low + mix*(high-low)
	switch {
	case sum >= math.MaxInt16:
		return math.MaxInt16
	case sum <= math.MinInt16:
		return math.MinInt16
	case sum < 0:
		return int16(sum - 0.5)
	}
	return int16(sum + 0.5)
}

func bounded(v, least, most float64) float64 { return max(least, min(v, most)) }
