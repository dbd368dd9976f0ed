package app

import (
	"context"
	"fmt"
	"log/slog"
)

// part is one line of the start order: something that runs until its context
// ends. A part that returns before that ends the program.
type part struct {
	name string
	run  func(context.Context) error
}

// running is a part that was started.
type running struct {
	part
	stop  context.CancelCauseFunc
	ended chan error
}

// runParts starts the parts in order and, when the context ends or one of them
// fails, ends them in the reverse order, each before the one that it needs.
func runParts(ctx context.Context, log *slog.Logger, parts []part) error {
	base := context.WithoutCancel(ctx)
	failed := make(chan error, len(parts))
	var started []running
	for _, p := range parts {
		partCtx, stop := context.WithCancelCause(base)
		r := running{p, stop, make(chan error, 1)}
		go func() {
			err := p.run(partCtx)
			if partCtx.Err() == nil {
				failed <- fmt.Errorf("%s: %w", p.name, errOrEnded(err))
			}
			r.ended <- err
		}()
		started = append(started, r)
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	for i := len(started) - 1; i >= 0; i-- {
		r := started[i]
		r.stop(err) // nil: a normal end, which is context.Canceled
		if e := <-r.ended; e != nil {
			log.Debug("part ended", "part", r.name, "error", e)
		}
	}
	return err
}

func errOrEnded(err error) error {
	if err == nil {
		return fmt.Errorf("ended by itself")
	}
	return err
}
