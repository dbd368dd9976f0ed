package panel

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel's words of <linux/kd.h>, <linux/vt.h> and <linux/fb.h>.
const (
	kdSetMode     = 0x4b3a
	kdGetMode     = 0x4b3b
	vtGetMode     = 0x5601
	vtGetState    = 0x5603
	fbGetCon2FB   = 0x460f
	modeText      = 0
	modeGraphics  = 1
	switchAuto    = 0           // nobody is asked before another terminal is shown
	foregroundTTY = "/dev/tty0" // the virtual terminal that is shown
)

// terminal is the virtual terminal that the kernel shows.
type terminal interface {
	// number is the terminal's, from 1.
	number() (int, error)
	// mode is modeText or modeGraphics.
	mode() (int, error)
	// owned tells whether a program switches it: a desktop.
	owned() (bool, error)
	setMode(mode int) error
	Close() error
}

var errNoTerminal = errors.New("no virtual terminal is on this screen")

// takeTerminal has the kernel leave the screen to the telephone: no text, no cursor
// that blinks over the picture. It returns what gives the screen back. A terminal
// in graphics mode is a desktop's, and stays as it is, or was left so by an agent that
// was killed, for which this one gives it back.
func takeTerminal(f frames, device frameDevice) (giveBack func() error, err error) {
	t, err := f.terminal()
	if err != nil {
		return nil, err
	}
	if err := switchTerminal(t, device); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return func() error { return errors.Join(t.setMode(modeText), t.Close()) }, nil
}

// TakeTerminal is takeTerminal for the frame buffer at this path.
func TakeTerminal(framebuffer string) (giveBack func() error, err error) {
	device, err := kernelFrames{}.open(framebuffer)
	if err != nil {
		return nil, err
	}
	giveBack, err = takeTerminal(kernelFrames{}, device)
	return giveBack, errors.Join(err, device.Close())
}

func switchTerminal(t terminal, device frameDevice) error {
	number, err := t.number()
	if err != nil {
		return err
	}
	shows, err := device.shows(number)
	if err != nil {
		return err
	}
	if !shows {
		return errNoTerminal
	}
	mode, err := t.mode()
	if err != nil {
		return err
	}
	if owned, err := t.owned(); err != nil || mode != modeText && owned {
		return errors.Join(err, fmt.Errorf("virtual terminal %d is a desktop's", number))
	}
	return t.setMode(modeGraphics)
}

// kernelTerminal is an open virtual terminal.
type kernelTerminal struct{ fd int }

func (kernelFrames) terminal() (terminal, error) {
	// It must not become the agent's controlling terminal, whose hang-up would end it.
	fd, err := unix.Open(foregroundTTY, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", foregroundTTY, err)
	}
	return &kernelTerminal{fd}, nil
}

func (t *kernelTerminal) number() (int, error) {
	var state struct{ active, signal, state uint16 }
	err := ioctl(t.fd, vtGetState, unsafe.Pointer(&state))
	return int(state.active), err
}

func (t *kernelTerminal) mode() (int, error) {
	var mode int32 // a C int
	err := ioctl(t.fd, kdGetMode, unsafe.Pointer(&mode))
	return int(mode), err
}

func (t *kernelTerminal) owned() (bool, error) {
	var by struct {
		mode, wait                int8
		release, acquire, reserve int16
	}
	err := ioctl(t.fd, vtGetMode, unsafe.Pointer(&by))
	return by.mode != switchAuto, err
}

func (t *kernelTerminal) setMode(mode int) error { return unix.IoctlSetInt(t.fd, kdSetMode, mode) }

func (t *kernelTerminal) Close() error { return unix.Close(t.fd) }

// shows asks which frame buffer the terminal's text is on.
func (k *kernelFrame) shows(terminal int) (bool, error) {
	var own unix.Stat_t
	if err := unix.Fstat(k.fd, &own); err != nil {
		return false, err
	}
	on := struct{ console, framebuffer uint32 }{console: uint32(terminal)}
	err := ioctl(k.fd, fbGetCon2FB, unsafe.Pointer(&on))
	return on.framebuffer == unix.Minor(uint64(own.Rdev)), err
}
