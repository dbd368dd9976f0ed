package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"strings"

	"offhook/cmd/internal/lab/boardbox"
)

// boardTest tries the release binary on ARM boards in QEMU.
func boardTest(ctx context.Context, t terminal, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cfg := boardbox.Config{Progress: t.err, Program: self}
	fs := flag.NewFlagSet("offhook-lab board-test", flag.ContinueOnError)
	fs.StringVar(&cfg.Dist, "dist", "dist", "`DIR` of the release binaries (make cross)")
	fs.StringVar(&cfg.Pictures, "pictures", "", "`DIR` for pictures of the screen")
	fs.StringVar(&cfg.Keep, "keep", "", "`DIR` for what the consoles said")
	fs.StringVar(&cfg.Goldens, "goldens", "", "`DIR` that gets new goldens of the screens, to be looked at; nothing is compared")
	fs.IntVar(&cfg.PowerCuts, "power-cuts", 6, "how `OFTEN` the power of each box is cut")
	stories := fs.String("boots", "", "`LIST` of boots to try (call, letters, inputs, screen); all when empty")
	arches := fs.String("arches", "", "`LIST` of architectures (arm64, armhf); all when empty")
	quick := fs.Bool("quick", false, "most of it on one board: --arches arm64 --boots call,inputs --power-cuts 2")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	if *quick {
		cfg.Arches, cfg.Stories, cfg.PowerCuts = []string{"arm64"}, []string{"call", "inputs"}, 2
	}
	if *arches != "" {
		cfg.Arches = strings.Split(*arches, ",")
	}
	if *stories != "" {
		cfg.Stories = strings.Split(*stories, ",")
	}
	figures, err := boardbox.Run(ctx, cfg)
	if len(figures.Arches) > 0 {
		if err := json.NewEncoder(t.out).Encode(figures); err != nil {
			return err
		}
	}
	return err
}

// boardTestInside is the part that runs in a network of its own.
func boardTestInside(ctx context.Context, t terminal, args []string) error {
	return boardbox.Inside(ctx, args, t.out, t.err)
}
