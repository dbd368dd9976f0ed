package app

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

func TestLogRing(t *testing.T) {
	ring := NewLogRing(3)
	for _, s := range []string{"1", "2", "3", "4"} {
		io.WriteString(ring, s+"\n")
	}
	ctx, cancel := context.WithCancel(t.Context())
	var got []string
	err := ring.Each(ctx, true, func(line []byte) error {
		got = append(got, string(line))
		switch len(got) {
		case 3:
			io.WriteString(ring, "5\n")
		case 4:
			cancel()
		}
		return nil
	})
	if err != nil || !slices.Equal(got, []string{"2", "3", "4", "5"}) {
		t.Errorf("kept and followed %q, %v", got, err)
	}
	if len(ring.followers) != 0 {
		t.Error("a follower was left behind")
	}
}

func TestFanout_each_gets_its_level(t *testing.T) {
	var all, errors strings.Builder
	handler := func(w io.Writer, level slog.Level) slog.Handler {
		return slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})
	}
	log := slog.New(Fanout{handler(&all, slog.LevelDebug), handler(&errors, slog.LevelError)}).With("part", "x").WithGroup("g")
	log.Debug("quiet", "a", 1)
	log.Error("loud")
	if !strings.Contains(all.String(), "part=x g.a=1") || strings.Count(all.String(), "\n") != 2 {
		t.Errorf("debug handler got %q", all.String())
	}
	if strings.Count(errors.String(), "\n") != 1 || !strings.Contains(errors.String(), "loud") {
		t.Errorf("error handler got %q", errors.String())
	}
}
