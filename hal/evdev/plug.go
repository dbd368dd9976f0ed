package evdev

import (
	"time"

	"offhook/hal"
)

// plug is a switch as a key: what is plugged in holds it down, for as long as it
// likes. It is no long press, and nobody has to look how long it is.
type plug struct {
	key hal.Key
	in  bool // as told
}

// begin has the switches be as they are: a plug may have been in its jack for long.
func (k *keypad) begin(now func(code uint16) (int32, error)) error {
	for code := range k.plugs {
		value, err := now(code)
		if err != nil {
			return err
		}
		k.turn(code, value != 0)
	}
	return nil
}

func (k *keypad) turn(code uint16, in bool) {
	p, ok := k.plugs[code]
	if !ok || p.in == in {
		return
	}
	p.in = in
	action := hal.KeyRelease
	if in {
		action = hal.KeyPress
	}
	k.pending = append(k.pending, hal.KeyEvent{Key: p.key, Action: action, Time: time.Now()})
}
