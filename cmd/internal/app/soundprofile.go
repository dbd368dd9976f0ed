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
func profilesOf(part board.Part) engine.Profiles {
	p := engine.Profiles{Handset: profileOf(&part.Profiles.Handset), Headset: profileOf(&part.Profiles.Headset), Speaker: profileOf(&part.Profiles.Speaker)}
	p.Speaker.Clean = engine.HandsFree{}
	return p
}

func profileOf(p *board.Profile) engine.Profile {
	return engine.Profile{
		Clean:      engine.HandsFree{Echo: p.Echo, Tail: p.Tail, Late: p.Late, Noise: p.Noise, Gain: p.Gain},
		Microphone: pathOf(&p.Microphone), Loudspeaker: pathOf(&p.Loudspeaker),
		Sidetone: p.Sidetone, Duplex: p.Duplex, Ambient: engine.Ambient(p.Ambient),
	}
}

func pathOf(p *board.Path) engine.Path {
	path := engine.Path{HighPass: p.HighPass, Gain: p.Gain}
	for _, band := range p.Equaliser {
		path.Equaliser = append(path.Equaliser, biquad.Band(band))
	}
	return path
}

// useProfiles takes what the board wants of each route, unless the format is none for
// it: calls are more than how they sound.
func (k *audioKeeper) useProfiles(want engine.Profiles) {
	for name, p := range map[string]*engine.Profile{"handset": &want.Handset, "headset": &want.Headset, "speaker": &want.Speaker} {
		path := "audio.profiles." + name
		if err := p.Clean.Fits(k.format.SampleRate, k.format.Period); err != nil {
			k.log.Error(path+" of the board file: echo, noise and agc are not done, the rest is", "error", err)
			p.Clean = engine.HandsFree{}
		}
		if err := p.Fits(k.format.SampleRate, k.format.Period); err != nil {
			k.log.Error(path+" of the board file is not done: the sound of this route stays as it is", "error", err)
			*p = engine.Profile{}
		}
	}
	k.profiles = want
}
