package copper

import (
	"sync"
	"time"
)

// Registers of an MCP23017 with IOCON.BANK = 0 (data sheet DS20001952, table 3-5);
// each is a pair, of port A and of port B.
const (
	expIODIR   = 0x00
	expIPOL    = 0x02
	expGPINTEN = 0x04
	expDEFVAL  = 0x06
	expINTCON  = 0x08
	expIOCON   = 0x0a
	expGPPU    = 0x0c
	expINTF    = 0x0e
	expINTCAP  = 0x10
	expGPIO    = 0x12
	expOLAT    = 0x14
	expLast    = 0x15

	bitMirror = 0x40 // of IOCON
	bitSEQOP  = 0x20
)

// Expander is an MCP23017 with switches to ground on its lines, or lamps and relays.
// Any goroutine may use it.
type Expander struct {
	mu     sync.Mutex
	wired  func(low bool) // the interrupt, an open drain; nil where it goes nowhere
	regs   [expLast + 1]byte
	at     byte
	ground uint16 // lines that a switch pulls down
	last   uint16 // levels that the interrupt compares with
	drives [16][]Drive
	reads  int // of the first port
}

var _ Answerer = (*Expander)(nil)

// NewExpander makes a chip as it is after power came: every line is an input.
// Interrupt is called whenever its line is driven or let go.
func NewExpander(interrupt func(low bool)) *Expander {
	e := &Expander{wired: interrupt}
	e.regs[expIODIR], e.regs[expIODIR+1] = 0xff, 0xff
	return e
}

// pair is a register of both ports.
func (e *Expander) pair(at byte) uint16 { return uint16(e.regs[at]) | uint16(e.regs[at+1])<<8 }

// levels are what a voltmeter shows: an output is its latch, an input is low at
// ground and high by its pull-up; one that floats reads low.
func (e *Expander) levels() uint16 {
	in := e.pair(expIODIR)
	return e.pair(expOLAT)&^in | in&e.pair(expGPPU)&^e.ground
}

// Write takes a register's number and what is written from there on.
func (e *Expander) Write(p []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(p) == 0 {
		return
	}
	e.at = p[0] % (expLast + 1) // beyond is nothing
	for _, b := range p[1:] {
		before := [2]uint16{e.pair(expIODIR), e.pair(expOLAT)}
		e.put(b)
		e.moved(before)
	}
	e.settle()
}

// put writes a register and goes on to the next.
func (e *Expander) put(b byte) {
	switch e.at &^ 1 {
	case expIOCON: // one register, at both numbers
		e.regs[expIOCON], e.regs[expIOCON+1] = b, b
	case expINTF, expINTCAP: // read only
	case expGPIO: // a write of the port is one of the latch (section 3.5.10)
		e.regs[expOLAT|e.at&1] = b
	default:
		e.regs[e.at] = b
	}
	e.next()
}

// next goes on to the next register; in byte mode to and fro in its pair (section
// 3.2.1).
func (e *Expander) next() {
	if e.regs[expIOCON]&bitSEQOP != 0 {
		e.at ^= 1
		return
	}
	if e.at++; e.at > expLast {
		e.at = 0
	}
}

// moved keeps what a written octet made of the lines.
func (e *Expander) moved(before [2]uint16) {
	direction, latch := e.pair(expIODIR), e.pair(expOLAT)
	for n := range e.drives {
		bit := uint16(1) << n
		if (before[0]^direction|before[1]^latch)&bit != 0 {
			e.drives[n] = append(e.drives[n], Drive{At: time.Now(), Output: direction&bit == 0, High: latch&bit != 0})
		}
	}
}

// Read answers from the register on that was written last.
func (e *Expander) Read(p []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range p {
		p[i] = e.get()
		e.next()
	}
	e.settle()
}

func (e *Expander) get() byte {
	port := e.at & 1
	switch e.at &^ 1 {
	case expGPIO: // inverted where IPOL says so; reading takes the port's interrupt back
		e.taken(port)
		e.reads += int(1 - port)
		return byte((e.levels() ^ e.pair(expIPOL)) >> (8 * port))
	case expINTCAP:
		held := e.regs[e.at]
		e.taken(port)
		return held
	}
	return e.regs[e.at]
}

// taken takes a port's interrupt back (section 3.6.1).
func (e *Expander) taken(port byte) {
	mask := uint16(0xff) << (8 * port)
	e.last = e.last&^mask | e.levels()&mask
	e.regs[expINTF+port] = 0
}

// settle looks whether an input that is watched changed, and drives the interrupt.
func (e *Expander) settle() {
	now := e.levels()
	reference := e.last&^e.pair(expINTCON) | e.pair(expDEFVAL)&e.pair(expINTCON)
	flags := (now ^ reference) & e.pair(expGPINTEN) & e.pair(expIODIR)
	for port := range byte(2) {
		if f := byte(flags >> (8 * port)); f != 0 && e.regs[expINTF+port] == 0 {
			e.regs[expINTF+port], e.regs[expINTCAP+port] = f, byte(now>>(8*port))
		}
	}
	watched := e.pair(expGPINTEN)
	e.last = e.last&watched | now&^watched
	if e.wired != nil {
		pending := e.regs[expINTF] != 0 || e.regs[expINTF+1] != 0 && e.regs[expIOCON]&bitMirror != 0
		e.wired(pending)
	}
}

// Ground closes a switch between a line and ground, or opens it.
func (e *Expander) Ground(line int, closed bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ground &^= 1 << line
	if closed {
		e.ground |= 1 << line
	}
	e.settle()
}

// High tells whether the guest drives a line high.
func (e *Expander) High(line int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	bit := uint16(1) << line
	return e.pair(expOLAT)&^e.pair(expIODIR)&bit != 0
}

// Driven tells whether the guest has made the line an output.
func (e *Expander) Driven(line int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pair(expIODIR)&(1<<line) == 0
}

// Reads counts how often the guest has read the lines: both ports are read in one.
func (e *Expander) Reads() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.reads
}

// Drives lists every change of a line's direction or latch.
func (e *Expander) Drives(line int) []Drive {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Drive(nil), e.drives[line]...)
}
