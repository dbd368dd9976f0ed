// Package panel draws on small screens: OLED modules on an I2C bus
// (ssd1306-i2c), colour modules and paper on an SPI bus (st7789-spi, ili9341-spi, ssd1680-spi), and
// whatever the kernel offers as a frame buffer (linux-fb). It writes on displays of
// characters, on lines (hd44780-gpio) or an I2C bus (hd44780-i2c).
package panel

import (
	"image"
	"maps"

	"periph.io/x/conn/v3/gpio"

	"offhook/hal"
	"offhook/hal/bus"
)

// Lines opens a line of the board by its name, on the controller of this label
// ("": any).
type Lines interface {
	Open(chip, line string) (gpio.PinIO, error)
}

// Drivers is the table of this package: ssd1306-i2c, linux-fb, st7789-spi,
// ili9341-spi, ssd1680-spi, hd44780-gpio and hd44780-i2c.
func Drivers(lines Lines) hal.Drivers {
	d := driversOn(bus.OpenI2C, kernelFrames{}, "/sys/class/backlight")
	maps.Copy(d.Displays, tftDrivers(bus.OpenSPI, lines))
	d.Texts = lcdDrivers(bus.OpenI2C, lines)
	return d
}

func driversOn(open busOpener, f frames, backlights string) hal.Drivers {
	return hal.Drivers{Displays: map[string]hal.Driver[hal.Display]{
		"ssd1306-i2c": oledDriver(open),
		"linux-fb":    framebufferDriver(f, backlights),
	}}
}

// clip is what of r lies on the panel and in the source, and the point of the
// source that belongs to its corner: as package draw does it.
func clip(bounds, r image.Rectangle, src image.Image, sp image.Point) (image.Rectangle, image.Point) {
	from := r.Min
	r = r.Intersect(bounds)
	r = r.Intersect(src.Bounds().Add(from.Sub(sp)))
	return r, sp.Add(r.Min.Sub(from))
}

// rgbRow is a row of pixels, 8 bits of red, green and blue each.
type rgbRow []byte

// read fills the row from the source, from (x, y) to the right.
func (row rgbRow) read(src image.Image, x, y int) {
	switch src := src.(type) {
	case *image.RGBA:
		from := src.Pix[src.PixOffset(x, y):]
		for i := 0; i < len(row)/3; i++ {
			copy(row[3*i:3*i+3], from[4*i:4*i+3])
		}
	case *image.Gray:
		from := src.Pix[src.PixOffset(x, y):]
		for i := 0; i < len(row)/3; i++ {
			row[3*i], row[3*i+1], row[3*i+2] = from[i], from[i], from[i]
		}
	default:
		for i := 0; i < len(row)/3; i++ {
			r, g, b, _ := src.At(x+i, y).RGBA()
			row[3*i], row[3*i+1], row[3*i+2] = byte(r>>8), byte(g>>8), byte(b>>8)
		}
	}
}

// luma is how bright a pixel of the row is (ITU-R BT.601, as package color).
func (row rgbRow) luma(i int) byte {
	r, g, b := uint32(row[3*i]), uint32(row[3*i+1]), uint32(row[3*i+2])
	return byte((19595*r + 38470*g + 7471*b + 1<<15) >> 16)
}
