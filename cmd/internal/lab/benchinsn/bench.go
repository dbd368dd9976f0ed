package benchinsn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// Config says what is counted.
type Config struct {
	Stages   []string // nil means all
	Frames   int      // of the shorter run; 0 means 200
	Profile  int      // so many functions of each stage are told; 0 means none
	Progress io.Writer
}

// defaultFrames is twice the speech, which is said again and again.
const defaultFrames = 200

// Stage is what one of them costs for 20 ms.
type Stage struct {
	Name         string
	Instructions float64 // ARMv6, user mode
	Nanoseconds  float64 // processor time of this machine
	Profile      []Function
}

// Function is one that a stage spends instructions in.
type Function struct {
	Name         string
	Instructions float64 // a frame
}

// ErrNoTools is returned (wrapped) when a program to count with is missing.
var ErrNoTools = errors.New("instructions cannot be counted here")

// bench is a run under way.
type bench struct {
	cfg            Config
	dir            string
	emulator       string
	plugin         string
	native, target string // the program frames
}

// Run counts, and says on the way what. Where a tool is missing the Figures are
// empty and a line of progress says which package has it; that is no error.
func Run(ctx context.Context, cfg Config) (Figures, error) {
	b := &bench{cfg: cfg}
	b.cfg.Frames = cmp.Or(cfg.Frames, defaultFrames)
	dir, err := os.MkdirTemp("", "insn-")
	if err != nil {
		return Figures{}, err
	}
	b.dir = dir
	f, err := b.measure(ctx)
	if errors.Is(err, ErrNoTools) {
		b.say("%v", err)
		err = nil
	}
	return f, errors.Join(err, os.RemoveAll(dir))
}

func (b *bench) say(format string, args ...any) {
	if b.cfg.Progress != nil {
		fmt.Fprintf(b.cfg.Progress, format+"\n", args...)
	}
}

func (b *bench) measure(ctx context.Context) (Figures, error) {
	if err := b.tools(ctx); err != nil {
		return Figures{}, err
	}
	names, err := b.stages(ctx)
	if err != nil {
		return Figures{}, err
	}
	for _, wanted := range b.cfg.Stages {
		if !slices.Contains(names, wanted) {
			return Figures{}, fmt.Errorf("there is no stage %q: there are %q", wanted, names)
		}
	}
	var f Figures
	for i, name := range names {
		if len(b.cfg.Stages) > 0 && !slices.Contains(b.cfg.Stages, name) {
			continue
		}
		s, err := b.stage(ctx, name)
		if err != nil {
			return f, fmt.Errorf("stage %s: %w", name, err)
		}
		f.Stages = append(f.Stages, s)
		b.say("%2d of %d  %-26s %10.0f instructions, %8.0f ns here", i+1, len(names), s.Name, s.Instructions, s.Nanoseconds)
		for _, fn := range s.Profile {
			b.say("          %10.0f  %s", fn.Instructions, fn.Name)
		}
	}
	return f, nil
}
