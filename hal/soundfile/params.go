package soundfile

import (
	"errors"
	"path/filepath"
	"slices"
	"time"

	"offhook/hal"
)

type config struct {
	Microphone  string        `param:"microphone"`  // WAV; "" is silence
	Loudspeaker string        `param:"loudspeaker"` // WAV, made anew; "" is nowhere
	SampleRate  int           `param:"sample-rate" values:"8000 16000 48000"`
	Period      time.Duration `param:"period-ms"`
}

func defaults() config { return config{SampleRate: 16000, Period: 10 * time.Millisecond} }

func params(p hal.Params) (config, error) {
	c := defaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	faults := []error{checkFile("microphone", c.Microphone), checkFile("loudspeaker", c.Loudspeaker)}
	if c.Microphone != "" && c.Microphone == c.Loudspeaker {
		faults = append(faults, hal.Faultf("loudspeaker", "%s is the microphone too: what is heard would overwrite what is said", c.Loudspeaker))
	}
	if !slices.Contains([]time.Duration{5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond}, c.Period) {
		faults = append(faults, hal.Faultf("period-ms", "%s is none of 5, 10 and 20 ms", c.Period))
	}
	return c, errors.Join(faults...)
}

// checkFile wants names that mean the same wherever the telephone is started.
func checkFile(path, name string) error {
	if name != "" && !filepath.IsAbs(name) {
		return hal.Faultf(path, "%q is not a full path: begin it with /", name)
	}
	return nil
}

// format is what the board file asks for.
func (c config) format() hal.PCMFormat {
	return hal.PCMFormat{SampleRate: c.SampleRate, Period: int(time.Duration(c.SampleRate) * c.Period / time.Second)}
}
