// Package watchdog arms the kernel's hardware watchdog (/dev/watchdog): unless
// it is kicked, the board reboots.
package watchdog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"offhook/hal"
)

type config struct {
	Device  string        `param:"device" takes:"device"`
	Timeout time.Duration `param:"timeout"`
}

func defaults() config { return config{Device: "/dev/watchdog", Timeout: 15 * time.Second} }

func params(p hal.Params) (config, error) {
	c := defaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	if c.Timeout < 2*time.Second || c.Timeout > 10*time.Minute || c.Timeout%time.Second != 0 {
		return c, hal.Faultf("timeout", "%s is not whole seconds between 2s and 10m", c.Timeout)
	}
	return c, nil
}

// Drivers is the table of this package: linux-watchdog.
func Drivers() hal.Drivers {
	return hal.Drivers{Watchdogs: map[string]hal.Driver[hal.Watchdog]{"linux-watchdog": {
		Defaults: defaults(),
		Check:    func(p hal.Params) error { _, err := params(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Watchdog, error) {
			c, err := params(p)
			if err != nil {
				return nil, err
			}
			return open(c, linux{})
		},
	}}}
}

// device is what the driver needs of the kernel.
type device interface {
	open(path string) (*os.File, error)
	setTimeout(f *os.File, seconds int) (granted int, err error)
	kick(f *os.File) error
}

type linux struct{}

func (linux) open(path string) (*os.File, error) { return os.OpenFile(path, os.O_WRONLY, 0) }

func (linux) setTimeout(f *os.File, seconds int) (int, error) {
	if err := unix.IoctlSetPointerInt(int(f.Fd()), unix.WDIOC_SETTIMEOUT, seconds); err != nil {
		return 0, err
	}
	return unix.IoctlGetInt(int(f.Fd()), unix.WDIOC_GETTIMEOUT)
}

func (linux) kick(f *os.File) error { return unix.IoctlWatchdogKeepalive(int(f.Fd())) }

// Watchdog is an armed watchdog.
type Watchdog struct {
	dev     device
	timeout time.Duration

	mu sync.Mutex
	f  *os.File // nil when closed
}

var _ hal.Watchdog = (*Watchdog)(nil)

func open(c config, dev device) (*Watchdog, error) {
	f, err := dev.open(c.Device)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s does not exist: the kernel has no watchdog driver for this board", c.Device)
	case errors.Is(err, syscall.EBUSY):
		return nil, fmt.Errorf("%s is in use: another program (systemd's RuntimeWatchdogSec?) has the watchdog", c.Device)
	case err != nil:
		return nil, err
	}
	w := &Watchdog{dev: dev, f: f, timeout: c.Timeout}
	granted, err := dev.setTimeout(f, int(c.Timeout/time.Second))
	if err != nil {
		// Some hardware has one fixed time. Opened is armed: it must be let go of.
		return nil, errors.Join(fmt.Errorf("%s does not take a timeout of %s: %w", c.Device, c.Timeout, err), w.Close())
	}
	w.timeout = time.Duration(granted) * time.Second
	return w, nil
}

// Timeout is the time that the hardware granted.
func (w *Watchdog) Timeout() time.Duration { return w.timeout }

// Kick gives the board another Timeout.
func (w *Watchdog) Kick() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.f == nil {
		return hal.ErrClosed
	}
	return w.dev.kick(w.f)
}

// Close disarms the watchdog by its magic character; a kernel built with
// nowayout keeps it armed, and reboots.
func (w *Watchdog) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.f == nil {
		return nil
	}
	_, err := w.f.WriteString("V")
	err = errors.Join(err, w.f.Close())
	w.f = nil
	return err
}
