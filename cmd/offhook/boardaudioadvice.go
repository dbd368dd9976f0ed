package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	leastTail = 64 * time.Millisecond
	usualTail = 128 * time.Millisecond
	mostTail  = 256 * time.Millisecond
	mostLate  = 500 * time.Millisecond
	slack     = 20 * time.Millisecond // a buffer may be two periods longer tomorrow
)

// fit has the filter begin with what is played where the echo fits into a usual one, and
// else be as long as the room, and look for it.
func (c *calibration) fit() {
	f := c.found
	whole := up(f.Delay+f.Tail+slack, 8*time.Millisecond)
	if whole <= usualTail && f.Spread < time.Millisecond {
		c.tail = max(whole, leastTail)
		return
	}
	c.tail = min(max(up(f.Tail+slack, 8*time.Millisecond), leastTail), mostTail)
	c.late = min(up(f.Delay+f.Spread+2*slack, slack), mostLate)
}

// up rounds up to steps, but for what is no millisecond.
func up(d, step time.Duration) time.Duration {
	return (d + step - time.Millisecond) / step * step
}

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
	otherClock   = 10.0 // ppm
	wavers       = 500 * time.Microsecond
)

// half tells whether no filter can take this echo out: it is not what was played.
func (c *calibration) half() bool {
	f := c.found
	return f.Echo && (f.Distortion >= hopeless || c.cancelled.Linear < leastERLE && f.Level-f.Noise > faintEcho+leastERLE)
}

// set finds the lines for the board file.
func (c *calibration) set() {
	switch {
	case !c.found.Echo:
		return
	case c.found.ERL > noEcho:
		c.lines = []string{"audio:", "  handsfree: {echo: false}"}
		return
	}
	c.lines = []string{"audio:", fmt.Sprintf("  handsfree: {echo: true, tail-ms: %d, late-ms: %d}", c.tail.Milliseconds(), c.late.Milliseconds())}
	if c.half() {
		c.lines = append(c.lines, "  profiles: {speaker: {duplex: half}}")
	}
}

// say says a sentence when something is so; # is the figure.
func (c *calibration) say(so bool, figure float64, text string) {
	if so {
		c.said = append(c.said, strings.ReplaceAll(text, "#", strconv.FormatFloat(figure, 'g', 3, 64)))
	}
}

// advise says what is wrong and what to do.
func (c *calibration) advise() {
	f, echo, half, clips := &c.found, c.found.Echo, c.half(), c.found.Clipped > muchClipping
	above, distortion := f.Level-f.Noise, math.Round(100*f.Distortion)
	c.say(c.lost > 0, float64(c.lost), "Sound was dropped # times while it was measured: end other programs and measure again; if it stays so, raise period-ms or periods.")
	c.say(f.Silent, 0, "The microphone gives nothing, not even noise: look at capture-card, capture-channel, the mixer's capture switch and the wiring.")
	c.say(!echo && !f.Silent, 0, "Nothing that was played came back within 0.75 s: turn the loudspeaker up (volume, switch, route, amplifier), or look at its wiring. Of a handset or headset that is as it should be: leave echo off.")
	c.say(clips, 100*f.Clipped, "The microphone clips in # % of the sweep: lower mixer.capture.level or the loudspeaker's volume by 6 dB or more, and measure again.")
	c.say(f.ERL > noEcho, f.ERL, "The microphone hardly hears the loudspeaker (# dB less): echo may stay off.")
	c.say(echo && f.ERL < leastLoss && !clips, math.Ceil(leastLoss-f.ERL), "The microphone hears the loudspeaker too loudly: lower mixer.capture.level or the loudspeaker's volume by # dB, else the first words of a call come back.")
	c.say(echo && above < faintEcho, math.Round(above), "The echo is only # dB above the noise, which hides what is measured: raise --level or --volume; if voices from across the room are faint too, raise mixer.capture.level.")
	c.say(f.Noise > loudNoise, math.Round(f.Noise), "The microphone's noise is # dBFS: a gain too high, hum, or a fan; lower mixer.capture.level, or use noise: true.")
	c.say(f.Spread > wavers && !f.Drifts, ms(f.Spread), "The delay jumps by # ms from one sweep to the next: sound is dropped or the card's buffer wavers. Keep late-ms, so that the echo is followed.")
	c.say(math.Abs(f.Drift) > otherClock, math.Round(f.Drift), "Loudspeaker and microphone have two clocks, # ppm apart: have both on one card (capture-card), if you can.")
	c.say(f.Delay > mostLate, ms(f.Delay), "The echo comes # ms late, and one later than 500 ms is not looked for: use another card, or smaller buffers.")
	c.say(f.Tail+slack > mostTail, ms(f.Tail), "The room is heard for # ms, a filter has 256: what is left is suppressed, and both sides are heard less well at once.")
	c.say(f.TailHidden, 0, "Noise hides the end of the room's sound: tail-ms may have to be longer. Measure again when it is quiet, or with a higher --level.")
	c.say(half, distortion, "What comes back is not what was played (# % distortion): no canceller can take it out. Play less loudly and measure again; if it stays so, duplex: half has one side heard at a time.")
	c.say(!half && f.Distortion >= distorted && f.Distortion > 2*f.Unseen, distortion, "The loudspeaker or its amplifier distorts (# %): a lower volume lets the canceller take out more.")
	c.say(c.said == nil, math.Round(c.cancelled.Sent), "All is well: of the echo the canceller takes out # dB.")
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
