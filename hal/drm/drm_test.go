package drm

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"offhook/hal"
	"offhook/hal/haltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What a C compiler says of <drm/drm.h> and <drm/drm_mode.h>, on every machine.
func TestABI(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want uintptr
	}{
		{"modeInfo", unsafe.Sizeof(modeInfo{}), 68}, {"modeInfo.kind", unsafe.Offsetof(modeInfo{}.kind), 32},
		{"resources", unsafe.Sizeof(resources{}), 64}, {"crtcState", unsafe.Sizeof(crtcState{}), 104}, {"crtcState.mode", unsafe.Offsetof(crtcState{}.mode), 36},
		{"encoderState", unsafe.Sizeof(encoderState{}), 20}, {"connectorState", unsafe.Sizeof(connectorState{}), 80},
		{"connectorState.countModes", unsafe.Offsetof(connectorState{}.countModes), 32}, {"connectorState.encoder", unsafe.Offsetof(connectorState{}.encoder), 44},
		{"connectorState.connection", unsafe.Offsetof(connectorState{}.connection), 60}, {"addFB", unsafe.Sizeof(addFB{}), 28},
		{"dirtyFB", unsafe.Sizeof(dirtyFB{}), 24}, {"dirtyFB.clips", unsafe.Offsetof(dirtyFB{}.clips), 16}, {"clipRect", unsafe.Sizeof(clipRect{}), 8},
		{"pageFlip", unsafe.Sizeof(pageFlip{}), 24}, {"pageFlip.user", unsafe.Offsetof(pageFlip{}.user), 16}, {"createDumb", unsafe.Sizeof(createDumb{}), 32},
		{"createDumb.size", unsafe.Offsetof(createDumb{}.size), 24}, {"mapDumb", unsafe.Sizeof(mapDumb{}), 16}, {"mapDumb.offset", unsafe.Offsetof(mapDumb{}.offset), 8},
		{"getCap", unsafe.Sizeof(getCap{}), 16}, {"event", unsafe.Sizeof(event{}), 32}, {"event.user", unsafe.Offsetof(event{}.user), 8},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.name, c.got, c.want)
		}
	}
}

func openScreen(t *testing.T, k *kernel, p hal.Params) *Screen {
	t.Helper()
	d, err := driversOn(k, filepath.Join(t.TempDir(), "none")).Displays["drm"].Open(t.Context(), p, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return d.(*Screen)
}

// sendsPictures makes the screen one on SPI.
func sendsPictures(k *kernel) { k.dirt, k.connectors[1].state.kind = true, typeSPI }

func bubble(t *testing.T, f func(*testing.T)) { t.Helper(); synctest.Test(t, f) }

// wantConsole is what a Close leaves.
func wantConsole(t *testing.T, k *kernel) {
	t.Helper()
	if c := k.crtc(32); !k.closed || c.fb != consoleFB || !c.valid || c.mode.hdisplay != 60 || k.graphics {
		t.Errorf("closed %v; the console's screen shows %d, %s; graphics %v", k.closed, c.fb, c.mode, k.graphics)
	}
}

func TestScreen_conforms(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*kernel)
		way  way
		bits int
	}{
		{"pages are turned", func(*kernel) {}, byFlip, 4},
		{"changes are told", sendsPictures, byDirt, 4},
		{"changes may be told, but the memory is scanned", func(k *kernel) { k.dirt = true }, byFlip, 4},
		{"a sent picture whose driver needs no telling", func(k *kernel) { k.connectors[1].state.kind = typeVirtual }, byFlip, 4},
		{"only root may ask to be master", func(k *kernel) { k.rootOnly = true }, byFlip, 4},
		{"no console", func(k *kernel) { k.noConsole = fs.ErrPermission }, byFlip, 4},
		{"no flips", func(k *kernel) { k.noFlip = unix.EINVAL }, bySetting, 4},
		{"flips that nobody tells of", func(k *kernel) { k.silent = true }, bySetting, 4},
		{"RGB565 alone", func(k *kernel) { k.only = 16 }, byFlip, 2},
		{"RGB565 is liked best", func(k *kernel) { sendsPictures(k); k.depth = 16 }, byDirt, 2},
		{"RGB565 is said to be liked best", func(k *kernel) { k.depth, k.only = 16, 32 }, byFlip, 4},
	} {
		for _, rotate := range []int{0, 90, 180, 270} {
			t.Run(fmt.Sprintf("%s, %d", c.name, rotate), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					k := newKernel(t)
					c.set(k)
					haltest.Display(t, func(testing.TB) (hal.Display, func(x, y int) color.Color) {
						k.rotate = rotate
						s := openScreen(t, k, hal.Params{"rotate": rotate})
						if err := s.Draw(s.Bounds(), image.White, image.Point{}); err != nil || s.way != c.way || s.pixels.Bytes() != c.bits {
							t.Errorf("way %s, %d bytes a pixel, %v; want %s, %d", s.way, s.pixels.Bytes(), err, c.way, c.bits)
						}
						return s, k.at
					})
					wantConsole(t, k)
				})
			})
		}
	}
}

func TestScreen_sends_what_changed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := newKernel(t)
		sendsPictures(k)
		s := openScreen(t, k, hal.Params{})
		defer s.Close()
		picture := image.NewRGBA(s.Bounds())
		invert := func(r image.Rectangle) {
			for y := r.Min.Y; y < r.Max.Y; y++ {
				for x := r.Min.X; x < r.Max.X; x++ {
					c := picture.RGBAAt(x, y)
					picture.SetRGBA(x, y, color.RGBA{^c.R, ^c.G, ^c.B, 255})
				}
			}
		}
		for _, c := range []struct {
			name string
			dirt []image.Rectangle
			want []clipRect
		}{
			{"nothing -> nothing is sent", nil, nil},
			{"a dot -> a dot", []image.Rectangle{image.Rect(7, 9, 8, 10)}, []clipRect{{7, 9, 8, 10}}},
			{"two far apart -> two", []image.Rectangle{image.Rect(0, 0, 60, 4), image.Rect(10, 36, 20, 40)}, []clipRect{{0, 0, 60, 4}, {10, 36, 20, 40}}},
			{"two that share rows -> one", []image.Rectangle{image.Rect(1, 1, 4, 6), image.Rect(10, 5, 20, 8)}, []clipRect{{1, 1, 20, 8}}},
		} {
			k.marks = nil
			for _, r := range c.dirt {
				invert(r)
			}
			if err := s.Draw(s.Bounds(), picture, image.Point{}); err != nil {
				t.Fatal(err)
			}
			if len(k.marks) > 1 || !slices.Equal(slices.Concat(k.marks...), c.want) {
				t.Errorf("%s: %v, want %v", c.name, k.marks, c.want)
			}
		}
	})
}

func TestDamage_has_as_many_clips_as_the_kernel_takes(t *testing.T) {
	d := newDamage(image.Pt(10, 1000))
	for y := 0; y < 1000; y += 2 {
		d.add(y, y%7, y%7+1)
	}
	clips := d.clips(nil)
	if len(clips) != maxClips || clips[maxClips-1].y2 != 999 || clips[maxClips-1].y1 != 510 {
		t.Errorf("%d clips, the last %v", len(clips), clips[len(clips)-1])
	}
}

func TestScreen_is_switched_off(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := newKernel(t)
		s := openScreen(t, k, hal.Params{})
		white := func() {
			t.Helper()
			if r, _, _, _ := k.at(5, 5).RGBA(); r>>8 != 0xff {
				t.Errorf("the screen shows %v", k.at(5, 5))
			}
		}
		if err := s.Backlight(0); err != nil || k.crtc(32).valid {
			t.Errorf("off: still on, %v", err)
		}
		if err := s.Draw(s.Bounds(), image.White, image.Point{}); err != nil || k.crtc(32).valid {
			t.Errorf("drawn while off: on %v, %v", k.crtc(32).valid, err)
		}
		time.Sleep(3 * watchEvery) // time of the bubble
		k.change(func() {
			if k.crtc(32).valid {
				t.Error("switched on by nobody")
			}
		})
		if err := s.Backlight(40); err != nil {
			t.Error(err)
		}
		white()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		wantConsole(t, k)
	})
}

func TestScreen_modes(t *testing.T) {
	for _, c := range []struct {
		name, mode string
		set        func(*kernel)
		size       image.Point
		refresh    uint32
		crtc       uint32
	}{
		{"none asked -> preferred", "", nil, image.Pt(60, 40), 60, 32},
		{"none preferred -> the first", "", func(k *kernel) { k.connectors[1].modes[1].kind = 0 }, image.Pt(80, 40), 60, 32},
		{"size asked -> that", "80x40", nil, image.Pt(80, 40), 60, 32},
		{"size and rate asked -> that", "60x40@30", nil, image.Pt(60, 40), 30, 32},
		{"nothing drives it -> a CRTC that can", "", func(k *kernel) { k.connectors[1].state.encoder, k.encoders[1].crtc = 0, 0 }, image.Pt(60, 40), 60, 32},
		{"its CRTC drives another -> the other", "", func(k *kernel) {
			k.connectors[0].state.encoder, k.encoders[0].crtc, k.encoders[1].possibleCRTCs = 41, 32, 3
		}, image.Pt(60, 40), 60, 31},
		{"cannot tell whether it is there -> taken", "", func(k *kernel) { k.connectors[1].state.connection = 3 }, image.Pt(60, 40), 60, 32},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				k := newKernel(t)
				if c.set != nil {
					c.set(k)
				}
				s := openScreen(t, k, hal.Params{"mode": c.mode})
				if s.Bounds().Size() != c.size || s.mode.refresh != c.refresh || s.crtc != c.crtc {
					t.Errorf("%v, %d Hz, CRTC %d", s.Bounds(), s.mode.refresh, s.crtc)
				}
				if err := s.Close(); err != nil || k.crtc(31).valid {
					t.Errorf("closed: %v; the second CRTC is on: %v", err, k.crtc(31).valid)
				}
			})
		})
	}
}

func TestOpen_faults(t *testing.T) {
	for _, c := range []struct {
		name string
		p    hal.Params
		set  func(*kernel)
		want string
	}{
		{"no device -> said", nil, func(k *kernel) { k.renderOnly = true }, "there is no /dev/dri/card*"},
		{"that device is not there -> said", hal.Params{"device": "/dev/dri/card99"}, nil, "/dev/dri/card99: does not exist (ls /dev/dri)"},
		{"not allowed -> said", nil, func(k *kernel) { k.deny = fmt.Errorf("%w: run as", fs.ErrPermission) }, "/dev/dri/card0: permission denied: run as"},
		{"no screen -> said", nil, func(k *kernel) { k.connectors[1].state.connection = kindDisconnected }, "no screen is connected (to HDMI-A-1, DSI-1)"},
		{"no screen there -> said", hal.Params{"connector": "HDMI-A-1"}, nil, "no screen is connected to HDMI-A-1"},
		{"no such connector -> said", hal.Params{"connector": "VGA-1"}, nil, "there is no connector VGA-1 (there are: HDMI-A-1, DSI-1)"},
		{"no such mode -> said", hal.Params{"mode": "1x1"}, nil, "the screen at DSI-1 has no such mode (it has: 80x40@60, 60x40@60, 60x40@30)"},
		{"somebody has it, and root alone may ask -> said", nil, func(k *kernel) { k.other, k.rootOnly = true, true }, "another program (a desktop, a compositor) has the screen"},
		{"somebody has it -> said", nil, func(k *kernel) { k.other = true }, "another program (a desktop, a compositor) has the screen"},
		{"a device without screens -> said", hal.Params{"device": "/dev/dri/card0"}, func(k *kernel) { k.renderOnly = true }, "this device drives no screen"},
		{"no CRTC is left -> said", nil, func(k *kernel) {
			k.connectors[0].state.encoder, k.encoders[0].crtc = 41, 32
		}, "nothing is free to drive DSI-1"},
		{"no depth that we have -> said", nil, func(k *kernel) { k.only = 8 }, "a picture of 32 bits a pixel: invalid argument"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKernel(t)
			if c.set != nil {
				c.set(k)
			}
			_, err := driversOn(k, "/none").Displays["drm"].Open(t.Context(), c.p, slog.New(slog.DiscardHandler))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if k.opened > 0 && !k.closed {
				t.Error("left open")
			}
		})
	}
}

func TestCheck(t *testing.T) {
	check := Drivers().Displays["drm"].Check
	for _, c := range []struct {
		p    hal.Params
		want string
	}{
		{hal.Params{}, ""},
		{hal.Params{"device": "/dev/dri/card1", "mode": "480x272@60", "connector": "DSI-1", "rotate": 180, "backlight": "none"}, ""},
		{hal.Params{"device": "card1"}, `device: "card1" is not a device such as /dev/dri/card0`},
		{hal.Params{"mode": "big"}, `mode: "big" is not a mode such as 800x480`},
		{hal.Params{"mode": "0x0"}, `mode: "0x0" is not a mode`},
		{hal.Params{"rotate": 45}, "rotate: 45 is none of 0, 90, 180 and 270"},
		{hal.Params{"backlight": "a/b"}, `backlight: "a/b" is neither`},
		{hal.Params{"backlight-pwm": "x"}, `backlight-pwm: "x" is not`},
	} {
		if err := check(c.p); (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v: %v, want %s", c.p, err, c.want)
		}
	}
}

func TestScreen_is_disconnected_and_another_connected(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := newKernel(t)
		s := openScreen(t, k, hal.Params{})
		dsi := k.connectors[1]
		probes := k.probes
		time.Sleep(5 * watchEvery)
		modes := dsi.modes
		k.change(func() {
			if k.probes != probes {
				t.Errorf("probed %d times while nothing changed", k.probes-probes)
			}
			dsi.state.connection, dsi.modes = kindDisconnected, nil
		})
		time.Sleep(2 * watchEvery)
		k.change(func() {
			if k.crtc(32).valid {
				t.Error("the CRTC of no screen is on")
			}
		})
		if err := s.Draw(s.Bounds(), image.White, image.Point{}); err != nil {
			t.Errorf("drawn on none: %v", err)
		}
		if err := errors.Join(s.Backlight(0), s.Backlight(100)); err != nil {
			t.Error(err)
		}
		k.change(func() { dsi.state.connection, dsi.modes = kindConnected, modes })
		time.Sleep(2 * watchEvery)
		if r, _, _, _ := k.at(3, 3).RGBA(); r>>8 != 0xff {
			t.Errorf("connected again: %v is shown", k.at(3, 3))
		}
		<-s.Resized()

		sets := 0
		k.change(func() { sets, dsi.modes, dsi.state.widthMM = k.sets, []modeInfo{aMode(60, 40, 50, true)}, 100 }) // between two looks
		time.Sleep(2 * watchEvery)
		<-s.Resized()
		k.change(func() {
			if k.sets == sets || k.crtc(32).mode.refresh != 50 {
				t.Errorf("another screen of the same size: %d Hz", k.crtc(32).mode.refresh)
			}
			dsi.modes, dsi.state.widthMM = []modeInfo{aMode(100, 50, 60, true)}, 200
		})
		time.Sleep(2 * watchEvery)
		<-s.Resized()
		if s.Bounds() != image.Rect(0, 0, 100, 50) {
			t.Errorf("another screen: %v", s.Bounds())
		}
		if err := s.Draw(s.Bounds(), image.White, image.Point{}); err != nil {
			t.Error(err)
		}
		if r, _, _, _ := k.at(99, 49).RGBA(); r>>8 != 0xff {
			t.Errorf("another screen: %v is shown", k.at(99, 49))
		}
		k.change(func() { dsi.modes, dsi.state.connection = nil, kindDisconnected })
		time.Sleep(2 * watchEvery)
		if err := s.Close(); err != nil || !k.closed {
			t.Errorf("closed without a screen: %v", err)
		}
	})
}

func TestScreen_is_taken_by_somebody_else(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := newKernel(t)
		s := openScreen(t, k, hal.Params{})
		k.change(func() { k.master, k.other = false, true })
		for range 2 {
			if err := s.Draw(s.Bounds(), image.White, image.Point{}); err == nil || !strings.Contains(err.Error(), "/dev/dri/card0: another program (a desktop, a compositor) has the screen: end it") {
				t.Errorf("taken: %v", err)
			}
			s.Draw(s.Bounds(), image.Black, image.Point{})
		}
		s.Draw(s.Bounds(), image.White, image.Point{})
		k.change(func() { k.other = false })
		time.Sleep(2 * watchEvery) // nobody draws
		if r, _, _, _ := k.at(3, 3).RGBA(); r>>8 != 0xff {
			t.Errorf("had again: %v is shown", k.at(3, 3))
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		wantConsole(t, k)
	})
}

func TestScreen_unplugged(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := newKernel(t)
		s := openScreen(t, k, hal.Params{})
		k.change(func() { k.broken = unix.ENODEV })
		if err := s.Draw(s.Bounds(), image.White, image.Point{}); !errors.Is(err, hal.ErrGone) || !strings.Contains(err.Error(), "was it unplugged?") {
			t.Errorf("unplugged: %v", err)
		}
		time.Sleep(2 * watchEvery)
		k.change(func() { k.broken = nil })
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestScreen_dims(t *testing.T) {
	bubble(t, func(t *testing.T) {
		class := t.TempDir()
		lamp := filepath.Join(class, "dsi")
		if err := errors.Join(os.Mkdir(lamp, 0o755), os.WriteFile(filepath.Join(lamp, "max_brightness"), []byte("31\n"), 0o644), os.WriteFile(filepath.Join(lamp, "brightness"), nil, 0o644)); err != nil {
			t.Fatal(err)
		}
		k := newKernel(t)
		d, err := driversOn(k, class).Displays["drm"].Open(t.Context(), hal.Params{}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		sets := k.sets
		if err := d.Backlight(0); err != nil || k.sets != sets {
			t.Errorf("the mode was set %d times, %v", k.sets-sets, err)
		}
		if got, _ := os.ReadFile(filepath.Join(lamp, "brightness")); string(got) != "0" {
			t.Errorf("brightness %q", got)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A file is no device of a screen.
func TestDevice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "card")
	if err := os.WriteFile(path, make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := machine{}.open(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.call(setMaster, nil) == nil {
		t.Error("a file has a master")
	}
	memory, err := c.memory(0, 4096)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.unmap(memory); err != nil {
		t.Error(err)
	}
	var events [64]byte
	if n, err := c.read(events[:], 0); n != len(events) || err != nil { // a file always has something
		t.Errorf("%d bytes, %v", n, err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if _, err := open(machine{}, path, config{}, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a file is a screen")
	}
}

func FuzzTold(f *testing.F) {
	f.Add([]byte{2, 0, 0, 0, 32, 0, 0, 0, 9}, uint64(9))
	f.Add(make([]byte, 64), uint64(0))
	f.Fuzz(func(_ *testing.T, events []byte, flip uint64) { _ = told(events, flip) })
}

func TestScreen_draws_without_allocation(t *testing.T) {
	for _, c := range []struct {
		name   string
		set    func(*kernel)
		rotate int
	}{
		{"page flips", func(*kernel) {}, 0},
		{"page flips, turned", func(*kernel) {}, 90},
		{"changes", sendsPictures, 0},
		{"mode settings", func(k *kernel) { k.noFlip = unix.EINVAL }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKernel(t)
			c.set(k)
			k.fast = true
			s := openScreen(t, k, hal.Params{"rotate": c.rotate})
			defer s.Close()
			picture := image.NewRGBA(s.Bounds())
			_ = s.Draw(s.Bounds(), image.White, image.Point{}) // the way is found
			n := testing.AllocsPerRun(20, func() {
				picture.Pix[0]++
				picture.Pix[len(picture.Pix)/2]++
				_ = s.Draw(s.Bounds(), picture, image.Point{})
			})
			if n > 0 || k.shows == 0 {
				t.Errorf("%v allocations a picture; %d were shown", n, k.shows)
			}
		})
	}
}

func BenchmarkScreen_Draw(b *testing.B) {
	for _, size := range []image.Point{{X: 320, Y: 240}, {X: 480, Y: 272}, {X: 800, Y: 480}} {
		for _, rotate := range []int{0, 90} {
			for _, all := range []bool{false, true} {
				name := fmt.Sprintf("%dx%d/rotate=%d/all=%v", size.X, size.Y, rotate, all)
				b.Run(name, func(b *testing.B) { benchmarkDraw(b, size, rotate, all) })
			}
		}
	}
}

// benchmarkDraw draws pictures of which all or nothing is different.
func benchmarkDraw(b *testing.B, size image.Point, rotate int, all bool) {
	k := newKernel(nil)
	k.fast = true
	k.connectors[1].modes = []modeInfo{aMode(size.X, size.Y, 60, true)}
	k.fbs[consoleFB].width, k.fbs[consoleFB].height = uint32(size.X), uint32(size.Y)
	d, err := driversOn(k, "/none").Displays["drm"].Open(b.Context(), hal.Params{"rotate": rotate}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	picture := image.NewRGBA(d.Bounds())
	for b.Loop() {
		if all {
			for i := range picture.Pix {
				picture.Pix[i] ^= 0xff
			}
		}
		_ = d.Draw(d.Bounds(), picture, image.Point{})
	}
	_ = d.Close()
}
