package panel

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"offhook/hal"
	"offhook/hal/haltest"
)

// What a C compiler says of <linux/fb.h>.
func TestABI(t *testing.T) {
	fix := map[string][3]uintptr{"amd64": {80, 24, 48}, "arm64": {80, 24, 48}, "arm": {68, 20, 44}}
	var v varScreenInfo
	var f fixScreenInfo
	if got := [3]uintptr{unsafe.Sizeof(f), unsafe.Offsetof(f.smemLen), unsafe.Offsetof(f.lineLength)}; got != fix[runtime.GOARCH] {
		t.Errorf("fixed: %v, want %v", got, fix[runtime.GOARCH])
	}
	if got := [3]uintptr{unsafe.Sizeof(v), unsafe.Offsetof(v.red), unsafe.Offsetof(v.xoffset)}; got != [3]uintptr{160, 32, 16} {
		t.Errorf("variable: %v", got)
	}
}

// screenOf is a fake screen: its memory, with guards around what is visible.
type screenOf struct {
	t      *testing.T
	v      varScreenInfo
	line   int
	mem    []byte
	blanks []int
	err    error
	closed bool
	text   *textTerminal // nil: the machine has none
}

func (s *screenOf) terminal() (terminal, error) {
	if s.text == nil {
		return nil, os.ErrNotExist
	}
	return s.text, s.text.deny
}

func (s *screenOf) shows(number int) (bool, error) {
	if number != s.text.active {
		s.t.Errorf("asked of terminal %d, %d is shown", number, s.text.active)
	}
	return !s.text.elsewhere, nil
}

const guard = 0x5a

func newScreen(t *testing.T, w, h int, bits uint32, red, green, blue, alpha bitfield) *screenOf {
	s := &screenOf{t: t, v: varScreenInfo{xres: uint32(w), yres: uint32(h), bitsPerPixel: bits, red: red, green: green, blue: blue, transp: alpha, xoffset: 2, yoffset: 3}}
	s.line = (w+5)*int(bits)/8 + 12
	s.mem = bytes.Repeat([]byte{guard}, s.line*(h+4))
	return s
}

func (s *screenOf) open(path string) (frameDevice, error) {
	if path != "/dev/fb0" {
		return kernelFrames{}.open(path)
	}
	return s, s.err
}

func (s *screenOf) info() (varScreenInfo, fixScreenInfo, error) {
	return s.v, fixScreenInfo{smemLen: uint32(len(s.mem)), lineLength: uint32(s.line)}, nil
}

func (s *screenOf) memory(size int) ([]byte, error) {
	if size != len(s.mem) {
		s.t.Errorf("mapped %d bytes of %d", size, len(s.mem))
	}
	return s.mem, nil
}

func (s *screenOf) blank(mode int) error { s.blanks = append(s.blanks, mode); return nil }

func (s *screenOf) Close() error {
	if s.closed {
		s.t.Error("closed twice")
	}
	s.closed = true
	// Not a byte outside the visible rectangle may have changed.
	pixel := int(s.v.bitsPerPixel / 8)
	for i, b := range s.mem {
		x, y := i%s.line/pixel-2, i/s.line-3
		visible := x >= 0 && x < int(s.v.xres) && y >= 0 && y < int(s.v.yres)
		if b != guard && !visible {
			s.t.Errorf("the byte at %d of line %d was written", i%s.line, i/s.line)
			break
		}
	}
	return nil
}

func (s *screenOf) pixel(x, y int) uint32 {
	n := int(s.v.bitsPerPixel / 8)
	var p uint32
	for i := range n {
		p |= uint32(s.mem[(y+3)*s.line+(x+2)*n+i]) << (8 * i)
	}
	return p
}

func (s *screenOf) at(x, y int) color.Color {
	p := s.pixel(x, y)
	part := func(f bitfield) uint8 { return uint8(p >> f.offset & (1<<f.length - 1) * 255 / (1<<f.length - 1)) }
	return color.RGBA{part(s.v.red), part(s.v.green), part(s.v.blue), 255}
}

func bits(offset, length uint32) bitfield { return bitfield{offset: offset, length: length} }

var formats = []struct {
	name                    string
	bits                    uint32
	red, green, blue, alpha bitfield
	orange                  uint32 // 0xff8010
}{
	{"RGB565", 16, bits(11, 5), bits(5, 6), bits(0, 5), bitfield{}, 0xfc02},
	{"BGR565", 16, bits(0, 5), bits(5, 6), bits(11, 5), bitfield{}, 0x141f},
	{"RGB555", 16, bits(10, 5), bits(5, 5), bits(0, 5), bits(15, 1), 0xfe02},
	{"RGB888", 24, bits(16, 8), bits(8, 8), bits(0, 8), bitfield{}, 0xff8010},
	{"XRGB8888", 32, bits(16, 8), bits(8, 8), bits(0, 8), bitfield{}, 0xff8010},
	{"ABGR8888", 32, bits(0, 8), bits(8, 8), bits(16, 8), bits(24, 8), 0xff1080ff},
}

func TestFramebuffer_conforms(t *testing.T) {
	for _, f := range formats {
		t.Run(f.name, func(t *testing.T) {
			haltest.Display(t, func(testing.TB) (hal.Display, func(x, y int) color.Color) {
				s := newScreen(t, 50, 30, f.bits, f.red, f.green, f.blue, f.alpha)
				d, err := driversOn(nil, s, t.TempDir()).Displays["linux-fb"].Open(t.Context(), hal.Params{}, quiet)
				if err != nil {
					t.Fatal(err)
				}
				return d, s.at
			})
		})
	}
}

func TestFramebuffer_colours(t *testing.T) {
	orange := color.RGBA{0xff, 0x80, 0x10, 0xff}
	for _, f := range formats {
		t.Run(f.name, func(t *testing.T) {
			s := newScreen(t, 20, 20, f.bits, f.red, f.green, f.blue, f.alpha)
			d, err := newFramebuffer("fb", s, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Draw(d.Bounds(), image.NewUniform(orange), image.Point{}); err != nil || s.pixel(19, 19) != f.orange {
				t.Errorf("a pixel of %#x, want %#x; %v", s.pixel(19, 19), f.orange, err)
			}
			if r, g, b, _ := d.ColorModel().Convert(color.White).RGBA(); r&g&b != 0xffff {
				t.Errorf("white becomes %x %x %x", r, g, b)
			}
			if r, _, _, _ := d.ColorModel().Convert(color.Gray{Y: 0x80}).RGBA(); r>>8 < 0x78 || r>>8 > 0x88 {
				t.Errorf("grey becomes %x", r)
			}
			d.Close()
		})
	}
}

func TestFramebuffer_draws_without_allocation(t *testing.T) {
	s := newScreen(t, 320, 240, 16, bits(11, 5), bits(5, 6), bits(0, 5), bitfield{})
	d, err := newFramebuffer("fb", s, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var picture image.Image = image.NewRGBA(d.Bounds())
	if n := testing.AllocsPerRun(5, func() { _ = d.Draw(d.Bounds(), picture, image.Point{}) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFramebuffer_Draw(b *testing.B) {
	s := newScreen(nil, 480, 272, 16, bits(11, 5), bits(5, 6), bits(0, 5), bitfield{})
	d, err := newFramebuffer("fb", s, nil)
	if err != nil {
		b.Fatal(err)
	}
	picture := image.NewRGBA(d.Bounds())
	for b.Loop() {
		_ = d.Draw(d.Bounds(), picture, image.Point{})
	}
}

func TestOpenFramebuffer_faults(t *testing.T) {
	r, g, b := bits(11, 5), bits(5, 6), bits(0, 5)
	cases := []struct {
		name   string
		device string
		change func(*screenOf)
		want   string
	}{
		{"no such device -> said", "/dev/fb99", func(*screenOf) {}, "/dev/fb99 does not exist: the kernel has no driver of a screen"},
		{"palette -> said", "/dev/fb0", func(s *screenOf) { s.v.bitsPerPixel = 8 }, "it has 8 bits a pixel"},
		{"odd colours -> said", "/dev/fb0", func(s *screenOf) { s.v.green.length = 0 }, "its pixels have green at bit 5, 0 bits wide"},
		{"colour outside the pixel -> said", "/dev/fb0", func(s *screenOf) { s.v.red.offset = 12 }, "its pixels have red at bit 12"},
		{"no size -> said", "/dev/fb0", func(s *screenOf) { s.v.xres = 0 }, "it says that it is 0×20 pixels"},
		{"memory too small -> said", "/dev/fb0", func(s *screenOf) { s.v.yoffset = 9 }, "do not fit its memory"},
		{"lines too short -> said", "/dev/fb0", func(s *screenOf) { s.line = 30 }, "in lines of 30 bytes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newScreen(t, 20, 20, 16, r, g, b, bitfield{})
			c.change(s)
			_, err := driversOn(nil, s, t.TempDir()).Displays["linux-fb"].Open(t.Context(), hal.Params{"device": c.device}, quiet)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if c.device == "/dev/fb0" && !s.closed {
				t.Error("left open")
			}
		})
	}
}

func backlights(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestBacklight(t *testing.T) {
	class := map[string]string{"b_10/max_brightness": "31\n", "b_10/brightness": "xx", "a_rpi/max_brightness": "255\n", "a_rpi/brightness": "xxx"}
	cases := []struct {
		name, param, file string
		want              map[int]string // percent: brightness
	}{
		{"auto -> the first", "auto", "a_rpi/brightness", map[int]string{0: "0", 1: "2", 50: "127", 100: "255"}},
		{"named -> that", "b_10", "b_10/brightness", map[int]string{0: "0", 1: "1", 100: "31"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := backlights(t, class)
			s := newScreen(t, 20, 20, 32, bits(16, 8), bits(8, 8), bits(0, 8), bitfield{})
			d, err := driversOn(nil, s, dir).Displays["linux-fb"].Open(t.Context(), hal.Params{"backlight": c.param}, quiet)
			if err != nil {
				t.Fatal(err)
			}
			for percent, want := range c.want {
				if err := errors.Join(os.WriteFile(filepath.Join(dir, c.file), nil, 0o644), d.Backlight(percent)); err != nil {
					t.Error(err)
				}
				if got, _ := os.ReadFile(filepath.Join(dir, c.file)); string(got) != want {
					t.Errorf("%d percent: %q, want %q", percent, got, want)
				}
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBacklight_without_one_the_screen_is_switched(t *testing.T) {
	for _, param := range []string{"auto", "none"} {
		s := newScreen(t, 20, 20, 32, bits(16, 8), bits(8, 8), bits(0, 8), bitfield{})
		d, err := driversOn(nil, s, filepath.Join(t.TempDir(), "absent")).Displays["linux-fb"].Open(t.Context(), hal.Params{"backlight": param}, quiet)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(d.Backlight(0), d.Backlight(30), d.Close()); err != nil {
			t.Error(err)
		}
		if want := []int{blankNot, blankPower, blankNot}; len(s.blanks) != 3 || s.blanks[1] != want[1] || s.blanks[2] != want[2] {
			t.Errorf("switched %v, want %v", s.blanks, want)
		}
	}
}

func TestBacklight_faults(t *testing.T) {
	dir := backlights(t, map[string]string{"odd/max_brightness": "bright"})
	for _, c := range []struct{ name, want string }{{"other", `there is no backlight "other" (there are ["odd"]`}, {"odd", `says "bright"`}} {
		if _, err := OpenLight(LightConfig{Class: dir, Name: c.name}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

// A file in memory is enough of a frame buffer to be mapped.
func TestKernelFrame_maps(t *testing.T) {
	fd, err := unix.MemfdCreate("screen", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "screen")
	if err := f.Truncate(4096); err != nil {
		t.Fatal(err)
	}
	k := &kernelFrame{file: f, fd: fd}
	mem, err := k.memory(4096)
	if err != nil {
		t.Fatal(err)
	}
	mem[4095] = 7
	var last [1]byte
	if _, err := f.ReadAt(last[:], 4095); err != nil || last[0] != 7 {
		t.Errorf("read %v, %v", last, err)
	}
	if _, _, err := k.info(); err == nil {
		t.Error("a file has a geometry")
	}
	if k.blank(blankNot) == nil {
		t.Error("a file has a power switch")
	}
	if _, err := k.memory(0); err == nil {
		t.Error("nothing is mapped")
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
}
