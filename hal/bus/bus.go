// Package bus opens the kernel's I2C and SPI devices for the drivers that talk
// over them, and says what to do where that fails.
package bus

import (
	"fmt"
	"strconv"
	"strings"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/host/v3/sysfs"
)

// OpenI2C opens /dev/i2c-NUMBER.
func OpenI2C(number int) (i2c.BusCloser, error) {
	b, err := sysfs.NewI2C(number)
	if err != nil {
		return nil, fmt.Errorf("I2C bus %d: %w (ls /dev/i2c-* lists them; is the bus enabled in config.txt, are we in the group i2c?)", number, err)
	}
	return b, nil
}

// OpenSPI opens /dev/spidevNUMBER.SELECTED, the second being the chip select.
func OpenSPI(number, selected int) (spi.PortCloser, error) {
	p, err := sysfs.NewSPI(number, selected)
	if err != nil {
		return nil, fmt.Errorf("spidev%d.%d: %w (ls /dev/spidev* lists them; is the bus enabled in config.txt, are we in the group spi?)", number, selected, err)
	}
	return p, nil
}

// ParseSPI reads the name of an SPI device, such as spidev0.1.
func ParseSPI(name string) (number, selected int, ok bool) {
	digits, prefixed := strings.CutPrefix(name, "spidev")
	n, s, dotted := strings.Cut(digits, ".")
	first, err1 := strconv.ParseUint(n, 10, 8)
	second, err2 := strconv.ParseUint(s, 10, 8)
	return int(first), int(second), prefixed && dotted && err1 == nil && err2 == nil
}
