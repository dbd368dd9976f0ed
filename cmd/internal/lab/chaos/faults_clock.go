package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"offhook/cmd/internal/localapi"
)

const tenYears = 3653 * 24 * time.Hour

// clockFile is where the strange program reads by how many seconds its clock is
// wrong.
func (w *world) clockFile() string { return filepath.Join(w.dir, "clock") }

func (w *world) clockIs(wrong time.Duration) error {
	next := w.clockFile() + ".new"
	return errors.Join(os.WriteFile(next, []byte(strconv.FormatInt(int64(wrong/time.Second), 10)), 0o600), os.Rename(next, w.clockFile()))
}

// withClock has the telephone be the program whose clock can be set, and the usual
// one again at the end.
func withClock(do func(context.Context, *suite) error) func(context.Context, *suite) error {
	return func(ctx context.Context, s *suite) error {
		if s.order.Strange == "" {
			return fmt.Errorf("%w: a program whose clock can be set is built from source, which is not there", errNotHere)
		}
		err := errors.Join(s.world.clockIs(0), os.Setenv(clockVariable, s.world.clockFile()), s.keeper.run(s.order.Strange), s.reborn(ctx))
		if err == nil {
			err = do(ctx, s)
		}
		if err == nil { // this one is to recover by itself
			err = s.healthy(ctx, recoveryTime)
		}
		return errors.Join(err, s.world.clockIs(0), os.Unsetenv(clockVariable), s.keeper.run(s.order.Offhook), s.reborn(ctx))
	}
}

// jump has the clock be wrong while the telephone runs, for longer than its
// registration lasts, and right again. In between it must not have been lost.
func jump(by time.Duration) func(context.Context, *suite) error {
	return withClock(func(ctx context.Context, s *suite) error {
		if err := s.setClock(ctx, by); err != nil {
			return err
		}
		for range 7 {
			if err := errors.Join(pause(ctx, 10*time.Second), s.healthy(ctx, 2*time.Second)); err != nil {
				return fmt.Errorf("%v beside the time: %w", by, err)
			}
		}
		if err := s.calls(ctx); err != nil {
			return fmt.Errorf("%v beside the time: %w", by, err)
		}
		return s.setClock(ctx, 0)
	})
}

// jumpInCall: the call goes on, there and back.
func jumpInCall(ctx context.Context, s *suite) error {
	if err := s.call(ctx); err != nil {
		return err
	}
	for _, by := range []time.Duration{tenYears, -tenYears, 0} {
		if err := errors.Join(s.setClock(ctx, by), s.sounds(ctx)); err != nil {
			return fmt.Errorf("in a call, %v beside the time: %w", by, err)
		}
	}
	station := s.keeper.station()
	if station == nil {
		return errors.New("the telephone has ended")
	}
	return station.Control().Hangup(ctx)
}

// sounds wants packets to go on.
func (s *suite) sounds(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	station := s.keeper.station()
	if station == nil {
		return errors.New("the telephone has ended in a call")
	}
	first := uint64(0)
	_, err := station.Until(ctx, "sound that goes on", func(st localapi.Status) bool {
		for _, c := range st.Calls {
			if c.Ended.IsZero() && c.Media != nil {
				if first == 0 {
					first = c.Media.Received
				}
				return c.Media.Received > first+50
			}
		}
		return false
	})
	return err
}

// startWrong starts the telephone with a clock that is wrong, as a board's without a
// battery is, and sets it right after a while.
func startWrong(by time.Duration) func(context.Context, *suite) error {
	return withClock(func(ctx context.Context, s *suite) error {
		if err := s.world.clockIs(by); err != nil {
			return err
		}
		before, _ := s.keeper.started()
		killed := s.keeper.kill()
		if err := errors.Join(s.startedAgain(ctx, before, killed), s.world.clockSeen(by), pause(ctx, 20*time.Second)); err != nil {
			return err
		}
		return s.setClock(ctx, 0)
	})
}

// setClock sets it, and wants proof that the program has that time.
func (s *suite) setClock(ctx context.Context, wrong time.Duration) error {
	if wrong == 0 {
		defer s.lift()
	}
	return errors.Join(s.world.clockIs(wrong), pause(ctx, 200*time.Millisecond), s.world.clockSeen(wrong))
}

// clockSeen reads what time the program has, as it says itself.
func (w *world) clockSeen(wrong time.Duration) error {
	text, err := os.ReadFile(w.clockFile() + ".seen")
	if err != nil {
		return err
	}
	told, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return err
	}
	if off := time.Until(time.Unix(told, 0)) - wrong; off.Abs() > time.Minute {
		return fmt.Errorf("the program's clock is %v beside what it should be", off)
	}
	return nil
}
