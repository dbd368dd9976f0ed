package main

import (
	"context"
	"encoding/json"
	"flag"
	"strings"

	"offhook/cmd/internal/lab/benchinsn"
)

// benchInsns counts the instructions of the audio path on the smallest board.
func benchInsns(ctx context.Context, t terminal, args []string) error {
	cfg := benchinsn.Config{Progress: t.err}
	fs := flag.NewFlagSet("offhook-lab bench-insns", flag.ContinueOnError)
	stages := fs.String("stages", "", "count these `STAGES` alone, with commas between them")
	fs.IntVar(&cfg.Frames, "frames", 0, "`NUMBER` of frames of the shorter run (default 200)")
	fs.IntVar(&cfg.Profile, "profile", 0, "tell the `NUMBER` of functions that each stage spends most in")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	if *stages != "" {
		cfg.Stages = strings.Split(*stages, ",")
	}
	figures, err := benchinsn.Run(ctx, cfg)
	if err != nil {
		return err
	}
	if err := figures.Table(t.out); err != nil {
		return err
	}
	return json.NewEncoder(t.out).Encode(figures)
}
