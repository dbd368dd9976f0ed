package link

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
)

// Log is a slog.Handler whose records go over the link, so that control's log
// has them. Without a control they are lost.
type Log struct {
	shared *shared
	text   slog.Handler
	level  *slog.LevelVar
}

// shared is what the handlers made of one have in common.
type shared struct {
	conn  atomic.Pointer[conn]
	mutex sync.Mutex
	line  bytes.Buffer
}

var _ slog.Handler = (*Log)(nil)

// NewLog makes a Log that a Host then joins to its control.
func NewLog() *Log {
	l := &Log{shared: &shared{}, level: new(slog.LevelVar)}
	l.text = slog.NewTextHandler(&l.shared.line, &slog.HandlerOptions{Level: l.level, ReplaceAttr: bare})
	return l
}

// bare leaves out what control's log adds by itself.
func bare(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey) {
		return slog.Attr{}
	}
	return a
}

func (l *Log) attach(c *conn) { l.shared.conn.Store(c) }

// Enabled implements slog.Handler.
func (l *Log) Enabled(_ context.Context, level slog.Level) bool { return level >= l.level.Level() }

// Handle implements slog.Handler.
func (l *Log) Handle(ctx context.Context, r slog.Record) error {
	c := l.shared.conn.Load()
	if c == nil {
		return nil
	}
	l.shared.mutex.Lock()
	l.shared.line.Reset()
	err := l.text.Handle(ctx, r)
	text := strings.TrimSpace(r.Message + " " + l.shared.line.String())
	l.shared.mutex.Unlock()
	if err != nil {
		return err
	}
	return c.send(&logged{Level: r.Level, Text: strings.ToValidUTF8(text[:min(len(text), maxText)], "")})
}

// WithAttrs implements slog.Handler.
func (l *Log) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &Log{shared: l.shared, text: l.text.WithAttrs(attrs), level: l.level}
}

// WithGroup implements slog.Handler.
func (l *Log) WithGroup(name string) slog.Handler {
	return &Log{shared: l.shared, text: l.text.WithGroup(name), level: l.level}
}
