package expander

import (
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"

	"offhook/hal"
)

// Pin is a line of an expander as periph's gpio.PinIO.
type Pin struct {
	of     *Expander
	number int
	bit    uint16
	edges  chan struct{} // one slot: an edge happened since the last wait
	done   chan struct{}
	once   sync.Once

	// Guarded by the expander's mutex.
	held   bool
	edge   gpio.Edge
	driven bool
	rest   gpio.Level // the first level driven: that of a part at rest
}

var _ gpio.PinIO = (*Pin)(nil)

// String is the line as a board file has it.
func (p *Pin) String() string { return fmt.Sprintf("%s:%d", p.of.name, p.number) }

// Name is the same.
func (p *Pin) Name() string { return p.String() }

// Number is the line's place on its chip.
func (p *Pin) Number() int { return p.number }

// Function is what it is used for: nothing else than a line.
func (p *Pin) Function() string { return "" }

// Halt makes the line an input, gives it back and wakes who waits for an edge.
func (p *Pin) Halt() error {
	p.once.Do(func() { close(p.done) })
	return p.of.halt(p)
}

// In makes the line an input. These chips pull up or not at all.
func (p *Pin) In(pull gpio.Pull, edge gpio.Edge) error {
	if pull == gpio.PullDown {
		return fmt.Errorf("%s: an expander cannot pull a line down: wire the switch to ground, and say active-low: true", p)
	}
	return p.of.in(p, pull == gpio.PullUp, edge)
}

// Out makes the line an output at this level; it is never at the other one. What
// fails is not made good later: a line that had a level goes to the first that it
// had, that of a part at rest, as soon as the chip answers.
func (p *Pin) Out(l gpio.Level) error { return p.of.out(p, l) }

// Read returns the level; Low when it cannot be read, which Level tells apart.
func (p *Pin) Read() gpio.Level {
	l, _ := p.Level()
	return l
}

// Level returns the level, or why it is not known: ErrAway, or hal.ErrClosed.
func (p *Pin) Level() (gpio.Level, error) { return p.of.level(p) }

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

// tell passes a change on.
func (p *Pin) tell(level gpio.Level) {
	if p.edge == gpio.BothEdges || p.edge == gpio.RisingEdge && bool(level) || p.edge == gpio.FallingEdge && !bool(level) {
		poke(p.edges)
	}
}

// Pull is not told.
func (p *Pin) Pull() gpio.Pull { return gpio.PullNoChange }

// DefaultPull is not told.
func (p *Pin) DefaultPull() gpio.Pull { return gpio.PullNoChange }

// PWM is not offered.
func (p *Pin) PWM(gpio.Duty, physic.Frequency) error {
	return fmt.Errorf("%s: a line of an expander has no PWM", p)
}

func (p *Pin) closed() error { return fmt.Errorf("%s: %w", p, hal.ErrClosed) }

func poke(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
