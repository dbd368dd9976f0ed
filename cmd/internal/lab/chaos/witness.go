package chaos

import (
	"context"
	"time"

	"offhook/cmd/internal/lab/station"
	"offhook/cmd/internal/localapi"
)

// lookEvery is how often the witness looks.
const lookEvery = 100 * time.Millisecond

// witness looks at the telephone and at the world, and remembers.
type witness struct {
	cancel context.CancelFunc
	done   chan struct{}
	seen   []sample // after done
}

func watch(ctx context.Context, truth func() claim, phone func() *station.Station) *witness {
	w := &witness{done: make(chan struct{})}
	ctx, w.cancel = context.WithCancel(ctx)
	began := time.Now()
	go func() {
		defer close(w.done)
		for ctx.Err() == nil {
			s := sample{}
			s.status, s.screen = shows(ctx, phone())
			s.truth, s.at = truth(), time.Since(began)
			w.seen = append(w.seen, s)
			_ = pause(ctx, lookEvery)
		}
	}()
	return w
}

// end is all that was seen.
func (w *witness) end() []sample {
	w.cancel()
	<-w.done
	return w.seen
}

// shows is what the telephone says of itself, nil where it says nothing.
func shows(ctx context.Context, s *station.Station) (status, screen *claim) {
	if s == nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	control := s.Control()
	if st, err := control.Status(ctx); err == nil {
		c := said(st)
		status = &c
	}
	if picture, err := control.Screen(ctx); err == nil {
		if c, err := look(picture); err == nil {
			screen = &c
		}
	}
	return status, screen
}

func said(s localapi.Status) claim {
	c := claim{registered: len(s.Accounts) > 0}
	for _, a := range s.Accounts {
		c.registered = c.registered && a.State == "registered"
	}
	for _, d := range s.Devices {
		c.registered = c.registered && d.Part != "network" // without one it is told not to be reached
	}
	for _, call := range s.Calls {
		c.call = c.call || call.Ended.IsZero()
	}
	return c
}
