package panel

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"offhook/hal"
	"offhook/hal/haltest"
)

// tftParts are the wires of the tests; more is put over them.
func tftParts(more hal.Params) hal.Params {
	p := hal.Params{"dc": "DC", "reset": "RESET", "backlight": "LIGHT"}
	maps.Copy(p, more)
	return p
}

func openTFT(t *testing.T, g *tftGlass, driver string, p hal.Params) hal.Display {
	t.Helper()
	d, err := tftDrivers(g.open, g)[driver].Open(t.Context(), p, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTFT_conforms(t *testing.T) {
	all := []int{0, 90, 180, 270}
	small := hal.Params{"width": 40, "height": 30}
	for _, c := range []struct {
		name, driver string
		p            hal.Params
		first, size  image.Point
		limit        int
		rotate       []int
	}{
		{"ST7789 240x320", "st7789-spi", nil, image.Point{}, image.Pt(240, 320), 4096, []int{90}},
		{"ST7789 240x240", "st7789-spi", hal.Params{"height": 240}, image.Point{}, image.Pt(240, 240), 4096, []int{180}},
		{"ST7789 135x240", "st7789-spi", hal.Params{"width": 135, "height": 240, "column": 52, "row": 40}, image.Pt(52, 40), image.Pt(135, 240), 4096, all},
		{"ST7789 of a port with short transfers", "st7789-spi", small, image.Point{}, image.Pt(40, 30), 63, all},
		{"ST7789 of a port that tells no limit", "st7789-spi", small, image.Point{}, image.Pt(40, 30), 0, all},
		{"ST7789 without reset and light", "st7789-spi", hal.Params{"reset": nil, "backlight": nil, "width": 50, "height": 60}, image.Point{}, image.Pt(50, 60), 4096, all},
		{"ILI9341", "ili9341-spi", hal.Params{"height": 120}, image.Point{}, image.Pt(240, 120), 4096, []int{0}},
		{"ILI9341, a part of it", "ili9341-spi", hal.Params{"width": 100, "height": 90, "column": 11, "row": 5}, image.Pt(11, 5), image.Pt(100, 90), 4096, all},
	} {
		for _, rotate := range c.rotate {
			t.Run(fmt.Sprintf("%s, %d", c.name, rotate), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					haltest.Display(t, func(testing.TB) (hal.Display, func(x, y int) color.Color) {
						g := newTFTGlass(t, rotate, c.first, c.size, c.driver == "ili9341-spi")
						g.limit = c.limit
						p := tftParts(c.p)
						p["rotate"] = rotate
						d := openTFT(t, g, c.driver, p)
						if !g.on || g.asleep || g.inverted != (c.driver == "st7789-spi") || p["backlight"] != nil && !bool(g.wires["LIGHT"]) {
							t.Errorf("opened: on %v, asleep %v, inverted %v, wires %v", g.on, g.asleep, g.inverted, g.wires)
						}
						for y := range d.Bounds().Dy() {
							for x := range d.Bounds().Dx() {
								if g.look(x, y) != [2]byte{} {
									t.Fatalf("opened: noise at %d,%d", x, y)
								}
							}
						}
						return d, g.colour
					})
				})
			})
		}
	}
}

func TestTFT_windows_hold_what_changed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newTFTGlass(t, 90, image.Pt(52, 40), image.Pt(135, 240), false)
		d := openTFT(t, g, "st7789-spi", tftParts(hal.Params{"width": 135, "height": 240, "column": 52, "row": 40, "rotate": 90}))
		defer d.Close()
		picture := image.NewRGBA(d.Bounds())
		for _, c := range []struct {
			name string
			dirt []image.Rectangle
			want []image.Rectangle
		}{
			{"nothing -> nothing", nil, nil},
			{"a dot -> a dot", []image.Rectangle{image.Rect(7, 9, 8, 10)}, []image.Rectangle{image.Rect(7, 9, 8, 10)}},
			{"the last dot -> the last dot", []image.Rectangle{image.Rect(239, 134, 240, 135)}, []image.Rectangle{image.Rect(239, 134, 240, 135)}},
			{"a block -> a block", []image.Rectangle{image.Rect(30, 20, 90, 60)}, []image.Rectangle{image.Rect(30, 20, 90, 60)}},
			{"two, one above the other -> two", []image.Rectangle{image.Rect(0, 0, 5, 5), image.Rect(2, 6, 7, 11)}, []image.Rectangle{image.Rect(0, 0, 5, 5), image.Rect(2, 6, 7, 11)}},
			{"two far apart, of other heights -> two, each of its own", []image.Rectangle{image.Rect(1, 50, 9, 60), image.Rect(200, 55, 230, 58)},
				[]image.Rectangle{image.Rect(1, 50, 9, 60), image.Rect(200, 55, 230, 58)}},
			{"two side by side -> one around both", []image.Rectangle{image.Rect(100, 100, 104, 104), image.Rect(110, 102, 114, 106)}, []image.Rectangle{image.Rect(100, 100, 114, 106)}},
			{"side by side, 23 columns apart -> one", []image.Rectangle{image.Rect(10, 7, 11, 8), image.Rect(34, 7, 35, 8)}, []image.Rectangle{image.Rect(10, 7, 35, 8)}},
			{"side by side, 24 columns apart -> two", []image.Rectangle{image.Rect(10, 7, 11, 8), image.Rect(35, 7, 36, 8)}, []image.Rectangle{image.Rect(10, 7, 11, 8), image.Rect(35, 7, 36, 8)}},
			{"all -> all", []image.Rectangle{d.Bounds()}, []image.Rectangle{d.Bounds()}},
		} {
			g.windows, g.largest, g.sent = nil, 0, 0
			for _, r := range c.dirt {
				for y := r.Min.Y; y < r.Max.Y; y++ {
					for x := r.Min.X; x < r.Max.X; x++ {
						p := picture.RGBAAt(x, y)
						picture.SetRGBA(x, y, color.RGBA{R: p.R ^ 0xff, G: 0x80, B: p.B ^ 0x10, A: 255})
					}
				}
			}
			if err := d.Draw(d.Bounds(), picture, image.Point{}); err != nil || !slices.Equal(g.windows, c.want) || g.left != 0 {
				t.Errorf("%s: %v, %d pixels to come, %v", c.name, g.windows, g.left, err)
			}
			bytes := 0
			for _, r := range c.want {
				bytes += 11 + 2*r.Dx()*r.Dy()
			}
			if g.sent != bytes {
				t.Errorf("%s: %d bytes went over the bus, want %d", c.name, g.sent, bytes)
			}
		}
		if g.largest != 4096 {
			t.Errorf("the largest transfer had %d bytes", g.largest)
		}
	})
}

func TestTFT_refresh_allocates_nothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newTFTGlass(t, 0, image.Point{}, image.Pt(240, 320), false)
		d := openTFT(t, g, "st7789-spi", tftParts(nil))
		defer d.Close()
		picture, x, draw := image.NewRGBA(d.Bounds()), 0, error(nil)
		g.windows = make([]image.Rectangle, 0, 1000)
		n := testing.AllocsPerRun(20, func() {
			x = (x + 1) % 200
			picture.SetRGBA(x, 40, color.RGBA{R: byte(x) ^ 0xa8, A: 255})
			picture.SetRGBA(x, 190, color.RGBA{G: byte(x) ^ 0x5a, A: 255})
			draw = errors.Join(draw, d.Draw(d.Bounds(), picture, image.Point{}))
		})
		if n != 0 || draw != nil || len(g.windows) == 0 {
			t.Errorf("%v allocations a refresh of %d windows, %v", n, len(g.windows), draw)
		}
	})
}

func TestTFT_colours_and_orders(t *testing.T) {
	for _, c := range []struct {
		driver string
		p      hal.Params
		madctl byte
	}{
		{"st7789-spi", nil, 0}, {"st7789-spi", hal.Params{"order": "bgr"}, 0x08}, {"st7789-spi", hal.Params{"rotate": 270}, 0xa0},
		{"ili9341-spi", nil, 0x48}, {"ili9341-spi", hal.Params{"rotate": 90}, 0x28}, {"ili9341-spi", hal.Params{"order": "rgb", "rotate": 180}, 0x80},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newTFTGlass(t, 0, image.Point{}, image.Pt(240, 320), c.driver == "ili9341-spi")
			d := openTFT(t, g, c.driver, tftParts(c.p))
			defer d.Close()
			if g.madctl != c.madctl {
				t.Errorf("%s %v: MADCTL %#x, want %#x", c.driver, c.p, g.madctl, c.madctl)
			}
			g.rotate, _ = c.p["rotate"].(int)
			for i, want := range map[color.RGBA][2]byte{{R: 255, A: 255}: {0xf8, 0}, {G: 255, A: 255}: {0x07, 0xe0}, {B: 255, A: 255}: {0, 0x1f}} {
				if err := d.Draw(d.Bounds(), image.NewUniform(i), image.Point{}); err != nil || g.look(3, 4) != want {
					t.Errorf("%v: % x, %v", i, g.look(3, 4), err)
				}
			}
		})
	}
}

func TestTFT_light(t *testing.T) {
	for _, low := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			g := newTFTGlass(t, 0, image.Point{}, image.Pt(240, 320), false)
			d := openTFT(t, g, "st7789-spi", tftParts(hal.Params{"backlight-active-low": low}))
			for _, percent := range []int{0, 1, 0, 100} {
				if err := d.Backlight(percent); err != nil || g.on != (percent > 0) || bool(g.wires["LIGHT"]) != ((percent > 0) != low) {
					t.Errorf("%d percent, active low %v: on %v, %v, %v", percent, low, g.on, g.wires, err)
				}
			}
			if err := d.Close(); err != nil || g.on || !g.asleep || bool(g.wires["LIGHT"]) != low || !g.closed {
				t.Errorf("closed: on %v, asleep %v, %v, %v", g.on, g.asleep, g.wires, err)
			}
		})
	}
}

func TestTFT_speed_and_mode(t *testing.T) {
	for _, c := range []struct {
		driver string
		p      hal.Params
		rate   physic.Frequency
		mode   spi.Mode
	}{
		{"st7789-spi", nil, 32 * physic.MegaHertz, spi.Mode0}, {"ili9341-spi", nil, 10 * physic.MegaHertz, spi.Mode0},
		{"st7789-spi", hal.Params{"spi-mode": 3, "speed-mhz": 62}, 62 * physic.MegaHertz, spi.Mode3},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newTFTGlass(t, 0, image.Point{}, image.Pt(240, 320), c.driver == "ili9341-spi")
			g.mode = c.mode
			defer openTFT(t, g, c.driver, tftParts(c.p)).Close()
			if g.rate != c.rate {
				t.Errorf("%s %v: %s", c.driver, c.p, g.rate)
			}
		})
	}
}

func TestTFT_broken_wire_then_set_up_again(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newTFTGlass(t, 0, image.Point{}, image.Pt(240, 320), false)
		d := openTFT(t, g, "st7789-spi", tftParts(nil))
		g.broken = errors.New("input/output error")
		if err := d.Draw(d.Bounds(), image.White, image.Point{}); err == nil || !strings.Contains(err.Error(), "panel on spidev0.0: ") {
			t.Errorf("got %v", err)
		}
		g.power() // it lost its power for a moment
		g.broken, g.command, g.params = nil, 0, nil
		if err := d.Draw(image.Rect(0, 0, 1, 1), image.White, image.Point{}); err != nil {
			t.Error(err)
		}
		if !g.on || g.look(239, 319) != [2]byte{0xff, 0xff} {
			t.Errorf("on %v, corner % x", g.on, g.look(239, 319))
		}
		d.Close()
	})
}

func TestOpenTFT_faults(t *testing.T) {
	for _, c := range []struct {
		name, want string
		p          hal.Params
		broken     error
		opened     bool
	}{
		{"no bus", "panel on spidev1.0: no spidev1.0", hal.Params{"spi": "spidev1.0"}, nil, false},
		{"no line", "this machine has no line GPIO99", hal.Params{"reset": "GPIO99"}, nil, true},
		{"a bus that fails", "panel on spidev0.0: input/output error", nil, errors.New("input/output error"), true},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newTFTGlass(t, 0, image.Point{}, image.Pt(240, 320), false)
			g.broken = c.broken
			_, err := tftDrivers(g.open, g)["st7789-spi"].Open(t.Context(), tftParts(c.p), quiet)
			if err == nil || !strings.Contains(err.Error(), c.want) || g.closed != c.opened || len(g.held) > 0 {
				t.Errorf("%s: %v; closed %v, held %v", c.name, err, g.closed, g.held)
			}
		})
	}
}

func TestTFT_check(t *testing.T) {
	d := Drivers(nil).Displays
	for _, c := range []struct {
		p    hal.Params
		want string
	}{
		{hal.Params{"dc": "GPIO25"}, ""},
		{hal.Params{"dc": "x:3", "reset": "GPIO27", "backlight": "gpiochip0:18", "width": 135, "height": 240, "column": 52, "row": 40, "rotate": 90}, ""},
		{hal.Params{}, "dc: is required"},
		{hal.Params{"dc": ""}, "dc: names no line"},
		{hal.Params{"dc": "GPIO25", "reset": "GPIO25"}, "reset: GPIO25 is used by dc already"},
		{hal.Params{"dc": "GPIO99", "chip": "pinctrl-bcm2835"}, "dc: GPIO99 does not exist on this chip"},
		{hal.Params{"dc": "GPIO25", "spi": "spi0"}, `spi: "spi0" is not an SPI device such as spidev0.0`},
		{hal.Params{"dc": "GPIO25", "rotate": 45}, "rotate: 45 is none of 0, 90, 180 and 270"},
		{hal.Params{"dc": "GPIO25", "width": 320}, "width: 320 is not between"},
		{hal.Params{"dc": "GPIO25", "column": 1}, "column: 240 columns from column 1 on are more than the 240"},
		{hal.Params{"dc": "GPIO25", "height": 300, "row": 21}, "row: 300 rows from row 21 on are more than the 320"},
		{hal.Params{"dc": "GPIO25", "spi-mode": 1}, "spi-mode: 1 is neither 0 nor 3"},
		{hal.Params{"dc": "GPIO25", "order": "grb"}, `order: "grb" is neither rgb nor bgr`},
		{hal.Params{"dc": "GPIO25", "speed-mhz": 0}, "speed-mhz: 0 is not between"},
	} {
		for _, driver := range []string{"st7789-spi", "ili9341-spi"} {
			err := d[driver].Check(c.p)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
				t.Errorf("%s %v: got %v, want %s", driver, c.p, err, c.want)
			}
		}
	}
}

// FuzzDirt: every dirty pixel lies in one window, and each window has one on
// every side.
func FuzzDirt(f *testing.F) {
	f.Add([]byte{1, 2, 200, 9, 70, 9})
	f.Fuzz(func(t *testing.T, places []byte) {
		size := image.Pt(100, 40)
		d := newDirt(size)
		for i := 0; i+1 < len(places); i += 2 {
			d.row(int(places[i]) % size.Y)[int(places[i+1])%size.X] = true
		}
		covered := make([]int, len(d.at))
		_ = d.windows(func(r image.Rectangle) error {
			if r.Empty() || !r.In(image.Rectangle{Max: size}) {
				t.Fatalf("window %v", r)
			}
			for _, side := range []image.Rectangle{{r.Min, image.Pt(r.Max.X, r.Min.Y+1)}, {image.Pt(r.Min.X, r.Max.Y-1), r.Max},
				{r.Min, image.Pt(r.Min.X+1, r.Max.Y)}, {image.Pt(r.Max.X-1, r.Min.Y), r.Max}} {
				if !touches(d, side, nil) {
					t.Errorf("window %v: nothing at %v", r, side)
				}
			}
			touches(d, r, covered)
			return nil
		})
		for i, dirty := range d.at {
			if covered[i] > 1 || dirty && covered[i] != 1 {
				t.Fatalf("%d,%d is in %d windows", i%size.X, i/size.X, covered[i])
			}
		}
	})
}

func touches(d dirt, r image.Rectangle, covered []int) (any bool) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			any = any || d.row(y)[x]
			if covered != nil {
				covered[y*d.width+x]++
			}
		}
	}
	return any
}

var _ Lines = (*tftGlass)(nil)
var _ gpio.PinOut = (*tftWire)(nil)
