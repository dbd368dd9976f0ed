package faceplate

import (
	"fmt"
	"sync"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

var _ hal.Mixer = (*mixer)(nil)

// mixer is the path and the level of the sound. The page applies the level, so
// that the samples of a page in sync mode stay exact; mute cuts the microphone
// in the audio device.
type mixer struct {
	part
	changed func()     // tells the pages; called with no lock held
	cut     func(bool) // mutes the microphone; does not block

	mu      sync.Mutex
	route   hal.Output
	volumes map[hal.Output]int
	mute    bool
	closed  bool
}

func newMixer(changed func(), cut func(bool)) *mixer {
	m := &mixer{changed: changed, cut: cut, route: hal.Handset, volumes: map[hal.Output]int{
		hal.Handset: 70, hal.Speaker: 70, hal.Headset: 70, hal.Ringer: 70,
	}}
	m.stop = m.close
	return m
}

// Route implements hal.Mixer.
func (m *mixer) Route(o hal.Output) error {
	return m.change(o, func() { m.route = o })
}

// Volume implements hal.Mixer.
func (m *mixer) Volume(o hal.Output, percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("faceplate mixer: a volume of %d percent for %s; it goes from 0 to 100", percent, o)
	}
	return m.change(o, func() { m.volumes[o] = percent })
}

// Mute implements hal.Mixer.
func (m *mixer) Mute(on bool) error {
	return m.change(hal.Handset, func() { m.mute = on; m.cut(on) })
}

func (m *mixer) change(o hal.Output, do func()) error {
	m.mu.Lock()
	if _, ok := m.volumes[o]; !ok {
		m.mu.Unlock()
		return fmt.Errorf("faceplate mixer: there is no output %q (handset, speaker, headset, ringer)", o)
	}
	if m.closed {
		m.mu.Unlock()
		return hal.ErrClosed
	}
	do()
	m.mu.Unlock()
	m.changed()
	return nil
}

func (m *mixer) message() wire.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return wire.Message{Type: wire.TypeMixer, Name: string(m.route), Level: m.volumes[m.route], Mute: m.mute}
}

func (m *mixer) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.cut(false)
}
