package limiter

import (
	"math"
	"testing"
)

const rate = 16000

// The limiter bends a loud tone's shape by less than 1 %.
func TestProcess_is_clean(t *testing.T) {
	l := New(rate, 160, 0.9)
	x := make([]float32, rate)
	for i := range x {
		x[i] = float32(1.8 * math.Sin(2*math.Pi*440*float64(i)/rate))
	}
	for i := 0; i < rate; i += 160 {
		l.Process(x[i : i+160])
	}
	var wrong float64
	for i := rate / 2; i < rate; i++ {
		wrong = max(wrong, math.Abs(float64(x[i])-0.9*math.Sin(2*math.Pi*440*float64(i)/rate)))
	}
	if wrong > 0.009*2 {
		t.Errorf("off by %.4f", wrong)
	}
}

// After a peak the gain comes back within half a second, and not at once.
func TestProcess_comes_back_slowly(t *testing.T) {
	l := New(rate, 160, 0.5)
	x := make([]float32, 160)
	x[100] = 1
	l.Process(x)
	for n, want := range map[int][2]float32{1: {0.5, 0.6}, 50: {0.95, 1}} {
		at := l
		for range n {
			clear(x)
			at.Process(x)
		}
		if at.gain < want[0] || at.gain > want[1] {
			t.Errorf("after %d blocks the gain is %.2f, not %v", n, at.gain, want)
		}
	}
}

// What is below the ceiling is let alone; what is above is never above it, whatever
// the block.
func TestProcess_levels_and_blocks(t *testing.T) {
	for _, block := range []int{80, 160, 320} {
		l := New(rate, block, 0.9)
		x := make([]float32, 10*block)
		for i := range x {
			x[i] = float32(0.89 * math.Sin(float64(i)))
			if i >= 5*block {
				x[i] *= 4
			}
		}
		quiet := append([]float32(nil), x[:5*block]...)
		for i := 0; i < len(x); i += block {
			l.Process(x[i : i+block])
		}
		for i, v := range x {
			if v > 0.9001 || v < -0.9001 || i < len(quiet) && v != quiet[i] {
				t.Fatalf("blocks of %d: sample %d is %.4f", block, i, v)
			}
		}
	}
}
