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
type Profiles struct {
	Handset Profile `param:"handset"`
	Headset Profile `param:"headset"`
	Speaker Profile `param:"speaker"`
}

// Profile is what is done to the sound of an output. The zero Profile is nothing.
type Profile struct {
	Microphone  Path    `param:"microphone"`
	Loudspeaker Path    `param:"loudspeaker"`              // an earpiece, too
	Sidetone    float64 `param:"sidetone" range:"-40..-6"` // dB; 0: none
	Echo        bool    `param:"echo"`                     // these three as HandsFree's
	Noise       bool    `param:"noise"`                    //
	Gain        bool    `param:"agc"`                      //
	Duplex      string  `param:"duplex" values:"full duck half"`
	Ambient     Ambient `param:"ambient"`
	Processing  string  `param:"processing" values:"software hardware"`

	Tail, Late time.Duration // of the echo, as HandsFree's
}

// Path is what is done to the sound of a microphone or a loudspeaker.
type Path struct {
	HighPass  float64 `param:"high-pass" range:"20..1000"` // Hz; 0: none
	Equaliser []Band  `param:"equaliser"`
	Gain      float64 `param:"gain" range:"-40..20"` // dB
}

// Band is one of an equaliser.
type Band struct {
	Kind      string  `param:"type" values:"peak low-shelf high-shelf"` // "" is peak
	Frequency float64 `param:"frequency,required" range:"20..20000"`    // Hz
	Gain      float64 `param:"gain,required" range:"-20..20"`           // dB
	Q         float64 `param:"q" range:"0.1..10"`                       // 0: as is usual of the type
}

// Ambient has a loudspeaker louder where it is loud.
type Ambient struct {
	Range float64 `param:"range,required" range:"1..20"` // dB; 0: never
	Quiet float64 `param:"quiet" range:"-80..-20"`       // dBov of noise up to which it stays as it is; 0: as is usual
}

const (
	mostBands = 6
	highest   = 0.45 // of the sample rate, of what an equaliser can have
)

// profiles reads the profiles of the audio part. A speaker's begins as HandsFree
// says, and says what it is.
func (b *Board) profiles(t *tree, part *Part, value any) {
	p, h := &Profiles{}, &part.HandsFree
	part.Profiles = p
	if h.Tail == 0 {
		*h = handsFreeDefaults()
	}
	p.Speaker.Echo, p.Speaker.Noise, p.Speaker.Gain = h.Echo, h.Noise, h.Gain
	path := part.Path + "." + profiles
	m := t.mapping(path, value)
	err := hal.Decode(m, p)
	rate, ok := part.Params["sample-rate"].(int)
	if !ok {
		rate = 48000 // the device will tell
	}
	for i, one := range []*Profile{&p.Handset, &p.Headset, &p.Speaker} {
		one.Tail, one.Late = h.Tail, h.Late
		route := []string{"handset", "headset", "speaker"}[i]
		keys, _ := m[route].(map[string]any)
		key, msg := one.fault(i == 2, len(keys), rate)
		if key != "" {
			err = errors.Join(err, hal.Faultf(route+"."+key, "%s", msg))
		}
		if one.Processing == "hardware" {
			*one = Profile{Processing: one.Processing}
		}
	}
	h.Echo, h.Noise, h.Gain = p.Speaker.Echo, p.Speaker.Noise, p.Speaker.Gain
	t.params(path, err)
}

// fault is the first that the tags do not tell of, of a profile with so many keys;
// "" is none.
func (p *Profile) fault(loud bool, keys, rate int) (key, msg string) {
	switch {
	case p.Processing == "hardware" && keys > 1:
		return "processing", "hardware does all that is to be done: remove the other keys, or this one"
	case loud && p.Sidetone != 0:
		return "sidetone", "is for handset and headset: a loudspeaker would howl; remove it"
	case p.Sidetone != 0 && p.Echo:
		return "sidetone", "does not go with echo, which would take the own voice for one: remove one of the two"
	case !loud && p.Duplex != "":
		return "duplex", "is for speaker: remove it"
	}
	for i, path := range []*Path{&p.Microphone, &p.Loudspeaker} {
		key = []string{"microphone", "loudspeaker"}[i] + ".equaliser"
		if len(path.Equaliser) > mostBands {
			return key, "has more than 6 bands: leave out those with the least gain"
		}
		for k, band := range path.Equaliser {
			if most := highest * float64(rate); band.Frequency > most {
				return fmt.Sprintf("%s[%d].frequency", key, k), fmt.Sprintf("%g is more than %g, which is what a sample-rate of %d has: remove the band, or choose a higher rate", band.Frequency, most, rate)
			}
		}
	}
	return "", ""
}
