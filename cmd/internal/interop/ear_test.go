//go:build interop || browser

package interop

import (
	"context"
	"fmt"
	"sync"

	"offhook/hal"
	"offhook/hal/faceplate/remote"
	"offhook/media"
)

// ear keeps all that the loudspeaker played, by the panel's clock: sample n of
// it was played at position n.
type ear struct {
	format hal.PCMFormat
	done   chan struct{}

	mu    sync.Mutex
	first int64 // position of heard[0]
	heard media.Frame
	more  chan struct{}
	err   error
}

func newEar(page *remote.Client, format hal.PCMFormat) *ear {
	e := &ear{format: format, done: make(chan struct{}), more: make(chan struct{}), first: -1}
	go func() {
		defer close(e.done)
		period := make([]int16, format.Period)
		for {
			at, err := page.ReadSpeaker(period)
			e.put(at, period, err)
			if err != nil {
				return
			}
		}
	}()
	return e
}

// put takes a period; where positions jump there was silence.
func (e *ear) put(at int64, period []int16, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		e.err = err
	} else {
		if e.first < 0 {
			e.first = at
		}
		if gap := at - e.first - int64(len(e.heard)); gap > 0 {
			e.heard = append(e.heard, make(media.Frame, gap)...)
		}
		e.heard = append(e.heard, period...)
	}
	close(e.more)
	e.more = make(chan struct{})
}

// now is the position up to which there is sound.
func (e *ear) now() int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return max(0, e.first) + int64(len(e.heard))
}

// between waits until sound up to a position was played, and returns it.
func (e *ear) between(ctx context.Context, from, to int64) (media.Frame, error) {
	for {
		e.mu.Lock()
		first, heard, more, err := e.first, e.heard, e.more, e.err
		e.mu.Unlock()
		if err != nil {
			return nil, err
		}
		if first >= 0 && first+int64(len(heard)) >= to {
			if from < first {
				return nil, fmt.Errorf("the loudspeaker's sound begins at %d, not at %d", first, from)
			}
			return heard[from-first : to-first], nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, fmt.Errorf("the loudspeaker fell silent: %w", ctx.Err())
		}
	}
}
