package panel

import (
	"errors"
	"image"
	"time"

	"offhook/hal"
	"offhook/hal/bus"
	"offhook/hal/gpio"
)

// tftMemory is what both controllers have: 240 columns of 320 rows (ST7789V
// datasheet, section 2; ILI9341 datasheet, section 2).
var tftMemory = image.Pt(240, 320)

type tftConfig struct {
	_            [0]func() // nobody compares two: no code for it
	SPI          string    `param:"spi" takes:"spi"`
	Chip         string    `param:"chip"`
	DC           string    `param:"dc,required" takes:"line"`
	Reset        string    `param:"reset" takes:"line"`
	Backlight    string    `param:"backlight" takes:"line"`
	BacklightLow bool      `param:"backlight-active-low"`
	PWM          string    `param:"backlight-pwm" takes:"pwm"` // in place of the line

	Period time.Duration `param:"backlight-period-us"`

	Speed  int    `param:"speed-mhz" range:"1..80"`
	Mode   int    `param:"spi-mode" values:"0 3"` // modules without a chip select want 3
	Width  int    `param:"width" range:"16..240"` // of the glass, before it is turned
	Height int    `param:"height" range:"16..320"`
	Column int    `param:"column" range:"0..224"` // of the memory at which the glass begins
	Row    int    `param:"row" range:"0..304"`
	Rotate int    `param:"rotate" values:"0 90 180 270"`
	Invert bool   `param:"invert"`
	Order  string `param:"order" values:"rgb bgr"`

	bus, selected int
	mirrored      bool // the glass is wired from right to left
}

// st7789Defaults: its modules are IPS glass, whose colours are inverted. A bit
// takes 16 ns at least (ST7789V datasheet, "Serial interface characteristics
// (4-line serial)", TSCYCW), but the wires to a module are longer than that.
func st7789Defaults() tftConfig {
	return tftConfig{SPI: "spidev0.0", Speed: 32, Width: tftMemory.X, Height: tftMemory.Y, Invert: true, Order: "rgb", Period: time.Millisecond}
}

// ili9341Defaults: a bit takes 100 ns at least (ILI9341 datasheet, section
// 18.3.4, tscycw); its modules do more.
func ili9341Defaults() tftConfig {
	return tftConfig{SPI: "spidev0.0", Speed: 10, Width: tftMemory.X, Height: tftMemory.Y, Order: "bgr", Period: time.Millisecond, mirrored: true}
}

func tftParams(p hal.Params, c tftConfig) (tftConfig, error) {
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	lines := []gpio.Named{{Path: "dc", Line: c.DC}}
	if c.Reset != "" {
		lines = append(lines, gpio.Named{Path: "reset", Line: c.Reset})
	}
	if c.Backlight != "" {
		lines = append(lines, gpio.Named{Path: "backlight", Line: c.Backlight})
	}
	faults := []error{gpio.CheckLines(c.Chip, lines...), c.light().checkPWM()}
	if c.Backlight != "" && c.PWM != "" {
		faults = append(faults, hal.Faultf("backlight-pwm", "backlight is a line already: give one of both"))
	}
	var ok bool
	if c.bus, c.selected, ok = bus.ParseSPI(c.SPI); !ok {
		faults = append(faults, hal.Faultf("spi", "%q is not an SPI device such as spidev0.0 (ls /dev/spidev*)", c.SPI))
	}
	if c.Column+c.Width > tftMemory.X {
		faults = append(faults, hal.Faultf("column", "%d columns from column %d on are more than the %d that the controller has: width and column are those of the glass before it is turned", c.Width, c.Column, tftMemory.X))
	}
	if c.Row+c.Height > tftMemory.Y {
		faults = append(faults, hal.Faultf("row", "%d rows from row %d on are more than the %d that the controller has: height and row are those of the glass before it is turned", c.Height, c.Row, tftMemory.Y))
	}
	return c, errors.Join(faults...)
}

func (c tftConfig) light() LightConfig {
	return LightConfig{PWM: c.PWM, Chips: PWMChips, Period: c.Period, Inverted: c.BacklightLow}
}

// turned is how the controller is told to turn the picture, clockwise, and where
// the glass then begins in its memory. Bits of MADCTL (ST7789V datasheet, section
// 9.1; ILI9341 datasheet, section 8.2.29): MY runs through the rows from the last
// to the first, MX through the columns, and MV exchanges both after that.
func (c tftConfig) turned() (madctl byte, size, first image.Point) {
	const my, mx, mv, bgr = 0x80, 0x40, 0x20, 0x08
	madctl = map[int]byte{0: 0, 90: mx | mv, 180: mx | my, 270: my | mv}[c.Rotate]
	if c.mirrored {
		madctl ^= mx
	}
	size, first = image.Pt(c.Width, c.Height), image.Pt(c.Column, c.Row)
	if madctl&mx != 0 {
		first.X = tftMemory.X - c.Width - c.Column
	}
	if madctl&my != 0 {
		first.Y = tftMemory.Y - c.Height - c.Row
	}
	if madctl&mv != 0 {
		size, first = image.Pt(size.Y, size.X), image.Pt(first.Y, first.X)
	}
	if c.Order == "bgr" {
		madctl |= bgr
	}
	return madctl, size, first
}
