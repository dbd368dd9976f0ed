//go:build interop || browser

package interop

import (
	"context"
	"errors"
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

// hear waits until the melody has come well out of the loudspeaker after a position:
// who sings it sings it again and again, and somebody else's burst of work on this
// machine spoils one or another. When the row's time is short it is as it came.
func (p *telephone) hear(ctx context.Context, m melody, from int64) found {
	p.t.Helper()
	f, err := p.hearTo(ctx, m, from, math.MaxInt64)
	if err != nil {
		p.t.Fatalf("the melody was not heard: %v", err)
	}
	return f
}

// hearTo is hear until a position at most: of what is sung once.
func (p *telephone) hearTo(ctx context.Context, m melody, from, end int64) (found, error) {
	rate := p.ear.format.SampleRate
	step := int64(samples(200*time.Millisecond, rate))
	whole := false
	for to := max(p.ear.now(), from+int64(samples(m.length(), rate))); ; to += step {
		heard, err := p.ear.between(ctx, from, to)
		if err != nil {
			return found{}, err
		}
		f, ok := m.in(heard, rate)
		switch {
		case ok && whole && (f.check() == nil || to >= end || !another(ctx, m.round())):
			f.At += int(from)
			return f, nil
		case !ok && to >= end:
			return found{}, errors.New("it did not come")
		}
		whole = ok // its end may still be missing: look once more, at more sound
		from = max(from, to-int64(samples(3*m.round(), rate)))
	}
}

// reserve is what a row keeps of its time for its end.
const reserve = 10 * time.Second

// another tells whether the row's time has room for one more of what lasts so long.
func another(ctx context.Context, long time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > long+reserve
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
	for {
		err := p.echo(ctx)
		if err == nil {
			return
		}
		if !another(ctx, 2*first.round()) {
			p.t.Error(err)
			return
		}
		told("said again: %v", err) // a busy machine spoils one or another
	}
}

// echo says the melody once, and judges what comes back of it.
func (p *telephone) echo(ctx context.Context) error {
	p.t.Helper()
	at := p.say(ctx, first)
	rate := p.ear.format.SampleRate
	f, err := p.hearTo(ctx, first, at, at+int64(samples(first.round()+mostDelay, rate)))
	if err != nil {
		return err
	}
	delay := time.Duration(int64(f.At)-at) * time.Second / time.Duration(rate)
	told("mouth to far end and back to the ear %.1f ms, %+.1f dB off, %.1f %% pure", float64(delay)/1e6, f.Gain, 100*f.Like)
	if delay < 20*time.Millisecond || delay > mostDelay {
		return fmt.Errorf("a delay of %s", delay)
	}
	return f.check()
}

// mostDelay of a loop, the far end's buffers and a busy machine included.
const mostDelay = 500 * time.Millisecond
