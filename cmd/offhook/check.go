package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"offhook/board"
	"offhook/hal/probe"
	"offhook/provisioning"
	"offhook/provisioning/native"
)

// checked is the verdict on one file.
type checked struct {
	File   string   `json:"file"`
	Kind   string   `json:"kind"`
	Faults []string `json:"faults"`
}

func checkCommand() command {
	return command{name: "check", args: "FILE…", least: 1, most: -1,
		summary: "Finds every fault of board files and configuration files, without hardware or network.",
		details: "What a file is shows by its first key: offhook-board (a board), offhook (a document that\nprovisions phones) or agent (the agent's own offhook.yaml).\n" +
			"With --here a board must also fit this machine: its lines are there and nobody else's, its sound\n" +
			"card has the rate. Nothing is opened that a telephone uses.",
		prepare: func(fs *flag.FlagSet) action {
			asJSON := jsonFlag(fs)
			here := fs.Bool("here", false, "check boards against this machine, too")
			return func(_ context.Context, t terminal, args []string) error {
				var machine *probe.Inventory
				if *here {
					seen := lookAround(nil)
					machine = &seen
				}
				var all []checked
				bad := false
				for _, file := range args {
					c := checkFile(file, machine)
					bad = bad || len(c.Faults) > 0
					all = append(all, c)
					if *asJSON {
						continue
					}
					if len(c.Faults) == 0 {
						fmt.Fprintf(t.out, "%s: a good %s\n", file, c.Kind)
					}
					for _, f := range c.Faults {
						fmt.Fprintln(t.out, f)
					}
				}
				if *asJSON {
					if err := printJSON(t.out, all); err != nil {
						return err
					}
				}
				if bad {
					return errFaults
				}
				return nil
			}
		}}
}

// lintAgent is check for the agent's file: what it names must be there, and the
// door's relay must be one of the board's.
func lintAgent(file string) error {
	config, err := native.LoadAgentConfig(file)
	if err != nil || config.Board == "" {
		return err
	}
	fault := func(setting, msg string) error {
		at, _ := config.Origin(setting)
		return &provisioning.FaultError{Position: at, Path: setting, Msg: msg}
	}
	beside(&config, file)
	b, err := board.Find(config.Board)
	if err != nil {
		return fault("board", strings.TrimPrefix(err.Error(), "board: ")+"; offhook board list tells those that are built in")
	}
	var relays []string
	for _, part := range b.Parts {
		if part.Kind == board.Relay {
			relays = append(relays, part.Name)
		}
	}
	if relay := config.Base().Door.Relay; relay != "" && !slices.Contains(relays, relay) {
		return fault("config.door.relay", fmt.Sprintf("the board %s has no relay %q (it has: %s); no door would open", b.Name, relay, strings.Join(relays, ", ")))
	}
	return nil
}

func checkFile(file string, machine *probe.Inventory) checked {
	c := checked{File: file, Kind: "file", Faults: []string{}}
	data, err := os.ReadFile(file)
	if err != nil {
		c.Faults = append(c.Faults, err.Error())
		return c
	}
	switch kind := native.Sniff(data); {
	case kind == native.KindDocument:
		c.Kind = "document"
		_, err = native.Parse(data, file)
	case kind == native.KindAgent:
		c.Kind = "agent configuration"
		err = lintAgent(file)
	case bytes.Contains(data, []byte("offhook-board")):
		c.Kind = "board"
		err = lintBoard(file, data, machine)
	default:
		c.Faults = append(c.Faults, file+": is neither a board file (offhook-board: 1) nor a document (offhook: 1) nor an agent configuration (agent: 1); it must begin with one of these keys")
	}
	if err != nil {
		c.Faults = append(c.Faults, strings.Split(err.Error(), "\n")...)
	}
	return c
}
