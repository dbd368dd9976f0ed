// Package gpio drives keys, hook, lamps and relays on lines of the kernel's
// GPIO character device.
//
// The drivers speak periph's gpio.PinIO; Pin implements that over gpiocdev,
// because periph's own ioctl pins return at once from WaitForEdge(-1) and
// request an output low before setting it high, which makes a relay click.
package gpio

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/warthog618/go-gpiocdev"

	"offhook/hal"
)

// chips are the controllers whose line names are known, so that a board file
// can be judged without one: how many lines GPIO0… each has.
var chips = map[string]int{
	"pinctrl-bcm2835": 54, // Raspberry Pi Zero, 1, 2, 3, Zero 2 W
	"pinctrl-bcm2711": 58, // Raspberry Pi 4
	"pinctrl-rp1":     54, // Raspberry Pi 5
}

// checkLine finds what is wrong with a line's name: "GPIO17" or another name
// that the device tree gives, or its controller and offset: "gpiochip0:17", or
// by the controller's label, which does not change with the order of probing,
// "1c20800.pinctrl:6".
func checkLine(path, chip, line string) error {
	if line == "" {
		return hal.Faultf(path, "names no line: give one such as GPIO17 or gpiochip0:17")
	}
	if controller, offset, ok := strings.Cut(line, ":"); ok {
		if n, err := strconv.Atoi(offset); err != nil || n < 0 || controller == "" {
			return hal.Faultf(path, "%s is not of the form gpiochip0:17", line)
		}
		return nil
	}
	count, known := chips[chip]
	digits, numbered := strings.CutPrefix(line, "GPIO")
	if n, err := strconv.Atoi(digits); known && numbered && (err != nil || n < 0 || n >= count) {
		return hal.Faultf(path, "%s does not exist on this chip (%s has GPIO0 to GPIO%d)", line, chip, count-1)
	}
	return nil
}

// Offset is where GPIO17 is on a controller whose lines are numbered like that,
// whatever its kernel calls them: of one, GPIO4 is GPIO_GCLK and GPIO7 SPI_CE1_N.
func Offset(label, line string) (int, bool) {
	digits, numbered := strings.CutPrefix(line, "GPIO")
	n, err := strconv.Atoi(digits)
	return n, numbered && err == nil && n >= 0 && n < chips[label]
}

// checkChip finds what is wrong with a chip's label.
func checkChip(chip string) error {
	if _, known := chips[chip]; chip == "" || known {
		return nil
	}
	return hal.Faultf("chip", "%s is not a known controller (known: pinctrl-bcm2711, pinctrl-bcm2835, pinctrl-rp1); leave it out to look for the lines on every controller", chip)
}

// checkLines checks a list and that no line stands twice.
func checkLines(path, chip string, lines []string, seen map[string]string) error {
	var faults []error
	for i, l := range lines {
		at := fmt.Sprintf("%s[%d]", path, i)
		faults = append(faults, checkLine(at, chip, l), checkOnce(at, l, seen))
	}
	return errors.Join(faults...)
}

func checkOnce(path, line string, seen map[string]string) error {
	if other, twice := seen[line]; twice && line != "" {
		return hal.Faultf(path, "%s is used by %s already", line, other)
	}
	seen[line] = path
	return nil
}

// find locates a line on the machine.
func find(chip, line string) (string, int, error) {
	if name, offset, ok := strings.Cut(line, ":"); ok {
		n, err := strconv.Atoi(offset)
		if err != nil || strings.HasPrefix(name, "gpiochip") {
			return name, n, err
		}
		chip, line = name, offset
	}
	for _, name := range gpiocdev.Chips() {
		offset, ok, err := findOn(name, chip, line)
		if err != nil {
			return "", 0, err
		}
		if ok {
			return name, offset, nil
		}
	}
	if chip != "" {
		return "", 0, fmt.Errorf("this machine has no line %s on a controller %s (gpioinfo lists the lines)", line, chip)
	}
	return "", 0, fmt.Errorf("this machine has no line %s (gpioinfo lists the lines)", line)
}

func findOn(name, label, line string) (offset int, ok bool, err error) {
	c, err := gpiocdev.NewChip(name)
	if errors.Is(err, fs.ErrPermission) {
		return 0, false, fmt.Errorf("/dev/%s: permission denied: run as a member of the group gpio", name)
	}
	if err != nil {
		return 0, false, nil // a controller that went away meanwhile has no lines
	}
	defer c.Close()
	if label != "" && c.Label != label {
		return 0, false, nil
	}
	if offset, err = c.FindLine(line); err == nil {
		return offset, true, nil
	}
	if offset, ok = Offset(c.Label, line); !ok {
		offset, err = strconv.Atoi(line) // of a line that is called label:offset
		ok = err == nil && offset < c.Lines()
	}
	return offset, ok, nil
}
