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
	cuts := fs.Int("power-cuts", 6, "how `OFTEN` the power of each box is cut")
	stories := fs.String("boots", "", "`LIST` of boots to try (call, letters, inputs, screen); all when empty")
	arches := fs.String("arches", strings.Join(boardbox.Arches(), ","), "`LIST` of architectures")
	quick := fs.Bool("quick", false, "most of it, in two boxes of one architecture; of the above only --pictures, --keep and --dist count")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	cfg.Boxes = boxes(*arches, *stories, *cuts)
	if *quick {
		cfg.Boxes = []boardbox.Box{{Arch: "arm64", Stories: []string{"call"}}, {Arch: "arm64", Stories: []string{"inputs"}, PowerCuts: 2}}
	}
	figures, err := boardbox.Run(ctx, cfg)
	if len(figures.Arches) > 0 {
		if err := json.NewEncoder(t.out).Encode(figures); err != nil {
			return err
		}
	}
	return err
}

// boxes is one for each architecture.
func boxes(arches, stories string, cuts int) (all []boardbox.Box) {
	for arch := range strings.SplitSeq(arches, ",") {
		b := boardbox.Box{Arch: arch, PowerCuts: cuts}
		if stories != "" {
			b.Stories = strings.Split(stories, ",")
		}
		all = append(all, b)
	}
	return all
}

// boardTestInside is the part that runs in a network of its own.
func boardTestInside(ctx context.Context, t terminal, args []string) error {
	return boardbox.Inside(ctx, args, t.out, t.err)
}
