package engine

import (
	"fmt"
	"math"
	"time"

	"offhook/media"
	"offhook/media/dsp/biquad"
	"offhook/media/dsp/limiter"
)

const (
	turnTime = 20 * time.Millisecond // of one route's sound going over into another's
	// mostGain of a path and least, in dB: what is beyond is a fault of the mixer's settings.
	mostPath, leastPath = 20, -40
	ceiling             = 0.95 // of full scale, for what is made louder
)

// shaper is a Path made for a device. The engine's thread owns it.
type shaper struct {
	sections []biquad.Section
	gain     float32 // factor
	now, to  float32 // factor beside it, which changes
	limits   bool    // something is made louder
	limiter  limiter.Limiter
	x        []float32
}

// newShaper makes one, nil when there is nothing to do. Follows says that its factor
// will change.
func newShaper(p Path, follows bool, rate, period int) (*shaper, error) {
	if p.HighPass == 0 && p.Gain == 0 && len(p.Equaliser) == 0 && !follows {
		return nil, nil
	}
	if len(p.Equaliser) > biquad.Bands || !(p.Gain <= mostPath && p.Gain >= leastPath) {
		return nil, fmt.Errorf("an equaliser of %d bands, a gain of %g dB: up to %d bands, %d to %d dB can be had", len(p.Equaliser), p.Gain, biquad.Bands, leastPath, mostPath)
	}
	s := &shaper{gain: float32(factor(p.Gain)), now: 1, to: 1, limits: follows || p.Gain > 0,
		limiter: limiter.New(rate, period, ceiling), x: make([]float32, period)}
	if p.HighPass != 0 {
		high, err := biquad.HighPass(p.HighPass, rate)
		if err != nil {
			return nil, err
		}
		s.sections = append(s.sections, high)
	}
	for _, band := range p.Equaliser {
		section, err := band.Section(rate)
		if err != nil {
			return nil, err
		}
		s.sections = append(s.sections, section)
		s.limits = s.limits || band.Gain > 0
	}
	return s, nil
}

func (s *shaper) reset() {
	for i := range s.sections {
		s.sections[i].Reset()
	}
}

// process shapes a period in its place.
func (s *shaper) process(f media.Frame) {
	x := s.x[:len(f)]
	floats(x, f)
	for i := range s.sections {
		s.sections[i].Process(x)
	}
	if s.gain != 1 || s.now != 1 || s.to != 1 {
		g, step := s.gain*s.now, s.gain*(s.to-s.now)/float32(len(x))
		for i, v := range x {
			g += step
			x[i] = g * v
		}
		s.now = s.to
	}
	if s.limits {
		s.limiter.Process(x)
	}
	for i, v := range x {
		f[i] = whole(v * fullScale)
	}
}

// turn goes over from one shaper to another without a click: for a time both work.
// The zero of both is sound that stays as it is.
type turn struct {
	from, to *shaper
	fade     fade
	old      media.Frame
}

func newTurn(rate, period int) turn {
	t := turn{fade: newFade(rate, turnTime), old: make(media.Frame, period)}
	t.fade.to(true)
	t.fade.gain = 1
	return t
}

// cut is for sound that nobody gets.
func (t *turn) cut() { t.from, t.to, t.fade.gain = nil, nil, 1 }

// process shapes a period. A change that comes while one is under way waits for its end.
func (t *turn) process(f media.Frame, want *shaper) {
	if t.fade.steady() && want != t.to {
		t.from, t.to = t.to, want
		t.fade.cut()
		if want != nil {
			want.reset()
		}
	}
	if t.fade.steady() {
		if t.to != nil {
			t.to.process(f)
		}
		return
	}
	old := t.old[:len(f)]
	copy(old, f)
	if t.from != nil {
		t.from.process(old)
	}
	if t.to != nil {
		t.to.process(f)
	}
	for i, s := range f {
		f[i] = whole(float32(old[i]) + t.fade.next()*(float32(s)-float32(old[i])))
	}
}

// follow has a shaper's factor be another from the next period on, by a ramp.
func (s *shaper) follow(factor float64) { s.to = float32(math.Max(0, factor)) }
