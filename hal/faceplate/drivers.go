package faceplate

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

// Drivers is the panel's table; a program joins it to its others.
func (p *Panel) Drivers() hal.Drivers {
	return hal.Drivers{
		Keypads:    map[string]hal.Driver[hal.Keypad]{"faceplate-keypad": driver(p, decodeKeypad, p.openKeypad)},
		Hooks:      map[string]hal.Driver[hal.Hook]{"faceplate-hook": driver(p, decodeHook, p.openHook)},
		Displays:   map[string]hal.Driver[hal.Display]{"faceplate-display": driver(p, decodeDisplay, p.openDisplay)},
		Indicators: map[string]hal.Driver[hal.Indicator]{"faceplate-lamp": driver(p, decodeLamp, p.openLamp)},
		Relays:     map[string]hal.Driver[hal.Relay]{"faceplate-relay": driver(p, decodeRelay, p.openRelay)},
		Audio:      map[string]hal.Driver[hal.AudioIO]{"faceplate-audio": driver(p, decodeAudio, p.openAudio)},
		Mixers:     map[string]hal.Driver[hal.Mixer]{"faceplate-mixer": driver(p, decodeMixer, p.openMixer)},
	}
}

// settings are decoded parameters.
type settings interface{ listen() string }

// driver makes a Driver of how its parameters are read, how the device is
// made, and the panel that it goes on.
func driver[S settings, T io.Closer](p *Panel, decode func(hal.Params) (S, error), open func(S) (T, error)) hal.Driver[T] {
	defaults, _ := decode(nil) // what is missing is missing
	return hal.Driver[T]{
		Defaults: defaults,
		Bound:    true,
		Check: func(params hal.Params) error {
			_, err := decode(params)
			return err
		},
		Open: func(ctx context.Context, params hal.Params, _ *slog.Logger) (T, error) {
			var none T
			s, err := decode(params)
			if err != nil {
				return none, err
			}
			if err := ctx.Err(); err != nil {
				return none, err
			}
			if err := p.serve(s.listen()); err != nil {
				return none, err
			}
			device, err := open(s)
			if err != nil {
				return none, err
			}
			return device, nil
		},
	}
}

// anywhere is embedded by the settings of devices that do not choose the address.
type anywhere struct{}

func (anywhere) listen() string { return "" }

type keypadParams struct {
	anywhere
	LongPress time.Duration `param:"long-press-ms"`
}

func decodeKeypad(p hal.Params) (keypadParams, error) {
	s := keypadParams{LongPress: 800 * time.Millisecond}
	err := hal.Decode(p, &s)
	if err == nil && s.LongPress < 100*time.Millisecond {
		err = hal.Faultf("long-press-ms", "%v is too short to be told from a tap; it is at least 100 ms", s.LongPress)
	}
	return s, err
}

type hookParams struct {
	anywhere
	OnHookAfter time.Duration `param:"on-hook-after"`
}

func decodeHook(p hal.Params) (hookParams, error) {
	s := hookParams{OnHookAfter: 5 * time.Second}
	return s, hal.Decode(p, &s)
}

type displayParams struct {
	Listen string `param:"listen"`
	Mode   string `param:"mode"`
}

func (s displayParams) listen() string { return s.Listen }

func decodeDisplay(p hal.Params) (displayParams, error) {
	s := displayParams{Mode: wire.Colour}
	err := hal.Decode(p, &s)
	if s.Listen != "" {
		if fault := checkListen(s.Listen); fault != nil {
			err = errors.Join(err, hal.Faultf("listen", "%v", fault))
		}
	}
	if s.Mode != wire.Colour && s.Mode != wire.Mono {
		err = errors.Join(err, hal.Faultf("mode", "%q is not colour or mono", s.Mode))
	}
	return s, err
}

type lampParams struct {
	anywhere
	Lamp string `param:"lamp,required"`
}

func decodeLamp(p hal.Params) (lampParams, error) {
	var s lampParams
	err := hal.Decode(p, &s)
	if s.Lamp != "" && !slices.Contains(lampNames, s.Lamp) {
		err = errors.Join(err, hal.Faultf("lamp", "%q is not a lamp of the faceplate (%s)", s.Lamp, strings.Join(lampNames, ", ")))
	}
	return s, err
}

type relayParams struct {
	anywhere
	Label   string        `param:"label"`
	MaxHold time.Duration `param:"max-hold"`
}

func decodeRelay(p hal.Params) (relayParams, error) {
	s := relayParams{Label: "Door", MaxHold: 10 * time.Second}
	err := hal.Decode(p, &s)
	if s.Label == "" || len(s.Label) > 40 {
		err = errors.Join(err, hal.Faultf("label", "%q must have 1 to 40 bytes", s.Label))
	}
	if s.MaxHold <= 0 {
		err = errors.Join(err, hal.Faultf("max-hold", "%v must be longer than nothing", s.MaxHold))
	}
	return s, err
}

type audioParams struct {
	anywhere
	SampleRate int `param:"sample-rate"`
	Period     int `param:"period-ms"`
}

func decodeAudio(p hal.Params) (audioParams, error) {
	s := audioParams{SampleRate: 16000, Period: 10}
	err := hal.Decode(p, &s)
	if !slices.Contains([]int{8000, 16000, 48000}, s.SampleRate) {
		err = errors.Join(err, hal.Faultf("sample-rate", "%d Hz is not 8000, 16000 or 48000", s.SampleRate))
	}
	if !slices.Contains([]int{5, 10, 20}, s.Period) {
		err = errors.Join(err, hal.Faultf("period-ms", "%d is not 5, 10 or 20", s.Period))
	}
	return s, err
}

type mixerParams struct{ anywhere }

func decodeMixer(p hal.Params) (mixerParams, error) {
	var s mixerParams
	return s, hal.Decode(p, &s)
}
