// Package copper is the electrical side of an imaginary telephone board: lines of
// a GPIO controller with a key matrix, switches, lamps and a relay on them, and an
// I2C bus with an OLED panel and a display of characters. A guest's kernel sees them as virtio devices; a test
// presses keys, lifts the hook and looks at the lamps.
package copper

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Wiring is what is soldered.
type Wiring struct {
	Lines      []string // names, in the order of their offsets
	Rows, Cols []string // lines of the key matrix, pulled up
	Low        []string // lines that are pulled down; all others are pulled up
}

// Change is a level that a line went to.
type Change struct {
	At     time.Time
	High   bool
	Driven bool // by the guest; otherwise it is what the board makes of it
}

// Drive is what the guest's side of a line is after one of its requests: also one
// that changed nothing, and one that the next undid at once.
type Drive struct {
	At     time.Time
	Output bool // the line is driven
	High   bool // to this level, once it is
}

// Board is the copper and its controller. Any goroutine may use it.
type Board struct {
	wiring     Wiring
	rows, cols []int

	mu      sync.Mutex
	lines   []line
	pressed map[[2]int]bool // row and column, as places in the wiring
	asked   int             // requests of the guest
}

// line is one line of the controller, as virtio 1.2 §5.18 has it.
type line struct {
	matrix    bool
	outside   bool // what the board puts on it: a pull or a switch
	direction byte
	output    bool
	trigger   byte
	latched   bool // an edge that was not told yet
	last      bool
	armed     interface{ Answer(...byte) }
	history   []Change
	drives    []Drive
	reads     int // of its level, by the guest
}

// New makes a board at rest: no key is down.
func New(w Wiring) (*Board, error) {
	b := &Board{wiring: w, pressed: map[[2]int]bool{}, lines: make([]line, len(w.Lines))}
	for i, name := range w.Lines {
		high := !slices.Contains(w.Low, name)
		b.lines[i] = line{outside: high, last: high}
	}
	for _, list := range []struct {
		names []string
		at    *[]int
	}{{w.Rows, &b.rows}, {w.Cols, &b.cols}} {
		for _, name := range list.names {
			i := slices.Index(w.Lines, name)
			if i < 0 {
				return nil, fmt.Errorf("the board has no line %s for its matrix", name)
			}
			b.lines[i].matrix = true
			*list.at = append(*list.at, i)
		}
	}
	return b, nil
}

// Press joins a row and a column, or parts them.
func (b *Board) Press(row, col int, down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pressed[[2]int{row, col}] = down
	b.settle()
}

// Set is what a switch puts on a line.
func (b *Board) Set(name string, high bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines[b.index(name)].outside = high
	b.settle()
}

// High tells a line's level.
func (b *Board) High(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.level(b.index(name))
}

// Asked counts what the guest has asked of its lines.
func (b *Board) Asked() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked
}

// Reads counts how often the guest has read a line's level.
func (b *Board) Reads(name string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lines[b.index(name)].reads
}

// Driven tells whether the guest has made the line an output.
func (b *Board) Driven(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lines[b.index(name)].direction == directionOut
}

// History lists the levels that a line outside the matrix went to.
func (b *Board) History(name string) []Change {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.lines[b.index(name)].history)
}

// Drives lists every request of the guest that set the direction or the level of a
// line outside the matrix, in their order.
func (b *Board) Drives(name string) []Drive {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.lines[b.index(name)].drives)
}

// index panics for a line that is not there: the wiring and its user are one
// program.
func (b *Board) index(name string) int {
	i := slices.Index(b.wiring.Lines, name)
	if i < 0 {
		panic("copper: there is no line " + name)
	}
	return i
}

// level is what a voltmeter shows.
func (b *Board) level(i int) bool {
	l := &b.lines[i]
	if !l.matrix {
		if l.direction == directionOut {
			return l.output
		}
		return l.outside
	}
	// A net of the matrix is pulled up, and one low output pulls it down.
	level := true
	for _, j := range b.net(i) {
		if o := b.lines[j]; o.direction == directionOut && !o.output {
			level = false
		}
	}
	return level
}

// net is every line of the matrix that keys join with this one, itself included:
// without diodes current goes all ways.
func (b *Board) net(start int) []int {
	net := []int{start}
	for at := 0; at < len(net); at++ {
		for key, down := range b.pressed {
			if !down {
				continue
			}
			row, col := b.rows[key[0]], b.cols[key[1]]
			switch net[at] {
			case row:
				row = col
			case col:
			default:
				continue
			}
			if !slices.Contains(net, row) {
				net = append(net, row)
			}
		}
	}
	return net
}

// settle looks for changes of level after something changed.
func (b *Board) settle() {
	for i := range b.lines {
		l, high := &b.lines[i], b.level(i)
		if high != l.last {
			l.latched = l.latched || l.trigger&edgeOf(high) != 0
			if !l.matrix {
				l.history = append(l.history, Change{At: time.Now(), High: high, Driven: l.direction == directionOut})
			}
		}
		l.last = high
		l.tell(high)
	}
}

// tell answers an armed interrupt.
func (l *line) tell(high bool) {
	level := l.trigger == levelHigh && high || l.trigger == levelLow && !high
	if l.armed == nil || !l.latched && !level {
		return
	}
	l.armed.Answer(eventValid)
	l.armed, l.latched = nil, false
}
