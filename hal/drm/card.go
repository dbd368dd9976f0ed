package drm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"offhook/hal/panel"
)

// card is an open device, as the kernel has it.
type card interface {
	// call is an ioctl; arg points at the structure that belongs to it.
	call(request uintptr, arg unsafe.Pointer) error
	// memory maps a buffer.
	memory(offset uint64, size int) ([]byte, error)
	unmap([]byte) error
	// read waits so long for events; 0: there were none.
	read(events []byte, limit time.Duration) (int, error)
	Close() error
}

// cards are the devices of a machine; tests have their own.
type cards interface {
	list() []string
	open(path string) (card, error)
	// console has the kernel's text leave a device's screen until it is given back.
	// nil: there is none on it.
	console(path string) (giveBack func() error, err error)
}

type machine struct{}

func (machine) list() []string {
	all, _ := filepath.Glob("/dev/dri/card[0-9]*") // the pattern is ours
	return all
}

func (machine) open(path string) (card, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("does not exist (ls /dev/dri): the kernel has no driver of a screen, or its number has changed; without device the first one with a screen is taken")
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%w: run as a member of the group video", err)
	case err != nil:
		return nil, err
	}
	return &device{fd}, nil
}

func (machine) console(path string) (func() error, error) {
	path, err := filepath.EvalSymlinks(path) // of /dev/dri/by-path
	if err != nil {
		return nil, err
	}
	// The frame buffer that the driver has for the console is a sister of the card.
	sisters, _ := filepath.Glob(filepath.Join("/sys/class/drm", filepath.Base(path), "device/graphics/fb[0-9]*")) // the pattern is ours
	for _, fb := range sisters {
		return panel.TakeTerminal(filepath.Join("/dev", filepath.Base(fb)))
	}
	return nil, nil
}

type device struct{ fd int }

// call tries again as long as the kernel was interrupted, as libdrm does.
func (d *device) call(request uintptr, arg unsafe.Pointer) error {
	for {
		_, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(d.fd), request, uintptr(arg))
		switch e {
		case 0:
			return nil
		case unix.EINTR, unix.EAGAIN:
			continue
		}
		return e
	}
}

func (d *device) memory(offset uint64, size int) ([]byte, error) {
	return unix.Mmap(d.fd, int64(offset), size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

func (d *device) unmap(b []byte) error { return unix.Munmap(b) }

func (d *device) read(events []byte, limit time.Duration) (int, error) {
	end := time.Now().Add(limit)
	for {
		left := max(0, time.Until(end))
		poll := []unix.PollFd{{Fd: int32(d.fd), Events: unix.POLLIN}}
		n, err := unix.Poll(poll, int(left.Milliseconds()))
		if err == nil && n > 0 {
			n, err = unix.Read(d.fd, events)
		}
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
			continue
		case err != nil:
			return 0, os.NewSyscallError("read", err)
		}
		return n, nil
	}
}

func (d *device) Close() error { return unix.Close(d.fd) }
