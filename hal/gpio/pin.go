package gpio

import (
	"fmt"
	"sync"
	"time"

	"github.com/warthog618/go-gpiocdev"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"

	"offhook/hal"
)

// consumer is the name under which gpioinfo shows our lines.
const consumer = "offhook"

// Pin is a line as periph's gpio.PinIO. The line is requested from the kernel
// by the first In or Out, with its direction and level in one step.
type Pin struct {
	chip   string
	offset int
	name   string
	edges  chan struct{} // one slot: an edge happened since the last wait
	done   chan struct{}
	once   sync.Once

	mu   sync.Mutex // guards line and out
	line *gpiocdev.Line
	out  bool // the line is an output
}

var _ gpio.PinIO = (*Pin)(nil)

// openPin finds the line; nothing is requested yet.
func openPin(chip, line string) (*Pin, error) {
	name, offset, err := find(chip, line)
	if err != nil {
		return nil, err
	}
	return &Pin{chip: name, offset: offset, name: line, edges: make(chan struct{}, 1), done: make(chan struct{})}, nil
}

// String names the line and where it is.
func (p *Pin) String() string { return fmt.Sprintf("%s(%s:%d)", p.name, p.chip, p.offset) }

// Name is the line's name as the board file has it.
func (p *Pin) Name() string { return p.name }

// Number is the line's offset on its controller.
func (p *Pin) Number() int { return p.offset }

// Function is not told by the character device.
func (p *Pin) Function() string { return "" }

// Halt gives the line back and wakes who waits for an edge.
func (p *Pin) Halt() error {
	p.once.Do(func() { close(p.done) })
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line == nil {
		return nil
	}
	err := p.line.Close()
	p.line = nil
	return err
}

// In makes the line an input.
func (p *Pin) In(pull gpio.Pull, edge gpio.Edge) error {
	options := []gpiocdev.LineReqOption{gpiocdev.AsInput, gpiocdev.WithConsumer(consumer)}
	switch pull {
	case gpio.PullUp:
		options = append(options, gpiocdev.WithPullUp)
	case gpio.PullDown:
		options = append(options, gpiocdev.WithPullDown)
	case gpio.Float:
		options = append(options, gpiocdev.WithBiasDisabled)
	}
	switch edge {
	case gpio.RisingEdge:
		options = append(options, gpiocdev.WithRisingEdge)
	case gpio.FallingEdge:
		options = append(options, gpiocdev.WithFallingEdge)
	case gpio.BothEdges:
		options = append(options, gpiocdev.WithBothEdges)
	}
	p.becomes(false)
	if edge == gpio.NoEdge {
		return p.configure(gpiocdev.AsInput, options)
	}
	return p.request(append(options, gpiocdev.WithEventHandler(p.edge)))
}

func (p *Pin) edge(gpiocdev.LineEvent) {
	select {
	case p.edges <- struct{}{}:
	default:
	}
}

// Out makes the line an output at this level; it is never at the other one.
func (p *Pin) Out(l gpio.Level) error {
	value := 0
	if l {
		value = 1
	}
	p.mu.Lock()
	line, out := p.line, p.out
	p.mu.Unlock()
	if line == nil || !out {
		err := p.configure(gpiocdev.AsOutput(value), []gpiocdev.LineReqOption{gpiocdev.AsOutput(value), gpiocdev.WithConsumer(consumer)})
		p.becomes(err == nil)
		return err
	}
	// What the line is need not be said again: a bus of lines has thousands of levels.
	if err := line.SetValue(value); err != nil {
		return fmt.Errorf("%s: %w", p, err)
	}
	return nil
}

// becomes keeps whether the line is an output.
func (p *Pin) becomes(out bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out = out
}

// configure changes a line that is held already, or requests it.
func (p *Pin) configure(change gpiocdev.LineConfigOption, request []gpiocdev.LineReqOption) error {
	p.mu.Lock()
	line := p.line
	p.mu.Unlock()
	if line == nil {
		return p.request(request)
	}
	if err := line.Reconfigure(change); err != nil {
		return fmt.Errorf("%s: %w", p, err)
	}
	return nil
}

func (p *Pin) request(options []gpiocdev.LineReqOption) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.done:
		return hal.ErrClosed
	default:
	}
	if p.line != nil {
		if err := p.line.Close(); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		p.line = nil
	}
	line, err := gpiocdev.RequestLine(p.chip, p.offset, options...)
	if err != nil {
		return fmt.Errorf("%s: %w (gpioinfo tells who holds it)", p, err)
	}
	p.line = line
	return nil
}

// Read returns the level; Low when the line is not held or cannot be read,
// which Level tells apart.
func (p *Pin) Read() gpio.Level {
	l, _ := p.Level()
	return l
}

// Level returns the level, or why it is not known.
func (p *Pin) Level() (gpio.Level, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line == nil {
		return gpio.Low, hal.ErrClosed
	}
	v, err := p.line.Value()
	if err != nil {
		return gpio.Low, fmt.Errorf("%s: %w", p, err)
	}
	return v == 1, nil
}

// levelOn reads a line. What cannot be read is no level: Low would be a key
// that is down, and perhaps the one that opens the door.
func levelOn(p gpio.PinIO) (gpio.Level, error) {
	if careful, ok := p.(interface{ Level() (gpio.Level, error) }); ok {
		return careful.Level()
	}
	return p.Read(), nil
}

// WaitForEdge waits for an edge, without end if the time is negative; false
// after the time, or when the pin is halted.
func (p *Pin) WaitForEdge(timeout time.Duration) bool {
	var late <-chan time.Time
	if timeout >= 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-p.edges:
		return true
	case <-late:
	case <-p.done:
	}
	return false
}

// Pull is not told by the character device.
func (p *Pin) Pull() gpio.Pull { return gpio.PullNoChange }

// DefaultPull is not told by the character device.
func (p *Pin) DefaultPull() gpio.Pull { return gpio.PullNoChange }

// PWM is not offered.
func (p *Pin) PWM(gpio.Duty, physic.Frequency) error {
	return fmt.Errorf("%s: a GPIO line has no PWM", p)
}
