package engine

import (
	"fmt"
	"slices"
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/tone"
)

// Step moves one period: it waits for the device to have captured one, sends
// it, takes what was received, and plays it. Only Run and tests call it. What
// is sent goes first, for a far end waits for it; in a conference it takes what
// the others say with it.
func (e *Engine) Step() error {
	device := *e.device.Load()
	if err := device.ReadPeriod(e.capture); err != nil {
		return fmt.Errorf("engine: capture from the sound device: %w", err)
	}
	set := e.set.Load() // what was connected meanwhile waits for no other period
	e.microphone(set)
	set.aside.speak(e.capture, set.joined)
	now := e.cfg.Now()
	e.stepped = now
	if set.conference {
		e.hear(set, now)
		e.say(set)
	} else {
		e.say(set)
		e.hear(set, now)
	}
	e.speaker(set)
	set.aside.record(e.capture, e.mix)
	if err := device.WritePeriod(e.playback); err != nil {
		return fmt.Errorf("engine: play to the sound device: %w", err)
	}
	e.steps.Add(1)
	return nil
}

// microphone shapes and cleans what was captured, and applies the gain; muting is a
// ramp too.
func (e *Engine) microphone(set *set) {
	e.listen(set)
	if set.cleaner != nil || e.cleaner != nil {
		e.cleanse(set)
	}
	e.takeTurns(set)
	gain := set.capture * e.passage.open
	if !set.mic {
		gain = 0
	}
	e.captureGain.Set(gain)
	e.captureGain.Process(e.capture)
}

// say sends to all far ends.
func (e *Engine) say(set *set) {
	for i, leg := range set.legs {
		leg.send(e.outgoing(set, i), set.routed[i] || set.held[i])
	}
}

// hear mixes what all far ends say.
func (e *Engine) hear(set *set, now time.Duration) {
	clear(e.mix)
	e.miss(set)
	for i, leg := range set.legs {
		leg.receive(now)
		leg.mix(e.mix, set.routed[i])
	}
	e.ended.add(e.mix)
}

// miss lets the sound of streams that are no more end without a click.
func (e *Engine) miss(set *set) {
	if set == e.heard {
		return
	}
	if e.heard != nil {
		for _, leg := range e.heard.legs {
			if leg.added && !slices.Contains(set.legs, leg) {
				e.ended.drop(leg.in[len(leg.in)-1], e.cfg.SampleRate*int(streamRamp/time.Millisecond)/1000)
			}
		}
	}
	e.heard = set
}

// outgoing is what a far end hears: the microphone and all others but itself.
func (e *Engine) outgoing(set *set, i int) media.Frame {
	leg := set.legs[i]
	switch {
	case set.held[i]:
		return set.aside.hold
	case !set.routed[i] && leg.voice.silent():
		clear(e.out)
		return e.out
	case !set.conference:
		return e.capture
	}
	mix, out := e.mix[:len(e.capture)], e.out[:len(e.capture)]
	if !leg.added {
		for k, s := range e.capture {
			out[k] = clip(mix[k] + int32(s))
		}
		return out
	}
	in := leg.in[:len(e.capture)]
	for k, s := range e.capture {
		out[k] = clip(mix[k] + int32(s) - int32(in[k]))
	}
	return out
}

// speaker makes what is played: the streams, and the tone.
func (e *Engine) speaker(set *set) {
	playback := e.playback[:len(e.mix)]
	for k, sum := range e.mix {
		playback[k] = clip(sum)
	}
	if turns := set.way.turns; turns != nil {
		turns.Far(dsp.Power(playback))
	}
	announce, clip := set.aside.sounds()
	if announce {
		add(e.playback, set.aside.said)
	}
	if clip && !set.ring {
		add(e.playback, set.aside.played)
	}
	e.playbackGain.Set(set.playback * e.passage.far)
	e.playbackGain.Process(e.playback)
	if set.ring { // which is another loudspeaker's
		e.passage.loud.process(e.playback, set.way.loud)
	}
	if set.generator != e.tone {
		e.fading, e.tone = e.tone, set.generator
		if e.fading != nil {
			e.fading.Set(tone.Cadence{}) // a tone cut off in mid-wave clicks
		}
	}
	gain := set.tone
	if !set.ring {
		gain *= set.playback
	}
	e.toneGain.Set(gain)
	if clip && set.ring {
		e.toneGain.Process(set.aside.played)
		add(e.playback, set.aside.played)
	}
	e.sound(e.tone)
	e.sound(e.fading)
	if e.fading != nil && e.fading.Done() {
		e.fading = nil
	}
	if !set.ring {
		e.passage.loud.process(e.playback, set.way.loud)
	}
	if e.passage.sounds { // as loud as it is, whatever the volume
		add(e.playback, e.passage.side)
	}
}

// sound adds a tone to what is played.
func (e *Engine) sound(g *tone.Generator) {
	if g == nil {
		return
	}
	_ = g.ReadFrame(e.toneFrame)
	e.toneGain.Process(e.toneFrame)
	for k, s := range e.toneFrame {
		e.playback[k] = clip(int32(e.playback[k]) + int32(s))
	}
}

// flush drops what was received while nothing ran, and lets the timestamps of
// what is sent make up for it. What was played last has no echo any more.
func (e *Engine) flush() {
	clear(e.playback)
	e.cleaner = nil // there is nothing to fade from
	e.passage.mic.cut()
	e.passage.loud.cut()
	now := e.cfg.Now()
	for _, leg := range e.set.Load().legs {
		leg.stream.Flush()
		if e.stepped > 0 {
			leg.skip(now - e.stepped)
		}
	}
}

// clip holds to 16 bits.
func clip(sum int32) int16 {
	if s := int16(sum); int32(s) == sum {
		return s
	}
	return int16(sum>>31 ^ 32767)
}
