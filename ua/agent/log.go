package agent

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// quiet is the handler of sipgo's logger: warnings and worse, at most ten a
// minute, at debug level, and cut short, for they may hold what a stranger
// sent.
type quiet struct {
	to    slog.Handler
	now   func() time.Time
	state *quietState
}

type quietState struct {
	mu    sync.Mutex
	since time.Time
	count int
}

const (
	quietPerMinute = 10
	quietLength    = 200
)

func newQuiet(to slog.Handler, now func() time.Time) *quiet {
	return &quiet{to: to, now: now, state: &quietState{}}
}

func (q *quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.to.Enabled(ctx, slog.LevelDebug)
}

func (q *quiet) Handle(ctx context.Context, record slog.Record) error {
	if !q.state.take(q.now()) {
		return nil
	}
	out := slog.NewRecord(record.Time, slog.LevelDebug, "sipgo: "+cut(record.Message), record.PC)
	record.Attrs(func(attr slog.Attr) bool {
		if attr.Key == "error" || attr.Key == "tx" {
			out.AddAttrs(slog.String(attr.Key, cut(attr.Value.String())))
		}
		return true
	})
	return q.to.Handle(ctx, out)
}

func (q *quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return q }
func (q *quiet) WithGroup(string) slog.Handler            { return q }

func (s *quietState) take(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.since) >= time.Minute {
		s.since, s.count = now, 0
	}
	s.count++
	return s.count <= quietPerMinute
}

func cut(text string) string {
	if len(text) > quietLength {
		return text[:quietLength] + "…"
	}
	return text
}

// recovered is deferred where code of ours runs for somebody else's message: a
// fault is told and what was being done is given up, the program lives.
func (a *Agent) recovered(doing string) {
	if fault := recover(); fault != nil {
		a.log.Error("a fault in the program: please report it",
			"doing", doing, "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
	}
}
