package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"offhook/cmd/internal/doorlog"
	"offhook/cmd/internal/localapi"
)

func doorCommand() command {
	return command{name: "door", args: "open [RELAY] | log", words: []string{"open", "log"}, least: 1, most: 2,
		summary: "Opens a door, or shows and checks the log of what happened at it.",
		details: "open does what the exit button does, for the first door or the one with the relay that is named.\n" +
			"log reads the files of the state directory, whether the telephone runs or not; with --verify it fails\n" +
			"when an entry was changed, taken out or put in.",
		prepare: func(fs *flag.FlagSet) action {
			socket, asJSON := socketFlag(fs), jsonFlag(fs)
			state := fs.String("state", "/var/lib/offhook", "`DIR` of what survives a restart (of log)")
			verify := fs.Bool("verify", false, "check the log's chain")
			return func(ctx context.Context, t terminal, args []string) error {
				switch {
				case args[0] == "open":
					return openDoor(ctx, t, *socket, append(args, "")[1], *asJSON)
				case args[0] == "log" && len(args) == 1 && *verify:
					return verifyDoorLog(t, *state, *asJSON)
				case args[0] == "log" && len(args) == 1:
					return printDoorLog(t, *state, *asJSON)
				}
				return usageError("wanted is open, open RELAY, log or log --verify")
			}
		}}
}

func openDoor(ctx context.Context, t terminal, socket, relay string, asJSON bool) error {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	if err := localapi.NewClient(socket).OpenDoor(ctx, localapi.DoorRequest{Relay: relay}); err != nil {
		return err
	}
	if asJSON {
		return printJSON(t.out, map[string]bool{"ok": true})
	}
	_, err := fmt.Fprintln(t.out, "opened")
	return err
}

func printDoorLog(t terminal, dir string, asJSON bool) error {
	report, err := doorlog.Read(dir, func(r doorlog.Record) {
		if asJSON {
			_ = printJSON(t.out, r) // to a reader that may be gone
			return
		}
		fmt.Fprintf(t.out, "%6d  %s  %-9s  %s%s\n", r.Number, r.Time.Local().Format(time.DateTime), plain(r.Event), plain(r.Text), plain(aside(r)))
	})
	if err != nil {
		return err
	}
	if n := len(report.Faults); n > 0 {
		fmt.Fprintf(t.err, "warning: the log's chain has %d faults (offhook door log --verify)\n", n)
	}
	return nil
}

// aside is who did it, and where.
func aside(r doorlog.Record) string {
	s := ""
	for _, part := range []struct{ what, is string }{{"by", r.By}, {"of", r.Who}, {"at", r.Relay}} {
		if part.is != "" {
			s += ", " + part.what + " " + part.is
		}
	}
	return s
}

// errChain is the end of a check that found something.
var errChain = errors.New("the door's log was changed by something else than offhook, or is damaged")

func verifyDoorLog(t terminal, dir string, asJSON bool) error {
	report, err := doorlog.Read(dir, func(doorlog.Record) {})
	if err != nil {
		return err
	}
	if asJSON {
		faults := []string{}
		for _, f := range report.Faults {
			faults = append(faults, f.Error())
		}
		err = printJSON(t.out, map[string]any{"entries": report.Entries, "first": report.First, "last": report.Last.Number, "hash": report.Last.Hash, "faults": faults})
	} else {
		for _, f := range report.Faults {
			fmt.Fprintln(t.out, plain(f.Error()))
		}
		_, err = fmt.Fprintf(t.out, "%d entries, %d to %d, the newest of %s with the hash %s\n",
			report.Entries, report.First, report.Last.Number, report.Last.Time.Local().Format(time.DateTime), report.Last.Hash)
	}
	if err == nil && len(report.Faults) > 0 {
		return errChain
	}
	return err
}
