package expander

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"

	"offhook/hal"
)

// Expander is one chip. The mutex is held for whole exchanges on the bus: they
// are the state that it guards.
type Expander struct {
	name   string
	model  model
	bus    i2c.BusCloser
	dev    i2c.Dev
	irq    gpio.PinIO // nil: the lines are polled
	poll   time.Duration
	log    *slog.Logger
	forget func() // takes it out of the table of lines

	mu      sync.Mutex
	want    state
	levels  uint16 // at the last reading
	pins    map[int]*Pin
	away    bool // it did not answer
	closed  bool
	checked time.Time

	wake    chan struct{}
	done    chan struct{}
	running sync.WaitGroup
}

var _ hal.Expander = (*Expander)(nil)

// attempts is how often an exchange is tried before the chip is away: a
// disturbance of a long bus lasts for one.
const attempts = 3

// begin releases every line: who holds one says what it is to be.
func (e *Expander) begin() error {
	e.want = released()
	if err := e.model.restore(e.dev, e.want); err != nil {
		return err
	}
	levels, err := e.model.read(e.dev)
	if err != nil {
		return err
	}
	e.levels, e.checked = levels, time.Now()
	e.running.Go(e.run)
	if e.irq != nil {
		e.running.Go(e.interrupted)
	}
	return nil
}

// Lines is how many lines the chip has.
func (e *Expander) Lines() int { return e.model.lines() }

// hold gives a line to somebody.
func (e *Expander) hold(number int) (*Pin, error) {
	if number < 0 || number >= e.Lines() {
		return nil, fmt.Errorf("%s has no line %d: it has 0 to %d", e.name, number, e.Lines()-1)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pins[number] != nil {
		return nil, fmt.Errorf("%s:%d is held by another part already", e.name, number)
	}
	p := &Pin{of: e, number: number, bit: 1 << number, edges: make(chan struct{}, 1), done: make(chan struct{}), held: true}
	e.pins[number] = p
	return p, nil
}

func (e *Expander) in(p *Pin, pullUp bool, edge gpio.Edge) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !p.held || e.closed {
		return p.closed()
	}
	to := e.want.as(p.bit, true, gpio.Low)
	if pullUp {
		to.pullUp |= p.bit
	}
	if edge != gpio.NoEdge {
		to.watch |= p.bit
	}
	p.driven, p.edge = false, gpio.NoEdge
	if err := e.apply(to); err != nil || edge == gpio.NoEdge {
		return err
	}
	if err := e.read(); err != nil { // what it is from now on is no change
		return err
	}
	p.edge = edge
	poke(e.wake) // the pace of polling may be another now
	return nil
}

func (e *Expander) out(p *Pin, l gpio.Level) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !p.held || e.closed {
		return p.closed()
	}
	if err := e.apply(e.want.as(p.bit, false, l)); err != nil {
		// It may have been a relay's pulse, and the chip may be back in an hour.
		e.want = e.want.as(p.bit, !p.driven, p.rest)
		return err
	}
	if !p.driven {
		p.driven, p.rest, p.edge = true, l, gpio.NoEdge
	}
	return nil
}

func (e *Expander) level(p *Pin) (gpio.Level, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !p.held || e.closed {
		return gpio.Low, p.closed()
	}
	if e.away { // run looks for it
		return gpio.Low, fmt.Errorf("%s: %w", p, ErrAway)
	}
	if err := e.read(); err != nil {
		return gpio.Low, err
	}
	return e.levels&p.bit != 0, nil
}

func (e *Expander) halt(p *Pin) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !p.held {
		return nil
	}
	p.held = false
	delete(e.pins, p.number)
	if e.closed {
		return nil
	}
	return e.apply(e.want.as(p.bit, true, gpio.Low))
}

// apply makes a state the wanted one and brings the chip to it. One that is away
// is brought there by run, when it is back.
func (e *Expander) apply(to state) error {
	from := e.want
	e.want = to
	if e.away {
		return fmt.Errorf("%s: %w", e.name, ErrAway)
	}
	err := e.model.change(e.dev, from, to)
	if e.model.forgets() && e.irq != nil {
		poke(e.wake)
	}
	return e.again(err, nothing)
}

func nothing() error { return nil }

// read reads the lines and tells of those that changed.
func (e *Expander) read() error {
	get := func() error {
		levels, err := e.model.read(e.dev)
		if err == nil {
			changed := (levels ^ e.levels) & e.want.watch
			e.levels = levels
			e.tell(changed)
		}
		return err
	}
	return e.again(get(), get)
}

func (e *Expander) tell(changed uint16) {
	for _, p := range e.pins {
		if changed&p.bit != 0 {
			p.tell(e.levels&p.bit != 0)
		}
	}
}

// again tries what failed anew, after the whole state: who knows how much of a
// write arrived, or whether the chip was without power.
func (e *Expander) again(err error, exchange func() error) error {
	for range attempts - 1 {
		if err == nil {
			break
		}
		if err = e.model.restore(e.dev, e.want); err == nil {
			err = exchange()
		}
	}
	switch {
	case err != nil && !e.away:
		e.away = true
		e.log.Error("the expander does not answer: its inputs are not read; its outputs are written again when it is back", "expander", e.name, "error", err)
	case err == nil && e.away:
		e.away = false
		e.log.Info("the expander answers again: all of its lines were written", "expander", e.name)
	}
	if err != nil {
		poke(e.wake)
		return fmt.Errorf("%s: %w: %w", e.name, ErrAway, err)
	}
	return nil
}

// Close ends the watching and releases every line, its holders' too.
func (e *Expander) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		e.running.Wait()
		return nil
	}
	e.closed = true
	var err error
	if !e.away { // else nothing can be done
		err = e.model.change(e.dev, e.want, released())
	}
	e.mu.Unlock()
	close(e.done)
	if e.irq != nil {
		err = errors.Join(err, e.irq.Halt()) // wakes interrupted
	}
	e.running.Wait()
	e.forget()
	return errors.Join(err, e.bus.Close())
}
