package denoise

import "math"

// tracker follows the power of noise in each bin while somebody speaks: by the probability
// that there is speech (Gerkmann and Hendriks, IEEE Trans. ASLP 20, 2012), and
// never below what the minimum of the last second tells (Martin, IEEE Trans. SAP 9,
// 2001), so that noise that has become louder is not taken for speech for ever.
type tracker struct {
	power  []float32 // of noise
	speech []float32 // probability of speech, now
	smooth []float32 // power of all, smoothed
	lowest []float32 // of smooth: in this part of a second
	parts  [parts][]float32
	part   int // the next to be written
	frames int // of this part
	seen   int // frames at the start, at most learning
	curve  [curveSteps + 1]float32
}

const (
	parts      = 10         // of which the minimum is
	partLong   = 20         // frames
	learning   = 5          // frames that are taken for noise at the start
	prior      = 31.6227766 // SNR that speech is expected to have where there is some: 15 dB
	shrink     = prior / (1 + prior)
	bias       = 1.3 // the mean of noise is above its smoothed minimum by this
	curveSteps = 256
	curveMost  = 16 // beyond this SNR there is speech for certain
)

func newTracker(bins int) *tracker {
	t := &tracker{power: make([]float32, bins), speech: make([]float32, bins), smooth: make([]float32, bins), lowest: make([]float32, bins)}
	for i := range t.parts {
		t.parts[i] = make([]float32, bins)
	}
	for i := range t.curve {
		snr := float64(i) * curveMost / curveSteps
		t.curve[i] = float32(1 / (1 + (1+prior)*math.Exp(-snr*shrink)))
	}
	return t
}

// faint is power that is none: of 16 bits' last one, and less.
const faint = 1e-10

// take notes the power of a frame.
func (t *tracker) take(power []float32) {
	if t.seen < learning {
		t.start(power)
		return
	}
	for i, p := range power {
		noise := t.power[i]
		speech := t.probability(p / noise)
		t.speech[i] = speech
		noise = 0.95*noise + 0.05*(speech*noise+(1-speech)*p)
		t.smooth[i] = 0.85*t.smooth[i] + 0.15*p
		if t.smooth[i] < t.lowest[i] {
			t.lowest[i] = t.smooth[i]
		}
		if noise < faint {
			noise = faint
		}
		t.power[i] = noise
	}
	if t.frames++; t.frames == partLong {
		t.turn()
	}
}

// start takes the first frames for noise: nobody speaks before the line is open.
func (t *tracker) start(power []float32) {
	t.seen++
	for i, p := range power {
		t.power[i] = max(t.power[i]+(p-t.power[i])/float32(t.seen), faint)
		t.smooth[i], t.lowest[i] = t.power[i], t.power[i]
		for k := range t.parts {
			t.parts[k][i] = t.power[i] / bias
		}
	}
}

// turn ends a part: the least of all of them is the least that noise can be.
func (t *tracker) turn() {
	t.frames = 0
	copy(t.parts[t.part], t.lowest)
	t.part = (t.part + 1) % parts
	for i, least := range t.lowest {
		for k := range t.parts {
			least = min(least, t.parts[k][i])
		}
		t.power[i] = max(t.power[i], bias*least)
		t.lowest[i] = t.smooth[i]
	}
}

// probability is that of speech at an SNR of the moment.
func (t *tracker) probability(snr float32) float32 {
	if snr >= curveMost {
		return 1
	}
	return t.curve[int(snr*(curveSteps/curveMost))]
}
