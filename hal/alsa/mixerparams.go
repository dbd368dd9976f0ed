package alsa

import (
	"errors"
	"maps"
	"slices"
	"time"

	"offhook/hal"
)

// outputConfig names the controls of one output.
type outputConfig struct {
	Volume string            `param:"volume"`
	Switch string            `param:"switch"`
	Route  map[string]string `param:"route"` // control: item, on, off or number
}

type captureConfig struct {
	Volume string `param:"volume"`
	Level  int    `param:"level" range:"0..100"` // percent, set at opening
	Switch string `param:"switch"`
}

type mixerConfig struct {
	Card    string                      `param:"card"`
	Outputs map[hal.Output]outputConfig `param:"outputs,required"`
	Capture captureConfig               `param:"capture"`
	Ramp    time.Duration               `param:"ramp-ms"` // how long a change of a volume takes
}

func outputs() []hal.Output {
	return []hal.Output{hal.Handset, hal.Speaker, hal.Headset, hal.Ringer}
}

// longestRamp bounds how long the telephone waits for its mixer.
const longestRamp = 100 * time.Millisecond

func mixerDefaults() mixerConfig {
	return mixerConfig{Card: "0", Capture: captureConfig{Level: 70}, Ramp: 30 * time.Millisecond}
}

func mixerParams(p hal.Params) (mixerConfig, error) {
	c := mixerDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	faults := []error{checkCard("card", c.Card)}
	if c.Ramp > longestRamp {
		faults = append(faults, hal.Faultf("ramp-ms", "%s is longer than %s: the telephone waits for it", c.Ramp, longestRamp))
	}
	if len(c.Outputs) == 0 {
		faults = append(faults, hal.Faultf("outputs", "names no output: give one of %v its controls, or leave the mixer out", outputs()))
	}
	for _, o := range slices.Sorted(maps.Keys(c.Outputs)) {
		path := "outputs." + string(o)
		if !slices.Contains(outputs(), o) {
			faults = append(faults, hal.Faultf(path, "is not an output (outputs: %v)", outputs()))
		}
		if out := c.Outputs[o]; out.Volume == "" && out.Switch == "" && len(out.Route) == 0 {
			faults = append(faults, hal.Faultf(path, "has no control: give volume, switch or route"))
		}
	}
	return c, errors.Join(faults...)
}
