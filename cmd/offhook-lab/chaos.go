package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"

	"offhook/cmd/internal/lab/chaos"
)

// chaosFaults breaks what the telephone stands on and sees that it lives.
func chaosFaults(ctx context.Context, t terminal, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cfg := chaos.Config{Progress: t.err, Program: self}
	fs := flag.NewFlagSet("offhook-lab chaos", flag.ContinueOnError)
	fs.IntVar(&cfg.Kills, "kills", 0, "how `OFTEN` the agent is killed at random moments (50)")
	fs.Uint64Var(&cfg.Seed, "seed", 1, "`NUMBER` that the random moments come from")
	only := fs.String("faults", "", "`LIST` of faults, by the beginnings of their names; all when empty")
	fs.StringVar(&cfg.Keep, "keep", "", "`DIR` for the agent's log")
	fs.StringVar(&cfg.Source, "source", ".", "`FOLDER` of offhook's source, for an agent whose clock can be set")
	fs.StringVar(&cfg.Offhook, "offhook", beside("offhook"), "`FILE` of the agent's program")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	if *only != "" {
		cfg.Only = strings.Split(*only, ",")
	}
	figures, err := chaos.Run(ctx, cfg)
	if err == nil || errors.Is(err, chaos.ErrFailed) {
		err = errors.Join(err, json.NewEncoder(t.out).Encode(figures))
	}
	return err
}

// chaosInside is the part that runs in namespaces of its own.
func chaosInside(ctx context.Context, t terminal, args []string) error {
	return chaos.Inside(ctx, args, t.out, t.err)
}

// chaosAgent is a telephone whose board may be wounded.
func chaosAgent(ctx context.Context, t terminal, args []string) error {
	return chaos.Agent(ctx, args, t.out, t.err)
}
