package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"

	"offhook/cmd/internal/lab/boardbox"
)

// imageFigures are what image-test prints.
type imageFigures struct {
	boardbox.Updates
	PowerCuts          int            `json:"power_cuts"`
	PowerCutsSurvived  int            `json:"power_cuts_survived"`
	KernelToRegistered map[string]int `json:"kernel_to_registered_ms"` // median, by architecture
	BinaryBytes        map[string]int `json:"binary_bytes"`
	Reproducible       bool           `json:"reproducible"` // the program was built twice and is the same bytes
	Boots              int            `json:"boots"`
	Checks             int            `json:"checks"`
	Failed             int            `json:"failed"`
	Failures           []string       `json:"failures,omitempty"`
	Seconds            int            `json:"seconds"`
}

// imageTest gives a board in QEMU other versions of its program.
func imageTest(ctx context.Context, t terminal, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	box := boardbox.Box{Updates: true}
	cfg := boardbox.Config{Progress: t.err, Program: self}
	fs := flag.NewFlagSet("offhook-lab image-test", flag.ContinueOnError)
	fs.StringVar(&cfg.Dist, "dist", "dist", "`DIR` of the release binaries, built as version v0.0.1000")
	fs.StringVar(&cfg.Keep, "keep", "", "`DIR` for what the consoles said")
	fs.StringVar(&box.Arch, "arch", "arm64", "`ARCH` of the board")
	fs.IntVar(&box.PowerCuts, "power-cuts", 20, "how `OFTEN` the power is cut in the midst of an install")
	same := fs.Bool("reproducible", false, "the program was built twice, and is the same bytes")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	cfg.Boxes = []boardbox.Box{box}
	f, err := boardbox.Run(ctx, cfg)
	if len(f.Arches) > 0 {
		out := imageFigures{f.Updates, f.PowerCuts, f.PowerCutsSurvived, f.BootToRegistered, f.BinaryBytes, *same, f.Boots, f.Checks, f.Failed, f.Failures, f.Seconds}
		if err := json.NewEncoder(t.out).Encode(out); err != nil {
			return err
		}
	}
	return err
}
