package panel

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"testing"
	"time"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// tftGlass is a panel: it understands commands as its controller does, counts the
// times of the datasheet, and is strict about both.
type tftGlass struct {
	t        *testing.T
	limit    int // MaxTxSize
	mirrored bool
	first    image.Point // where the glass begins in the memory
	size     image.Point // of the glass, before it is turned
	rotate   int

	memory   [320][240][2]byte
	wires    map[string]gpio.Level
	held     map[string]bool
	rate     physic.Frequency
	mode     spi.Mode
	closed   bool
	broken   error
	command  byte
	params   []byte
	madctl   byte
	format   byte
	inverted bool
	asleep   bool
	on       bool
	awake    time.Time // when it was told to wake
	reset    time.Time // since when it is out of its reset
	pulse    time.Time
	readied  bool // was reset since power-on

	from, to image.Point // window, as the controller has it
	at       image.Point
	left     int               // pixels that the window still takes
	windows  []image.Rectangle // of the picture
	largest  int
	sent     int // bytes
}

func newTFTGlass(t *testing.T, rotate int, first, size image.Point, mirrored bool) *tftGlass {
	g := &tftGlass{t: t, limit: 4096, mirrored: mirrored, first: first, size: size, rotate: rotate, wires: map[string]gpio.Level{}, held: map[string]bool{}}
	g.power()
	return g
}

// power is what the panel is when its power comes: its memory holds noise.
func (g *tftGlass) power() {
	for y := range g.memory {
		for x := range g.memory[y] {
			g.memory[y][x] = [2]byte{byte(7 * (x + y)), byte(13 * x)}
		}
	}
	g.asleep, g.on, g.readied, g.left, g.madctl, g.format, g.inverted = true, false, false, 0, 0, 0x66, false
}

func (g *tftGlass) restart() {
	g.asleep, g.on, g.readied, g.left, g.madctl, g.format, g.inverted = true, false, true, 0, 0, 0x66, false
	g.reset = time.Now()
}

func (g *tftGlass) String() string                    { return "glass" }
func (g *tftGlass) Duplex() conn.Duplex               { return conn.Full }
func (g *tftGlass) LimitSpeed(physic.Frequency) error { return nil }
func (g *tftGlass) MaxTxSize() int                    { return g.limit }
func (g *tftGlass) TxPackets([]spi.Packet) error      { return errors.New("not used") }

func (g *tftGlass) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	if g.rate != 0 || mode != g.mode || bits != 8 {
		g.t.Errorf("connected with %s, %s, %d bits", f, mode, bits)
	}
	g.rate = f
	return g, nil
}

func (g *tftGlass) Close() error {
	if g.closed || len(g.held) > 0 {
		g.t.Errorf("closed before: %v; lines that are held: %v", g.closed, g.held)
	}
	g.closed = true
	return nil
}

// Open is a line to the panel.
func (g *tftGlass) Open(_, line string) (gpio.PinIO, error) {
	if line == "GPIO99" {
		return nil, errors.New("this machine has no line GPIO99")
	}
	g.held[line] = true
	return &tftWire{glass: g, name: line}, nil
}

type tftWire struct {
	gpio.PinIO // what is not used panics
	glass      *tftGlass
	name       string
}

func (w *tftWire) Halt() error { delete(w.glass.held, w.name); return nil }

func (w *tftWire) Out(l gpio.Level) error {
	g := w.glass
	before, known := g.wires[w.name]
	g.wires[w.name] = l
	if w.name != "RESET" || known && before == l {
		return nil
	}
	if l == gpio.Low {
		g.pulse = time.Now()
	} else if known {
		if low := time.Since(g.pulse); low < 10*time.Microsecond {
			g.t.Errorf("reset for %s", low)
		}
		g.restart()
	}
	return nil
}

func (g *tftGlass) Tx(w, r []byte) error {
	if g.broken != nil {
		return g.broken
	}
	if g.closed || g.rate == 0 || len(r) > 0 || len(w) == 0 || g.limit > 0 && len(w) > g.limit || len(w) > 4096 {
		g.t.Errorf("closed %v, at %s: %d bytes out, %d in", g.closed, g.rate, len(w), len(r))
	}
	g.largest = max(g.largest, len(w))
	g.sent += len(w)
	if g.wires["DC"] == gpio.High {
		g.take(w)
		return nil
	}
	if len(w) != 1 {
		g.t.Errorf("%d commands at once: % x", len(w), w)
	}
	g.order(w[0])
	return nil
}

// order is a command.
func (g *tftGlass) order(c byte) {
	want := 0
	switch g.command {
	case 0x2a, 0x2b:
		want = 4
	case 0x36, 0x3a:
		want = 1
	}
	if want != len(g.params) {
		g.t.Errorf("command %#x had the parameters % x", g.command, g.params)
	}
	if g.left != 0 {
		g.t.Errorf("command %#x in the middle of a window: %d pixels to come", c, g.left)
	}
	g.command, g.params = c, g.params[:0]
	if c != 0x01 && (!g.readied || time.Since(g.reset) < 5*time.Millisecond) {
		g.t.Errorf("command %#x, %s after a reset (%v)", c, time.Since(g.reset), g.readied)
	}
	switch c {
	case 0x01:
		g.restart()
	case 0x10:
		g.asleep = true
	case 0x11:
		if time.Since(g.reset) < 120*time.Millisecond {
			g.t.Errorf("sleep out %s after a reset", time.Since(g.reset))
		}
		g.asleep, g.awake = false, time.Now()
	case 0x20, 0x21:
		g.inverted = c == 0x21
	case 0x28:
		g.on = false
	case 0x29:
		if g.asleep || time.Since(g.awake) < 120*time.Millisecond {
			g.t.Errorf("display on: asleep %v, %s after sleep out", g.asleep, time.Since(g.awake))
		}
		g.on = true
	case 0x2c:
		g.window()
	case 0x2a, 0x2b, 0x36, 0x3a:
	default:
		g.t.Errorf("command %#x", c)
	}
	if c != 0x11 && c != 0x01 && !g.asleep && time.Since(g.awake) < 5*time.Millisecond {
		g.t.Errorf("command %#x %s after sleep out", c, time.Since(g.awake))
	}
}

// window begins the writing of memory.
func (g *tftGlass) window() {
	size := g.size
	if g.madctl&0x20 != 0 {
		size = image.Pt(size.Y, size.X)
	}
	r := image.Rectangle{Min: g.from, Max: g.to.Add(image.Pt(1, 1))}
	if g.format != 0x55 || r.Empty() {
		g.t.Fatalf("format %#x, window %v", g.format, r)
	}
	g.at, g.left = g.from, r.Dx()*r.Dy()
	g.windows = append(g.windows, r.Sub(g.corner()))
	if !g.windows[len(g.windows)-1].In(image.Rectangle{Max: size}) {
		g.t.Errorf("window %v is beside the glass", r)
	}
}

// corner is the least address of the glass.
func (g *tftGlass) corner() image.Point {
	low := image.Pt(1000, 1000)
	for _, p := range [...]image.Point{g.first, g.first.Add(g.size).Sub(image.Pt(1, 1))} {
		a := g.address(p)
		low = image.Pt(min(low.X, a.X), min(low.Y, a.Y))
	}
	return low
}

// address is what the bus calls a place of the memory; the same the other way.
func (g *tftGlass) address(p image.Point) image.Point {
	if g.madctl&0x40 != 0 {
		p.X = 239 - p.X
	}
	if g.madctl&0x80 != 0 {
		p.Y = 319 - p.Y
	}
	if g.madctl&0x20 != 0 {
		p = image.Pt(p.Y, p.X)
	}
	return p
}

// place is where in the memory an address is.
func (g *tftGlass) place(a image.Point) image.Point {
	if g.madctl&0x20 != 0 {
		a = image.Pt(a.Y, a.X)
	}
	if g.madctl&0x40 != 0 {
		a.X = 239 - a.X
	}
	if g.madctl&0x80 != 0 {
		a.Y = 319 - a.Y
	}
	return a
}

func (g *tftGlass) take(w []byte) {
	if g.command != 0x2c {
		g.params = append(g.params, w...)
		g.parameters()
		return
	}
	if len(w)%2 != 0 || len(w)/2 > g.left {
		g.t.Fatalf("%d bytes for %d pixels", len(w), g.left)
	}
	for ; len(w) > 0; w = w[2:] {
		p := g.place(g.at)
		g.memory[p.Y][p.X] = [2]byte(w)
		g.left--
		if g.at.X++; g.at.X > g.to.X {
			g.at = image.Pt(g.from.X, g.at.Y+1)
		}
	}
}

func (g *tftGlass) parameters() {
	p := g.params
	switch {
	case g.command == 0x36 && len(p) == 1:
		g.madctl = p[0]
	case g.command == 0x3a && len(p) == 1:
		g.format = p[0]
	case g.command == 0x2a && len(p) == 4:
		g.from.X, g.to.X = int(p[0])<<8|int(p[1]), int(p[2])<<8|int(p[3])
	case g.command == 0x2b && len(p) == 4:
		g.from.Y, g.to.Y = int(p[0])<<8|int(p[1]), int(p[2])<<8|int(p[3])
	}
}

// look is the colour that a person sees who turned the glass so that the picture,
// which is turned clockwise, stands upright. It knows nothing of the order in which
// the memory was written.
func (g *tftGlass) look(x, y int) [2]byte {
	w, h := g.size.X-1, g.size.Y-1
	switch g.rotate {
	case 90:
		x, y = w-y, x
	case 180:
		x, y = w-x, h-y
	case 270:
		x, y = y, h-x
	}
	if g.mirrored { // wired so that the memory shows from right to left
		x = w - x
	}
	return g.memory[g.first.Y+y][g.first.X+x]
}

func (g *tftGlass) colour(x, y int) color.Color {
	b := g.look(x, y)
	v := uint16(b[0])<<8 | uint16(b[1])
	return color.RGBA{R: byte(v >> 11 << 3), G: byte(v >> 5 << 2), B: byte(v << 3), A: 255}
}

func (g *tftGlass) open(bus, selected int) (spi.PortCloser, error) {
	if bus != 0 || selected != 0 {
		return nil, fmt.Errorf("no spidev%d.%d", bus, selected)
	}
	return g, nil
}
