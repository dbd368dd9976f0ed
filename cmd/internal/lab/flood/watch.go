package flood

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/lab/usage"
	"offhook/cmd/internal/localapi"
)

// How often the telephone is looked at and called in a window; how long a call may
// take until it counts as lost.
const (
	lookEvery = 250 * time.Millisecond
	callEvery = time.Second
	lostAfter = 5 * time.Second
)

// watch looks at the telephone for a while, with calls of the exchange that are to
// ring.
func (w *world) watch(ctx context.Context, long time.Duration) (seen window, err error) {
	pids := usage.Family(w.phone.Pid())
	before, err := w.look(ctx)
	if err != nil {
		return seen, err
	}
	began, err := usage.Of(pids)
	if err != nil {
		return seen, err
	}
	start := time.Now()
	seen.rss = began.RSS
	var callers sync.WaitGroup
	calling, stop := context.WithTimeout(ctx, long)
	defer stop()
	callers.Go(func() { seen.setups, seen.missed = w.callIn(ctx, calling) })
	last := before
	for err == nil && time.Since(start) < long {
		if err = pause(ctx, min(lookEvery, max(0, long-time.Since(start)))); err != nil {
			break
		}
		now, bad := usage.Of(pids)
		if err = bad; err == nil {
			seen.rss, seen.cpu = max(seen.rss, now.RSS), now.CPU-began.CPU
			last, err = w.look(ctx)
			seen.note(last)
		}
	}
	seen.time = time.Since(start)
	seen.dropped = last.Dropped.Total() - before.Dropped.Total()
	stop()
	callers.Wait()
	if err != nil {
		return seen, err
	}
	from, to := w.standing(before), w.standing(last)
	if seen.up = from != nil && to != nil; seen.up {
		seen.concealed = to.Media.Concealed - from.Media.Concealed
		seen.received = to.Media.Received - from.Media.Received
		seen.refused = to.Media.Discarded + to.Media.Foreign - from.Media.Discarded - from.Media.Foreign
	}
	return seen, nil
}

// note remembers who rang.
func (seen *window) note(s localapi.Status) {
	for _, who := range strangers(s) {
		if !slices.Contains(seen.rang, who) {
			seen.rang = append(seen.rang, who)
		}
	}
}

func (w *world) look(ctx context.Context) (localapi.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	s, err := w.phone.Control().Status(ctx)
	if err != nil {
		err = fmt.Errorf("the telephone does not say how it is: %w\n%s", err, w.phone.LogTail())
	}
	return s, err
}

// callIn has the exchange call until the time is over. A call that was begun is
// waited for, longer than it should take.
func (w *world) callIn(ctx, calling context.Context) (setups []time.Duration, missed int) {
	for calling.Err() == nil {
		took, err := w.ring(ctx)
		if ctx.Err() != nil {
			return setups, missed
		}
		if err != nil {
			missed++
		} else {
			setups = append(setups, took)
		}
		_ = pause(calling, callEvery) // the window's end ends it
	}
	return setups, missed
}

var errLost = errors.New("a call was lost")

// ring calls the telephone, and hangs up when it rings.
func (w *world) ring(ctx context.Context) (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, lostAfter)
	defer cancel()
	began := time.Now()
	if err := w.pbx.Ring(extension); err != nil {
		return 0, err
	}
	id := 0
	defer func() {
		if id != 0 {
			_ = w.pbx.Hangup(id) // it may have ended
		}
	}()
	for {
		for _, c := range w.incoming() {
			if id = c.ID; c.State == "early" {
				return time.Since(began), nil
			}
		}
		if pause(ctx, 2*time.Millisecond) != nil {
			return 0, errLost
		}
	}
}

// incoming are the exchange's calls to the telephone, the newest last.
func (w *world) incoming() (all []pbx.Call) {
	for _, c := range w.pbx.Calls() {
		if c.To == extension && c.State != "terminated" {
			all = append(all, c)
		}
	}
	return all
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
