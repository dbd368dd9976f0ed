package panel

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"offhook/hal"
	"offhook/hal/haltest"
)

func openPaper(t *testing.T, g *paper, more hal.Params) *EPaper {
	t.Helper()
	p := hal.Params{"dc": "DC", "reset": "RESET", "busy": "BUSY", "rotate": g.rotate, "width": g.size.X, "height": g.size.Y, "invert": false}
	maps.Copy(p, more)
	d, err := tftDrivers(g.open, g)["ssd1680-spi"].Open(t.Context(), p, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return d.(*EPaper)
}

// pass is time of the bubble. What was looked at before was before it.
func (g *paper) pass(d time.Duration) {
	g.change(func() {})
	time.Sleep(d)
	synctest.Wait()
}

func TestEPaper_conforms(t *testing.T) {
	for _, c := range []struct {
		name   string
		size   image.Point
		limit  int
		rotate []int
		more   hal.Params
	}{
		{"2.13 inches", image.Pt(122, 250), 4096, []int{90}, nil},
		{"2.9 inches", image.Pt(128, 296), 4096, []int{270}, nil},
		{"2.66 inches", image.Pt(152, 296), 64, []int{180}, nil},
		{"all that the controller has", image.Pt(176, 296), 0, []int{0}, nil},
		{"a small one", image.Pt(45, 31), 4096, []int{0, 90, 180, 270}, nil},
		{"always full", image.Pt(45, 31), 4096, []int{90}, hal.Params{"full-after": 0}},
		{"asleep at once", image.Pt(45, 31), 4096, []int{90}, hal.Params{"sleep-after": "0s"}},
	} {
		for _, rotate := range c.rotate {
			t.Run(fmt.Sprintf("%s, %d", c.name, rotate), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := newPaper(t, rotate, c.size)
					haltest.Display(t, func(testing.TB) (hal.Display, func(x, y int) color.Color) {
						g.limit = c.limit
						return openPaper(t, g, c.more), func(x, y int) color.Color {
							if x == 0 && y == 0 { // the first to be looked at
								g.pass(time.Minute)
							}
							return g.colour(x, y)
						}
					})
					if !g.asleep || !g.white() {
						t.Errorf("closed: asleep %v, white %v", g.asleep, g.white())
					}
				})
			})
		}
	}
}

// dot is a picture with one dot for each n.
func dot(d hal.Display, n int) image.Image {
	img := image.NewGray(d.Bounds())
	img.Pix[n] = 0xff
	return img
}

func TestEPaper_is_driven_no_more_than_it_bears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newPaper(t, 0, image.Pt(64, 40))
		d := openPaper(t, g, hal.Params{"refresh-interval": "10s", "refresh-burst": 5, "full-after": 8})
		begin := time.Now()
		for n := range 6000 { // ten minutes of ten pictures a second
			if err := d.Draw(d.Bounds(), dot(d, n%2000), image.Point{}); err != nil {
				t.Fatal(err)
			}
			g.pass(100 * time.Millisecond)
		}
		all := append(g.fulls, g.parts...)
		early := 0
		for _, at := range all {
			if at.Sub(begin) < 10*time.Second {
				early++
			}
		}
		if len(all) < 63 || len(all) > 66 || early > 6 || len(g.fulls) != 8 {
			t.Errorf("%d refreshes in ten minutes, %d in the first ten seconds, %d full", len(all), early, len(g.fulls))
		}
		g.pass(time.Minute)
		if g.colour(5999%2000%64, 5999%2000/64) != color.White {
			t.Error("the last picture is not shown")
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestEPaper_refreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newPaper(t, 0, image.Pt(64, 40))
		d := openPaper(t, g, hal.Params{"full-after": 3, "full-every": "20m"})
		defer d.Close()
		want := func(what string, fulls, parts int) {
			t.Helper()
			if len(g.fulls) != fulls || len(g.parts) != parts {
				t.Errorf("%s: %d full and %d partial refreshes, want %d and %d", what, len(g.fulls), len(g.parts), fulls, parts)
			}
		}
		draw := func(n int, rest time.Duration) {
			t.Helper()
			if err := d.Draw(d.Bounds(), dot(d, n), image.Point{}); err != nil {
				t.Error(err)
			}
			g.pass(rest)
		}
		g.pass(time.Hour)
		want("opened", 0, 0)
		draw(0, time.Second)
		draw(1, 0) // while the refresh runs
		draw(2, 0)
		draw(3, 10*time.Second)
		want("the first is full, those of meanwhile are one", 1, 1)
		if g.colour(3, 0) != color.White || g.colour(2, 0) == color.White {
			t.Error("not the last picture")
		}
		draw(3, 10*time.Second)
		want("the same again: nothing", 1, 1)
		draw(4, time.Minute)
		draw(5, time.Minute)
		want("partial ones", 1, 3)
		draw(6, time.Minute)
		want("the fourth is full", 2, 3)
		g.pass(2 * time.Hour)
		want("nothing left of pictures before: nothing", 2, 3)
		draw(7, time.Minute)
		want("partial", 2, 4)
		g.pass(25 * time.Minute)
		want("after a while, full", 3, 4)
		if !g.asleep || g.sleeps < 4 || g.colour(7, 0) != color.White {
			t.Errorf("asleep %v, %d times so far", g.asleep, g.sleeps)
		}
	})
}

func TestEPaper_faults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newPaper(t, 0, image.Pt(64, 40))
		d := openPaper(t, g, nil)
		draw := func(n int) error { return d.Draw(d.Bounds(), dot(d, n), image.Point{}) }
		if err := draw(0); err != nil {
			t.Error(err)
		}
		g.pass(time.Minute)
		g.change(func() { g.asleep, g.stuck = true, true })
		if err := draw(1); err != nil {
			t.Error(err)
		}
		g.pass(30 * time.Second)
		if err := draw(2); err == nil || !strings.Contains(err.Error(), "e-paper on spidev0.0: it is busy 1s after the reset (line BUSY is high): is BUSY wired") {
			t.Errorf("busy for ever: %v", err)
		}
		g.change(func() { g.stuck, g.broken = false, errors.New("input/output error") })
		g.pass(time.Minute)
		if err := draw(2); err == nil || !strings.Contains(err.Error(), "e-paper on spidev0.0: input/output error") {
			t.Errorf("a bus that is broken: %v", err)
		}
		g.change(func() { g.broken = nil })
		g.pass(time.Minute) // nobody draws
		if g.colour(2, 0) != color.White || len(g.fulls) != 2 || len(g.parts) != 0 {
			t.Errorf("mended: %d full, %d partial, the picture is shown: %v", len(g.fulls), len(g.parts), g.colour(2, 0) == color.White)
		}
		if err := draw(2); err != nil {
			t.Errorf("mended: %v", err)
		}
		g.change(func() { g.stuck = true })
		_ = draw(3)
		g.pass(time.Minute)
		if err := d.Close(); err != nil || !g.closed {
			t.Errorf("closed while it is stuck: %v", err)
		}
	})
}

func TestEPaper_open_faults(t *testing.T) {
	for _, c := range []struct {
		name, want string
		more       hal.Params
		set        func(*paper)
	}{
		{"busy for ever -> said", "e-paper on spidev0.0: it is busy 1s after the reset", nil, func(g *paper) { g.stuck = true }},
		{"no such bus -> said", "e-paper on spidev3.1: no spidev3.1", hal.Params{"spi": "spidev3.1"}, nil},
		{"no such line -> said", "e-paper on spidev0.0: busy: this machine has no line GPIO99", hal.Params{"busy": "GPIO99"}, nil},
		{"the bus does not work -> said", "e-paper on spidev0.0: refused", nil, func(g *paper) { g.broken = errors.New("refused") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newPaper(t, 0, image.Pt(64, 40))
				if c.set != nil {
					c.set(g)
				}
				p := hal.Params{"dc": "DC", "reset": "RESET", "busy": "BUSY"}
				maps.Copy(p, c.more)
				_, err := tftDrivers(g.open, g)["ssd1680-spi"].Open(t.Context(), p, quiet)
				if err == nil || !strings.HasPrefix(err.Error(), c.want) || len(g.held) > 0 {
					t.Errorf("got %v, want %s; held %v", err, c.want, g.held)
				}
			})
		})
	}
}

func TestEPaper_check(t *testing.T) {
	wires := hal.Params{"dc": "GPIO25", "reset": "GPIO17", "busy": "GPIO24"}
	for _, c := range []struct {
		more hal.Params
		want string
	}{
		{nil, ""},
		{hal.Params{"busy": nil}, "busy: is required"},
		{hal.Params{"reset": nil}, "reset: is required"},
		{hal.Params{"spi": "spi0"}, `spi: "spi0" is not an SPI device`},
		{hal.Params{"width": 200}, "width: 200 is not between 16 and 176"},
		{hal.Params{"refresh-interval": "10ms"}, "refresh-interval: 10ms is not between 500ms and 1h0m0s"},
		{hal.Params{"full-every": "1s"}, "full-every: 1s is not between"},
		{hal.Params{"busy-timeout": "1h"}, "busy-timeout: 1h0m0s is not between"},
		{hal.Params{"rotate": 45}, "rotate: 45 is none of"},
	} {
		p := maps.Clone(wires)
		maps.Copy(p, c.more)
		if err := tftDrivers(nil, nil)["ssd1680-spi"].Check(p); (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v: %v, want %s", c.more, err, c.want)
		}
	}
}

// The telephone's picture is white on black; on paper that is ink on white.
func TestEPaper_is_inverted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newPaper(t, 90, image.Pt(64, 40))
		d := openPaper(t, g, hal.Params{"invert": true})
		defer d.Close()
		_ = d.Draw(d.Bounds(), dot(d, 3), image.Point{})
		g.pass(time.Minute)
		if g.colour(3, 0) != color.Black || g.colour(4, 0) != color.White {
			t.Errorf("light is %v, dark is %v", g.colour(3, 0), g.colour(4, 0))
		}
	})
}

func TestEPaper_draws_without_allocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newPaper(t, 90, image.Pt(122, 250))
		d := openPaper(t, g, nil)
		defer d.Close()
		picture := image.NewGray(d.Bounds())
		if n := testing.AllocsPerRun(20, func() {
			picture.Pix[100]++
			_ = d.Draw(d.Bounds(), picture, image.Point{})
		}); n > 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

func TestPace(t *testing.T) {
	now := time.Unix(1000, 0)
	p := pace{interval: 10 * time.Second, burst: 3, partials: 2, every: time.Minute}
	for i, c := range []struct {
		after, wait time.Duration
		full        bool
	}{
		{0, 0, true}, {0, 0, false}, {0, 0, false}, {0, 10 * time.Second, true}, {4 * time.Second, 6 * time.Second, true},
		{6 * time.Second, 0, true}, {time.Second, 9 * time.Second, false}, {time.Hour, 0, false}, {0, 0, false}, {0, 0, true}, {0, 10 * time.Second, false},
	} {
		now = now.Add(c.after)
		if p.wait(now) != c.wait || p.wantsFull(now) != c.full {
			t.Errorf("%d: wait %s, full %v; want %s, %v", i, p.wait(now), p.wantsFull(now), c.wait, c.full)
		}
		if c.wait == 0 {
			p.begin(now)
			p.done(now, c.full)
		}
	}
	p.done(now, false)
	if p.ghosts(now.Add(59*time.Second)) || !p.ghosts(now.Add(time.Minute)) || p.haunted(now) != time.Minute {
		t.Errorf("haunted in %s", p.haunted(now))
	}
	if p.lost(); !p.wantsFull(now) {
		t.Error("a partial refresh of paper that nobody knows")
	}
}

func TestEPaper_wires_are_outputs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newPaper(t, 0, image.Pt(64, 40))
		d := openPaper(t, g, nil)
		if g.wires["RESET"] != gpio.High || len(g.held) != 3 {
			t.Errorf("lines %v, held %v", g.wires, g.held)
		}
		if err := errors.Join(d.Close(), d.Close()); err != nil || len(g.fulls) > 0 {
			t.Errorf("closed without a picture: %v, %d refreshes", err, len(g.fulls))
		}
	})
}
