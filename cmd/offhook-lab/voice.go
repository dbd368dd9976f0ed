package main

import (
	"context"
	"encoding/json"
	"flag"

	"offhook/cmd/internal/lab/benchvoice"
)

// benchVoice measures the echo canceller beside those of others.
func benchVoice(ctx context.Context, t terminal, args []string) error {
	cfg := benchvoice.Config{Progress: t.err}
	fs := flag.NewFlagSet("offhook-lab bench-voice", flag.ContinueOnError)
	fs.StringVar(&cfg.Out, "out", "", "`FOLDER` for pictures (SVG) and sound (WAV); none when empty")
	fs.IntVar(&cfg.Rounds, "rounds", 0, "how `OFTEN` each scene is timed (2)")
	fs.BoolVar(&cfg.Quick, "quick", false, "count no instructions")
	fs.Uint64Var(&cfg.Set, "seed", 0, "play the set of scenes with this `NUMBER`: other voices and rooms (0, the usual one)")
	scenes := fs.String("scenes", "", "play these `SCENES` alone, with commas between them")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	cfg.Scenes = list(*scenes)
	figures, err := benchvoice.Run(ctx, cfg)
	if err != nil {
		return err
	}
	if err := figures.Table(t.err); err != nil {
		return err
	}
	return json.NewEncoder(t.out).Encode(figures)
}
