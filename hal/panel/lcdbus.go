package panel

import (
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
)

// lcdBus is the wires to a controller in four-bit mode. Its line R/W stays low:
// nothing is read, for a controller of 5 V would drive that into a board of 3.3 V.
// Instead of asking whether it is busy, a bus gives it the time that it takes.
type lcdBus interface {
	// put sends a byte, as data or as an instruction.
	put(data bool, b byte) error
	// half sends the upper four bits of an instruction alone.
	half(b byte) error
	// flush returns when all was sent.
	flush() error
	// lit sends all, and switches the light.
	lit(on bool) error
	Close() error
}

// lcdRest is 41 µs at 270 kHz (HD44780U datasheet, table 6: 37 µs, and 4 until the
// address is counted up); controllers like it run at 190 kHz, too.
const lcdRest = 60 * time.Microsecond

// lcdLines are lines of the board.
type lcdLines struct {
	rs, enable wire
	data       [4]wire // D4 to D7
	light      gpio.PinIO
	low        bool // the light is on at the low level
}

func openLCDLines(c lcdLinesConfig, lines Lines) (*lcdLines, error) {
	b := &lcdLines{low: c.BacklightLow}
	err := b.open("rs", c.Chip, c.RS, &b.rs.PinIO, gpio.Low, lines)
	if err == nil {
		err = b.open("enable", c.Chip, c.Enable, &b.enable.PinIO, gpio.Low, lines)
	}
	for i := range b.data {
		if err == nil {
			err = b.open(fmt.Sprintf("data[%d]", i), c.Chip, c.Data[i], &b.data[i].PinIO, gpio.Low, lines)
		}
	}
	if err == nil && c.Backlight != "" {
		err = b.open("backlight", c.Chip, c.Backlight, &b.light, gpio.Level(b.low), lines)
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *lcdLines) open(key, chip, line string, into *gpio.PinIO, rest gpio.Level, lines Lines) error {
	pin, err := lines.Open(chip, line)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	*into = pin
	if err := pin.Out(rest); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func (b *lcdLines) put(data bool, value byte) error {
	if err := b.rs.set(gpio.Level(data)); err != nil {
		return err
	}
	if err := b.strobe(value >> 4); err != nil {
		return err
	}
	if err := b.strobe(value); err != nil {
		return err
	}
	time.Sleep(lcdRest)
	return nil
}

func (b *lcdLines) half(value byte) error {
	if err := b.rs.set(gpio.Low); err != nil {
		return err
	}
	return b.strobe(value >> 4)
}

// strobe has the controller take four bits. Between two levels are at least as
// many nanoseconds as it wants (HD44780U datasheet, "Bus Timing Characteristics":
// 450): each is a system call.
func (b *lcdLines) strobe(bits byte) error {
	for i := range b.data {
		if err := b.data[i].set(bits>>i&1 == 1); err != nil {
			return err
		}
	}
	if err := b.enable.set(gpio.High); err != nil {
		return err
	}
	return b.enable.set(gpio.Low)
}

func (b *lcdLines) flush() error { return nil }

func (b *lcdLines) lit(on bool) error {
	if b.light == nil {
		return nil
	}
	return b.light.Out(gpio.Level(on != b.low))
}

func (b *lcdLines) Close() error {
	var errs []error
	for _, pin := range []gpio.PinIO{b.light, b.rs.PinIO, b.data[0].PinIO, b.data[1].PinIO, b.data[2].PinIO, b.data[3].PinIO, b.enable.PinIO} {
		if pin != nil {
			errs = append(errs, pin.Halt())
		}
	}
	return errors.Join(errs...)
}

// backpack is a PCF8574 on the display's back. A byte for it is a level of all
// wires; at 400 kHz it takes 22.5 µs.
type backpack struct {
	bus  i2c.BusCloser
	dev  i2c.Dev
	pins backpackPins
	dark bool
	out  []byte
}

// backpackPins are the chip's, as bits.
type backpackPins struct {
	rs, enable, light byte
	data              [4]byte
	low               bool // the light is on at the low level
}

// backpackChunk is what goes out at once, in bytes: some buses take no more than
// 255.
const backpackChunk = 96

func newBackpack(bus i2c.BusCloser, address int, pins backpackPins) *backpack {
	return &backpack{bus: bus, dev: i2c.Dev{Bus: bus, Addr: uint16(address)}, pins: pins, out: make([]byte, 0, backpackChunk+6)}
}

func (b *backpack) put(data bool, value byte) error {
	b.nibble(data, value>>4)
	b.nibble(data, value)
	if len(b.out) < backpackChunk {
		return nil
	}
	return b.flush()
}

func (b *backpack) half(value byte) error {
	b.nibble(false, value>>4)
	return nil
}

// nibble is three bytes: the level of the other wires must be there before that
// of enable rises, and after it falls. Before the next rises the controller has had
// two bytes' time, which is lcdRest at 300 kHz and its 41 µs at 400.
func (b *backpack) nibble(data bool, bits byte) {
	level := b.idle()
	if data {
		level |= b.pins.rs
	}
	for i, pin := range b.pins.data {
		if bits>>i&1 == 1 {
			level |= pin
		}
	}
	b.out = append(b.out, level, level|b.pins.enable, level)
}

// idle is the level of all wires when nothing is sent: that of the light.
func (b *backpack) idle() byte {
	if b.dark == b.pins.low {
		return b.pins.light
	}
	return 0
}

func (b *backpack) flush() error {
	if len(b.out) == 0 {
		return nil
	}
	_, err := b.dev.Write(b.out)
	b.out = b.out[:0]
	return err
}

func (b *backpack) lit(on bool) error {
	b.dark = !on
	b.out = append(b.out, b.idle())
	return b.flush()
}

func (b *backpack) Close() error { return b.bus.Close() }
