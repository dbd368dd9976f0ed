package agent

import (
	"context"

	"offhook/ua"
)

// Ping waits until the agent's goroutine has taken a turn: a watchdog sees by
// it that the agent lives.
func (a *Agent) Ping(ctx context.Context) error {
	done := make(chan struct{})
	select {
	case a.inbox <- note{work: func(*owner) { close(done) }}:
	case <-a.life.Done():
		return ua.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-done:
		return nil
	case <-a.life.Done():
		return ua.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}
