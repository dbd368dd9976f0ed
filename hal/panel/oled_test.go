package panel

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2ctest"
	"periph.io/x/conn/v3/physic"

	"offhook/hal"
	"offhook/hal/haltest"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// glass is a panel: it understands what goes over the bus as its controller
// does, and is strict about it.
type glass struct {
	t            *testing.T
	bus          int
	addr         uint16
	columns      int // of its memory
	first        int // column that is on the glass
	memory       [8][132]byte
	page, column int
	on           bool
	flipped      bool
	contrast     byte
	rows         int
	pumpless     bool // its controller knows no charge pump
	sent         int  // bytes
	broken       error
	closed       bool
}

func (g *glass) String() string                  { return "glass" }
func (g *glass) SetSpeed(physic.Frequency) error { return nil }

func (g *glass) Close() error {
	if g.closed {
		g.t.Error("the bus is closed twice")
	}
	g.closed = true
	return nil
}

func (g *glass) Tx(addr uint16, w, r []byte) error {
	if g.broken != nil {
		return g.broken
	}
	if g.closed || addr != g.addr || len(r) > 0 || len(w) < 2 {
		g.t.Errorf("address %#x: write %v, read %d", addr, w, len(r))
	}
	g.sent += len(w)
	switch w[0] {
	case 0x00:
		g.command(w[1:])
	case 0x40:
		for _, b := range w[1:] {
			if g.column >= g.columns {
				g.t.Fatalf("page %d: data beyond column %d", g.page, g.columns)
			}
			g.memory[g.page][g.column] = b
			g.column++
		}
	default:
		g.t.Errorf("control byte %#x", w[0])
	}
	return nil
}

func (g *glass) command(c []byte) {
	for len(c) > 0 {
		used := 1
		switch b := c[0]; {
		case b < 0x10:
			g.column = g.column&0xf0 | int(b)
		case b < 0x20:
			g.column = g.column&0x0f | int(b&0x0f)<<4
		case b&0xf8 == 0xb0:
			g.page = int(b & 7)
		case b == 0xae || b == 0xaf:
			g.on = b == 0xaf
		case b == 0xa0 || b == 0xa1:
			g.flipped = b == 0xa0
		case b == 0x81:
			g.contrast, used = c[1], 2
		case b == 0xa8:
			g.rows, used = int(c[1])+1, 2
		case g.pumpless && (b == 0x8d || b == 0xad):
			g.t.Errorf("command %#x to a controller without a charge pump", b)
			used = 2
		case b == 0x20 || b == 0x8d || b == 0xad || b == 0xd3 || b == 0xd5 || b == 0xd9 || b == 0xda || b == 0xdb:
			used = 2
		case b == 0x40 || b == 0xa4 || b == 0xa6 || b == 0xc0 || b == 0xc8:
		default:
			g.t.Errorf("command %#x", b)
		}
		c = c[used:]
	}
}

func (g *glass) at(x, y int) color.Color {
	if g.memory[y/8][g.first+x]>>(y%8)&1 == 1 {
		return color.White
	}
	return color.Black
}

func onGlass(g *glass) hal.Driver[hal.Display] {
	return driversOn(func(bus int) (i2c.BusCloser, error) {
		if bus != g.bus {
			return nil, fmt.Errorf("no bus %d", bus)
		}
		return g, nil
	}, nil, "").Displays["ssd1306-i2c"]
}

// newGlass is a panel whose memory holds noise, as at power-on.
func newGlass(t *testing.T) *glass {
	g := &glass{t: t, bus: 1, addr: 0x3c, columns: 128}
	for p := range g.memory {
		for c := range g.memory[p] {
			g.memory[p][c] = byte(31 * (p + c))
		}
	}
	return g
}

func TestOLED_conforms(t *testing.T) {
	cases := []struct {
		name string
		p    hal.Params
		set  func(*glass)
	}{
		{"128x64", hal.Params{}, func(*glass) {}},
		{"128x32", hal.Params{"height": 32}, func(*glass) {}},
		{"SH1106, in the middle of its memory", hal.Params{"controller": "sh1106"}, func(g *glass) { g.columns, g.first = 132, 2 }},
		{"SSD1309, without a charge pump", hal.Params{"controller": "ssd1309"}, func(g *glass) { g.pumpless = true }},
		{"other bus and address", hal.Params{"bus": 5, "address": 0x3d}, func(g *glass) { g.bus, g.addr = 5, 0x3d }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			haltest.Display(t, func(testing.TB) (hal.Display, func(x, y int) color.Color) {
				g := newGlass(t)
				c.set(g)
				d, err := onGlass(g).Open(t.Context(), c.p, quiet)
				if err != nil {
					t.Fatal(err)
				}
				if !g.on || g.rows != d.Bounds().Dy() {
					t.Errorf("opened: on %v, %d rows", g.on, g.rows)
				}
				for y := range d.Bounds().Dy() {
					for x := range d.Bounds().Dx() {
						if g.at(x, y) != color.Black {
							t.Fatalf("opened: noise at %d,%d", x, y)
						}
					}
				}
				return d, g.at
			})
		})
	}
}

func TestOLED_sends_only_what_changed(t *testing.T) {
	g := newGlass(t)
	d, err := onGlass(g).Open(t.Context(), hal.Params{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	picture := image.NewGray(d.Bounds())
	for _, c := range []struct {
		name string
		dot  image.Point
		want int // bytes
	}{
		{"nothing -> nothing", image.Pt(-1, -1), 0},
		{"one dot -> one column of one page", image.Pt(100, 30), 4 + 2},
		{"the same again -> nothing", image.Pt(100, 30), 0},
		{"another in that page -> that column", image.Pt(7, 31), 4 + 2},
	} {
		g.sent = 0
		picture.SetGray(c.dot.X, c.dot.Y, color.Gray{Y: 200})
		if err := d.Draw(d.Bounds(), picture, image.Point{}); err != nil || g.sent != c.want {
			t.Errorf("%s: %d bytes, %v", c.name, g.sent, err)
		}
	}
	d.Close()
}

func TestOLED_light_and_rotation(t *testing.T) {
	g := newGlass(t)
	d, err := onGlass(g).Open(t.Context(), hal.Params{"rotate": 180}, quiet)
	if err != nil || !g.flipped {
		t.Fatalf("flipped %v, %v", g.flipped, err)
	}
	for _, c := range []struct {
		percent  int
		on       bool
		contrast byte
	}{{0, false, 255}, {20, true, 51}, {100, true, 255}} {
		if err := d.Backlight(c.percent); err != nil || g.on != c.on || g.contrast != c.contrast {
			t.Errorf("%d percent: on %v, contrast %d, %v", c.percent, g.on, g.contrast, err)
		}
	}
	d.Close()
	if g.on {
		t.Error("closed, and still lit")
	}
}

func TestOLED_disturbed_bus_then_set_up_again(t *testing.T) {
	g := newGlass(t)
	d, err := onGlass(g).Open(t.Context(), hal.Params{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	g.broken = errors.New("remote I/O error")
	if err := d.Draw(d.Bounds(), image.White, image.Point{}); err == nil || !strings.Contains(err.Error(), "panel at 0x3c on I2C bus 1: ") {
		t.Errorf("got %v", err)
	}
	bus := g.closed
	*g = *newGlass(t) // the panel lost its power for a moment
	g.closed = bus
	if err := d.Draw(image.Rect(0, 0, 1, 1), image.White, image.Point{}); err != nil {
		t.Error(err)
	}
	if !g.on || g.at(127, 63) != color.White {
		t.Errorf("on %v, corner %v", g.on, g.at(127, 63))
	}
	d.Close()
}

// The bytes of the setup, as the datasheet's flow chart has them.
func TestOLED_setup_byte_by_byte(t *testing.T) {
	ops := []i2ctest.IO{{Addr: 0x3c, W: []byte{0, 0xae, 0xd5, 0x80, 0xa8, 0x1f, 0xd3, 0, 0x40, 0x8d, 0x14, 0x20, 0x02,
		0xa1, 0xc8, 0xda, 0x02, 0xd9, 0xf1, 0xdb, 0x40, 0xa4, 0xa6}}}
	for page := range byte(4) {
		ops = append(ops, i2ctest.IO{Addr: 0x3c, W: []byte{0, 0xb0 | page, 0, 0x10}},
			i2ctest.IO{Addr: 0x3c, W: append([]byte{0x40}, make([]byte, 128)...)})
	}
	ops = append(ops, i2ctest.IO{Addr: 0x3c, W: []byte{0, 0x81, 0xff, 0xaf}},
		i2ctest.IO{Addr: 0x3c, W: []byte{0, 0xb3, 0x0a, 0x10}}, i2ctest.IO{Addr: 0x3c, W: []byte{0x40, 0x80}},
		i2ctest.IO{Addr: 0x3c, W: []byte{0, 0xae}})
	bus := &i2ctest.Playback{Ops: ops, DontPanic: true}
	d, err := driversOn(func(int) (i2c.BusCloser, error) { return bus, nil }, nil, "").Displays["ssd1306-i2c"].Open(t.Context(), hal.Params{"height": 32}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Draw(image.Rect(10, 31, 11, 99), image.White, image.Point{}), d.Close()); err != nil {
		t.Error(err)
	}
}

func TestOpenOLED_faults(t *testing.T) {
	g := newGlass(t)
	if _, err := onGlass(g).Open(t.Context(), hal.Params{"bus": 3}, quiet); err == nil || !strings.Contains(err.Error(), "no bus 3") {
		t.Errorf("got %v", err)
	}
	g.broken = errors.New("remote I/O error")
	_, err := onGlass(g).Open(t.Context(), hal.Params{}, quiet)
	if err == nil || !strings.Contains(err.Error(), "no panel answers at 0x3c on I2C bus 1 (i2cdetect -y 1 shows what does)") || !g.closed {
		t.Errorf("got %v, bus closed: %v", err, g.closed)
	}
}

func TestCheck(t *testing.T) {
	d := Drivers(nil).Displays
	cases := []struct {
		driver string
		p      hal.Params
		want   string
	}{
		{"ssd1306-i2c", hal.Params{}, ""},
		{"ssd1306-i2c", hal.Params{"width": 72, "height": 40}, ""},
		{"ssd1306-i2c", hal.Params{"bus": -1}, "bus: -1 is not"},
		{"ssd1306-i2c", hal.Params{"address": 0x80}, "address: 0x80 is not"},
		{"ssd1306-i2c", hal.Params{"width": 129}, "width: 129 is not"},
		{"ssd1306-i2c", hal.Params{"height": 60}, "height: 60 is not"},
		{"ssd1306-i2c", hal.Params{"rotate": 90}, "rotate: 90 is neither"},
		{"ssd1306-i2c", hal.Params{"controller": "st7567"}, `controller: "st7567" is none`},
		{"linux-fb", hal.Params{}, ""},
		{"linux-fb", hal.Params{"device": "fb0"}, `device: "fb0" is not`},
		{"linux-fb", hal.Params{"backlight": "../x"}, `backlight: "../x" is neither`},
	}
	for _, c := range cases {
		err := d[c.driver].Check(c.p)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%s %v: got %v, want %s", c.driver, c.p, err, c.want)
		}
	}
	if names := slices.Sorted(func(yield func(string) bool) {
		for n := range d {
			if !yield(n) {
				return
			}
		}
	}); !slices.Equal(names, []string{"ili9341-spi", "linux-fb", "ssd1306-i2c", "ssd1680-spi", "st7789-spi"}) {
		t.Errorf("drivers %q", names)
	}
}
