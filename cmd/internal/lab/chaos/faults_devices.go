package chaos

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/hal"
)

// wounded has the telephone be one whose board can be wounded, and the usual one
// again at the end.
func wounded(do func(context.Context, *suite, patient) error) func(context.Context, *suite) error {
	return func(ctx context.Context, s *suite) error {
		p, program := patient{s.world.dir}, filepath.Join(s.world.dir, "wounded")
		err := errors.Join(wrapper(program, s.order.Self, s.world.dir), s.keeper.run(program), s.reborn(ctx))
		if err == nil {
			err = do(ctx, s, p)
		}
		if err == nil { // this one is to recover by itself
			if err = s.healthy(ctx, recoveryTime); err == nil {
				err = errors.Join(s.whole(ctx), s.calls(ctx))
			}
		}
		return errors.Join(err, s.keeper.run(s.order.Offhook), s.reborn(ctx))
	}
}

// whole waits until no part is broken.
func (s *suite) whole(ctx context.Context) error {
	return s.until(ctx, "a board without broken parts", func(st localapi.Status) bool { return len(st.Devices) == 0 && st.Audio.State == "running" })
}

func (s *suite) until(ctx context.Context, what string, ok func(localapi.Status) bool) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	station := s.keeper.station()
	if station == nil {
		return fmt.Errorf("%s: the telephone has ended", what)
	}
	_, err := station.Until(ctx, what, ok)
	return err
}

// codecUnplugged: the call goes on without sound, says so, and has sound again.
func codecUnplugged(ctx context.Context, s *suite, p patient) error {
	for range 2 {
		if err := s.call(ctx); err != nil {
			return err
		}
		gone := func(st localapi.Status) bool { return strings.Contains(st.Audio.State, hal.ErrGone.Error()) }
		if err := errors.Join(p.inflict(noCodec, true), s.until(ctx, "a sound device that is told to be gone", gone), s.sounds(ctx), pause(ctx, 2*time.Second)); err != nil {
			return err
		}
		back := func(st localapi.Status) bool { return st.Audio.State == "running" }
		if err := errors.Join(p.inflict(noCodec, false), s.until(ctx, "a sound device that is back", back), s.sounds(ctx), s.keeper.station().Control().Hangup(ctx),
			s.healthy(ctx, callTime)); err != nil {
			return err
		}
	}
	return nil
}

// busStuck: what is on the bus is gone, the call goes on, and another can be had.
func busStuck(ctx context.Context, s *suite, p patient) error {
	if err := s.call(ctx); err != nil {
		return err
	}
	told := func(st localapi.Status) bool { return len(st.Devices) > 0 }
	if err := errors.Join(p.inflict(stuckI2C, true), s.until(ctx, "a part that is told to be broken", told), s.sounds(ctx), s.keeper.station().Control().Hangup(ctx),
		s.healthy(ctx, callTime), s.timedCall(ctx)); err != nil {
		return fmt.Errorf("with a bus that is stuck: %w", err)
	}
	s.lift()
	return p.inflict(stuckI2C, false)
}

// timedCall tells how long a person waits whose lamps and screen hang.
func (s *suite) timedCall(ctx context.Context) error {
	began := time.Now()
	if err := s.call(ctx); err != nil {
		return err
	}
	heard := time.Since(began)
	if err := s.keeper.station().Control().Hangup(ctx); err != nil {
		return err
	}
	err := s.healthy(ctx, callTime)
	s.tell("    with a bus that is stuck a call is heard after %.1f s, and over %.1f s later", seconds(heard), seconds(time.Since(began)-heard))
	return err
}

// busStuckAtStart: no part on the bus can be opened.
func busStuckAtStart(ctx context.Context, s *suite, p patient) error {
	if err := p.inflict(stuckI2C, true); err != nil {
		return err
	}
	before, _ := s.keeper.started()
	killed := s.keeper.kill()
	registered := func(st localapi.Status) bool { return said(st).registered && len(st.Devices) > 0 }
	if err := errors.Join(s.startedAgain(ctx, before, killed), s.until(ctx, "registered with broken parts", registered)); err != nil {
		return fmt.Errorf("started with a bus that is stuck: %w", err)
	}
	s.lift()
	return p.inflict(stuckI2C, false)
}

func chatter(ctx context.Context, s *suite, p patient) error {
	if err := errors.Join(p.inflict(chatters, true), pause(ctx, 5*time.Second)); err != nil {
		return err
	}
	s.lift()
	return p.inflict(chatters, false)
}
