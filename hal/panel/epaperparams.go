package panel

import (
	"errors"
	"image"
	"time"

	"offhook/hal"
	"offhook/hal/bus"
	"offhook/hal/gpio"
)

type epaperConfig struct {
	_     [0]func() // nobody compares two: no code for it
	SPI   string    `param:"spi" takes:"spi"`
	Chip  string    `param:"chip"`
	DC    string    `param:"dc,required" takes:"line"`
	Reset string    `param:"reset,required" takes:"line"` // nothing else wakes it
	Busy  string    `param:"busy,required" takes:"line"`

	Speed  int  `param:"speed-mhz" range:"1..20"`
	Width  int  `param:"width" range:"16..176"` // of the glass, before it is turned
	Height int  `param:"height" range:"16..296"`
	Rotate int  `param:"rotate" values:"0 90 180 270"`
	Invert bool `param:"invert"` // light is ink

	Interval time.Duration `param:"refresh-interval"` // in the long run
	Burst    int           `param:"refresh-burst" range:"1..100"`
	Partials int           `param:"full-after" range:"0..1000"` // partial refreshes
	Every    time.Duration `param:"full-every"`                 // if there were partial ones
	Sleep    time.Duration `param:"sleep-after"`
	Timeout  time.Duration `param:"busy-timeout"`

	bus, selected int
}

// epaperDefaults are a module of 2.13 inches, lying. A panel takes about a million
// refreshes: one each ten seconds is four months of calls without an end.
func epaperDefaults() epaperConfig {
	return epaperConfig{
		SPI: "spidev0.0", Speed: 4, Width: 122, Height: 250, Rotate: 90, Invert: true,
		Interval: 10 * time.Second, Burst: 15, Partials: 20, Every: 30 * time.Minute, Sleep: 5 * time.Second, Timeout: 10 * time.Second,
	}
}

func epaperParams(p hal.Params) (epaperConfig, error) {
	c := epaperDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	faults := []error{gpio.CheckLines(c.Chip, gpio.Named{Path: "dc", Line: c.DC}, gpio.Named{Path: "reset", Line: c.Reset}, gpio.Named{Path: "busy", Line: c.Busy})}
	var ok bool
	if c.bus, c.selected, ok = bus.ParseSPI(c.SPI); !ok {
		faults = append(faults, hal.Faultf("spi", "%q is not an SPI device such as spidev0.0 (ls /dev/spidev*)", c.SPI))
	}
	for _, d := range []struct {
		path      string
		is        time.Duration
		low, high time.Duration
	}{
		{"refresh-interval", c.Interval, 500 * time.Millisecond, time.Hour}, {"full-every", c.Every, time.Minute, 24 * time.Hour},
		{"sleep-after", c.Sleep, 0, time.Hour}, {"busy-timeout", c.Timeout, time.Second, time.Minute},
	} {
		if d.is < d.low || d.is > d.high {
			faults = append(faults, hal.Faultf(d.path, "%s is not between %s and %s", d.is, d.low, d.high))
		}
	}
	return c, errors.Join(faults...)
}

// wires are those that a panel with a light has, too.
func (c epaperConfig) wires() tftConfig {
	return tftConfig{SPI: c.SPI, Chip: c.Chip, DC: c.DC, Reset: c.Reset, Speed: c.Speed, bus: c.bus, selected: c.selected}
}

func (c epaperConfig) size() image.Point {
	if c.Rotate%180 != 0 {
		return image.Pt(c.Height, c.Width)
	}
	return image.Pt(c.Width, c.Height)
}

// turned is where a pixel of the picture, which is turned clockwise, is on the glass.
func (c epaperConfig) turned(x, y int) (int, int) {
	switch c.Rotate {
	case 90:
		return c.Width - 1 - y, x
	case 180:
		return c.Width - 1 - x, c.Height - 1 - y
	case 270:
		return y, c.Height - 1 - x
	}
	return x, y
}
