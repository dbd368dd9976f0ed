package panel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"offhook/hal"
	"offhook/hal/gpio"
)

// The size is named as in the kernel's binding hit,hd44780.

type lcdLinesConfig struct {
	_            [0]func() // nobody compares two: no code for it
	Chip         string    `param:"chip"`
	RS           string    `param:"rs,required" takes:"line"`
	Enable       string    `param:"enable,required" takes:"line"`
	Data         []string  `param:"data,required" takes:"line"` // D4 to D7
	Backlight    string    `param:"backlight" takes:"line"`
	BacklightLow bool      `param:"backlight-active-low"`
	Width        int       `param:"display-width-chars" range:"8..40"`
	Height       int       `param:"display-height-chars" values:"2 4"`
	ROM          string    `param:"rom" values:"a00 a02"`
}

type lcdI2CConfig struct {
	_            [0]func() // nobody compares two: no code for it
	Bus          int       `param:"bus" range:"0..255"`
	Address      int       `param:"address" takes:"address"`
	Pins         []string  `param:"pins"` // what P0 to P7 of the PCF8574 lead to
	BacklightLow bool      `param:"backlight-active-low"`
	Width        int       `param:"display-width-chars" range:"8..40"`
	Height       int       `param:"display-height-chars" values:"2 4"`
	ROM          string    `param:"rom" values:"a00 a02"`

	pins backpackPins
}

func lcdLinesDefaults() lcdLinesConfig { return lcdLinesConfig{Width: 20, Height: 4, ROM: "a00"} }

// lcdI2CDefaults: nearly all backpacks are wired like this, with the chip's three
// address pins high.
func lcdI2CDefaults() lcdI2CConfig {
	return lcdI2CConfig{Bus: 1, Address: 0x27, Pins: []string{"rs", "rw", "enable", "backlight", "d4", "d5", "d6", "d7"}, Width: 20, Height: 4, ROM: "a00"}
}

// checkLCD: one controller has 80 cells (HD44780U datasheet, "Display Data RAM").
func checkLCD(width, height int) error {
	if width*height > 80 {
		return hal.Faultf("display-width-chars", "%d×%d characters are more than the 80 of one controller: modules of that size have two, which nothing here drives", width, height)
	}
	return nil
}

func lcdLinesParams(p hal.Params) (lcdLinesConfig, error) {
	c := lcdLinesDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	lines := []gpio.Named{{Path: "rs", Line: c.RS}, {Path: "enable", Line: c.Enable}}
	for i, l := range c.Data {
		lines = append(lines, gpio.Named{Path: fmt.Sprintf("data[%d]", i), Line: l})
	}
	if c.Backlight != "" {
		lines = append(lines, gpio.Named{Path: "backlight", Line: c.Backlight})
	}
	faults := []error{gpio.CheckLines(c.Chip, lines...), checkLCD(c.Width, c.Height)}
	if len(c.Data) != 4 {
		faults = append(faults, hal.Faultf("data", "names %d lines: it is the four to D4, D5, D6 and D7; D0 to D3 stay open, and R/W is wired to ground", len(c.Data)))
	}
	return c, errors.Join(faults...)
}

func lcdI2CParams(p hal.Params) (lcdI2CConfig, error) {
	c := lcdI2CDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	var err error
	c.pins, err = parsePins(c.Pins)
	c.pins.low = c.BacklightLow
	faults := []error{checkLCD(c.Width, c.Height), err}
	if (c.Address < 0x20 || c.Address > 0x27) && (c.Address < 0x38 || c.Address > 0x3f) { // PCF8574/74A datasheet, table 5
		faults = append(faults, hal.Faultf("address", "%#x is not one of a PCF8574: 0x20 to 0x27, or 0x38 to 0x3f for the kind with an A", c.Address))
	}
	return c, errors.Join(faults...)
}

// parsePins reads what the pins P0 to P7 lead to; "" is nothing.
func parsePins(names []string) (backpackPins, error) {
	known := [...]string{"d4", "d5", "d6", "d7", "rs", "enable", "backlight", "rw"}
	var bits [len(known)]byte
	var faults []error
	for i, name := range names {
		at := slices.Index(known[:], name)
		switch {
		case i == 8:
			faults = append(faults, hal.Faultf("pins", "are %d names: the chip has eight", len(names)))
		case i > 8 || name == "":
		case at < 0:
			faults = append(faults, hal.Faultf(fmt.Sprintf("pins[%d]", i), "%q is none of rs, rw, enable, backlight, d4, d5, d6 and d7", name))
		case bits[at] != 0:
			faults = append(faults, hal.Faultf(fmt.Sprintf("pins[%d]", i), "%s stands here twice", name))
		default:
			bits[at] = 1 << i
		}
	}
	for at, name := range known[:6] { // light and R/W may lead nowhere
		if bits[at] == 0 {
			faults = append(faults, hal.Faultf("pins", "%s is missing: they are what P0 to P7 lead to, eight names", name))
		}
	}
	return backpackPins{rs: bits[4], enable: bits[5], light: bits[6], data: [4]byte(bits[:4])}, errors.Join(faults...)
}

func lcdDrivers(open busOpener, lines Lines) map[string]hal.Driver[hal.TextDisplay] {
	return map[string]hal.Driver[hal.TextDisplay]{"hd44780-gpio": lcdLinesDriver(lines), "hd44780-i2c": lcdI2CDriver(open)}
}

func lcdLinesDriver(lines Lines) hal.Driver[hal.TextDisplay] {
	return hal.Driver[hal.TextDisplay]{
		Defaults: lcdLinesDefaults(),
		Check:    func(p hal.Params) error { _, err := lcdLinesParams(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.TextDisplay, error) {
			c, err := lcdLinesParams(p)
			if err != nil {
				return nil, err
			}
			bus, err := openLCDLines(c, lines)
			if err != nil {
				return nil, err
			}
			return openLCD(newLCD("display on "+c.Enable, bus, lcdSize{c.Width, c.Height}, rom(c.ROM)))
		},
	}
}

func lcdI2CDriver(open busOpener) hal.Driver[hal.TextDisplay] {
	return hal.Driver[hal.TextDisplay]{
		Defaults: lcdI2CDefaults(),
		Check:    func(p hal.Params) error { _, err := lcdI2CParams(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.TextDisplay, error) {
			c, err := lcdI2CParams(p)
			if err != nil {
				return nil, err
			}
			bus, err := open(c.Bus)
			if err != nil {
				return nil, err
			}
			name := fmt.Sprintf("display at %#x on I2C bus %d", c.Address, c.Bus)
			l, err := openLCD(newLCD(name, newBackpack(bus, c.Address, c.pins), lcdSize{c.Width, c.Height}, rom(c.ROM)))
			if err != nil {
				return nil, fmt.Errorf("%w (i2cdetect -y %d shows what answers; backpacks are at 0x27 or 0x3f)", err, c.Bus)
			}
			return l, nil
		},
	}
}

func openLCD(l *LCD) (hal.TextDisplay, error) {
	if err := l.begin(); err != nil {
		return nil, errors.Join(err, l.bus.Close())
	}
	return l, nil
}
