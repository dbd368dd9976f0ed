package alsa

import (
	"context"
	"log/slog"

	"offhook/hal"
)

// Drivers is the table of this package: alsa-pcm, alsa-mixer and alsa-jack.
func Drivers() hal.Drivers { return driversOn(linux{dev: "/dev/snd", proc: "/proc"}) }

func driversOn(on kernel) hal.Drivers {
	k := newMachineCards(on)
	return hal.Drivers{
		Keypads: map[string]hal.Driver[hal.Keypad]{"alsa-jack": jackDriver(k)},
		Audio: map[string]hal.Driver[hal.AudioIO]{"alsa-pcm": {
			Defaults: pcmDefaults(),
			Check:    func(p hal.Params) error { _, err := pcmParams(p); return err },
			Open: func(_ context.Context, p hal.Params, log *slog.Logger) (hal.AudioIO, error) {
				c, err := pcmParams(p)
				if err != nil {
					return nil, err
				}
				d, err := openPCM(k, c)
				if err != nil {
					return nil, err // not a nil *PCM in an interface
				}
				d.tell(log)
				return d, nil
			},
		}},
		Mixers: map[string]hal.Driver[hal.Mixer]{"alsa-mixer": {
			Defaults: mixerDefaults(),
			Check:    func(p hal.Params) error { _, err := mixerParams(p); return err },
			Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Mixer, error) {
				c, err := mixerParams(p)
				if err != nil {
					return nil, err
				}
				m, err := openMixer(k, c)
				if err != nil {
					return nil, err
				}
				return m, nil
			},
		}},
	}
}
