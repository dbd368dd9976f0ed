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
	if v, ok := s.levels[out]; ok {
		return v
	}
	return defaultVolume
}

func (t *turn) setLevel(out hal.Output, percent int) {
	if t.levels == nil {
		t.levels = map[hal.Output]int{}
	}
	t.levels[out] = max(0, min(percent, 100))
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
