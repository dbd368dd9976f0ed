package engine

import (
	"errors"
	"fmt"

	"offhook/media/dsp/ambient"
	"offhook/media/dsp/biquad"
	"offhook/media/dsp/duplex"
)

// Route is by what this side speaks and hears.
type Route uint8

// The routes. Of NoRoute, as of a ringer, the sound is left as it is.
const (
	NoRoute Route = iota
	Handset
	Headset
	Speaker
)

// Profiles are what is done to the sound of each Route.
type Profiles struct{ Handset, Headset, Speaker Profile }

// Profile is what is done to the sound of a Route. The zero Profile is nothing.
type Profile struct {
	// Clean is done to the microphone; of a Patch that is HandsFree Config.HandsFree is.
	Clean                   HandsFree
	Microphone, Loudspeaker Path
	// Sidetone is how loud this side hears its own voice, in dB; 0: not at all. It is
	// not for a Speaker, nor beside an echo canceller, which would take it for echo.
	Sidetone float64
	Duplex   string // duplex.Full, Duck or Half; "" is full
	Ambient  Ambient
}

// Path is what is done to the sound of a microphone or a loudspeaker.
type Path struct {
	HighPass  float64       // Hz; 0: none
	Equaliser []biquad.Band // at most biquad.Bands
	Gain      float64       // dB
}

// Ambient has the loudspeaker louder where the microphone hears noise.
type Ambient struct {
	Range float64 // dB; 0: never
	Quiet float64 // dBov of noise up to which nothing is done; 0 means -55
}

func (p *Profiles) of(r Route) Profile {
	switch r {
	case Handset:
		return p.Handset
	case Headset:
		return p.Headset
	case Speaker:
		return p.Speaker
	}
	return Profile{}
}

// Fits tells by its error why this cannot be had of a device.
func (p *Profile) Fits(rate, period int) error {
	_, err := newWay(p, rate, period)
	return err
}

// fit is Fits of all.
func (p *Profiles) fit(rate, period int) error {
	for r := Handset; r <= Speaker; r++ {
		one := p.of(r)
		if err := one.Fits(rate, period); err != nil {
			return err
		}
		if r == Speaker && one.Sidetone != 0 {
			return errors.New("engine: a loudspeaker has no sidetone: it would howl")
		}
	}
	return nil
}

// way is a Profile made for a device; what is nil is not wanted.
type way struct {
	clean     *cleaner
	mic, loud *shaper
	side      float64 // factor
	turns     *duplex.Switch
	ambient   *ambient.Control
}

// Bounds of a sidetone in dB: what is louder howls, what is fainter is not heard.
const mostSide, leastSide = -6, -40

func newWay(p *Profile, rate, period int) (*way, error) {
	w := &way{}
	var err error
	if w.clean, err = newCleaner(p.Clean, rate, period); err != nil {
		return nil, err
	}
	if w.mic, err = newShaper(p.Microphone, false, rate, period); err != nil {
		return nil, fmt.Errorf("engine: microphone: %w", err)
	}
	if w.loud, err = newShaper(p.Loudspeaker, p.Ambient.Range != 0, rate, period); err != nil {
		return nil, fmt.Errorf("engine: loudspeaker: %w", err)
	}
	if p.Sidetone != 0 {
		if !(p.Sidetone <= mostSide && p.Sidetone >= leastSide) || p.Clean.Echo {
			return nil, fmt.Errorf("engine: a sidetone of %g dB; %d to %d can, and none beside an echo canceller", p.Sidetone, leastSide, mostSide)
		}
		w.side = factor(p.Sidetone)
	}
	if known, switches := duplex.Known(p.Duplex); !known || switches {
		if w.turns, err = duplex.New(p.Duplex, rate, period); err != nil {
			return nil, fmt.Errorf("engine: %w", err)
		}
	}
	if p.Ambient.Range != 0 {
		w.ambient, err = ambient.New(ambient.Config{Rate: rate, Block: period, Range: p.Ambient.Range, Quiet: p.Ambient.Quiet})
		if err != nil {
			return nil, fmt.Errorf("engine: %w", err)
		}
	}
	return w, nil
}

// way is that of a route, made once for a device. The mutex is held.
func (e *Engine) way(r Route) *way {
	r = min(r, Speaker)
	if e.ways[r] == nil {
		p := e.cfg.Profiles.of(r)
		e.ways[r], _ = newWay(&p, e.cfg.SampleRate, e.cfg.Period) // New has tried it
	}
	return e.ways[r]
}
