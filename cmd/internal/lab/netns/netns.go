// Package netns runs parts of the workbench in network namespaces: networks of
// their own on one machine. Making them needs root and the ip command.
package netns

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// IP runs the command ip with the words of a line.
func IP(ctx context.Context, line string) error {
	out, err := exec.CommandContext(ctx, "ip", strings.Fields(line)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s (network namespaces need root, and iproute2)", line, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Inside calls in a namespace: sockets that are opened by do itself belong to
// it for ever.
func Inside(namespace string, do func() error) error {
	result := make(chan error)
	go func() {
		// The thread is not given back: it ends with this goroutine.
		runtime.LockOSThread()
		result <- func() error {
			file, err := os.Open(filepath.Join("/var/run/netns", namespace))
			if err != nil {
				return err
			}
			defer file.Close()
			if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
				return os.NewSyscallError("setns", err)
			}
			return do()
		}()
	}()
	return <-result
}

// Wrapper makes a program in dir that runs another in a namespace, in its place.
func Wrapper(dir, namespace, program string) (string, error) {
	file := filepath.Join(dir, "inside")
	text := "#!/bin/sh\nexec ip netns exec " + namespace + " '" + program + "' \"$@\"\n"
	return file, os.WriteFile(file, []byte(text), 0o700)
}
