package app

import (
	"offhook/board"
	"offhook/hal"
	"offhook/media/dsp/biquad"
	"offhook/media/engine"
)

// routeOf is the engine's name of an output.
func routeOf(o hal.Output) engine.Route {
	switch o {
	case hal.Handset:
		return engine.Handset
	case hal.Headset:
		return engine.Headset
	case hal.Speaker:
		return engine.Speaker
	}
	return engine.NoRoute
}

// profilesOf is what a board file's audio part says of each route. What is done to a
// loudspeaker's echo is HandsFree's, which says it of calls alone.
func profilesOf(part board.Part) *engine.Profiles {
	p := part.Profiles
	if p == nil {
		return &engine.Profiles{}
	}
	all := &engine.Profiles{Handset: profileOf(&p.Handset), Headset: profileOf(&p.Headset), Speaker: profileOf(&p.Speaker)}
	all.Speaker.Clean = engine.HandsFree{}
	return all
}

func profileOf(p *board.Profile) engine.Profile {
	return engine.Profile{
		Clean:      engine.HandsFree{Echo: p.Echo, Tail: p.Tail, Late: p.Late, Noise: p.Noise, Gain: p.Gain},
		Microphone: pathOf(&p.Microphone), Loudspeaker: pathOf(&p.Loudspeaker),
		Sidetone: p.Sidetone, Duplex: p.Duplex, Ambient: engine.Ambient(p.Ambient),
	}
}

func pathOf(p *board.Path) engine.Path {
	path := engine.Path{Gain: p.Gain}
	if p.HighPass != 0 {
		path.Equaliser = append(path.Equaliser, biquad.Band{Kind: biquad.HighPass, Frequency: p.HighPass})
	}
	for _, band := range p.Equaliser {
		path.Equaliser = append(path.Equaliser, biquad.Band(band))
	}
	return path
}

// useProfiles takes what the board wants of each route, unless the format is none for
// it: calls are more than how they sound.
func (k *audioKeeper) useProfiles(want *engine.Profiles) {
	for i, p := range []*engine.Profile{&want.Handset, &want.Headset, &want.Speaker} {
		if err := p.Fits(k.format.SampleRate, k.format.Period); err != nil {
			k.log.Error("a profile of the board file is not done: the sound stays as it is",
				"key", []string{"audio.profiles.handset", "audio.profiles.headset", "audio.profiles.speaker"}[i], "error", err)
			*p = engine.Profile{}
		}
	}
	k.profiles = want
}
