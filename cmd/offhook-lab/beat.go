package main

import (
	"context"
	"encoding/json"
	"flag"
	"time"

	"offhook/cmd/internal/lab/benchbeat"
)

// benchBeat measures how well the sound keeps its beat.
func benchBeat(ctx context.Context, t terminal, args []string) error {
	cfg := benchbeat.Config{Progress: t.err}
	fs := flag.NewFlagSet("offhook-lab bench-beat", flag.ContinueOnError)
	fs.DurationVar(&cfg.Time, "time", 20*time.Second, "how `LONG` each structure is measured")
	fs.DurationVar(&cfg.Accelerated, "accelerated", time.Hour, "how `LONG` the call is that runs as fast as the processor can")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	figures, err := benchbeat.Run(ctx, cfg)
	if err != nil {
		return err
	}
	return json.NewEncoder(t.out).Encode(figures)
}

// benchBeatRole is what this program is in the benchmark's other processes.
func benchBeatRole(ctx context.Context, _ terminal, args []string) error {
	return benchbeat.Role(ctx, args)
}
