package evdev

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
	"unsafe"

	"github.com/holoplot/go-evdev"
	"golang.org/x/sys/unix"

	"offhook/hal"
)

// locate finds the device node.
func locate(w where) (string, error) {
	if w.Device != "" {
		return w.Device, nil
	}
	all, err := evdev.ListDevicePaths()
	if err != nil {
		return "", err
	}
	var names []string
	for _, d := range all {
		if d.Name == w.Name {
			return d.Path, nil
		}
		names = append(names, d.Name)
	}
	return "", fmt.Errorf("this machine has no input device %q (there are %q)", w.Name, names)
}

// file is an open device node; *os.File in non-blocking mode, so that Close
// and a deadline wake a reader. (go-evdev's own reading cannot be woken.)
type file interface {
	io.ReadCloser
	SetReadDeadline(time.Time) error
}

func openNode(w where, grab bool) (file, error) {
	path, err := locate(w)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("%w: run as a member of the group input", err)
	}
	if err != nil || !grab {
		return f, err
	}
	if err := grabNode(f); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: cannot be kept from others: %w", path, err), f.Close())
	}
	return f, nil
}

// eviocgrab is _IOW('E', 0x90, int).
const eviocgrab = 0x40044590

func grabNode(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) { failed = unix.IoctlSetInt(int(fd), eviocgrab, 1) })
	return errors.Join(err, failed)
}

// event is a struct input_event without its time.
type event struct {
	kind, code uint16
	value      int32
}

// timeSize is that of the kernel's struct timeval as user space of this
// machine's word size knows it: the time stamp of a struct input_event.
const timeSize = 2 * int(unsafe.Sizeof(uintptr(0)))

const eventSize = timeSize + 8

func parse(b []byte) event {
	b = b[timeSize:]
	return event{binary.NativeEndian.Uint16(b), binary.NativeEndian.Uint16(b[2:]), int32(binary.NativeEndian.Uint32(b[4:]))}
}

// stream reads whole events.
type stream struct {
	f      file
	buffer [64 * eventSize]byte
	rest   []byte
}

// next returns the next event. os.ErrDeadlineExceeded passes through; the
// device's going away becomes hal.ErrGone, our own closing hal.ErrClosed.
func (s *stream) next() (event, error) {
	if len(s.rest) < eventSize {
		n, err := s.f.Read(s.buffer[:])
		if err != nil {
			return event{}, readError(err)
		}
		s.rest = s.buffer[:n-n%eventSize] // the kernel gives whole events only
		if len(s.rest) == 0 {
			return event{}, hal.ErrGone
		}
	}
	e := parse(s.rest)
	s.rest = s.rest[eventSize:]
	return e, nil
}

func readError(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return err
	case errors.Is(err, fs.ErrClosed):
		return hal.ErrClosed
	case errors.Is(err, syscall.ENODEV), errors.Is(err, io.EOF):
		return fmt.Errorf("input device: %w", hal.ErrGone)
	}
	return fmt.Errorf("input device: %w", err)
}
