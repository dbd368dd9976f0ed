package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// command is one word of the command line.
type command struct {
	name    string
	args    string   // after the flags, for the usage line
	words   []string // that the first argument may be, for completion
	least   int      // arguments
	most    int      // arguments; -1: any number
	summary string
	details string
	// prepare declares the flags and returns what runs when they are parsed.
	prepare func(*flag.FlagSet) action
}

type action func(ctx context.Context, t terminal, args []string) error

func commands() []command {
	return []command{
		runCommand(), checkCommand(), lintCommand(), explainCommand(),
		provisioningCommand(),
		statusCommand(), callsCommand(), callCommand(), dialCommand(), answerCommand(), hangupCommand(), recordCommand(), playCommand(), conferenceCommand(), dndCommand(), forwardCommand(), messageCommand(), doorCommand(), logsCommand(), screenCommand(), reprovisionCommand(),
		historyCommand(), rollbackCommand(), firmwareCommand(), setCommand(), unsetCommand(),
		sealCommand(), unsealCommand(), farmCommand(), setupCommand(), boardCommand(), versionCommand(), completionCommand(), helpCommand(),
	}
}

func find(name string) (command, bool) {
	all := append(commands(), mediaCommand())
	i := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	if i < 0 {
		return command{}, false
	}
	return all[i], true
}

func (c command) execute(ctx context.Context, t terminal, args []string) error {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(t.err)
	run := c.prepare(fs)
	fs.Usage = func() {} // by what comes of it, below
	rest, err := parseAnywhere(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		c.usage(t.out, fs)
		return err
	}
	if err != nil { // flag has printed what is wrong
		c.usage(t.err, fs)
		return errUsage
	}
	if len(rest) < c.least || (c.most >= 0 && len(rest) > c.most) {
		fmt.Fprintf(t.err, "offhook %s: ", c.name)
		if len(rest) < c.least {
			fmt.Fprintf(t.err, "%s is missing\n", c.args)
		} else {
			fmt.Fprintf(t.err, "%q is one argument too many\n", rest[c.most])
		}
		c.usage(t.err, fs)
		return errUsage
	}
	err = run(ctx, t, rest)
	if fault, ok := errors.AsType[usageError](err); ok {
		fmt.Fprintf(t.err, "offhook %s: %s\n", c.name, fault)
		return errUsage
	}
	return err
}

// parseAnywhere lets flags stand after arguments too: "dial 600 --json".
func parseAnywhere(fs *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		left := fs.Args()
		if len(left) == 0 {
			return rest, nil
		}
		if n := len(args) - len(left); n > 0 && args[n-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

func (c command) usage(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprintf(w, "%s\n\nUsage: %s\n", c.summary, strings.TrimSpace("offhook "+c.name+" [flags] "+c.args))
	if c.details != "" {
		fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(c.details))
	}
	first := true
	fs.VisitAll(func(f *flag.Flag) {
		if first {
			fmt.Fprint(w, "\nFlags:\n")
			first = false
		}
		kind, text := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "  --%-22s %s", strings.TrimSpace(f.Name+" "+kind), text)
		if f.DefValue != "" && f.DefValue != "false" {
			fmt.Fprintf(w, " (default %s)", f.DefValue)
		}
		fmt.Fprintln(w)
	})
}

func helpCommand() command {
	return command{name: "help", args: "[COMMAND]", most: 1, summary: "Lists the commands, or tells all about one.",
		prepare: func(*flag.FlagSet) action {
			return func(ctx context.Context, t terminal, args []string) error {
				if len(args) == 0 {
					printHelp(t.out)
					return nil
				}
				c, ok := find(args[0])
				if !ok {
					return usageError(fmt.Sprintf("there is no command %q", args[0]))
				}
				fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
				c.prepare(fs)
				c.usage(t.out, fs)
				return nil
			}
		}}
}

func printHelp(w io.Writer) {
	fmt.Fprint(w, "offhook turns a board with a keypad, a sound codec and a screen into a telephone.\n\nUsage: offhook COMMAND [flags] [arguments]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-12s %s\n", c.name, c.summary)
	}
	fmt.Fprintf(w, "\noffhook help COMMAND tells its flags. Exit status: %d done, %d failed, %d usage, %d no agent answers, %d check found faults.\n",
		exitOK, exitFailed, exitUsage, exitNotRunning, exitFaults)
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
