package main

import (
	"fmt"
	"math"
	"time"

	"offhook/media/dsp/measure"
)

// fitting is what of audio.handsfree fits what was measured.
type fitting struct{ tail, late time.Duration }

const (
	leastTail = 64 * time.Millisecond
	usualTail = 128 * time.Millisecond
	mostTail  = 256 * time.Millisecond
	mostLate  = 500 * time.Millisecond
	slack     = 20 * time.Millisecond // a buffer may be two periods longer tomorrow
)

// fit has the filter begin with what is played where the echo fits into a usual one, and
// else be as long as the room, and look for it.
func fit(f measure.Figures) fitting {
	if !f.Echo {
		return fitting{usualTail, mostLate}
	}
	if whole := up((f.Delay+f.Tail).Round(time.Millisecond)+slack, 8*time.Millisecond); whole <= usualTail && f.Spread < time.Millisecond {
		return fitting{tail: max(whole, leastTail)}
	}
	return fitting{min(max(up(f.Tail+slack, 8*time.Millisecond), leastTail), mostTail), min(up((f.Delay+f.Spread).Round(time.Millisecond)+2*slack, slack), mostLate)}
}

// up rounds up to steps.
func up(d, step time.Duration) time.Duration { return (d + step - 1) / step * step }

// Bounds of what is well.
const (
	loudNoise    = -50.0 // dBFS
	faintEcho    = 20.0  // dB above the noise
	leastLoss    = 6.0   // dB of ERL
	noEcho       = 50.0
	muchClipping = 0.001
	distorted    = 0.03
	hopeless     = 0.25
	leastERLE    = 10.0 // dB
	otherClock   = 5.0  // ppm
	wavers       = 500 * time.Microsecond
)

// half tells whether no filter can take this echo out: it is not what was played.
func (m *measured) half() bool {
	f, c := m.found, m.cancelled
	return f.Echo && (f.Distortion >= hopeless || c.Known && c.Linear < leastERLE && f.Level-f.Noise > faintEcho+leastERLE)
}

// settings are the lines for the board file.
func (m *measured) settings() []string {
	if !m.found.Echo {
		return nil
	}
	if m.found.ERL > noEcho {
		return []string{"audio:", "  handsfree: {echo: false}"}
	}
	lines := []string{"audio:", fmt.Sprintf("  handsfree: {echo: true, tail-ms: %d, late-ms: %d}", m.fit.tail.Milliseconds(), m.fit.late.Milliseconds())}
	if m.half() {
		lines = append(lines, "  profiles: {speaker: {duplex: half}}")
	}
	return lines
}

// sentences say what is wrong and what to do; none is wrong when there is one alone.
func (m *measured) sentences() (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	f := m.found
	if m.lost > 0 {
		say("Sound was dropped %d times while it was measured: end other programs and measure again; if it stays so, raise period-ms or periods.", m.lost)
	}
	switch {
	case f.Silent:
		say("The microphone gives nothing, not even noise: look at capture-card, capture-channel, the mixer's capture switch and the wiring.")
		return all
	case !f.Echo:
		say("Nothing that was played came back within 1.2 s: turn the loudspeaker up (volume, switch, route, amplifier), or look at its wiring. Of a handset or headset that is as it should be: leave echo off.")
		return all
	}
	m.gains(say)
	m.times(say)
	switch {
	case m.half():
		say("What comes back is not what was played (%.0f %% distortion, a filter takes out %.0f dB): no canceller can do this. Play less loudly and measure again; if it stays so, duplex: half has one side heard at a time.", 100*f.Distortion, m.cancelled.Linear)
	case f.Distortion >= distorted && f.Distortion > 2*f.Unseen:
		say("The loudspeaker or its amplifier distorts (%.0f %%): a lower volume lets the canceller take out more.", 100*f.Distortion)
	}
	if len(all) == 0 {
		say("All is well: the echo comes back %.0f ms late and %.0f dB quieter, and the canceller takes out %.0f dB.", ms(f.Delay), f.ERL, m.cancelled.Sent)
	}
	return all
}

// gains judges how loud all is.
func (m *measured) gains(say func(string, ...any)) {
	f := m.found
	switch {
	case f.Clipped > muchClipping:
		say("The microphone clips in %.1f %% of the sweep: lower mixer.capture.level or the loudspeaker's volume by 6 dB or more, and measure again.", 100*f.Clipped)
	case f.ERL > noEcho:
		say("The microphone hardly hears the loudspeaker (%.0f dB less): echo may stay off.", f.ERL)
	case f.ERL < leastLoss:
		say("The microphone hears the loudspeaker %s: lower mixer.capture.level or the loudspeaker's volume by %.0f dB, else the first words of a call come back.", louder(f.ERL), math.Ceil(leastLoss-f.ERL))
	case f.Level-f.Noise < faintEcho:
		say("The echo is only %.0f dB above the noise, which hides what is measured: raise --level or --volume; if voices from across the room are faint too, raise mixer.capture.level.", f.Level-f.Noise)
	}
	if f.Noise > loudNoise {
		say("The microphone's noise is %.0f dBFS: a gain too high, hum, or a fan; lower mixer.capture.level, or use noise: true.", f.Noise)
	}
}

func louder(erl float64) string {
	if erl < 0 {
		return fmt.Sprintf("%.0f dB louder than it was played", -erl)
	}
	return fmt.Sprintf("only %.0f dB quieter than it was played", erl)
}

// times judges when all comes.
func (m *measured) times(say func(string, ...any)) {
	f := m.found
	switch {
	case f.Spread > wavers && !f.Drifts:
		say("The delay jumps by %.1f ms from one sweep to the next: sound is dropped or the card's buffer wavers. Keep late-ms as above, so that the echo is followed.", ms(f.Spread))
	case f.Drifts && math.Abs(f.Drift) > otherClock:
		say("Loudspeaker and microphone have two clocks, %.0f ppm apart: have both on one card (capture-card), if you can.", f.Drift)
	}
	if f.Delay > mostLate {
		say("The echo comes %.0f ms late, and one later than 500 ms is not looked for: use another card, or smaller buffers.", ms(f.Delay))
	}
	if f.Tail+slack > mostTail {
		say("The room is heard for %.0f ms, a filter has 256: what is left is suppressed, and both sides are heard less well at once.", ms(f.Tail))
	}
	if f.TailHidden {
		say("Noise hides the end of the room's sound: tail-ms may have to be longer. Measure again when it is quiet, or with a higher --level.")
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
