package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"offhook/cmd/internal/localapi"
)

// fault is one thing that goes wrong.
type fault struct {
	lane  int // below lanes
	name  string
	allow allowance
	// do makes the fault and ends it; with a running telephone before and after.
	do func(context.Context, *suite) error
}

// suite is the world, the telephone in it, and what became of them.
type suite struct {
	order    Order
	world    *world
	keeper   *keeper
	progress io.Writer
	random   *rand.Rand
	figures  Figures

	lifted time.Time     // when the fault was over, zero before
	within time.Duration // the longest recovery that a fault timed by itself
}

// How long a telephone has for what has to come. Its registration is tried again
// after at most half an hour, at first after half a minute (RFC 5626 §4.5).
const (
	recoveryTime = 10 * time.Minute
	callTime     = 30 * time.Second
	lastWords    = 1500 // of the agent's log, of who failed
)

func (o Order) do(ctx context.Context, progress io.Writer) (Figures, error) {
	began := time.Now()
	s := &suite{order: o, progress: progress, random: rand.New(rand.NewPCG(o.Seed, 1))}
	var err error
	if s.world, err = newWorld(ctx, o.Dir); err != nil {
		return s.figures, err
	}
	defer s.world.close()
	if o.Offhook == "" { // this program does as well
		o.Offhook = filepath.Join(o.Dir, "agent-itself")
		s.order.Offhook = o.Offhook
		if err := wrapper(o.Offhook, o.Self, o.Dir); err != nil {
			return s.figures, err
		}
	}
	if s.keeper, err = keep(ctx, o.Dir, phoneNet, o.Offhook); err != nil {
		return s.figures, err
	}
	defer s.keeper.close()
	if o.Keep != "" {
		if s.keeper.log.all, err = os.Create(filepath.Join(o.Keep, fmt.Sprintf("chaos-agent-%d.log", o.Lane))); err != nil {
			return s.figures, err
		}
		defer s.keeper.log.all.Close()
	}
	for _, f := range faults() {
		if f.lane != o.Lane || !o.wants(f.name) {
			continue
		}
		if err := s.one(ctx, f); err != nil {
			return s.figures, err
		}
	}
	s.figures.Seconds = int(time.Since(began).Seconds())
	return s.figures, nil
}

func (o Order) wants(name string) bool {
	return len(o.Only) == 0 || slices.ContainsFunc(o.Only, func(start string) bool { return strings.HasPrefix(name, start) })
}

func (s *suite) tell(format string, args ...any) { fmt.Fprintf(s.progress, format+"\n", args...) }

// one makes a fault and sees what becomes of the telephone. Its error is that of a
// run that makes no sense any more.
func (s *suite) one(ctx context.Context, f fault) error {
	if err := s.healthy(ctx, recoveryTime); err != nil {
		return fmt.Errorf("before %s: %w", f.name, err)
	}
	r := result{name: f.name}
	s.lifted, s.within = time.Time{}, 0
	w := watch(ctx, s.world.exchange.truth, s.keeper.station)
	r.err = f.do(ctx, s)
	s.lift()
	if r.err == nil {
		r.err = s.healthy(ctx, recoveryTime)
	}
	seen := w.end()
	if r.err == nil {
		r.err = s.works(ctx)
	}
	r.recovery = max(s.within, time.Since(s.lifted))
	r.looks, r.lies = len(seen), judge(seen, f.allow)
	s.figures.add(r)
	s.report(r)
	return ctx.Err()
}

// lift tells that the fault is over: from now on the recovery counts.
func (s *suite) lift() {
	if s.lifted.IsZero() {
		s.lifted = time.Now()
	}
}

// works makes calls until one is heard: what registered means to a person. The first
// one may find a connection that has just come to life again.
func (s *suite) works(ctx context.Context) error {
	for {
		err := s.calls(ctx)
		if err == nil || time.Since(s.lifted) > recoveryTime || pause(ctx, time.Second) != nil {
			return err
		}
	}
}

func (s *suite) report(r result) {
	switch {
	case errors.Is(r.err, errNotHere):
		s.tell("%-44s %10s %6s  %v", r.name, "not made", "", r.err)
	case r.err != nil:
		s.tell("%-44s %10s %6d  %v\n%s", r.name, "NEVER", len(r.lies), r.err, s.keeper.log.last(lastWords))
	default:
		s.tell("%-44s %8.1f s %6d", r.name, seconds(r.recovery), len(r.lies))
	}
	for _, l := range r.lies {
		s.tell("    %v", l)
	}
}

// healthy waits until the telephone is registered, says so in status and on its
// screen, and no call is up anywhere.
func (s *suite) healthy(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	well := claim{registered: true}
	for {
		status, screen := shows(ctx, s.keeper.station())
		truth := s.world.exchange.truth()
		if status != nil && screen != nil && *status == well && *screen == well && truth == well {
			return nil
		}
		if pause(ctx, 20*time.Millisecond) != nil {
			starts, err := s.keeper.started()
			return fmt.Errorf("not well within %v: the exchange has it at %+v, status at %+v, the screen at %+v; started %d times (%w)",
				within, truth, deref(status), deref(screen), starts, errors.Join(err, ctx.Err()))
		}
	}
}

func deref(c *claim) any {
	if c == nil {
		return "nothing"
	}
	return *c
}

// calls makes a call and ends it: sound must come back.
func (s *suite) calls(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if err := s.call(ctx); err != nil {
		if station := s.keeper.station(); station != nil {
			_ = station.Control().Hangup(context.WithoutCancel(ctx)) // it may have ended
		}
		return err
	}
	station := s.keeper.station()
	if station == nil {
		return errors.New("the telephone has ended in a call")
	}
	if err := station.Control().Hangup(ctx); err != nil {
		return fmt.Errorf("a call does not end: %w", err)
	}
	return s.healthy(ctx, callTime)
}

// call makes one and waits until it is heard.
func (s *suite) call(ctx context.Context) error {
	station := s.keeper.station()
	if station == nil {
		return errors.New("the telephone has ended before a call")
	}
	if err := station.Control().Dial(ctx, localapi.DialRequest{Target: "600"}); err != nil {
		return fmt.Errorf("a call: %w", err)
	}
	_, err := station.Until(ctx, "a call with sound", func(st localapi.Status) bool {
		for _, c := range st.Calls {
			if c.State == "confirmed" && c.Ended.IsZero() && c.Media != nil && c.Media.Received > 20 {
				return true
			}
		}
		return false
	})
	return err
}
