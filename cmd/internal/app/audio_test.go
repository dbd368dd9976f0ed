package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/media/engine"
)

// keeping is an audioKeeper at work in a bubble of time.
type keeping struct {
	*audioKeeper
	t     *testing.T
	card  *card
	inbox chan phone.Input
	log   *journalText
}

func keep(t *testing.T, plugged bool, test func(k keeping)) {
	synctest.Test(t, func(t *testing.T) {
		k := keeping{t: t, card: newCard(), inbox: make(chan phone.Input, 16), log: &journalText{}}
		k.card.plugged = plugged
		k.audioKeeper = &audioKeeper{log: slog.New(slog.NewTextHandler(k.log, nil)), format: k.card.format, inbox: k.inbox,
			reopen: func(context.Context) (hal.AudioIO, error) { return k.card.open() }}
		if plugged {
			k.first, _ = k.card.open()
		}
		e, err := engine.New(engine.Config{Device: k.device(), SampleRate: k.format.SampleRate, Period: k.format.Period})
		if err != nil {
			t.Fatal(err)
		}
		k.engine = e
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- k.run(ctx) }()
		test(k)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if n := k.card.inUse(); n != 0 {
			t.Errorf("%d devices are left open", n)
		}
	})
}

func (k keeping) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// told is what the phone was told since.
func (k keeping) told() (out []phone.Audio) {
	for {
		select {
		case in := <-k.inbox:
			out = append(out, in.(phone.Audio))
		default:
			return out
		}
	}
}

// moves wants the engine to step at the pace of time.
func (k keeping) moves(span time.Duration) {
	k.t.Helper()
	period := time.Duration(k.format.Period) * time.Second / time.Duration(k.format.SampleRate)
	before := k.engine.Steps()
	k.pass(span)
	got, want := int(k.engine.Steps()-before), int(span/period)
	if got < want-2 || got > want+2 {
		k.t.Errorf("%d steps in %s, want %d", got, span, want)
	}
}

func TestAudioKeeper_unplugged_and_back(t *testing.T) {
	keep(t, true, func(k keeping) {
		k.pass(time.Second)
		if got := k.told(); len(got) != 1 || got[0].Gone {
			t.Errorf("told %+v", got)
		}
		k.moves(time.Second)
		k.card.unplug()
		k.pass(10 * time.Millisecond)
		if got := k.told(); len(got) != 1 || !got[0].Gone || !strings.Contains(got[0].Cause, hal.ErrGone.Error()) {
			t.Errorf("told %+v", got)
		}
		k.moves(5 * time.Second) // on silence
		if s := k.status(); !strings.Contains(s.State, hal.ErrGone.Error()) {
			t.Errorf("status %+v", s)
		}
		k.card.plug()
		k.pass(reopenEvery + 10*time.Millisecond)
		if got := k.told(); len(got) != 1 || got[0].Gone {
			t.Errorf("told %+v", got)
		}
		k.moves(time.Second)
		if s := k.status(); s.State != "running" {
			t.Errorf("status %+v", s)
		}
	})
}

func TestAudioKeeper_absent_at_boot(t *testing.T) {
	keep(t, false, func(k keeping) {
		k.moves(3 * time.Second)
		if got := k.told(); len(got) != 1 || got[0].Cause != "the board's sound device did not open" {
			t.Errorf("told %+v", got)
		}
		k.card.plug()
		k.pass(reopenEvery + 10*time.Millisecond)
		if got := k.told(); len(got) != 1 || got[0].Gone {
			t.Errorf("told %+v", got)
		}
	})
}

func TestAudioKeeper_loses_it_again_and_again(t *testing.T) {
	keep(t, true, func(k keeping) {
		k.pass(time.Second)
		k.told()
		for range 20 {
			k.card.unplug()
			k.pass(time.Second)
			k.card.plug()
			k.pass(2 * time.Second)
			if got := k.told(); len(got) != 2 || !got[0].Gone || got[1].Gone {
				t.Fatalf("told %+v", got)
			}
		}
	})
}

func TestAudioKeeper_another_format_is_told_once(t *testing.T) {
	keep(t, true, func(k keeping) {
		k.pass(time.Second)
		k.card.unplug()
		k.pass(time.Second)
		k.card.mu.Lock()
		k.card.format.Period = 160
		k.card.mu.Unlock()
		k.card.plug()
		k.moves(10 * time.Second)
		if n := strings.Count(k.log.String(), "another format"); n != 1 {
			t.Errorf("complained %d times", n)
		}
		if n := k.card.inUse(); n != 0 {
			t.Errorf("%d devices of no use are open", n)
		}
	})
}

func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSilence(usualFormat)
		period := make([]int16, usualFormat.Period)
		period[3] = 7
		began := time.Now()
		for range 100 {
			if err := errors.Join(s.ReadPeriod(period), s.WritePeriod(period)); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != time.Second || period[3] != 0 {
			t.Errorf("100 periods of 10 ms took %s, sample %d", took, period[3])
		}
		<-time.After(time.Minute) // the machine slept: no burst of a minute's periods
		before := time.Now()
		for range 20 {
			_ = s.ReadPeriod(period)
		}
		if took := time.Since(before); took < 180*time.Millisecond {
			t.Errorf("20 periods after a pause took %s", took)
		}
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Error(err)
		}
		if err := s.ReadPeriod(period); !errors.Is(err, hal.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}
