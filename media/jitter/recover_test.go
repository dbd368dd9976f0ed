package jitter_test

import (
	"errors"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/jitter"
)

// echo is a ramp whose packets repeat the one before them; -1 is what it makes up.
type echo struct {
	ramp
	off       bool // nothing is repeated
	broken    bool
	half      bool // only the later half is
	recovered int
}

func (e *echo) Conceal(dst media.Frame) error {
	for i := range dst {
		dst[i] = -1
	}
	return nil
}

func (e *echo) Recovers(next []byte) int {
	if e.off {
		return 0
	}
	if e.half {
		return int(next[2]) * 4
	}
	return int(next[2]) * 8
}

func (e *echo) Recover(dst media.Frame, next []byte) (int, error) {
	if e.broken {
		return 0, errors.New("broken")
	}
	e.recovered++
	first := int16(next[0])<<8 | int16(next[1]) - int16(len(dst))
	for i := range dst {
		dst[i] = first + int16(i)
	}
	return len(dst), nil
}

func TestRecover(t *testing.T) {
	for _, test := range []struct {
		name string
		echo echo
		lost []int
		want int // recovered
	}{
		{"one lost", echo{}, []int{60}, 1},
		{"every other lost", echo{}, []int{60, 62, 64, 66}, 4},
		{"two lost: the last comes back", echo{}, []int{60, 61}, 1},
		{"one lost, half of it repeated", echo{half: true}, []int{60}, 1},
		{"two lost, half of the last repeated", echo{half: true}, []int{60, 61}, 1},
		{"nothing repeated", echo{off: true}, []int{60, 62}, 0},
		{"redundancy broken", echo{broken: true}, []int{60, 62}, 0},
		{"nothing lost", echo{}, nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := test.echo
			h := newBench(t)
			h.b = jitter.New(jitter.Config{Format: narrow(), Decoder: &d, MinDelay: 45 * ms})
			lost := map[int]bool{}
			for _, k := range test.lost {
				lost[k] = true
			}
			heard := map[int16]bool{}
			for k := range 120 {
				if !lost[k] {
					h.put(k)
				}
				for range 2 {
					f, _ := h.get()
					for _, s := range f {
						heard[s/160] = heard[s/160] || s > 0 && s%160 == 80
					}
				}
			}
			missing := 0
			for k := 50; k < 110; k++ {
				if !heard[int16(k)] {
					missing++
				}
			}
			c := h.b.Counters()
			repeated := 20 * ms * time.Duration(test.want)
			if d.half {
				repeated /= 2
			}
			if d.recovered != test.want || c.Recovered != repeated || c.Concealed != 20*ms*time.Duration(len(test.lost))-repeated {
				t.Errorf("recovered %d, want %d; %+v", d.recovered, test.want, c)
			}
			if missing != len(test.lost)-test.want || int(c.Lost) != len(test.lost) {
				t.Errorf("%d packets not heard; %+v", missing, c)
			}
		})
	}
}

// The buffer waits for what the next packet repeats where packets get lost, and
// only there.
func TestRecoverIsWaitedFor(t *testing.T) {
	for _, test := range []struct {
		every int
		off   bool
		waits bool
	}{{10, false, true}, {10, true, false}, {1000, false, false}} {
		d := echo{off: test.off}
		h := newBench(t)
		h.b = jitter.New(jitter.Config{Format: narrow(), Decoder: &d})
		lost := 0
		for k := range 196 {
			if k%test.every != test.every-1 {
				h.put(k)
			} else {
				lost++
			}
			h.get()
			h.get()
		}
		c := h.b.Counters()
		if waits := c.Delay >= 15*ms; waits != test.waits || waits && d.recovered < lost-4 {
			t.Errorf("one in %d lost, off %t: %d of %d recovered; %+v", test.every, test.off, d.recovered, lost, c)
		}
	}
}
