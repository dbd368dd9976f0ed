package main

import (
	"context"
	"sync"

	"offhook/hal/faceplate/remote"
	"offhook/media"
)

// recorder is an ear at the faceplate: everything that the loudspeaker plays,
// on the panel's clock.
type recorder struct {
	done chan struct{} // closed when the page has gone

	mu    sync.Mutex
	begin int64 // of sound, in samples of the panel's clock
	sound media.Frame
	moved chan struct{} // closed and made anew when there is more
	err   error
}

// record listens until the page is closed.
func record(page *remote.Client, period int) *recorder {
	r := &recorder{done: make(chan struct{}), moved: make(chan struct{}), begin: -1}
	go func() {
		defer close(r.done)
		for frame := make(media.Frame, period); ; {
			at, err := page.ReadSpeaker(frame)
			r.take(at, frame, err)
			if err != nil {
				return
			}
		}
	}()
	return r
}

// take keeps a frame at its place; what was not played is silence.
func (r *recorder) take(at int64, frame media.Frame, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err = err; err == nil && at >= r.begin {
		if r.begin < 0 {
			r.begin = at
		}
		if missing := at - r.begin - int64(len(r.sound)); missing > 0 {
			r.sound = append(r.sound, make(media.Frame, missing)...)
		}
		r.sound = append(r.sound[:at-r.begin], frame...)
	}
	close(r.moved)
	r.moved = make(chan struct{})
}

// now is the end of what was heard so far.
func (r *recorder) now() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.begin + int64(len(r.sound))
}

// until waits until a position has been heard.
func (r *recorder) until(ctx context.Context, position int64) error {
	for {
		r.mu.Lock()
		reached, moved, err := r.begin+int64(len(r.sound)) >= position, r.moved, r.err
		r.mu.Unlock()
		if reached || err != nil {
			return err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// cut is what was heard from a position to another.
func (r *recorder) cut(from, to int64) media.Frame {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make(media.Frame, to-from)
	start, end := max(from, r.begin), min(to, r.begin+int64(len(r.sound)))
	if r.begin >= 0 && start < end {
		copy(out[start-from:], r.sound[start-r.begin:end-r.begin])
	}
	return out
}
