// Command offhook-lab is the workbench: a PBX, a provisioning server and a
// telephone on loopback, for people (run) and for measuring (demo).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := execute(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

const usage = `offhook-lab is the workbench: a PBX, a provisioning server and a telephone on loopback.

Usage: offhook-lab run|demo [flags]

  run    starts everything and prints the address of the page; Ctrl-C ends it
  demo   provisions, registers, calls and is called by script; prints a JSON line of figures

offhook-lab run -h and offhook-lab demo -h tell the flags.
`

func execute(ctx context.Context, args []string) int {
	commands := map[string]func(context.Context, []string) error{"run": run, "demo": demo}
	if len(args) == 0 || commands[args[0]] == nil {
		fmt.Fprint(os.Stderr, usage)
		return 2
	}
	err := commands[args[0]](ctx, args[1:])
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	}
	fmt.Fprintf(os.Stderr, "offhook-lab %s: %v\n", args[0], err)
	return 1
}

var errUsage = errors.New("usage")

func parse(fs *flag.FlagSet, args []string) error {
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "%q is not a flag\n", fs.Arg(0))
		return errUsage
	}
	return nil
}
