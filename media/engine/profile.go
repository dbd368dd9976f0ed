package engine

import (
	"errors"

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
	Equaliser []biquad.Band // at most biquad.Bands, high-passes among them
	Gain      float64       // dB
}

// Ambient has the loudspeaker louder where the microphone hears noise.
type Ambient struct {
	Range float64 // dB; 0: never
	Quiet float64 // dBov of noise up to which nothing is done; 0 means -55
}

func (p *Profiles) of(r Route) *Profile {
	if p == nil || r == NoRoute {
		return &Profile{}
	}
	return []*Profile{nil, &p.Handset, &p.Headset, &p.Speaker}[r]
}

// Fits tells by its error why this cannot be had of a device.
func (p *Profile) Fits(rate, period int) error {
	_, err := newWay(p, rate, period)
	return err
}

// way is a Profile made for a device; what is nil is not wanted.
type way struct {
	clean     *cleaner
	mic, loud *shaper
	side      float64 // factor
	turns     *duplex.Switch
	ambient   *ambient.Control
}

// errProfile is of what whoever reads settings should have found.
var errProfile = errors.New("engine: a profile has a gain or a range that is none, more bands than there are, an unknown duplex, or a sidetone beside an echo canceller")

// Bounds in dB. A sidetone that is louder howls, one that is fainter is not heard; a
// path that is further off is a fault of the mixer's settings.
const (
	mostSide, leastSide = -6, -40
	mostPath, leastPath = 20, -40
	mostRange           = 20
)

// sound tells whether all is within its bounds.
func (p *Profile) sound() bool {
	for _, path := range []*Path{&p.Microphone, &p.Loudspeaker} {
		if len(path.Equaliser) > biquad.Bands || !(path.Gain <= mostPath && path.Gain >= leastPath) {
			return false
		}
	}
	side := p.Sidetone == 0 || p.Sidetone <= mostSide && p.Sidetone >= leastSide && !p.Clean.Echo
	return side && duplex.Known(p.Duplex) && p.Ambient.Range >= 0 && p.Ambient.Range <= mostRange
}

func newWay(p *Profile, rate, period int) (*way, error) {
	if !p.sound() {
		return nil, errProfile
	}
	w := &way{turns: duplex.New(p.Duplex, rate, period)}
	follows := p.Ambient.Range != 0
	if follows {
		w.ambient = ambient.New(ambient.Config{Rate: rate, Block: period, Range: p.Ambient.Range, Quiet: p.Ambient.Quiet})
	}
	if p.Sidetone != 0 {
		w.side = factor(p.Sidetone)
	}
	var errs [3]error
	w.clean, errs[0] = newCleaner(p.Clean, rate, period)
	w.mic, errs[1] = newShaper(&p.Microphone, false, rate, period)
	w.loud, errs[2] = newShaper(&p.Loudspeaker, follows, rate, period)
	return w, errors.Join(errs[:]...)
}

// way is that of a route, made once for a device. The mutex is held.
func (e *Engine) way(r Route) *way {
	r = min(r, Speaker)
	if e.ways[r] == nil {
		e.ways[r], _ = newWay(e.cfg.Profiles.of(r), e.cfg.SampleRate, e.cfg.Period) // New has tried it
		if r == Speaker {
			e.ways[r].side = 0 // it would howl
		}
	}
	return e.ways[r]
}
