// Command frames does the work of one stage of the audio path, some number of
// frames long: what benchinsn counts. It is built for the board's processor and
// run under an emulator, and built for this machine to be timed.
//
//	frames              lists the stages
//	frames STAGE N      does N frames of 20 ms, and prints the nanoseconds of processor time they took
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	debug.SetGCPercent(-1) // a collection would fall on whichever frame
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "frames:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		for _, s := range stages() {
			fmt.Println(s.name)
		}
		return nil
	}
	if len(args) != 2 {
		return errors.New("a stage and a number of frames are wanted")
	}
	n, err := strconv.Atoi(args[1])
	if err != nil || n < 0 {
		return fmt.Errorf("%q is no number of frames", args[1])
	}
	for _, s := range stages() {
		if s.name == args[0] {
			took, err := do(s, n)
			if err == nil {
				fmt.Println(took.Nanoseconds())
			}
			return err
		}
	}
	return fmt.Errorf("there is no stage %q", args[0])
}

func do(s stage, frames int) (time.Duration, error) {
	frame, end, err := s.prepare()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.name, err)
	}
	began := processor()
	for range frames {
		if err := frame(); err != nil {
			return 0, fmt.Errorf("%s: %w", s.name, errors.Join(err, end()))
		}
	}
	took := processor() - began
	if err := end(); err != nil {
		return 0, fmt.Errorf("%s: %w", s.name, err)
	}
	return took, nil
}

// processor is the processor time that this process has used.
func processor() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
