package app

import (
	"context"
	"log/slog"
	"sync"
)

// LogRing keeps the newest log records as JSON lines and passes each on to
// whoever follows. It is an io.Writer for slog.NewJSONHandler, which writes
// one record a call.
type LogRing struct {
	mu        sync.Mutex
	lines     [][]byte
	next      int
	followers map[chan []byte]struct{}
}

// followerLines is how far a follower may fall behind before it misses lines.
const followerLines = 256

// NewLogRing makes a ring of n lines.
func NewLogRing(n int) *LogRing {
	return &LogRing{lines: make([][]byte, n), followers: map[chan []byte]struct{}{}}
}

// Write keeps one line.
func (r *LogRing) Write(p []byte) (int, error) {
	line := append([]byte(nil), trimNewline(p)...)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines[r.next%len(r.lines)] = line
	r.next++
	for f := range r.followers {
		select {
		case f <- line:
		default: // a reader too slow loses lines, never the program its time
		}
	}
	return len(p), nil
}

func trimNewline(p []byte) []byte {
	if n := len(p); n > 0 && p[n-1] == '\n' {
		return p[:n-1]
	}
	return p
}

// Each calls line for the kept lines, oldest first, and with follow for the
// new ones until the context ends.
func (r *LogRing) Each(ctx context.Context, follow bool, line func([]byte) error) error {
	kept, more := r.snapshot(follow)
	if follow {
		defer r.unfollow(more)
	}
	for _, l := range kept {
		if err := line(l); err != nil {
			return err
		}
	}
	for follow {
		select {
		case l := <-more:
			if err := line(l); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

func (r *LogRing) snapshot(follow bool) ([][]byte, chan []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var kept [][]byte
	for i := max(0, r.next-len(r.lines)); i < r.next; i++ {
		kept = append(kept, r.lines[i%len(r.lines)])
	}
	if !follow {
		return kept, nil
	}
	more := make(chan []byte, followerLines)
	r.followers[more] = struct{}{}
	return kept, more
}

func (r *LogRing) unfollow(f chan []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.followers, f)
}

// Fanout is a slog.Handler that hands every record to several.
type Fanout []slog.Handler

// Enabled reports whether any of them wants the level.
func (f Fanout) Enabled(ctx context.Context, level slog.Level) bool {
	for _, h := range f {
		if h.Enabled(ctx, level) {
			return true
		}
	}
	return false
}

// Handle hands the record to those that want its level; the first error counts.
func (f Fanout) Handle(ctx context.Context, r slog.Record) error {
	var first error
	for _, h := range f {
		if !h.Enabled(ctx, r.Level) {
			continue
		}
		if err := h.Handle(ctx, r.Clone()); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// WithAttrs adds attributes to each.
func (f Fanout) WithAttrs(attrs []slog.Attr) slog.Handler {
	return f.each(func(h slog.Handler) slog.Handler { return h.WithAttrs(attrs) })
}

// WithGroup opens a group in each.
func (f Fanout) WithGroup(name string) slog.Handler {
	return f.each(func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
}

func (f Fanout) each(change func(slog.Handler) slog.Handler) slog.Handler {
	out := make(Fanout, len(f))
	for i, h := range f {
		out[i] = change(h)
	}
	return out
}
