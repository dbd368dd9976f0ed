package benchpeers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"offhook/cmd/internal/lab"
)

// caller is a program in its place, with what it costs.
type caller struct {
	telephone telephone
	place     place
	program   *child
	sample    sample
	sent      uint64 // packets, when measuring began
}

// together has all programs call at the same time: what else the machine does
// costs them alike, and at once. They are started one after the other.
func (b *bench) together(ctx context.Context, c codec) (all []*caller, err error) {
	defer func() {
		for _, one := range all {
			err = errors.Join(err, one.program.stop(), os.RemoveAll(one.place.dir))
		}
	}()
	for i, t := range b.telephones() {
		one := &caller{telephone: t, place: place{at: b.lab.Addresses(), codec: c, extension: lab.Extensions()[i], number: echoNumber}}
		if err := b.begin(ctx, one); err != nil {
			return all, fmt.Errorf("%s, %s: %w", t.title(), c.title, err)
		}
		all = append(all, one)
	}
	if err := wait(ctx, settling); err != nil {
		return all, err
	}
	rest, err := b.spend(ctx, all, b.cfg.Rest)
	if err != nil {
		return all, err
	}
	for i, one := range all {
		one.sample.atRest = rest[i]
		if err := b.dial(ctx, one); err != nil {
			return all, fmt.Errorf("%s, %s: %w; it says:\n%s", one.telephone.title(), c.title, err, one.program.tail())
		}
	}
	return all, b.talk(ctx, all)
}

// begin starts a program and waits for it to be registered.
func (b *bench) begin(ctx context.Context, one *caller) error {
	b.turns++
	p := &one.place
	p.dir = filepath.Join(b.dir, fmt.Sprint(b.turns))
	if err := os.Mkdir(p.dir, 0o700); err != nil {
		return err
	}
	rate, channels := one.telephone.speech(p.codec)
	var err error
	if p.speech, err = makeSpeech(p.dir, b.cfg.Speech, rate, channels, b.cfg.Time+2*warmUp); err != nil {
		return err
	}
	if err := unregistered(ctx, b.lab, p.extension.Number); err != nil {
		return fmt.Errorf("the one before did not leave: %w", err)
	}
	if one.program, err = one.telephone.start(*p); err != nil {
		return err
	}
	at, err := registered(ctx, b.lab, p.extension.Number, one.program.executed)
	if err != nil {
		return errors.Join(fmt.Errorf("%w; it says:\n%s", err, one.program.tail()), one.program.stop())
	}
	one.sample.registered = milliseconds(at.Sub(one.program.executed))
	return nil
}

// dial calls, and waits for sound.
func (b *bench) dial(ctx context.Context, one *caller) error {
	var err error
	if one.sample.rest, err = memoryOf(one.program.pids()); err != nil {
		return err
	}
	if err := one.telephone.dial(ctx, one.program, one.place); err != nil {
		return err
	}
	first, err := speaks(ctx, b.lab, one.place.extension.Number, one.program.executed)
	one.sample.firstRTP = milliseconds(first)
	return err
}

// talk measures what the calls cost.
func (b *bench) talk(ctx context.Context, all []*caller) error {
	if err := wait(ctx, warmUp); err != nil {
		return err
	}
	for _, one := range all {
		call, _ := newest(b.lab, one.place.extension.Number, one.program.executed)
		one.sent = received(call)
	}
	spent, err := b.spend(ctx, all, b.cfg.Time)
	if err != nil {
		return err
	}
	for i, one := range all {
		one.sample.inCall = spent[i]
		call, still := newest(b.lab, one.place.extension.Number, one.program.executed)
		if !still {
			return fmt.Errorf("%s: the call has ended", one.telephone.title())
		}
		// A program that says nothing costs nothing.
		sent, suite := received(call)-one.sent, call.Legs[0].Suite
		if want := b.cfg.Time.Seconds() * 50; math.Abs(float64(sent)/want-1) > 0.05 || suite == "" {
			return fmt.Errorf("%s: %d packets came in %s, with SRTP %q: that is no call of 20 ms packets", one.telephone.title(), sent, b.cfg.Time, suite)
		}
		if one.sample.call, err = memoryOf(one.program.pids()); err != nil {
			return err
		}
	}
	return nil
}

// received counts the packets of who has called.
func received(c lab.Call) uint64 {
	if len(c.Legs) == 0 {
		return 0
	}
	return uint64(c.Legs[0].Stats.Received)
}

// spend is the processor time of each, in ms a minute, over a while.
func (b *bench) spend(ctx context.Context, all []*caller, long time.Duration) ([]float64, error) {
	before, spent := make([]time.Duration, len(all)), make([]float64, len(all))
	pids := make([][]int, len(all))
	began := time.Now()
	for i, one := range all {
		pids[i] = one.program.pids()
		var err error
		if before[i], err = processorTimes(pids[i]); err != nil {
			return nil, err
		}
	}
	if err := wait(ctx, long); err != nil {
		return nil, err
	}
	over := float64(time.Since(began)) / float64(time.Minute)
	for i := range all {
		after, err := processorTimes(pids[i])
		if err != nil {
			return nil, err
		}
		spent[i] = milliseconds(after-before[i]) / over
	}
	return spent, nil
}
