package main

import (
	"context"
	"encoding/json"
	"flag"

	"offhook/cmd/internal/lab/benchmedia"
)

// benchMedia measures the audio path; its last line is one JSON object.
func benchMedia(ctx context.Context, t terminal, args []string) error {
	cfg := benchmedia.Config{Seeds: benchmedia.HeldOut(), Log: t.out}
	fs := flag.NewFlagSet("offhook-lab bench-media", flag.ContinueOnError)
	tuning := fs.Bool("tuning", false, "play the traces to tune with, not those that are held out")
	fs.BoolVar(&cfg.Peers, "peers", true, "play to baresip and to the engine in real time, too: a minute")
	fs.StringVar(&cfg.Traces, "traces", "", "`FOLDER` of recorded networks to play as well (docs/benchmarks.md tells the formats)")
	fs.StringVar(&cfg.Speech, "speech", "", "`FILE.wav` of 4 s of speech or more, to judge concealment by; speakers of our own when empty")
	fs.StringVar(&cfg.Plots, "plots", "", "`FOLDER` for pictures (SVG); none when empty")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	if *tuning {
		cfg.Seeds = benchmedia.Tuning()
	}
	figures, err := benchmedia.Measure(ctx, cfg)
	if err != nil {
		return err
	}
	return json.NewEncoder(t.out).Encode(figures)
}
