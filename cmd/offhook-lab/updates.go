package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"

	"offhook/cmd/internal/lab/updates"
)

// updateTest installs good and bad versions.
func updateTest(ctx context.Context, t terminal, args []string) error {
	c := updates.Config{Progress: t.err, Slow: true}
	fs := flag.NewFlagSet("offhook-lab update-test", flag.ContinueOnError)
	fs.IntVar(&c.Cuts, "cuts", 20, "how `OFTEN` the power is cut")
	fs.Uint64Var(&c.Seed, "seed", 1, "`NUMBER` that fixes when")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	figures, err := updates.Run(ctx, c)
	return errors.Join(err, json.NewEncoder(t.out).Encode(figures))
}
