package panel

import "periph.io/x/conn/v3/gpio"

// wire is a line that is told a level only when it is not there already: it may
// be one of an expander, for which each is an exchange on a bus.
type wire struct {
	gpio.PinIO
	level gpio.Level // if told
	told  bool
}

func (w *wire) set(l gpio.Level) error {
	if w.told && w.level == l {
		return nil
	}
	err := w.Out(l)
	w.told, w.level = err == nil, l
	return err
}
