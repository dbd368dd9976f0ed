package expander

import (
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
)

// state is what the lines are to be: a bit a line.
type state struct {
	input  uint16
	latch  uint16 // level of an output
	pullUp uint16
	watch  uint16 // inputs whose changes are told
}

// released is every line an input and nothing else.
func released() state { return state{input: 0xffff} }

// as is the state with one line changed.
func (s state) as(bit uint16, input bool, level gpio.Level) state {
	s.input, s.pullUp, s.watch = s.input&^bit, s.pullUp&^bit, s.watch&^bit
	if input {
		s.input |= bit
		return s
	}
	s.latch &^= bit
	if level {
		s.latch |= bit
	}
	return s
}

// model is one kind of chip. Its writes leave no line at a level that is in
// neither state, not for an instant.
type model interface {
	// restore brings the chip to a state from whatever it is in: fresh from
	// power-on, or as another program left it.
	restore(i2c.Dev, state) error
	// change brings it from one state to another.
	change(d i2c.Dev, from, to state) error
	// read returns the level of every line.
	read(i2c.Dev) (uint16, error)
	// lines is how many there are.
	lines() int
	// forgets tells whether a write takes back an interrupt that nobody saw yet.
	forgets() bool
}
