package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"offhook/board"
	"offhook/hal"
	"offhook/hal/drivers"
	"offhook/hal/faceplate"
	"offhook/hal/probe"
)

func boardCommand() command {
	return command{name: "board", args: "list|detect|probe|show [BOARD]|test [BOARD]|audio [BOARD]", words: []string{"list", "detect", "probe", "show", "test", "audio"}, least: 1, most: 2,
		summary: "Lists the known boards, finds this one, drafts its file, shows its parts, tests each with you, or measures its sound.",
		details: "BOARD is a name from the list or a file; the machine's own is detected when it is left out.\n" +
			"probe tells what is on this machine and drafts a board file of it: offhook board probe > board.yaml.\n" +
			"test walks through every part: press the keys, lift the handset, look at lamps and screen,\n" +
			"listen, speak. Stop the agent first: both need the devices. A relay is pulsed only with --relays.\n" +
			"audio --calibrate plays 14 seconds of sound and measures echo, delay, levels and distortion, and says\n" +
			"what the board file should have. The mixer is then as it was.",
		prepare: func(fs *flag.FlagSet) action {
			asJSON := jsonFlag(fs)
			relays := fs.Bool("relays", false, "test relays too (something will move)")
			scan := fs.Bool("scan-i2c", false, "probe asks every I2C address, too (a read of one byte may disturb a device)")
			measuring := calibrationFlags(fs)
			only := fs.String("only", "", "`KIND` of part to test: keypads, hook, lamps, display, audio, relays")
			return func(ctx context.Context, t terminal, args []string) error {
				switch args[0] {
				case "list":
					return listBoards(t.out, *asJSON)
				case "detect":
					b, err := board.Detect(os.DirFS("/"))
					if err != nil {
						return err
					}
					return describe(t.out, b, *asJSON, false)
				case "probe":
					return probeMachine(t.out, *scan, *asJSON)
				case "show":
					b, err := chooseBoard(args[1:])
					if err != nil {
						return err
					}
					return describe(t.out, b, *asJSON, true)
				case "test":
					if !known(board.Kind(*only)) {
						return usageError(fmt.Sprintf("--only: there are no %q: %s", *only, kinds))
					}
					b, err := chooseBoard(args[1:])
					if err != nil {
						return err
					}
					panel := faceplate.New(faceplate.Config{Log: slog.New(slog.NewTextHandler(t.err, nil))})
					defer panel.Close()
					return testBoard(ctx, t, b, drivers.Table(panel), testOptions{relays: *relays, only: board.Kind(*only), json: *asJSON})
				case "audio":
					b, err := measuring.choose(args[1:])
					if err != nil {
						return err
					}
					measuring.json = *asJSON
					panel := faceplate.New(faceplate.Config{Log: slog.New(slog.NewTextHandler(t.err, nil))})
					defer panel.Close()
					return measuring.run(ctx, t, b, drivers.Table(panel))
				}
				return usageError(fmt.Sprintf("%q is none of list, detect, probe, show, test and audio", args[0]))
			}
		}}
}

const kinds = "keypads, hook, lamps, display, audio, relays and watchdog are the kinds of parts"

func known(k board.Kind) bool {
	switch k {
	case "", board.Keypad, board.Hook, board.Lamp, board.Display, board.Audio, board.Relay, board.Watchdog:
		return true
	}
	return false
}

func chooseBoard(args []string) (*board.Board, error) {
	if len(args) == 0 {
		return board.Detect(os.DirFS("/"))
	}
	return board.Find(args[0])
}

type boardSummary struct {
	Name       string   `json:"name"`
	Model      string   `json:"model"`
	Compatible []string `json:"compatible"`
	Parts      []string `json:"parts,omitzero"`
}

func summary(b *board.Board, parts bool) boardSummary {
	s := boardSummary{Name: b.Name, Model: b.Model, Compatible: b.Compatible}
	if !parts {
		return s
	}
	for _, p := range b.Parts {
		s.Parts = append(s.Parts, p.Path+" "+p.Compatible)
	}
	return s
}

func listBoards(w io.Writer, asJSON bool) error {
	var all []boardSummary
	for _, name := range board.Names() {
		b, err := board.Find(name)
		if err != nil {
			return err
		}
		all = append(all, summary(b, false))
	}
	if asJSON {
		return printJSON(w, all)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range all {
		fmt.Fprintf(table, "%s\t%s\n", s.Name, s.Model)
	}
	return table.Flush()
}

func describe(w io.Writer, b *board.Board, asJSON, parts bool) error {
	if asJSON {
		return printJSON(w, summary(b, parts))
	}
	fmt.Fprintf(w, "%s: %s\n", b.Name, b.Model)
	if !parts {
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range b.Parts {
		fmt.Fprintf(table, "  %s\t%s\t%s\n", p.Path, p.Compatible, settings(p.Params))
	}
	return table.Flush()
}

func settings(p hal.Params) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		out = append(out, fmt.Sprintf("%s=%v", name, p[name]))
	}
	return strings.Join(out, " ")
}

// table is the drivers, for who opens none.
func table() hal.Drivers {
	return drivers.Table(faceplate.New(faceplate.Config{Log: slog.New(slog.DiscardHandler)}))
}

// lintBoard is check for a board file, and for the machine where one is given.
func lintBoard(file string, data []byte, machine *probe.Inventory) error {
	b, err := board.Load(file, data)
	if err != nil {
		return err
	}
	err = b.Validate(table())
	if err == nil && machine != nil {
		err = b.Misfits(table(), machine.Misfit)
	}
	return err
}

var errPartsFailed = errors.New("some parts did not pass")
