package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"time"

	"offhook/cmd/internal/lab/flood"
)

// floodAttacks throws at a telephone in a call what strangers throw.
func floodAttacks(ctx context.Context, t terminal, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cfg := flood.Config{Progress: t.err, Program: self}
	fs := flag.NewFlagSet("offhook-lab flood", flag.ContinueOnError)
	seconds := fs.Float64("seconds", 10, "how `LONG` each attack takes, and the quiet window before it")
	fs.IntVar(&cfg.Rate, "rate", 20000, "packets a `SECOND` that each attack is to send")
	fs.StringVar(&cfg.Offhook, "offhook", beside("offhook"), "`FILE` of the agent's program")
	only := fs.String("attacks", "", "`LIST` of attacks, by the beginnings of their names; all when empty")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	cfg.Time = time.Duration(*seconds * float64(time.Second))
	if *only != "" {
		cfg.Only = strings.Split(*only, ",")
	}
	figures, err := flood.Run(ctx, cfg)
	if err != nil {
		return err
	}
	return json.NewEncoder(t.out).Encode(figures)
}

// floodAttack is the flooder.
func floodAttack(ctx context.Context, t terminal, args []string) error {
	return flood.Attack(ctx, args, t.out)
}
