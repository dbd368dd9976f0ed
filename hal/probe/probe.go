// Package probe looks at what is on a machine, without disturbing it, drafts a
// board file of it, and tells what of a board file does not fit.
package probe

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
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
	Buses       []Bus             `json:"i2c"`
	SPI         []string          `json:"spi"`
	Screens     []Screen          `json:"screens"`
	Connectors  []Connector       `json:"connectors"`
	LEDs        []string          `json:"leds"`
	Backlights  []string          `json:"backlights"`
	Watchdogs   []Watchdog        `json:"watchdogs"`
	Troubles    []string          `json:"troubles,omitzero"` // what could not be looked at
	root        fs.FS
}

// Bus is an I2C bus.
type Bus struct {
	Number  int      `json:"number"`
	Name    string   `json:"name"`
	Drivers []string `json:"drivers,omitzero"` // of the kernel's own devices: "0x1a wm8960"
	Answer  []string `json:"answer,omitzero"`  // addresses, where it was asked
}

// Screen is a frame buffer.
type Screen struct {
	Device string `json:"device"` // /dev/fb0
	Name   string `json:"name"`
	Size   string `json:"size"` // 320,240
	Bits   string `json:"bits"`
}

// Connector is where a display is, or would be, at a graphics card.
type Connector struct {
	Name   string   `json:"name"` // card0-HDMI-A-1
	Status string   `json:"status"`
	Modes  []string `json:"modes,omitzero"`
}

// Watchdog is one of the kernel's.
type Watchdog struct {
	Device string `json:"device"`
	Name   string `json:"name"`
	State  string `json:"state"`
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
	inv.buses(c.Scan)
	for _, name := range inv.list("sys/class/spidev") {
		inv.SPI = append(inv.SPI, "/dev/"+name)
	}
	for _, name := range inv.list("sys/class/graphics") {
		if strings.HasPrefix(name, "fb") && name != "fbcon" {
			at := "sys/class/graphics/" + name + "/"
			inv.Screens = append(inv.Screens, Screen{"/dev/" + name, inv.text(at + "name"), inv.text(at + "virtual_size"), inv.text(at + "bits_per_pixel")})
		}
	}
	for _, name := range inv.list("sys/class/drm") {
		if at := "sys/class/drm/" + name + "/"; inv.text(at+"status") != "" {
			inv.Connectors = append(inv.Connectors, Connector{name, inv.text(at + "status"), strings.Fields(inv.text(at + "modes"))})
		}
	}
	inv.LEDs, inv.Backlights = inv.list("sys/class/leds"), inv.list("sys/class/backlight")
	for _, name := range inv.list("sys/class/watchdog") {
		at := "sys/class/watchdog/" + name + "/"
		inv.Watchdogs = append(inv.Watchdogs, Watchdog{"/dev/" + name, inv.text(at + "identity"), inv.text(at + "state")})
	}
	return inv
}

func (inv *Inventory) trouble(what string, err error) {
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		inv.Troubles = append(inv.Troubles, what+": "+err.Error())
	}
}

func (inv *Inventory) buses(scan func(int) ([]int, error)) {
	for _, name := range inv.list("sys/class/i2c-dev") {
		b := Bus{Name: inv.text("sys/class/i2c-dev/" + name + "/name")}
		if n, _ := fmt.Sscanf(name, "i2c-%d", &b.Number); n != 1 {
			continue
		}
		for _, device := range inv.list("sys/bus/i2c/devices") {
			bus, address := 0, 0
			if n, _ := fmt.Sscanf(device, "%d-%x", &bus, &address); n == 2 && bus == b.Number {
				b.Drivers = append(b.Drivers, fmt.Sprintf("%#x %s", address, inv.text("sys/bus/i2c/devices/"+device+"/name")))
			}
		}
		if scan != nil {
			all, err := scan(b.Number)
			inv.trouble(name, err)
			for _, address := range all {
				b.Answer = append(b.Answer, fmt.Sprintf("%#x", address))
			}
		}
		inv.Buses = append(inv.Buses, b)
	}
}

// list is the names in a directory of the kernel's; none where there is none.
func (inv *Inventory) list(dir string) []string {
	entries, err := fs.ReadDir(inv.root, dir)
	inv.trouble(dir, err)
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func (inv *Inventory) text(name string) string { return textOf(inv.root, path.Clean(name)) }

// textOf is a small file's text; "" where it is not.
func textOf(root fs.FS, name string) string {
	data, _ := fs.ReadFile(root, name) // an attribute that is not there says nothing
	return strings.Trim(string(data), "\x00\n ")
}
