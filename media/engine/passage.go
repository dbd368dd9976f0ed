package engine

import (
	"offhook/media"
	"offhook/media/dsp"
)

// passage is what the engine's thread does of a route's profile.
type passage struct {
	way       *way // in the last step
	mic, loud turn
	side      media.Frame // what this side hears of itself
	sideGain  *dsp.Gain
	sounds    bool    // there is something in side
	open, far float64 // factors of the microphone and the loudspeaker
}

func (p *passage) make(rate, period int) {
	for _, t := range []*turn{&p.mic, &p.loud} {
		t.long, t.old = rate/turnRate, make(media.Frame, period)
	}
	p.side, p.sideGain = make(media.Frame, period), dsp.NewGain(rate, ramp)
	p.sideGain.Jump(0)
}

// listen is what comes first of all to a microphone: its filters. This side's own
// voice is taken from there, before anything delays it.
func (e *Engine) listen(set *set) {
	p, w := &e.passage, set.way
	if p.way != w && w.turns != nil {
		w.turns.Restart()
	}
	p.way = w
	p.mic.process(e.capture, w.mic)
	p.sideGain.Set(0)
	if set.mic {
		p.sideGain.Set(w.side)
	}
	if p.sounds = !p.sideGain.Zero(); p.sounds {
		copy(p.side, e.capture)
		p.sideGain.Process(p.side)
	}
	if w.ambient != nil && set.mic { // which else may be muted in hardware, too
		w.loud.to = float32(w.ambient.Process(dsp.Power(e.capture), dsp.Power(e.playback)))
	}
}

// takeTurns tells who is heard, by the cleaned microphone and what was played.
func (e *Engine) takeTurns(set *set) {
	p := &e.passage
	p.open, p.far = 1, 1
	if turns := set.way.turns; turns != nil && set.mic {
		p.open, p.far = turns.Near(dsp.Power(e.capture), dsp.Power(e.playback))
	}
}
