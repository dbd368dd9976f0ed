// Command offhook turns an ARM board with a keypad, a sound codec and a screen
// into a telephone. The same binary is the agent and its command line.
//
// A board's processors are what they are: the runtime need not look each second.
//
//go:debug updatemaxprocs=0
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"offhook/cmd/internal/localapi"
)

// Exit statuses.
const (
	exitOK         = 0
	exitFailed     = 1
	exitUsage      = 2
	exitNotRunning = 3 // no agent answers at the socket
	exitFaults     = 4 // check found faults
)

// errUsage is a command line that cannot be understood; what is wrong was
// printed already.
var errUsage = errors.New("usage")

// errFaults is a check that found faults; they were printed already.
var errFaults = errors.New("faults")

// usageError is a command line that its command does not understand.
type usageError string

func (e usageError) Error() string { return string(e) }

// terminal is where a command reads and writes.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	os.Exit(execute(ctx, terminal{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]))
}

func execute(ctx context.Context, t terminal, args []string) int {
	if len(args) == 0 {
		printHelp(t.err)
		return exitUsage
	}
	switch args[0] {
	case "-h", "-help", "--help":
		args = []string{"help"}
	case "-version", "--version":
		args[0] = "version"
	}
	c, ok := find(args[0])
	if !ok {
		fmt.Fprintf(t.err, "offhook: there is no command %q; offhook help lists them\n", args[0])
		return exitUsage
	}
	err := c.execute(ctx, t, args[1:])
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.Is(err, errUsage):
		return exitUsage
	case errors.Is(err, errFaults):
		return exitFaults
	}
	fmt.Fprintf(t.err, "offhook %s: %v\n", c.name, err)
	if errors.Is(err, localapi.ErrNotRunning) {
		return exitNotRunning
	}
	return exitFailed
}
