package panel

import (
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// portOpener opens an SPI device; tests put glass of their own behind it.
type portOpener func(bus, selected int) (spi.PortCloser, error)

// tftBus is the wires to a controller: a bus, and the line that tells commands
// (low) from what belongs to them.
type tftBus struct {
	port  spi.PortCloser
	conn  spi.Conn
	dc    wire
	reset gpio.PinIO // nil: there is none
	light gpio.PinIO // nil: there is none
	lamp  *Light     // likewise
	low   bool       // the light is on at the low level
	limit int        // bytes of a transfer, even: a pixel is never torn
	short [4]byte    // a command or its parameters
}

// spidevLimit is what the kernel's driver takes at once, unless it is told
// otherwise (its parameter bufsiz).
const spidevLimit = 4096

func newTFTBus(c tftConfig, open portOpener, lines Lines) (*tftBus, error) {
	port, err := open(c.bus, c.selected)
	if err != nil {
		return nil, err
	}
	b := &tftBus{port: port, low: c.BacklightLow, limit: spidevLimit}
	if err := b.connect(c, lines); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *tftBus) connect(c tftConfig, lines Lines) (err error) {
	if b.conn, err = b.port.Connect(physic.Frequency(c.Speed)*physic.MegaHertz, spi.Mode(c.Mode), 8); err != nil {
		return err
	}
	if l, ok := b.conn.(conn.Limits); ok && l.MaxTxSize() > 1 {
		b.limit = min(b.limit, l.MaxTxSize()) &^ 1
	}
	for _, l := range []struct {
		key, name string
		pin       *gpio.PinIO
		rest      gpio.Level // dark, and not in reset
	}{{"dc", c.DC, &b.dc.PinIO, gpio.Low}, {"reset", c.Reset, &b.reset, gpio.High}, {"backlight", c.Backlight, &b.light, gpio.Level(c.BacklightLow)}} {
		if l.name == "" {
			continue
		}
		pin, err := lines.Open(c.Chip, l.name)
		if err != nil {
			return fmt.Errorf("%s: %w", l.key, err)
		}
		*l.pin = pin
		if err := pin.Out(l.rest); err != nil {
			return fmt.Errorf("%s: %w", l.key, err)
		}
	}
	if c.PWM != "" {
		b.lamp, err = OpenLight(c.light())
	}
	return err
}

const (
	// resetPulse is 10 µs at least (ST7789V datasheet, "Reset timing", TRW;
	// ILI9341 datasheet, section 15.4, tRW).
	resetPulse = time.Millisecond
	// resetRest is how long a controller that was awake takes to come out of its
	// reset, and how long Sleep Out may not be sent after a software reset (the
	// same places, tRT; ILI9341 datasheet, section 8.2.2).
	resetRest = 120 * time.Millisecond
)

// restart resets the controller, by its line or by the command.
func (b *tftBus) restart() error {
	if b.reset == nil {
		if err := b.command(tftReset); err != nil {
			return err
		}
		time.Sleep(resetRest)
		return nil
	}
	if err := b.reset.Out(gpio.Low); err != nil {
		return err
	}
	time.Sleep(resetPulse)
	if err := b.reset.Out(gpio.High); err != nil {
		return err
	}
	time.Sleep(resetRest)
	return nil
}

// command sends a command and its parameters.
func (b *tftBus) command(c byte, params ...byte) error {
	if err := b.dc.set(gpio.Low); err != nil {
		return err
	}
	b.short[0] = c
	if err := b.conn.Tx(b.short[:1], nil); err != nil || len(params) == 0 {
		return err
	}
	return b.data(b.short[:copy(b.short[:], params)])
}

// data sends what belongs to the command before, at most as much as the port takes.
func (b *tftBus) data(bytes []byte) error {
	if err := b.dc.set(gpio.High); err != nil {
		return err
	}
	return b.conn.Tx(bytes, nil)
}

// lit sets the light, which a line has on or off only.
func (b *tftBus) lit(percent int) error {
	switch {
	case b.lamp != nil:
		return b.lamp.Set(percent)
	case b.light != nil:
		return b.light.Out(gpio.Level(percent > 0 != b.low))
	}
	return nil
}

// Close gives everything back.
func (b *tftBus) Close() error {
	var errs []error
	for _, pin := range []gpio.PinIO{b.light, b.reset, b.dc.PinIO} {
		if pin != nil {
			errs = append(errs, pin.Halt())
		}
	}
	return errors.Join(append(errs, b.port.Close())...)
}
