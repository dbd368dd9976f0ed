//go:build interop || browser

package interop

import (
	"context"
	"fmt"
	"math"
	"time"
)

// say sings a melody into the microphone and returns the panel's position at
// which it began to be taken.
func (p *telephone) say(ctx context.Context, m melody) int64 {
	p.t.Helper()
	sound := m.repeated(p.ear.format.SampleRate, 1)
	start := p.said
	must(p.t, p.page.WriteMic(sound))
	must(p.t, p.page.FlushMic())
	period := p.ear.format.Period
	p.said += int64((len(sound) + period - 1) / period * period)
	for {
		if at, ok := p.page.MicPosition(start); ok {
			return at
		}
		if _, err := p.ear.between(ctx, p.ear.now(), p.ear.now()+int64(period)); err != nil {
			p.t.Fatal(err)
		}
	}
}

// sung waits until a melody said at a position has left the microphone and had
// time to come out at the far end.
func (p *telephone) sung(ctx context.Context, m melody, at int64) {
	p.t.Helper()
	end := at + int64(samples(m.round()+farDelay, p.ear.format.SampleRate))
	_, err := p.ear.between(ctx, end-1, end)
	must(p.t, err)
}

// farDelay is more than a far end ever keeps in its buffers.
const farDelay = 700 * time.Millisecond

// hear waits until the melody has come out of the loudspeaker after a position.
func (p *telephone) hear(ctx context.Context, m melody, from int64) found {
	p.t.Helper()
	rate := p.ear.format.SampleRate
	step := int64(samples(200*time.Millisecond, rate))
	whole := false
	for to := max(p.ear.now(), from+int64(samples(m.length(), rate))); ; to += step {
		heard, err := p.ear.between(ctx, from, to)
		if err != nil {
			p.t.Fatalf("the melody was not heard: %v", err)
		}
		f, ok := m.in(heard, rate)
		if ok && whole {
			f.At += int(from)
			return f
		}
		whole = ok // its end may still be missing: look once more, at more sound
	}
}

// levelWithin is how much the level may change on its way: G.711's steps and
// the play-out's cross-fades.
const levelWithin = 1.5

// leastPure is the purity of a tone in noise that is 12 dB below it: G.711 alone
// leaves 99.9 %, a splice of play-out in the middle of a tone some per cent less.
const leastPure = 0.97

func (f found) check() error {
	switch {
	case math.Abs(f.Gain) > levelWithin:
		return fmt.Errorf("the melody came %.1f dB louder than it was sent", f.Gain)
	case f.Like < leastPure:
		return fmt.Errorf("only %.0f %% of a tone of the melody is that tone", 100*f.Like)
	}
	return nil
}

// settle is how long a call is not judged at its start: play-out fills its buffer,
// and keys are still being made.
const settle = 600 * time.Millisecond

// loop says a melody to a far end that plays back what it hears, and measures.
func (p *telephone) loop(ctx context.Context) {
	p.t.Helper()
	settled := p.ear.now() + int64(samples(settle, p.ear.format.SampleRate))
	_, err := p.ear.between(ctx, settled-1, settled)
	must(p.t, err)
	p.echoed(ctx)
}

// echoed is loop from a call's first moment on: for a far end that neither buffers
// nor makes keys.
func (p *telephone) echoed(ctx context.Context) {
	p.t.Helper()
	at := p.say(ctx, first)
	f := p.hear(ctx, first, at)
	delay := time.Duration(int64(f.At)-at) * time.Second / time.Duration(p.ear.format.SampleRate) % first.round()
	told("mouth to far end and back to the ear %.1f ms, %+.1f dB off, %.1f %% pure", float64(delay)/1e6, f.Gain, 100*f.Like)
	if err := f.check(); err != nil {
		p.t.Error(err)
	}
	if delay < 20*time.Millisecond || delay > mostDelay {
		p.t.Errorf("a delay of %s", delay)
	}
}

// mostDelay of a loop, the far end's buffers and a busy machine included.
const mostDelay = 500 * time.Millisecond
