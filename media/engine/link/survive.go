package link

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Clock is the monotonic clock since boot, the same in every process: an
// engine's Now where its streams' states are to be understood by another.
func Clock() func() time.Duration {
	var boot unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &boot) // cannot fail
	start := time.Now()
	return func() time.Duration { return time.Duration(boot.Nano()) + time.Since(start) }
}

// Forsake has a media process outlive its control: output that nobody reads any
// more is no reason to end, and Ctrl-C is meant for control.
func Forsake() { signal.Ignore(syscall.SIGPIPE, syscall.SIGINT, syscall.SIGHUP) }

// Listen listens for other controls at a path, of this user's alone. A process
// that listened there before is taken to be gone: ask Find first.
func Listen(path string) (*net.UnixListener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("link: %w", err)
	}
	before := unix.Umask(0o177)
	l, err := net.ListenUnix("unixpacket", &net.UnixAddr{Name: path, Net: "unixpacket"})
	unix.Umask(before)
	if err != nil {
		return nil, fmt.Errorf("link: listen at %s: %w", path, err)
	}
	return l, nil
}
