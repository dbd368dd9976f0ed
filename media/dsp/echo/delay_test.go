package echo

import (
	"math/rand/v2"
	"testing"
	"time"
)

// speech is syllables of a voice whose formants wander: bands come and go on their own.
func speech(seed uint64, n, rate int) []float32 {
	r := rand.New(rand.NewPCG(seed, 3))
	x := make([]float32, n)
	for from := 0; from < n; {
		long := rate/20 + r.IntN(rate/6)
		a, b := 0.3+0.65*r.Float32(), 2*r.Float32()-1 // a resonance and where it is
		var y1, y2 float32
		for i := from; i < min(from+long, n); i++ {
			v := float32(r.NormFloat64()) + b*2*a*y1*0.9 - a*a*y2
			y1, y2 = v, y1
			x[i] = v * 0.02
		}
		from += long + r.IntN(rate/10)
	}
	return x
}

// later is x by n samples, half as loud.
func later(x []float32, n int) []float32 {
	y := make([]float32, len(x))
	for i := n; i < len(y); i++ {
		y[i] = 0.5 * x[i-n]
	}
	return y
}

func TestFinder_delay_found(t *testing.T) {
	for _, c := range []Config{{Rate: 8000, Block: 80}, {Rate: 8000, Block: 40}, {Rate: 16000, Block: 160}, {Rate: 16000, Block: 80}, {Rate: 48000, Block: 480}} {
		c.Late = 500 * time.Millisecond
		for _, late := range []time.Duration{150 * time.Millisecond, 330 * time.Millisecond, 490 * time.Millisecond} {
			n := int(late * time.Duration(c.Rate) / time.Second)
			far := speech(7, c.Rate*4, c.Rate)
			near := later(far, n)
			out, _, k := cancel(t, c, near, far)
			if got := k.finder.found * c.Block; got < n-c.Block || got > n+c.Block {
				t.Errorf("%d Hz, blocks of %d, %v: found after %d samples, want %d", c.Rate, c.Block, late, got, n)
			}
			if m := k.Meters(); m.Delay < late-40*time.Millisecond || m.Delay > late+20*time.Millisecond {
				t.Errorf("%d Hz, blocks of %d, %v: the meter says %v", c.Rate, c.Block, late, m.Delay)
			}
			if less := decibels(near[c.Rate*3:], out[c.Rate*3:]); less < 35 {
				t.Errorf("%d Hz, blocks of %d, %v: %.1f dB less is sent", c.Rate, c.Block, late, less)
			}
			// Until it is found nothing of it is sent either.
			if less := decibels(near[:c.Rate], out[:c.Rate]); less < 20 {
				t.Errorf("%d Hz, blocks of %d, %v: in the first second %.1f dB less is sent", c.Rate, c.Block, late, less)
			}
		}
	}
}

func TestFinder_delay_jumps(t *testing.T) {
	const n = 16000 * 8
	far := speech(8, n, 16000)
	near := later(far, 1600)
	copy(near[n/2:], later(far, 6400)[n/2:])
	out, _, k := cancel(t, Config{Rate: 16000, Block: 160, Late: 500 * time.Millisecond}, near, far)
	if got := k.finder.found; got < 39 || got > 41 {
		t.Errorf("found after %d blocks, want 40", got)
	}
	if less := decibels(near[n*3/4:], out[n*3/4:]); less < 35 {
		t.Errorf("%.1f dB less is sent after the jump", less)
	}
	k.Restart()
	if k.finder.found < 39 || k.filter.lag == 0 {
		t.Errorf("the next call begins with %d blocks, and the filter %d later", k.finder.found, k.filter.lag)
	}
}

// Where nothing comes back the near voice is as it was, whoever speaks when.
func TestCanceller_no_echo_nothing_is_taken_out(t *testing.T) {
	for seed := range uint64(4) {
		for _, late := range []time.Duration{0, 500 * time.Millisecond} {
			const n = 16000 * 8
			far, near := speech(20+2*seed, n, 16000), speech(21+2*seed, n, 16000)
			out, _, k := cancel(t, Config{Rate: 16000, Block: 160, Late: late}, near, far)
			if less := decibels(near[n/2:], out[n/2:]); less > 1 {
				t.Errorf("voices %d, late up to %v: the near one is %.1f dB less", seed, late, less)
			}
			if k.finder != nil && k.finder.searching() {
				t.Errorf("voices %d: an echo is still looked for", seed)
			}
		}
	}
}

// Early echoes are the filter's own: it is not moved.
func TestFinder_early_echo_filter_stays(t *testing.T) {
	const n = 16000 * 4
	far := speech(11, n, 16000)
	_, _, k := cancel(t, Config{Rate: 16000, Block: 160, Late: 500 * time.Millisecond}, later(far, 480), far)
	if k.filter.lag != 0 || k.finder.found < 2 || k.finder.found > 4 {
		t.Errorf("found after %d blocks, and the filter is %d later", k.finder.found, k.filter.lag)
	}
}
