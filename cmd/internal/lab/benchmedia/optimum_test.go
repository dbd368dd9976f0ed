package benchmedia

import (
	"math"
	"testing"
	"time"
)

// flat is a trace without jitter; edit makes it another.
func flat(edit func(i int, late time.Duration) time.Duration) *Trace {
	n := Network{Name: "flat", shape: func(p *path) {
		p.overtakes = true
		for i := range p.late {
			p.late[i] = edit(i, 0)
		}
	}}
	return n.Record(1)
}

func TestOptimum(t *testing.T) {
	tests := []struct {
		name   string
		late   func(int, time.Duration) time.Duration
		delay  time.Duration // at most
		madeUp float64
	}{
		{"nothing happens: no delay", func(int, time.Duration) time.Duration { return 0 }, 0, 0},
		{"one packet 40 ms late: stretched to it and back", func(i int, _ time.Duration) time.Duration {
			if i == 250 {
				return 40 * ms
			}
			return 0
		}, 40 * ms * 20 / packets, 0},
		{"every tenth is lost: made up, without delay", func(i int, _ time.Duration) time.Duration {
			if i%10 == 5 {
				return lost
			}
			return 0
		}, 0, 0.1},
		{"one packet 400 ms late: not worth waiting for", func(i int, _ time.Duration) time.Duration {
			if i == 250 {
				return 400 * ms
			}
			return 0
		}, 0, 1.0 / packets},
		{"a step of 80 ms: foreseen", func(i int, _ time.Duration) time.Duration {
			if i >= packets/2 {
				return 80 * ms
			}
			return 0
		}, 41 * ms, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := Optimum(flat(tt.late))
			if o.Delay > tt.delay || math.Abs(o.MadeUp-tt.madeUp) > 1e-9 {
				t.Errorf("delay %v, made up %.4f; want at most %v and %.4f", o.Delay, o.MadeUp, tt.delay, tt.madeUp)
			}
		})
	}
}

// Nobody is better than who knows the future, and it never moves faster than allowed
// but by whole frames.
func TestOptimumBounds(t *testing.T) {
	for _, n := range Networks()[:4] {
		tr := n.Record(5)
		o := Optimum(tr)
		for _, d := range []time.Duration{0, 20 * ms, 60 * ms, 200 * ms} {
			if f := Fixed(tr, d); f.R > o.R+0.05 { // the optimum's delays are whole ms
				t.Errorf("%s: fixed %v has R %.2f, the optimum %.2f", n.Name, d, f.R, o.R)
			}
		}
		if q := NetEQ(tr); q.R > o.R {
			t.Errorf("%s: NetEQ's rules have R %.2f, the optimum %.2f", n.Name, q.R, o.R)
		}
		for i := 1; i < len(o.Path); i++ {
			a, b := o.Path[i-1], o.Path[i]
			if a < 0 || b < 0 {
				continue
			}
			if d := ((b-a)%ptime + ptime) % ptime; d > ptime/10 && d < ptime-ptime/10 {
				t.Fatalf("%s: from %v to %v at packet %d", n.Name, a, b, i)
			}
		}
	}
}
