package engine

import (
	"offhook/media"
	"offhook/media/dsp/biquad"
	"offhook/media/dsp/limiter"
)

const (
	turnRate = 50   // of a second: one route's sound goes over into another's in 20 ms
	ceiling  = 0.95 // of full scale, for what is made louder
)

// shaper is a Path made for a device; nil leaves the sound as it is. The engine's
// thread owns it.
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
func newShaper(p *Path, follows bool, rate, period int) (*shaper, error) {
	if p.Gain == 0 && len(p.Equaliser) == 0 && !follows {
		return nil, nil
	}
	s := &shaper{gain: float32(factor(p.Gain)), now: 1, to: 1, limits: follows || p.Gain > 0,
		limiter: limiter.New(rate, period, ceiling), x: make([]float32, period), sections: make([]biquad.Section, len(p.Equaliser))}
	var err error
	for i := range p.Equaliser {
		s.limits = s.limits || p.Equaliser[i].Gain > 0
		if s.sections[i], err = p.Equaliser[i].Section(rate); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// process shapes a period in its place.
func (s *shaper) process(f media.Frame) {
	if s == nil {
		return
	}
	x := s.x[:len(f)]
	floats(x, f)
	for i := range s.sections {
		s.sections[i].Process(x)
	}
	g, step := s.gain*s.now, s.gain*(s.to-s.now)/float32(len(x))
	for i, v := range x {
		g += step
		x[i] = g * v
	}
	s.now = s.to
	if s.limits {
		s.limiter.Process(x)
	}
	for i, v := range x {
		f[i] = whole(v * fullScale)
	}
}

// turn goes over from one shaper to another without a click: for a time both work.
type turn struct {
	from, to *shaper
	left     int // samples of it
	long     int
	old      media.Frame
}

// cut is for sound that nobody gets.
func (t *turn) cut() { t.from, t.to, t.left = nil, nil, 0 }

// process shapes a period. A change that comes while one is under way waits for its end.
func (t *turn) process(f media.Frame, want *shaper) {
	if t.left == 0 && want != t.to {
		t.from, t.to, t.left = t.to, want, t.long
		if want != nil {
			for i := range want.sections {
				want.sections[i].Reset()
			}
		}
	}
	if t.left == 0 {
		t.to.process(f)
		return
	}
	old := t.old[:len(f)]
	copy(old, f)
	t.from.process(old)
	t.to.process(f)
	for i, s := range f {
		f[i] = s + int16((int(old[i])-int(s))*t.left/t.long)
		t.left = max(0, t.left-1)
	}
}
