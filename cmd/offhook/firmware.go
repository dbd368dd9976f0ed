package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/provisioning/firmware"
)

func firmwareCommand() command {
	return command{name: "firmware", args: "[install FILE|back]", most: 2,
		summary: "Tells of the versions of this program, installs a signed one, or goes back to the one before.",
		details: "A version that is installed is on trial: it stays when it becomes well, and else the one of before\ncomes back by itself (docs/updates.md). The running telephone reads FILE, in its sandbox: put it below its\nstate directory.",
		prepare: func(fs *flag.FlagSet) action {
			socket, asJSON := socketFlag(fs), jsonFlag(fs)
			return func(ctx context.Context, t terminal, args []string) error {
				ctx, cancel := context.WithTimeout(ctx, installTime)
				defer cancel()
				return firmwareAction(ctx, t, localapi.NewClient(*socket), *asJSON, args)
			}
		}}
}

// installTime is what hashing a program takes on a slow board, and more.
const installTime = time.Minute

func firmwareAction(ctx context.Context, t terminal, c *localapi.Client, asJSON bool, args []string) error {
	switch {
	case len(args) == 2 && args[0] == "install":
		file, err := filepath.Abs(args[1])
		if err != nil {
			return err
		}
		if err := c.InstallFirmware(ctx, localapi.InstallRequest{File: file}); err != nil {
			return err
		}
		_, err = fmt.Fprintln(t.out, "it starts once nobody uses the telephone, and is on trial then")
		return err
	case len(args) == 1 && args[0] == "back":
		if err := c.FirmwareBack(ctx); err != nil {
			return err
		}
		_, err := fmt.Fprintln(t.out, "the version of before starts once nobody uses the telephone")
		return err
	case len(args) > 0:
		return usageError("it is offhook firmware, offhook firmware install FILE or offhook firmware back")
	}
	s, err := c.Status(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(t.out, s.Firmware)
	}
	fmt.Fprintf(t.out, "offhook %s, %s\n", s.Version, slotName(s.Firmware.Slot))
	return printFirmware(t.out, s.Firmware, time.Now())
}

func slotName(slot string) string {
	if slot == "" {
		return "the installed program"
	}
	return "in slot " + slot
}

// printFirmware tells what becomes of another version, a line each.
func printFirmware(w io.Writer, f localapi.Firmware, now time.Time) error {
	line := ""
	switch in := f.Due.Sub(now).Round(time.Second); firmware.Phase(f.Phase) {
	case firmware.Downloading:
		line = fmt.Sprintf("version %s: %d %% downloaded", f.Wanted, f.Percent)
	case firmware.Ready:
		line = fmt.Sprintf("version %s: ready, starts once nobody uses the telephone", f.Wanted)
		if in > 0 {
			line = fmt.Sprintf("version %s: ready, installed in %v", f.Wanted, in)
		}
	case firmware.OnTrial:
		line = fmt.Sprintf("on trial for %v: %s", max(0, in), cmp.Or(f.Missing, "well so far"))
	case firmware.Failing:
		line = fmt.Sprintf("version %s: %s; again in %v", f.Wanted, f.Error, max(0, in))
	default:
		line = f.Error
	}
	for _, text := range []string{line, f.Failed} {
		if text == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "firmware\t%s\n", plain(text)); err != nil {
			return err
		}
	}
	return nil
}
