package main

import (
	"context"
	"encoding/json"
	"flag"
	"strings"

	"offhook/cmd/internal/lab/benchpeers"
)

// benchPeers measures what a call costs beside other telephones.
func benchPeers(ctx context.Context, t terminal, args []string) error {
	cfg := benchpeers.Config{Progress: t.err}
	fs := flag.NewFlagSet("offhook-lab bench-peers", flag.ContinueOnError)
	fs.StringVar(&cfg.Offhook, "offhook", beside("offhook"), "`FILE` of the agent's program")
	fs.StringVar(&cfg.Pjsua, "pjsua", "", "`FILE` of pjsua; looked for when empty")
	fs.StringVar(&cfg.Speech, "speech", "", "`WAV` that everybody says; a voice made here when empty")
	fs.IntVar(&cfg.Rounds, "rounds", 0, "how often `N` everything is measured (3)")
	fs.DurationVar(&cfg.Time, "time", 0, "how `LONG` a call is measured (20s)")
	fs.DurationVar(&cfg.Rest, "rest", 0, "how `LONG` a telephone at rest is measured (5s)")
	fs.IntVar(&cfg.Period, "period", 0, "`MS` of our sound device's period: 5, 10 or 20 (10)")
	only := fs.String("only", "", "`NAMES` of programs, with commas: offhook, offhook_separate, baresip, pjsua")
	names := fs.String("codecs", "", "`NAMES` of codecs, with commas: g711, g722, opus")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	cfg.Only, cfg.Codecs = list(*only), list(*names)
	figures, err := benchpeers.Run(ctx, cfg)
	if err != nil {
		return err
	}
	figures.Table(t.err)
	return json.NewEncoder(t.out).Encode(figures)
}

func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
}
