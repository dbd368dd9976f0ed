package web

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	maxStreams = 8                // logs that are followed at a time
	pulse      = 20 * time.Second // an empty line so often tells the page that the telephone is there
	lineTime   = 30 * time.Second // that a line may take to the browser
)

// logs sends every record that is kept, a line of JSON each, and with ?follow every
// new one until the browser goes or its session ends.
func (s *site) logs(w http.ResponseWriter, r *http.Request, in *session) {
	follow := r.URL.Query().Has("follow")
	if follow {
		select {
		case s.streams <- struct{}{}:
			defer func() { <-s.streams }()
		default:
			refuse(w, http.StatusServiceUnavailable, "Too many pages follow the log: close one.")
			return
		}
	}
	ctx, cancel := context.WithCancel(r.Context())
	out := &lines{w: w, control: http.NewResponseController(w)}
	defer func() { _ = out.control.SetWriteDeadline(time.Time{}) }() // the connection may serve on
	w.Header().Set("Content-Type", "application/x-ndjson")
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		defer cancel()
		s.watch(ctx, in, out)
	})
	_ = s.Backend.Logs(ctx, follow, out.write) // ends with the browser
}

// watch returns when the session ends, or the line to the browser.
func (s *site) watch(ctx context.Context, in *session, out *lines) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for {
		left := s.sessions.left(in)
		if left <= 0 {
			return
		}
		timer.Reset(min(left, pulse))
		select {
		case <-ctx.Done():
			return
		case <-in.ended:
			return
		case <-timer.C:
			if out.write(nil) != nil {
				return
			}
		}
	}
}

// lines writes one at a time, each with its own deadline: a browser that stopped
// reading holds nothing for long.
type lines struct {
	mu      sync.Mutex
	w       http.ResponseWriter
	control *http.ResponseController
}

func (l *lines) write(line []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.control.SetWriteDeadline(time.Now().Add(lineTime)) // a recorder in a test has none
	if _, err := l.w.Write(line); err != nil {
		return err
	}
	if _, err := l.w.Write([]byte{'\n'}); err != nil {
		return err
	}
	return l.control.Flush()
}
