package phone

import "offhook/hal"

const (
	volumeStep    = 10
	defaultVolume = 60
)

// outputs that have a level.
func levelled() [4]hal.Output {
	return [4]hal.Output{hal.Handset, hal.Speaker, hal.Headset, hal.Ringer}
}

func (s *State) level(out hal.Output) int {
	return max(0, min(s.chosen.Volumes[out].or(s.config.volume(out)), 100))
}

func (c *Config) volume(out hal.Output) int {
	if v, ok := c.Volumes[out]; ok {
		return v
	}
	return defaultVolume
}

func (t *turn) setLevel(out hal.Output, percent int) {
	if t.chosen.Volumes == nil {
		t.chosen.Volumes = map[hal.Output]Choice[int]{}
	}
	t.chosen.Volumes[out] = choose(max(0, min(percent, 100)), t.config.volume(out))
}

// turnVolume sets the level of what is heard now: the ringer's when idle.
func (t *turn) turnVolume(by int) {
	out := t.path
	if out == "" {
		out = hal.Ringer
	}
	t.setLevel(out, t.level(out)+by)
	t.volume = out
	t.start(timerVolume, volumeTime)
}
