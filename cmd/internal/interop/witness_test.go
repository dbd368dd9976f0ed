//go:build interop

package interop

import (
	"context"
	"sync/atomic"
	"testing"
	"time"
)

// witness is a process like any other that wants a processor every few
// milliseconds: how long it had to wait is how long this machine let peers wait.
type witness struct{ waited atomic.Int64 }

// watched watches the machine until the test ends.
func watched(t *testing.T) *witness {
	t.Helper()
	w := &witness{}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.watch(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return w
}

func (w *witness) watch(ctx context.Context) {
	const every = 5 * time.Millisecond
	tick := time.NewTicker(every)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			now := time.Now()
			if late := now.Sub(last) - every; int64(late) > w.waited.Load() {
				w.waited.Store(int64(late))
			}
			last = now
		}
	}
}

// longest is the longest wait so far.
func (w *witness) longest() time.Duration { return time.Duration(w.waited.Load()) }
