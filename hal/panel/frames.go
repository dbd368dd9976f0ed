package panel

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel's structures of <linux/fb.h>.
type bitfield struct{ offset, length, msbRight uint32 }

type varScreenInfo struct {
	xres, yres, xresVirtual, yresVirtual, xoffset, yoffset, bitsPerPixel, grayscale uint32
	red, green, blue, transp                                                        bitfield
	_                                                                               [80]byte
}

type fixScreenInfo struct {
	id                          [16]byte
	smemStart                   uint // a C long is as long as a Go int
	smemLen                     uint32
	kind, kindAux, visual       uint32
	xpanstep, ypanstep, ywrap   uint16
	lineLength                  uint32
	mmioStart                   uint
	mmioLen, accel              uint32
	capabilities, reserved, res uint16
}

const (
	fbGetVar = 0x4600
	fbGetFix = 0x4602
	fbBlank  = 0x4611

	blankNot   = 0 // FB_BLANK_UNBLANK
	blankPower = 4 // FB_BLANK_POWERDOWN
)

// frameDevice is an open frame buffer.
type frameDevice interface {
	// info tells the geometry and the format of the pixels.
	info() (varScreenInfo, fixScreenInfo, error)
	// memory is the frame buffer's, of this many bytes.
	memory(size int) ([]byte, error)
	blank(mode int) error
	// shows tells whether this virtual terminal is on it.
	shows(terminal int) (bool, error)
	Close() error
}

// frames opens frame buffers; tests have their own.
type frames interface {
	open(path string) (frameDevice, error)
	// terminal opens the virtual terminal that the kernel shows.
	terminal() (terminal, error)
}

type kernelFrames struct{}

func (kernelFrames) open(path string) (frameDevice, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s does not exist: the kernel has no driver of a screen, or no frame buffer for it (ls /dev/fb*)", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%w: run as a member of the group video", err)
	case err != nil:
		return nil, err
	}
	return &kernelFrame{file: f, fd: int(f.Fd())}, nil
}

type kernelFrame struct {
	file   *os.File
	fd     int
	mapped []byte
}

func ioctl(fd int, request uint, arg unsafe.Pointer) error {
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(arg)); e != 0 {
		return e
	}
	return nil
}

func (k *kernelFrame) info() (v varScreenInfo, f fixScreenInfo, err error) {
	err = errors.Join(ioctl(k.fd, fbGetVar, unsafe.Pointer(&v)), ioctl(k.fd, fbGetFix, unsafe.Pointer(&f)))
	return v, f, err
}

func (k *kernelFrame) memory(size int) ([]byte, error) {
	if size <= 0 || size > math.MaxInt32 {
		return nil, fmt.Errorf("a memory of %d bytes", size)
	}
	mapped, err := unix.Mmap(k.fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	k.mapped = mapped
	return mapped, err
}

func (k *kernelFrame) blank(mode int) error {
	return unix.IoctlSetInt(k.fd, fbBlank, mode)
}

func (k *kernelFrame) Close() error {
	var err error
	if k.mapped != nil {
		err = unix.Munmap(k.mapped)
	}
	return errors.Join(err, k.file.Close())
}
