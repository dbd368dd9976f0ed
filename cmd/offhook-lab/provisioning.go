package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"

	"offhook/cmd/internal/lab/benchprov"
)

// benchProvisioning measures provisioning.
func benchProvisioning(ctx context.Context, t terminal, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cfg := benchprov.Config{Progress: t.err, Program: self}
	fs := flag.NewFlagSet("offhook-lab bench-provisioning", flag.ContinueOnError)
	fs.IntVar(&cfg.Changes, "changes", 0, "how `OFTEN` the document changes (10)")
	fs.IntVar(&cfg.Phones, "phones", 0, "how `MANY` phones come at once (1000)")
	fs.StringVar(&cfg.Offhook, "offhook", beside("offhook"), "`FILE` of the agent's program")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	figures, err := benchprov.Run(ctx, cfg)
	if err != nil {
		return err
	}
	return json.NewEncoder(t.out).Encode(figures)
}

// benchProvisioningPhone is the phone that is killed.
func benchProvisioningPhone(ctx context.Context, _ terminal, args []string) error {
	return benchprov.Child(ctx, args)
}
