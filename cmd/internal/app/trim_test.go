package app

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestTrimmer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start, changed, ended := time.Now(), make(chan struct{}), make(chan struct{})
		var given []time.Duration
		go func() {
			defer close(ended)
			trimmer(ctx, slog.New(slog.DiscardHandler), changed, func() error {
				given = append(given, time.Since(start))
				return nil
			})
		}()
		// A call begins after a minute; another ends before its second turn.
		for _, wait := range []time.Duration{time.Minute, 5 * time.Second} {
			<-time.After(wait)
			changed <- struct{}{}
		}
		<-time.After(time.Hour)
		cancel()
		<-ended
		want := []time.Duration{2 * time.Second, 10 * time.Second, 62 * time.Second, 67 * time.Second, 75 * time.Second}
		if !slices.Equal(given, want) {
			t.Errorf("pages were given back after %v, want %v", given, want)
		}
	})
}
