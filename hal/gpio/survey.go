package gpio

import (
	"cmp"

	"github.com/warthog618/go-gpiocdev"
)

// Controller is a GPIO controller of the machine.
type Controller struct {
	Name  string `json:"name"`  // gpiochip0
	Label string `json:"label"` // pinctrl-bcm2835
	Lines []Line `json:"lines"` // by offset
}

// Line is one line of a controller.
type Line struct {
	Name   string `json:"name,omitzero"`
	Used   bool   `json:"used,omitzero"`
	By     string `json:"by,omitzero"` // who holds it
	Output bool   `json:"output,omitzero"`
}

// Survey lists the machine's controllers and lines; nothing is requested. The
// error is that of the first controller that could not be read.
func Survey() ([]Controller, error) {
	var all []Controller
	var failed error
	for _, name := range gpiocdev.Chips() {
		c, err := survey(name)
		if err != nil {
			failed = cmp.Or(failed, err)
			continue
		}
		all = append(all, c)
	}
	return all, failed
}

func survey(name string) (Controller, error) {
	chip, err := gpiocdev.NewChip(name)
	if err != nil {
		return Controller{}, err
	}
	defer chip.Close()
	c := Controller{Name: name, Label: chip.Label, Lines: make([]Line, chip.Lines())}
	for i := range c.Lines {
		info, err := chip.LineInfo(i)
		if err != nil {
			return Controller{}, err
		}
		c.Lines[i] = Line{Name: info.Name, Used: info.Used, By: info.Consumer, Output: info.Config.Direction == gpiocdev.LineDirectionOutput}
	}
	return c, nil
}
