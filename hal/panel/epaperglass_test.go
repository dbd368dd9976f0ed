package panel

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"sync"
	"testing"
	"time"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// paper is a panel with an SSD1680: it understands commands as the controller does,
// is busy as long as a panel is, and tells of whatever would leave a wrong picture,
// ghosts, or a controller that hears nothing.
type paper struct {
	t      *testing.T
	size   image.Point // of the glass, before it is turned
	rotate int
	limit  int

	mu     sync.Mutex
	wires  map[string]gpio.Level
	held   map[string]bool
	broken error // of the bus
	stuck  bool  // busy for ever
	closed bool

	asleep  bool
	soft    bool // the software's reset was given
	pulse   time.Time
	fresh   time.Time // of the reset
	busy    time.Time // until then
	command byte
	params  []byte
	regs    map[byte][]byte
	picture map[byte][]byte // memories 0x24 and 0x26, 22 bytes a row
	x, y    int             // counters
	glass   []byte          // what a person sees, likewise
	fulls   []time.Time
	parts   []time.Time
	sleeps  int
}

const paperLine = 176 / 8

// paperParams is how many bytes follow each command.
var paperParams = map[byte]int{0x01: 3, 0x10: 1, 0x11: 1, 0x12: 0, 0x18: 1, 0x20: 0, 0x21: 2, 0x22: 1, 0x3c: 1, 0x44: 2, 0x45: 4, 0x4e: 1, 0x4f: 2}

func newPaper(t *testing.T, rotate int, size image.Point) *paper {
	noise := func(n byte) []byte { return bytes.Repeat([]byte{n, 0x5a, ^n}, paperLine*296/3+1) }
	return &paper{
		t: t, size: size, rotate: rotate, limit: 4096, wires: map[string]gpio.Level{}, held: map[string]bool{}, asleep: true,
		regs: map[byte][]byte{}, picture: map[byte][]byte{0x24: noise(0x13), 0x26: noise(0x87)}, glass: noise(0x3c),
	}
}

// change is for what happens while it is driven.
func (g *paper) change(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f()
}

func (g *paper) String() string                    { return "paper" }
func (g *paper) Duplex() conn.Duplex               { return conn.Full }
func (g *paper) LimitSpeed(physic.Frequency) error { return nil }
func (g *paper) MaxTxSize() int                    { return g.limit }
func (g *paper) TxPackets([]spi.Packet) error      { return errors.New("not used") }

func (g *paper) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	if f > 20*physic.MegaHertz || mode != spi.Mode0 || bits != 8 {
		g.t.Errorf("connected with %s, %s, %d bits", f, mode, bits)
	}
	return g, nil
}

func (g *paper) Close() error {
	if g.closed || len(g.held) > 0 {
		g.t.Errorf("closed before: %v; lines that are held: %v", g.closed, g.held)
	}
	g.closed = true
	return nil
}

func (g *paper) open(bus, selected int) (spi.PortCloser, error) {
	if bus != 0 || selected != 0 {
		return nil, fmt.Errorf("no spidev%d.%d", bus, selected)
	}
	return g, nil
}

// Open is a line to the panel.
func (g *paper) Open(_, line string) (gpio.PinIO, error) {
	if line == "GPIO99" {
		return nil, errors.New("this machine has no line GPIO99")
	}
	g.held[line] = true
	return &paperWire{paper: g, name: line}, nil
}

type paperWire struct {
	gpio.PinIO // what is not used panics
	paper      *paper
	name       string
}

func (w *paperWire) Halt() error { delete(w.paper.held, w.name); return nil }

func (w *paperWire) In(gpio.Pull, gpio.Edge) error {
	if w.name != "BUSY" {
		w.paper.t.Errorf("%s is an input", w.name)
	}
	return nil
}

func (w *paperWire) Read() gpio.Level {
	w.paper.mu.Lock()
	defer w.paper.mu.Unlock()
	return gpio.Level(w.paper.asleep || w.paper.stuck || time.Now().Before(w.paper.busy))
}

func (w *paperWire) Out(l gpio.Level) error {
	g := w.paper
	g.mu.Lock()
	defer g.mu.Unlock()
	before := g.wires[w.name]
	g.wires[w.name] = l
	switch {
	case w.name == "BUSY":
		g.t.Error("the panel's output is driven")
	case w.name != "RESET" || before == l:
	case l == gpio.Low:
		g.pulse = time.Now()
	default:
		if low := time.Since(g.pulse); !g.pulse.IsZero() && low < 10*time.Millisecond {
			g.t.Errorf("reset for %s", low)
		}
		g.asleep, g.soft, g.regs, g.params = false, false, map[byte][]byte{}, nil
		g.command = 0
		g.fresh, g.busy = time.Now(), time.Now().Add(5*time.Millisecond)
	}
	return nil
}

func (g *paper) Tx(w, r []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.broken != nil {
		return g.broken
	}
	if g.closed || len(r) > 0 || len(w) == 0 || g.limit > 0 && len(w) > g.limit || len(w) > 4096 {
		g.t.Errorf("closed %v: %d bytes out, %d in", g.closed, len(w), len(r))
	}
	if g.asleep || time.Now().Before(g.busy) || time.Since(g.fresh) < 10*time.Millisecond {
		g.t.Errorf("% x… while asleep (%v) or busy", w[:1], g.asleep)
	}
	if g.wires["DC"] == gpio.High {
		g.take(w)
		return nil
	}
	if len(w) != 1 {
		g.t.Errorf("%d commands at once: % x", len(w), w)
	}
	g.end()
	g.command, g.params = w[0], nil
	switch g.command {
	case 0x12:
		g.soft, g.regs, g.busy = true, map[byte][]byte{}, time.Now().Add(10*time.Millisecond)
	case 0x20:
		g.refresh()
	}
	return nil
}

// end judges the command before.
func (g *paper) end() {
	switch want, known := paperParams[g.command]; {
	case g.command == 0:
	case g.command == 0x24 || g.command == 0x26:
		if n := len(g.params); n != (g.size.X+7)/8*g.size.Y {
			g.t.Errorf("a picture of %d bytes", n)
		}
	case !known || want != len(g.params):
		g.t.Errorf("command %#x with % x", g.command, g.params)
	case g.command != 0x12 && !g.soft:
		g.t.Errorf("command %#x before the software's reset", g.command)
	}
}

func (g *paper) take(w []byte) {
	g.params = append(g.params, w...)
	switch g.command {
	case 0x24, 0x26:
		g.fill(w)
	case 0x4e:
		g.x = int(w[0])
	case 0x4f:
		if len(g.params) == 2 {
			g.y = int(g.params[0]) | int(g.params[1])<<8
		}
	case 0x10:
		if w[0] != 1 {
			g.t.Errorf("deep sleep % x", w)
		}
		g.asleep = true
		g.sleeps++
	default:
		g.regs[g.command] = g.params
	}
}

func (g *paper) fill(w []byte) {
	columns, rows := g.regs[0x44], g.regs[0x45]
	if len(columns) != 2 || len(rows) != 4 || len(g.regs[0x11]) != 1 || g.regs[0x11][0] != 3 {
		g.t.Fatalf("a picture without a window: %v", g.regs)
	}
	last := int(rows[2]) | int(rows[3])<<8
	for _, b := range w {
		if g.y > last {
			g.t.Fatal("more than the window has")
		}
		g.picture[g.command][g.y*paperLine+g.x] = b
		if g.x++; g.x > int(columns[1]) {
			g.x, g.y = int(columns[0]), g.y+1
		}
	}
}

// refresh is what the waveforms make of both memories.
func (g *paper) refresh() {
	gates, sources := g.regs[0x01], g.regs[0x21]
	wanted := byte(0x80)
	if g.size.X > 160 {
		wanted = 0
	}
	if len(gates) != 3 || int(gates[0])|int(gates[1])<<8 != g.size.Y-1 || len(sources) != 2 || sources[1] != wanted || !bytes.Equal(g.regs[0x18], []byte{0x80}) {
		g.t.Errorf("a refresh with %v", g.regs)
	}
	switch sequence, border := g.regs[0x22], g.regs[0x3c]; {
	case bytes.Equal(sequence, []byte{0xf7}) && bytes.Equal(border, []byte{0x05}):
		copy(g.glass, g.picture[0x24])
		g.fulls, g.busy = append(g.fulls, time.Now()), time.Now().Add(2*time.Second)
	case bytes.Equal(sequence, []byte{0xff}) && bytes.Equal(border, []byte{0x80}):
		for y := range g.size.Y {
			at := y * paperLine
			if line := (g.size.X + 7) / 8; !bytes.Equal(g.glass[at:at+line], g.picture[0x26][at:at+line]) {
				g.t.Fatalf("a partial refresh: the picture before is not that of the paper in row %d", y)
			}
		}
		copy(g.glass, g.picture[0x24]) // what is the same stays, what is different is driven
		g.parts, g.busy = append(g.parts, time.Now()), time.Now().Add(300*time.Millisecond)
	default:
		g.t.Errorf("sequence % x, border % x", sequence, border)
	}
}

// colour is what a person sees who turned the glass so that the picture, which is
// turned clockwise, stands upright.
func (g *paper) colour(x, y int) color.Color {
	w, h := g.size.X-1, g.size.Y-1
	p := map[int]image.Point{0: {X: x, Y: y}, 90: {X: w - y, Y: x}, 180: {X: w - x, Y: h - y}, 270: {X: y, Y: h - x}}[g.rotate]
	if g.glass[p.Y*paperLine+p.X/8]&(0x80>>(p.X%8)) != 0 {
		return color.White
	}
	return color.Black
}

func (g *paper) white() bool {
	for y := range g.size.Y {
		for x := range g.size.X {
			if g.glass[y*paperLine+x/8]&(0x80>>(x%8)) == 0 {
				return false
			}
		}
	}
	return true
}
