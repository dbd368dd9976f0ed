package app

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

func answers(context.Context) error { return nil }

func hangs(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestKicker(t *testing.T) {
	moving := func() func() uint64 {
		n := uint64(0)
		return func() uint64 { n++; return n }
	}
	cases := []struct {
		name         string
		phone, agent func(context.Context) error
		steps        func() uint64
		kick         error
		want         int // in a minute of a timeout of 15 s
	}{
		{"all move -> kicked every third of the timeout", answers, answers, moving(), nil, 13},
		{"phone hangs -> not kicked", hangs, answers, moving(), nil, 0},
		{"agent hangs -> not kicked", answers, hangs, moving(), nil, 0},
		{"agent has ended -> not kicked", answers, func(context.Context) error { return errors.New("closed") }, moving(), nil, 0},
		{"engine stands still -> kicked once", answers, answers, func() uint64 { return 7 }, nil, 1},
		{"a kick fails -> tried again", answers, answers, moving(), errors.New("gone"), 13},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &fakeWatchdog{latch: newLatch(), err: c.kick}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Second)
				defer cancel()
				k := kicker{watchdog: w, log: slog.New(slog.DiscardHandler), phone: c.phone, agent: c.agent, steps: c.steps}
				if err := k.run(ctx); err != nil {
					t.Error(err)
				}
				if w.kicks != c.want {
					t.Errorf("%d kicks, want %d", w.kicks, c.want)
				}
			})
		})
	}
}

// What hung for a while and moves again is kicked again, well before the end.
func TestKicker_gaps_stay_within_the_timeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &fakeWatchdog{latch: newLatch()}
		n, slow := uint64(0), false
		k := kicker{watchdog: w, log: slog.New(slog.DiscardHandler), agent: answers, steps: func() uint64 { n++; return n }}
		k.phone = func(ctx context.Context) error { // every other answer is as late as can be
			if slow = !slow; slow {
				return nil
			}
			timer := time.NewTimer(w.Timeout()/3 - time.Millisecond)
			defer timer.Stop()
			select {
			case <-timer.C:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- k.run(ctx) }()
		for range 6 {
			before := w.count()
			timer := time.NewTimer(w.Timeout())
			<-timer.C
			synctest.Wait()
			if w.count() == before {
				t.Error("no kick within a timeout")
			}
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
