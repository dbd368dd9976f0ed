package panel

import (
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"offhook/hal"
)

// textTerminal is a fake virtual terminal that tells of every misuse.
type textTerminal struct {
	t         *testing.T
	active    int
	is        int // its mode
	deny      error
	denySet   error
	elsewhere bool // on another frame buffer
	desktop   bool // a program switches it
	set       []int
	closed    int
}

func (c *textTerminal) open() {
	if c.closed > 0 {
		c.t.Error("used after it was closed")
	}
}

func (c *textTerminal) number() (int, error) { c.open(); return c.active, nil }
func (c *textTerminal) mode() (int, error)   { c.open(); return c.is, nil }
func (c *textTerminal) owned() (bool, error) { c.open(); return c.desktop, nil }

func (c *textTerminal) setMode(mode int) error {
	c.open()
	if c.elsewhere {
		c.t.Error("a terminal of another screen was switched")
	}
	if c.denySet != nil {
		return c.denySet
	}
	c.is, c.set = mode, append(c.set, mode)
	return nil
}

func (c *textTerminal) Close() error { c.open(); c.closed++; return nil }

func TestFramebuffer_takes_the_terminal(t *testing.T) {
	cases := []struct {
		name string
		text textTerminal
		set  []int // modes while the screen is open
		at   int   // mode after Close
		left int   // how often the terminal was closed after Close
	}{
		{"text is shown -> graphics while open, text again", textTerminal{}, []int{modeGraphics}, modeText, 1},
		{"a desktop has it -> left alone", textTerminal{is: modeGraphics, desktop: true}, nil, modeGraphics, 1},
		{"an agent that was killed left graphics -> text again", textTerminal{is: modeGraphics}, []int{modeGraphics}, modeText, 1},
		{"text is on another screen -> left alone", textTerminal{elsewhere: true}, nil, modeText, 1},
		{"switching is not allowed -> text stays", textTerminal{denySet: unix.EPERM}, nil, modeText, 1},
		{"opening is not allowed -> text stays", textTerminal{deny: os.ErrPermission}, nil, modeText, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.text.t, c.text.active = t, 7
			s := newScreen(t, 20, 20, 32, bits(16, 8), bits(8, 8), bits(0, 8), bitfield{})
			s.text = &c.text
			d, err := driversOn(nil, s, t.TempDir()).Displays["linux-fb"].Open(t.Context(), hal.Params{}, quiet)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(c.text.set, c.set) {
				t.Errorf("switched to %v, want %v", c.text.set, c.set)
			}
			if err := d.Draw(d.Bounds(), image.White, image.Point{}); err != nil {
				t.Error(err)
			}
			for range 2 {
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			}
			if c.text.is != c.at || c.text.closed != c.left {
				t.Errorf("left in mode %d, closed %d times; want %d and %d", c.text.is, c.text.closed, c.at, c.left)
			}
		})
	}
}

// A file is neither a terminal nor a screen of one.
func TestKernelTerminal_errors(t *testing.T) {
	fd, err := unix.MemfdCreate("terminal", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	k := &kernelTerminal{fd}
	if _, err := k.number(); err == nil {
		t.Error("a file has a number")
	}
	if _, err := k.mode(); err == nil {
		t.Error("a file has a mode")
	}
	if _, err := k.owned(); err == nil {
		t.Error("a file has somebody who switches it")
	}
	if _, err := TakeTerminal(filepath.Join(t.TempDir(), "fb9")); err == nil || !strings.Contains(err.Error(), "fb9 does not exist") {
		t.Errorf("a frame buffer that is not there: %v", err)
	}
	if k.setMode(modeGraphics) == nil {
		t.Error("a file has a graphics mode")
	}
	if _, err := (&kernelFrame{fd: fd}).shows(1); err == nil {
		t.Error("a file shows a terminal")
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
}
