package main

import (
	"context"
	"encoding/json"
	"flag"

	"offhook/cmd/internal/lab/benchua"
)

// benchUA measures the user agent.
func benchUA(ctx context.Context, t terminal, args []string) error {
	cfg := benchua.Config{Progress: t.err}
	fs := flag.NewFlagSet("offhook-lab bench-ua", flag.ContinueOnError)
	fs.IntVar(&cfg.Restarts, "restarts", 0, "how `OFTEN` the exchange is restarted (50)")
	fs.IntVar(&cfg.Changes, "changes", 0, "how `OFTEN` the network changes (50)")
	fs.IntVar(&cfg.Calls, "calls", 0, "how `MANY` calls are made (10000)")
	fs.StringVar(&cfg.Offhook, "offhook", beside("offhook"), "`FILE` of the agent's program")
	fs.StringVar(&cfg.Source, "source", "", "`FOLDER` of offhook's source, for the torture messages (.)")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	figures, err := benchua.Run(ctx, cfg)
	if err != nil {
		return err
	}
	return json.NewEncoder(t.out).Encode(figures)
}

// soak makes many calls and fails when anything of them is left.
func soak(ctx context.Context, t terminal, args []string) error {
	cfg := benchua.Config{Progress: t.err}
	fs := flag.NewFlagSet("offhook-lab soak", flag.ContinueOnError)
	fs.IntVar(&cfg.Calls, "calls", 0, "how `MANY` calls are made (10000)")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	figures, err := benchua.RunSoak(ctx, cfg)
	if err != nil {
		return err
	}
	return json.NewEncoder(t.out).Encode(figures)
}
