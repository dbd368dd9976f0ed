package gpio

import (
	"periph.io/x/conn/v3/gpio"

	"offhook/hal"
	"offhook/hal/expander"
)

// opener finds a line; tests put copper of their own behind it.
type opener func(chip, line string) (gpio.PinIO, error)

func openReal(chip, line string) (gpio.PinIO, error) { return openPin(chip, line) }

// DriversOn is the table of this package: gpio-matrix-keypad, gpio-keys,
// gpio-rotary-dial, rotary-encoder, gpio-hook, gpio-led and gpio-relay, on lines
// of the kernel and of the expanders mcp23017, pcf8574 and pcf8575; gpio-wiegand on
// the kernel's.
func DriversOn(lines *expander.Lines) hal.Drivers {
	d := driversOn(lines.Open)
	d.Expanders = lines.Drivers()
	d.Readers = map[string]hal.Driver[hal.Reader]{"gpio-wiegand": wiegandDriver(openPulses)}
	return d
}

func driversOn(open opener) hal.Drivers {
	return hal.Drivers{
		Keypads: map[string]hal.Driver[hal.Keypad]{
			"gpio-matrix-keypad": matrixDriver(open),
			"gpio-keys":          keysDriver(open),
			"gpio-rotary-dial":   dialDriver(open),
			"rotary-encoder":     encoderDriver(open),
		},
		Hooks:      map[string]hal.Driver[hal.Hook]{"gpio-hook": hookDriver(open)},
		Indicators: map[string]hal.Driver[hal.Indicator]{"gpio-led": ledDriver(open)},
		Relays:     map[string]hal.Driver[hal.Relay]{"gpio-relay": relayDriver(open)},
	}
}

// openAll opens lines; when one fails those before it are given back.
func openAll(open opener, chip string, lines []string) ([]gpio.PinIO, error) {
	var pins []gpio.PinIO
	for _, l := range lines {
		p, err := open(chip, l)
		if err != nil {
			halt(pins)
			return nil, err
		}
		pins = append(pins, p)
	}
	return pins, nil
}

func halt(pins []gpio.PinIO) {
	for _, p := range pins {
		_ = p.Halt() // nothing more can be done with the line
	}
}

// levelOf is the electrical level of a logical state.
func levelOf(active, activeLow bool) gpio.Level { return gpio.Level(active != activeLow) }

// pullOf pulls an input to its inactive level.
func pullOf(activeLow bool) gpio.Pull {
	if activeLow {
		return gpio.PullUp
	}
	return gpio.PullDown
}
