package copper

import (
	"encoding/binary"
	"time"

	"offhook/cmd/internal/lab/boardbox/vhost"
)

// The words of virtio 1.2 §5.18.
const (
	// featureIRQ is VIRTIO_RING_F_INDIRECT_DESC: see the recipe of the guest's driver.
	featureIRQ = 1 << 28

	requestQueue = 0

	getNames     = 1
	getDirection = 2
	setDirection = 3
	getValue     = 4
	setValue     = 5
	setTrigger   = 6

	statusOK  = 0
	statusErr = 1

	directionNone = 0
	directionOut  = 1

	edgeRising  = 1
	edgeFalling = 2
	levelHigh   = 4
	levelLow    = 8

	eventInvalid = 0
	eventValid   = 1
)

var le = binary.LittleEndian

func edgeOf(high bool) byte {
	if high {
		return edgeRising
	}
	return edgeFalling
}

// gpio is the controller as a virtio device.
type gpio struct{ board *Board }

// GPIO is the board's controller.
func (b *Board) GPIO() vhost.Device { return gpio{b} }

func (gpio) Features() uint64 { return featureIRQ }

func (gpio) Queues() int { return 2 }

// Config is the number of lines, and the room for their names.
func (g gpio) Config() []byte {
	c := le.AppendUint16(nil, uint16(len(g.board.wiring.Lines)))
	return le.AppendUint32(append(c, 0, 0), uint32(len(g.board.names())))
}

func (b *Board) names() (all []byte) {
	for _, name := range b.wiring.Lines {
		all = append(append(all, name...), 0)
	}
	return all
}

// Reset gives every line back.
func (g gpio) Reset() {
	g.board.mu.Lock()
	defer g.board.mu.Unlock()
	for i := range g.board.lines {
		l := &g.board.lines[i]
		l.direction, l.trigger, l.latched, l.armed, l.output = directionNone, 0, false, nil, false
	}
	g.board.settle()
}

func (g gpio) Handle(queue int, c *vhost.Chain) {
	g.board.mu.Lock()
	defer g.board.mu.Unlock()
	if queue == requestQueue {
		c.Answer(g.board.request(c.Request())...)
		return
	}
	g.board.arm(c.Request(), c)
}

// arm takes the buffer of an interrupt, which is answered at an edge.
func (b *Board) arm(request []byte, c interface{ Answer(...byte) }) {
	if len(request) < 2 || int(le.Uint16(request)) >= len(b.lines) {
		c.Answer(eventInvalid)
		return
	}
	l := &b.lines[le.Uint16(request)]
	if l.trigger == 0 {
		c.Answer(eventInvalid)
		return
	}
	l.armed = c
	b.settle()
}

// request does what the driver asks and makes the answer.
func (b *Board) request(r []byte) []byte {
	b.asked++
	failed := []byte{statusErr, 0}
	if len(r) < 8 {
		return failed
	}
	kind, number, value := le.Uint16(r), int(le.Uint16(r[2:])), le.Uint32(r[4:])
	if kind == getNames {
		return append([]byte{statusOK}, b.names()...)
	}
	if number >= len(b.lines) {
		return failed
	}
	l, answer := &b.lines[number], byte(0)
	switch kind {
	case getDirection:
		answer = l.direction
	case setDirection:
		l.direction = byte(value)
		l.drove()
	case getValue:
		l.reads++
		if b.level(number) {
			answer = 1
		}
	case setValue:
		l.output = value != 0
		l.drove()
	case setTrigger:
		l.setTrigger(byte(value), b.level(number))
	default:
		return failed
	}
	b.settle()
	return []byte{statusOK, answer}
}

// drove keeps what a request made of the line. The matrix is driven all the time.
func (l *line) drove() {
	if !l.matrix {
		l.drives = append(l.drives, Drive{At: time.Now(), Output: l.direction == directionOut, High: l.output})
	}
}

// setTrigger changes what interrupts; without one the armed buffer goes back.
func (l *line) setTrigger(kind byte, high bool) {
	l.trigger, l.latched, l.last = kind, false, high
	if kind == 0 && l.armed != nil {
		l.armed.Answer(eventInvalid)
		l.armed = nil
	}
}
