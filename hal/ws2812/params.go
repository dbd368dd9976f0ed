package ws2812

import (
	"errors"
	"strconv"
	"strings"

	"offhook/hal"
	"offhook/hal/bus"
)

type config struct {
	_          [0]func() // nobody compares two: no code for it
	SPI        string    `param:"spi"`
	Pixel      int       `param:"pixel,required" range:"0..255" takes:"pixel"` // from the board's end of the strip
	Colour     string    `param:"colour"`
	Brightness int       `param:"brightness" range:"1..100"` // percent: at 100 they dazzle
	Order      string    `param:"order" values:"grb rgb"`

	bus, selected int
	colour        colour
}

func defaults() config {
	return config{SPI: "spidev0.0", Colour: "white", Brightness: 25, Order: "grb"}
}

func params(p hal.Params) (config, error) {
	c := defaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	var faults []error
	var ok bool
	if c.bus, c.selected, ok = bus.ParseSPI(c.SPI); !ok {
		faults = append(faults, hal.Faultf("spi", "%q is not an SPI device such as spidev0.0 (ls /dev/spidev*)", c.SPI))
	}
	if c.colour, ok = parseColour(c.Colour); !ok {
		faults = append(faults, hal.Faultf("colour", `%q is no colour: red, orange, yellow, green, cyan, blue, magenta, white, or one in quotes such as "#ff8000"`, c.Colour))
	}
	c.colour = c.colour.dim(c.Brightness)
	return c, errors.Join(faults...)
}

// parseColour reads a name, or six hexadecimal digits.
func parseColour(s string) (colour, bool) {
	switch s {
	case "red":
		return colour{255, 0, 0}, true
	case "orange":
		return colour{255, 96, 0}, true
	case "yellow":
		return colour{255, 192, 0}, true
	case "green":
		return colour{0, 255, 0}, true
	case "cyan":
		return colour{0, 255, 255}, true
	case "blue":
		return colour{0, 0, 255}, true
	case "magenta":
		return colour{255, 0, 255}, true
	case "white":
		return colour{255, 255, 255}, true
	}
	digits := strings.TrimPrefix(s, "#")
	n, err := strconv.ParseUint(digits, 16, 24)
	return colour{byte(n >> 16), byte(n >> 8), byte(n)}, err == nil && len(digits) == 6
}
