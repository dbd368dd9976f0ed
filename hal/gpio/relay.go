package gpio

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"offhook/hal"
)

type relayConfig struct {
	Chip      string        `param:"chip"`
	Line      string        `param:"line,required" takes:"line"`
	ActiveLow bool          `param:"active-low"`
	MaxHold   time.Duration `param:"max-hold"`
	Label     string        `param:"label"`
}

// longestHold bounds what a board file may allow: a door is not held open by
// a relay's pulse.
const longestHold = 5 * time.Minute

// letGoAgain is the pace of trying to let go of a contact that did not.
const letGoAgain = 100 * time.Millisecond

func relayDefaults() relayConfig { return relayConfig{MaxHold: 10 * time.Second} }

func relayParams(p hal.Params) (relayConfig, error) {
	c := relayDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	faults := []error{checkChip(c.Chip), checkLine("line", c.Chip, c.Line)}
	if c.MaxHold <= 0 || c.MaxHold > longestHold {
		faults = append(faults, hal.Faultf("max-hold", "%s is not between 0s and %s", c.MaxHold, longestHold))
	}
	return c, errors.Join(faults...)
}

func relayDriver(open opener) hal.Driver[hal.Relay] {
	return hal.Driver[hal.Relay]{
		Defaults: relayDefaults(),
		Check:    func(p hal.Params) error { _, err := relayParams(p); return err },
		Open: func(_ context.Context, p hal.Params, log *slog.Logger) (hal.Relay, error) {
			c, err := relayParams(p)
			if err != nil {
				return nil, err
			}
			pin, err := open(c.Chip, c.Line)
			if err != nil {
				return nil, err
			}
			r := &relay{pin: pin, config: c, log: log}
			if err := r.pin.Out(levelOf(false, c.ActiveLow)); err != nil {
				return nil, errors.Join(err, pin.Halt())
			}
			return r, nil
		},
	}
}

// relay is a contact that lets go by itself.
type relay struct {
	pin    gpio.PinIO
	config relayConfig
	log    *slog.Logger

	mu     sync.Mutex
	timer  *time.Timer
	pulse  uint64 // generation: a timer that was overtaken does nothing
	closed bool
	// refused: the line did not let go, and it was said.
	refused bool
}

var _ hal.Relay = (*relay)(nil)

// Pulse energises the contact for a while, at most max-hold from now.
func (r *relay) Pulse(d time.Duration) error {
	if d <= 0 {
		return r.Release()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return hal.ErrClosed
	}
	if err := r.pin.Out(levelOf(true, r.config.ActiveLow)); err != nil {
		return errors.Join(err, r.letGo()) // the contact may have moved all the same
	}
	r.stop()
	r.after(min(d, r.config.MaxHold))
	return nil
}

// Release lets go now.
func (r *relay) Release() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	return r.letGo()
}

// letGo ends a pulse now, and sees to it that it ends later if the line refuses.
func (r *relay) letGo() error {
	r.stop()
	err := r.rest()
	if err != nil {
		r.after(letGoAgain)
	}
	return err
}

func (r *relay) after(d time.Duration) {
	pulse := r.pulse
	r.timer = time.AfterFunc(d, func() { r.expire(pulse) })
}

// Close lets go and gives the line back.
func (r *relay) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	r.stop()
	return errors.Join(r.rest(), r.pin.Halt())
}

func (r *relay) stop() {
	r.pulse++
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
}

func (r *relay) rest() error { return r.pin.Out(levelOf(false, r.config.ActiveLow)) }

func (r *relay) expire(pulse uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || pulse != r.pulse {
		return
	}
	err := r.rest()
	if err == nil {
		r.refused = false
		return
	}
	if !r.refused { // said once, not ten times a second
		r.refused = true
		r.log.Error("the relay does not let go: trying until it does", "relay", r.config.Label, "line", r.config.Line, "error", err)
	}
	r.after(letGoAgain)
}
