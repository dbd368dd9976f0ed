package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"time"

	"offhook/cmd/internal/lab/benchfleet"
)

// benchFleet runs a fleet of telephones.
func benchFleet(ctx context.Context, t terminal, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cfg := benchfleet.Config{Progress: t.err, Program: self}
	fs := flag.NewFlagSet("offhook-lab bench-fleet", flag.ContinueOnError)
	fs.IntVar(&cfg.Phones, "phones", 1000, "how `MANY` telephones")
	fs.IntVar(&cfg.Calls, "calls", 20, "how `MANY` of them are in a call at a time")
	fs.DurationVar(&cfg.Quiet, "quiet", 30*time.Second, "`TIME` in which rest is measured, and calls")
	fs.DurationVar(&cfg.Spread, "spread", 20*time.Second, "`TIME` over which they start")
	fs.DurationVar(&cfg.Push, "push-spread", 10*time.Second, "`TIME` over which they fetch when they are told to")
	fs.DurationVar(&cfg.Reconnect, "reconnect-spread", 20*time.Second, "`TIME` over which they come back to an exchange that they lost")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	figures, err := benchfleet.Run(ctx, cfg)
	if err != nil {
		return err
	}
	return json.NewEncoder(t.out).Encode(figures)
}

// fleetPhones is the telephones.
func fleetPhones(ctx context.Context, _ terminal, args []string) error {
	return benchfleet.Phones(ctx, args)
}
