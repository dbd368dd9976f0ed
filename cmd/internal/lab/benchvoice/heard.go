package benchvoice

import (
	"context"
	"time"

	"offhook/media"
)

// canceller is one of those that are compared.
type canceller interface {
	// cancel gives what is sent when mic is captured while far is played.
	cancel(ctx context.Context, mic, far media.Frame) (taken, error)
}

// taken is what a canceller made of a scene.
type taken struct {
	out    signal        // what is sent
	linear signal        // what its linear filter leaves; nil when it does not tell
	took   time.Duration // processor time
}

// contestant is a canceller by its name.
type contestant struct {
	key    string // in the figures
	name   string // for people
	colour string
	canceller
}

// nothing cancels nothing.
type nothing struct{}

func (nothing) cancel(_ context.Context, mic, _ media.Frame) (taken, error) {
	return taken{out: heard(mic), linear: heard(mic)}, nil
}
