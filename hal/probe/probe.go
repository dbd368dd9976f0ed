// Package probe looks at what is on a machine, without disturbing it, drafts a
// board file of it, and tells what of a board file does not fit.
package probe

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"offhook/hal/alsa"
	"offhook/hal/evdev"
	"offhook/hal/gpio"
)

// Config is how the machine is looked at; tests have one of their own.
type Config struct {
	Root  fs.FS                              // os.DirFS("/")
	Lines func() ([]gpio.Controller, error)  // gpio.Survey
	Cards func() ([]alsa.Stream, error)      // alsa.Survey
	Scan  func(bus int) (all []int, e error) // of addresses that answer; nil: none is asked, as that may disturb a device
}

// Inventory is what is on a machine.
type Inventory struct {
	Model       string            `json:"model"`
	Compatible  []string          `json:"compatible"`
	Controllers []gpio.Controller `json:"gpio"`
	Sound       []alsa.Stream     `json:"sound"`
	Inputs      []evdev.Input     `json:"inputs"`
	Things      []Thing           `json:"things"`
	Troubles    []string          `json:"troubles,omitzero"` // what could not be looked at
	root        fs.FS
}

// Thing is what the kernel lists in a directory of its own.
type Thing struct {
	Kind string   `json:"kind"`
	Name string   `json:"name"`
	Says []string `json:"says,omitzero"` // its attributes
}

// The kinds that a board file is drafted of, or checked by.
const (
	kindScreen   = "frame buffer"
	kindWatchdog = "watchdog"
	kindLED      = "LED"
	kindBus      = "I2C bus"
	kindDriven   = "I2C device of the kernel's" // 1-003c: of bus 1 at 0x3c
	kindAnswer   = "I2C address that answers"
)

// kinds are where each kind is, and which attributes tell of it. What lacks the
// first is something else, in the same directory.
func kinds() [][]string {
	return [][]string{
		{kindBus, "sys/class/i2c-dev", "name"}, {kindDriven, "sys/bus/i2c/devices", "modalias", "name"}, {"SPI device", "sys/class/spidev", "dev"},
		{kindScreen, "sys/class/graphics", "name", "virtual_size", "bits_per_pixel"},
		{"connector", "sys/class/drm", "status", "modes"}, {"backlight", "sys/class/backlight", "max_brightness"},
		{kindLED, "sys/class/leds", "max_brightness", "trigger"}, {kindWatchdog, "sys/class/watchdog", "identity", "state"},
	}
}

// Read looks at the machine. What cannot be seen is among the Troubles.
func Read(c Config) Inventory {
	inv := Inventory{root: c.Root, Model: textOf(c.Root, "proc/device-tree/model")}
	if all := textOf(c.Root, "proc/device-tree/compatible"); all != "" {
		inv.Compatible = strings.Split(all, "\x00")
	}
	var err error
	inv.Controllers, err = c.Lines()
	inv.trouble("GPIO", err)
	inv.Sound, err = c.Cards()
	inv.trouble("sound", err)
	inv.Inputs, err = evdev.Survey(c.Root)
	inv.trouble("inputs", err)
	for _, kind := range kinds() {
		inv.list(kind[0], kind[1], kind[2:])
	}
	if c.Scan != nil {
		inv.scan(c.Scan)
	}
	return inv
}

func (inv *Inventory) trouble(what string, err error) {
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		inv.Troubles = append(inv.Troubles, what+": "+err.Error())
	}
}

func (inv *Inventory) list(kind, dir string, attributes []string) {
	entries, err := fs.ReadDir(inv.root, dir)
	inv.trouble(dir, err)
	for _, e := range entries {
		t := Thing{Kind: kind, Name: e.Name()}
		for _, a := range attributes {
			t.Says = append(t.Says, strings.ReplaceAll(textOf(inv.root, path.Join(dir, t.Name, a)), "\n", " "))
		}
		if t.Says[0] != "" {
			inv.Things = append(inv.Things, t)
		}
	}
}

func (inv *Inventory) scan(ask func(int) ([]int, error)) {
	for _, bus := range inv.of(kindBus) {
		number, err := strconv.Atoi(strings.TrimPrefix(bus, "i2c-"))
		if err != nil {
			continue
		}
		all, err := ask(number)
		inv.trouble(bus, err)
		for _, address := range all {
			inv.Things = append(inv.Things, Thing{Kind: kindAnswer, Name: fmt.Sprintf("%d-%04x", number, address)})
		}
	}
}

// of lists the names of the things of a kind.
func (inv *Inventory) of(kind string) []string {
	var all []string
	for _, t := range inv.Things {
		if t.Kind == kind {
			all = append(all, t.Name)
		}
	}
	return all
}

// textOf is a small file's text; "" where it is not.
func textOf(root fs.FS, name string) string {
	data, _ := fs.ReadFile(root, name) // an attribute that is not there says nothing
	return strings.Trim(string(data), "\x00\n ")
}
