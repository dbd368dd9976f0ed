package pesq

import "math"

const (
	shortBurst = 4    // blocks; no longer speech is none
	shortPause = 50   // blocks; no longer pause is none
	floorRatio = 1e-4 // of the loudest block: nothing counts as quieter
)

// activity is where speech is, in blocks of 4 ms: power is 0 elsewhere, and excess is
// how far above the noise it is, as a natural logarithm (P.862 §10.1.4.1).
type activity struct{ power, excess []float64 }

func (s *signal) activity() activity {
	p := make([]float64, s.n/s.block)
	loudest := 0.0
	for i := range p {
		p[i] = energy(s.x[i*s.block:(i+1)*s.block]) / float64(s.block)
		loudest = max(loudest, p[i])
	}
	threshold := mean(p, nil)
	floor := 1.0
	if loudest > 0 {
		floor = loudest * floorRatio
	}
	for i := range p {
		p[i] = max(p[i], floor)
	}
	threshold = noiseThreshold(p, threshold)
	v := vad{p: p, floor: floor, threshold: threshold}
	v.mark()
	v.clean()
	v.soften()
	return v.result()
}

// mean is that of the values of x that keep wants; nil: of all.
func mean(x []float64, keep func(float64) bool) float64 {
	sum, n := 0.0, 0
	for _, v := range x {
		if keep == nil || keep(v) {
			sum, n = sum+v, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// noiseThreshold comes down from a first threshold to two deviations above what is below it.
func noiseThreshold(p []float64, threshold float64) float64 {
	for range 12 {
		below := func(v float64) bool { return v <= threshold }
		level := mean(p, below)
		var squares []float64
		for _, v := range p {
			if below(v) {
				squares = append(squares, (v-level)*(v-level))
			}
		}
		threshold = 1.001 * (level + 2*math.Sqrt(mean(squares, nil)))
	}
	return threshold
}

// vad decides on blocks: those of negative power are no speech.
type vad struct {
	p                       []float64
	floor, threshold, ratio float64
}

func (v *vad) mark() {
	above := func(x float64) bool { return x > v.threshold }
	speech := mean(v.p, above)
	noise := mean(v.p, func(x float64) bool { return !above(x) })
	if speech == 0 {
		v.threshold = -1
	}
	if noise == 0 {
		noise = 1
	}
	v.ratio = speech / noise
	for i, x := range v.p {
		if x <= v.threshold {
			v.p[i] = -x
		}
	}
	v.close()
}

// close puts no speech at either end, so that each burst has a beginning and an end.
func (v *vad) close() { v.p[0], v.p[len(v.p)-1] = -v.floor, -v.floor }

// bursts are the runs of speech, as from, to.
func (v *vad) bursts() (all [][2]int) {
	from := 0
	for i := 1; i < len(v.p); i++ {
		switch {
		case v.p[i] > 0 && v.p[i-1] <= 0:
			from = i
		case v.p[i] <= 0 && v.p[i-1] > 0:
			all = append(all, [2]int{from, i})
		}
	}
	return all
}

// clean takes out bursts that are short or, where the noise is low, hardly above it, and joins what
// is little apart.
func (v *vad) clean() {
	for _, b := range v.bursts() {
		if b[1]-b[0] <= shortBurst {
			negate(v.p[b[0]:b[1]])
		}
	}
	if v.ratio >= 1000 {
		for _, b := range v.bursts() {
			if burst := v.p[b[0]:b[1]]; mean(burst, nil) < 3*v.threshold {
				negate(burst)
			}
		}
	}
	bursts := v.bursts()
	for i := 1; i < len(bursts); i++ {
		if end, next := bursts[i-1][1], bursts[i][0]; next-end <= shortPause {
			for k := end; k < next; k++ {
				v.p[k] = v.floor
			}
		}
	}
	if len(bursts) == 0 { // everything is speech then
		for i, x := range v.p {
			v.p[i] = math.Abs(x)
		}
		v.close()
	}
}

func negate(x []float64) {
	for i := range x {
		x[i] = -x[i]
	}
}

// soften gives each burst two blocks of rise and of decay.
func (v *vad) soften() {
	p := v.p
	for i := 3; i < len(p)-2; i++ {
		if p[i] > 0 && p[i-2] <= 0 {
			p[i-2], p[i-1] = p[i]*0.1, p[i]*0.3
			i++
		}
		if p[i] <= 0 && p[i-1] > 0 {
			p[i], p[i+1] = p[i-1]*0.3, p[i-1]*0.1
			i += 3
		}
	}
}

func (v *vad) result() activity {
	excess := make([]float64, len(v.p))
	if v.threshold <= 0 {
		v.threshold = v.floor
	}
	for i, x := range v.p {
		v.p[i] = max(x, 0)
		if x > v.threshold {
			excess[i] = math.Log(x / v.threshold)
		}
	}
	return activity{power: v.p, excess: excess}
}
