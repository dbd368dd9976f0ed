package board

import (
	"errors"
	"fmt"
	"time"

	"offhook/hal"
)

// profiles is the key of Profiles within the audio part; drivers know nothing of it.
const profiles = "profiles"

// Profiles are what is done to the sound of each output.
type Profiles struct{ Handset, Headset, Speaker Profile }

// Profile is what is done to the sound of an output. The zero Profile is nothing.
type Profile struct {
	Microphone  Path    `param:"microphone"`
	Loudspeaker Path    `param:"loudspeaker"` // an earpiece, too
	Sidetone    float64 `param:"sidetone"`    // dB; 0: none
	Echo        bool    `param:"echo"`
	Noise       bool    `param:"noise"`
	Gain        bool    `param:"agc"`
	Duplex      string  `param:"duplex" values:"full duck half"`
	Ambient     Ambient `param:"ambient"`
	Processing  string  `param:"processing" values:"software hardware"`

	Tail, Late time.Duration // of the echo, as HandsFree's
}

// Path is what is done to the sound of a microphone or a loudspeaker.
type Path struct {
	HighPass  float64 `param:"high-pass"` // Hz; 0: none
	Equaliser []Band  `param:"equaliser"`
	Gain      float64 `param:"gain"` // dB
}

// Band is one of an equaliser.
type Band struct {
	Kind      string  `param:"type" values:"peak low-shelf high-shelf"` // "" is peak
	Frequency float64 `param:"frequency,required"`                      // Hz
	Gain      float64 `param:"gain,required"`                           // dB
	Q         float64 `param:"q"`                                       // 0: as is usual of the type
}

// Ambient has a loudspeaker louder where it is loud.
type Ambient struct {
	Range float64 `param:"range"` // dB; 0: never
	Quiet float64 `param:"quiet"` // dBov of noise up to which it stays as it is; 0: as is usual
}

const (
	speaker   = "speaker"
	mostBands = 6
	full      = "full"
	hardware  = "hardware"
)

// profiles reads the profiles of the audio part. A speaker's begin as HandsFree says,
// and say what it is.
func (b *Board) profiles(t *tree, part *Part, value any) {
	path := part.Path + "." + profiles
	all := t.mapping(path, value)
	for _, route := range b.inFileOrder(path, all) {
		to := map[string]*Profile{"handset": &part.Profiles.Handset, "headset": &part.Profiles.Headset, speaker: &part.Profiles.Speaker}[route]
		if to == nil {
			t.fault(path+"."+route, "is not known here (known: handset, headset, speaker)")
			continue
		}
		h := part.HandsFree
		if h.Tail == 0 {
			h = handsFreeDefaults()
		}
		*to = Profile{Tail: h.Tail, Late: h.Late}
		if route == speaker {
			to.Echo, to.Noise, to.Gain = h.Echo, h.Noise, h.Gain
		}
		b.profile(t, path+"."+route, route, t.mapping(path+"."+route, all[route]), rate(part.Params), to)
		if route == speaker {
			part.HandsFree = HandsFree{Echo: to.Echo, Tail: h.Tail, Late: h.Late, Noise: to.Noise, Gain: to.Gain}
		}
	}
}

// rate is the sample rate that the file says, 48000 if it says none: then the device
// will tell.
func rate(p hal.Params) float64 {
	if n, ok := p["sample-rate"].(int); ok {
		return float64(n)
	}
	return 48000
}

// profile reads one.
func (b *Board) profile(t *tree, path, route string, m map[string]any, rate float64, p *Profile) {
	before := len(t.faults)
	for _, err := range unjoin(hal.Decode(m, p)) {
		if fault, ok := errors.AsType[*hal.ParamError](err); ok {
			t.fault(path+"."+fault.Path, "%s", fault.Msg)
		}
	}
	if len(t.faults) > before {
		return // what could not be read is in no bounds either
	}
	if p.Processing == hardware {
		for _, key := range b.inFileOrder(path, m) {
			if key != "processing" {
				t.fault(path+"."+key, "is not done beside processing: hardware: remove one of the two")
			}
		}
		*p = Profile{Processing: hardware}
		return
	}
	c := checker{t, path}
	c.path("microphone", &p.Microphone, rate)
	c.path("loudspeaker", &p.Loudspeaker, rate)
	c.given("sidetone", p.Sidetone, -40, -6, "dB: louder howls; leave it out for none")
	c.given("ambient.range", p.Ambient.Range, 1, 20, "dB: the most by which the loudspeaker gets louder")
	c.given("ambient.quiet", p.Ambient.Quiet, -80, -20, "dBov: the noise up to which it stays as it is")
	switch {
	case p.Ambient.Range == 0 && m["ambient"] != nil:
		t.fault(path+".ambient", "needs range: the dB by which the loudspeaker may get louder, 12 for example")
	case route == speaker && p.Sidetone != 0:
		t.fault(path+".sidetone", "is for handset and headset: a loudspeaker would howl; remove it")
	case p.Sidetone != 0 && p.Echo:
		t.fault(path+".sidetone", "does not go with echo: the canceller would take the own voice for an echo; remove one of the two")
	case route != speaker && p.Duplex != "" && p.Duplex != full:
		t.fault(path+".duplex", "%s is for speaker: nobody hears a %s across a room; remove it", p.Duplex, route)
	}
}

// checker tells which values of the profile at base are out of bounds.
type checker struct {
	t    *tree
	base string
}

// within tells of a number that is out of bounds, and what it is for.
func (c *checker) within(key string, v, least, most float64, what string) {
	if !(v >= least && v <= most) {
		c.t.fault(c.base+"."+key, "%g is not between %g and %g %s", v, least, most, what)
	}
}

// given is within for a number that may be left out: a 0 that stands there is a value.
func (c *checker) given(key string, v, least, most float64, what string) {
	if _, there := c.t.board.lines[c.base+"."+key]; there {
		c.within(key, v, least, most, what)
	}
}

func (c *checker) path(side string, p *Path, rate float64) {
	c.given(side+".high-pass", p.HighPass, 20, 1000, "Hz: 100 to 150 keep wind and rumble away")
	c.within(side+".gain", p.Gain, -40, 20, "dB: the mixer's volume does the rest")
	key := side + ".equaliser"
	if len(p.Equaliser) > mostBands {
		c.t.fault(c.base+"."+key, "has %d bands: up to %d can be had", len(p.Equaliser), mostBands)
	}
	for i := range p.Equaliser {
		band, at := &p.Equaliser[i], fmt.Sprintf("%s[%d].", key, i)
		c.within(at+"frequency", band.Frequency, 20, 0.45*rate, "Hz: within what the sample rate can have")
		c.within(at+"gain", band.Gain, -20, 20, "dB")
		if band.Q != 0 {
			c.within(at+"q", band.Q, 0.1, 10, ": 1 is an octave and a half, more is narrower")
		}
		if band.Kind == "" {
			band.Kind = "peak"
		}
	}
}

// profilesSchema is of what profiles reads: of a route what is for it.
func profilesSchema() map[string]any {
	routes := map[string]any{}
	for _, route := range []string{"handset", "headset", speaker} {
		s := hal.Schema(Profile{Duplex: full, Processing: "software"})
		without := "duplex"
		if route == speaker {
			without = "sidetone"
		}
		delete(s["properties"].(map[string]any), without)
		routes[route] = s
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": routes}
}
