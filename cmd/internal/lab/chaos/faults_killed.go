package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"offhook/cmd/internal/localapi"
)

// kills ends the telephone at random moments: while it starts, while it takes a new
// document, in a call and at rest. Each counts by itself.
func kills(ctx context.Context, s *suite) error {
	var took []time.Duration
	for i := range s.order.Kills {
		d, err := s.killOnce(ctx, i)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.figures.Kills++
		if err != nil {
			s.figures.Failures = append(s.figures.Failures, fmt.Sprintf("kill %d: %v", i+1, err))
			s.tell("    kill %d: %v\n%s", i+1, err, s.keeper.log.last(lastWords))
			continue
		}
		s.figures.KillsSurvived++
		took, s.within = append(took, d), max(s.within, d)
		if (i+1)%50 == 0 {
			s.tell("    %d kills, %d survived, the longest recovery %.1f s", i+1, s.figures.KillsSurvived, seconds(slices.Max(took)))
		}
	}
	if slices.Sort(took); len(took) > 0 {
		s.figures.KillRecoveryP50, s.figures.KillRecoveryMax = seconds(took[(len(took)-1)/2]), seconds(took[len(took)-1])
	}
	if s.figures.KillsSurvived < s.figures.Kills {
		return fmt.Errorf("%d of %d kills survived", s.figures.KillsSurvived, s.figures.Kills)
	}
	return nil
}

// killOnce is one round; it returns what passed from the last kill until the
// telephone was well.
func (s *suite) killOnce(ctx context.Context, i int) (time.Duration, error) {
	moment := time.Duration(s.random.IntN(600)) * time.Millisecond
	fresh := ""
	switch kind := s.random.IntN(4); kind {
	case 0: // at rest
	case 1: // while it takes a new document
		fresh = fmt.Sprintf("Seat %d", i+2)
		s.world.call(fresh)
		if err := s.keeper.station().Control().Reprovision(ctx); err != nil {
			return 0, err
		}
	case 2: // in a call
		if err := s.keeper.station().Control().Dial(ctx, localapi.DialRequest{Target: "600"}); err != nil {
			return 0, err
		}
	case 3: // while it starts, once or twice more
		for range 1 + s.random.IntN(2) {
			s.keeper.kill()
			if err := pause(ctx, restartAfter+time.Duration(s.random.IntN(400))*time.Millisecond); err != nil {
				return 0, err
			}
		}
		moment = 0
	}
	if err := pause(ctx, moment); err != nil {
		return 0, err
	}
	before, _ := s.keeper.started()
	at := time.Now()
	killed := s.keeper.kill()
	s.world.exchange.hangUp()
	if err := s.startedAgain(ctx, before, killed); err != nil {
		return 0, err
	}
	if err := s.healthy(ctx, recoveryTime); err != nil {
		return 0, err
	}
	took := time.Since(at)
	return took, s.kept(ctx, fresh)
}

// startedAgain waits for another process than the one that was killed.
func (s *suite) startedAgain(ctx context.Context, before int, killed bool) error {
	ctx, cancel := context.WithTimeout(ctx, recoveryTime)
	defer cancel()
	for {
		n, _ := s.keeper.started()
		if station := s.keeper.station(); station != nil && (n > before || !killed) {
			return nil
		}
		if pause(ctx, 5*time.Millisecond) != nil {
			return errors.New("it was not started again")
		}
	}
}

// kept tells whether what the telephone keeps has survived. A document in whose
// trials it ended twice is taken back, as one that kills it would be: that is
// counted, and no fault.
func (s *suite) kept(ctx context.Context, fresh string) error {
	station := s.keeper.station()
	if station == nil {
		return errors.New("it ended by itself")
	}
	st, err := station.Control().Status(ctx)
	switch {
	case err != nil:
		return err
	case st.Provisioning.StoreError != "":
		return fmt.Errorf("what it keeps: %s", st.Provisioning.StoreError)
	case len(st.Devices) > 0:
		return fmt.Errorf("parts do not work: %+v", st.Devices)
	}
	if fresh != "" && st.Provisioning.RolledBack != "" {
		s.figures.TakenBack++
	}
	return nil
}
