// Package linkchange measures how long a telephone cannot be called after its
// network has become another. The telephone is the real program, in a network
// namespace of its own; a virtual cable leads to the exchange's. Making them
// needs root and the ip command.
package linkchange

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Addresses (RFC 5737): the exchange's, and two that the telephone has by turns.
const (
	exchange = "192.0.2.1"
	one      = "192.0.2.7"
	other    = "192.0.2.8"
	bits     = "/24"
	cable    = "cable0" // the same name at both ends
)

// world is two network namespaces and the cable between them.
type world struct{ phone, exchange string }

func newWorld(ctx context.Context) (*world, error) {
	w := &world{fmt.Sprintf("offhook-p%d", os.Getpid()), fmt.Sprintf("offhook-x%d", os.Getpid())}
	for _, line := range []string{
		"netns add " + w.phone,
		"netns add " + w.exchange,
		"link add " + cable + " netns " + w.phone + " type veth peer name " + cable + " netns " + w.exchange,
		"-n " + w.exchange + " address add " + exchange + bits + " dev " + cable,
		"-n " + w.exchange + " link set lo up",
		"-n " + w.exchange + " link set " + cable + " up",
		"-n " + w.phone + " address add " + one + bits + " dev " + cable,
		"-n " + w.phone + " link set lo up",
		"-n " + w.phone + " link set " + cable + " up",
		"-n " + w.phone + " route add default via " + exchange,
	} {
		if err := ip(ctx, line); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	return w, nil
}

// close takes both away, and the cable with them.
func (w *world) close() error {
	ctx := context.Background()
	return errors.Join(ip(ctx, "netns delete "+w.phone), ip(ctx, "netns delete "+w.exchange))
}

// ip runs the command of that name.
func ip(ctx context.Context, line string) error {
	out, err := exec.CommandContext(ctx, "ip", strings.Fields(line)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s (network namespaces need root, and iproute2)", line, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// inside calls in a namespace: sockets that are opened by do itself belong to
// it for ever.
func inside(namespace string, do func() error) error {
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

// wrapper is a program that runs another in a namespace, in its place.
func wrapper(dir, namespace, program string) (string, error) {
	file := filepath.Join(dir, "inside")
	text := "#!/bin/sh\nexec ip netns exec " + namespace + " '" + program + "' \"$@\"\n"
	return file, os.WriteFile(file, []byte(text), 0o700)
}
