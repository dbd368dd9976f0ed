package engine

import (
	"time"

	"offhook/media/dsp"
)

// turnRamp of a voice switch: it opens before a syllable is lost, and is no click.
const turnRamp = 15 * time.Millisecond

// passage is what the engine's thread knows of the routes' profiles.
type passage struct {
	way       *way // in the last step
	mic, loud turn
	side      []int16 // what this side hears of itself
	sideGain  *dsp.Gain
	sounds    bool // side has something in it
	far       *dsp.Gain
	open      float64 // factor of the microphone
}

func newPassage(cfg *Config) passage {
	gain := func(at float64) *dsp.Gain {
		g := dsp.NewGain(cfg.SampleRate, turnRamp)
		g.Jump(at)
		return g
	}
	return passage{way: &way{}, mic: newTurn(cfg.SampleRate, cfg.Period), loud: newTurn(cfg.SampleRate, cfg.Period),
		side: make([]int16, cfg.Period), sideGain: gain(0), far: gain(1), open: 1}
}

// listen is what comes first of all to a microphone: its filters. This side's own
// voice is taken from there, before anything delays it.
func (e *Engine) listen(set *set) {
	p, w := &e.passage, set.way
	if w != p.way {
		if p.way = w; w.turns != nil {
			w.turns.Restart()
		}
	}
	p.mic.process(e.capture, w.mic)
	side := w.side
	if !set.mic {
		side = 0
	}
	p.sideGain.Set(side)
	if p.sounds = side != 0 || !p.sideGain.Zero(); p.sounds {
		copy(p.side, e.capture)
		p.sideGain.Process(p.side)
	}
	if w.ambient != nil {
		w.loud.follow(w.ambient.Process(dsp.Power(e.capture), dsp.Power(e.playback)))
	}
}

// takeTurns tells who is heard, by the cleaned microphone and what was played.
func (e *Engine) takeTurns(set *set) {
	p, far := &e.passage, 1.0
	p.open = 1
	if turns := set.way.turns; turns != nil {
		near := 0.0
		if set.mic {
			near = dsp.Power(e.capture)
		}
		p.open, far = turns.Near(near, dsp.Power(e.playback))
	}
	p.far.Set(far)
}

// lower makes the far ends as loud as their turn is.
func (e *Engine) lower(set *set) {
	if turns := set.way.turns; turns != nil {
		turns.Far(dsp.Power(e.playback))
	}
	e.passage.far.Process(e.playback)
}

// ownVoice adds the sidetone: to what is played as a whole, for it is as loud as it
// is whatever the volume.
func (e *Engine) ownVoice() {
	if e.passage.sounds {
		add(e.playback, e.passage.side)
	}
}
