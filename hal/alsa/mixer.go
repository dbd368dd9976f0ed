package alsa

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"offhook/hal"
)

// setting is a control and the value that a route gives it.
type setting struct {
	*element
	to int
}

// path is one output's controls; nil where the board file names none.
type path struct {
	volume, onOff *element
	route         []setting
	level         int // percent as last told; negative before
}

// Mixer sets a card's controls.
type Mixer struct {
	card       string
	control    control
	paths      map[hal.Output]*path
	microphone *element // its switch; nil when the card has none

	mu     sync.Mutex // over the card's controls, which do not block
	routed hal.Output
	closed bool
}

var _ hal.Mixer = (*Mixer)(nil)

func openMixer(k kernel, c mixerConfig) (*Mixer, error) {
	number, err := findCard(k, c.Card)
	if err != nil {
		return nil, err
	}
	device, err := k.openControl(number)
	if err != nil {
		return nil, fmt.Errorf("mixer of sound card %s: %w", c.Card, err)
	}
	m := &Mixer{card: c.Card, control: device, paths: map[hal.Output]*path{}}
	if err := m.findAll(c); err != nil {
		return nil, errors.Join(err, device.close())
	}
	return m, nil
}

// findAll finds every control, so that a board file's faults come together,
// and then sets the microphone up.
func (m *Mixer) findAll(c mixerConfig) error {
	all, err := listElements(m.control, c.Card)
	if err != nil {
		return err
	}
	var faults []error
	find := func(name string, fits func(*element) error) *element {
		if name == "" {
			return nil
		}
		el, err := all.find(name)
		if err == nil {
			err = fits(el)
		}
		faults = append(faults, err)
		return el
	}
	for _, o := range slices.Sorted(maps.Keys(c.Outputs)) {
		config := c.Outputs[o]
		p := &path{volume: find(config.Volume, (*element).isVolume), onOff: find(config.Switch, (*element).isSwitch), level: -1}
		for _, name := range slices.Sorted(maps.Keys(config.Route)) {
			s := setting{}
			s.element = find(name, func(el *element) (err error) {
				s.to, err = el.choice(config.Route[name])
				return err
			})
			p.route = append(p.route, s)
		}
		m.paths[o] = p
	}
	gain := find(c.Capture.Volume, (*element).isVolume)
	m.microphone = find(c.Capture.Switch, (*element).isSwitch)
	if err := errors.Join(faults...); err != nil {
		return err
	}
	if gain != nil {
		faults = append(faults, gain.volume(c.Capture.Level))
	}
	if m.microphone != nil {
		faults = append(faults, m.microphone.turn(true))
	}
	return errors.Join(faults...)
}

func (m *Mixer) path(o hal.Output) (*path, error) {
	if m.closed {
		return nil, hal.ErrClosed
	}
	p, ok := m.paths[o]
	if !ok {
		return nil, fmt.Errorf("mixer of sound card %s: the board file gives it no output %q (it has %q)", m.card, o, slices.Sorted(maps.Keys(m.paths)))
	}
	return p, nil
}

// Route implements hal.Mixer: the other outputs are switched off, the route's
// controls are set, and the output is switched on at its level.
func (m *Mixer) Route(o hal.Output) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, err := m.path(o)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(m.paths)) {
		other := m.paths[name]
		if other.onOff != nil && (p.onOff == nil || other.onOff.name != p.onOff.name) {
			if err := other.onOff.turn(false); err != nil {
				return err
			}
		}
	}
	for _, s := range p.route {
		if err := s.set(s.to); err != nil {
			return err
		}
	}
	m.routed = o
	if p.volume != nil && p.level >= 0 {
		if err := p.volume.volume(p.level); err != nil {
			return err
		}
	}
	if p.onOff != nil {
		return p.onOff.turn(true)
	}
	return nil
}

// Volume implements hal.Mixer. Where outputs share a control, it is set for the
// one that is routed; the others keep their level until they are.
func (m *Mixer) Volume(o hal.Output, percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("mixer of sound card %s: a volume of %d percent for %s; it goes from 0 to 100", m.card, percent, o)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p, err := m.path(o)
	if err != nil {
		return err
	}
	p.level = percent
	routed := m.paths[m.routed]
	if p.volume == nil || o != m.routed && routed != nil && routed.volume != nil && routed.volume.name == p.volume.name {
		return nil
	}
	return p.volume.volume(percent)
}

// Mute implements hal.Mixer. Without a switch of the microphone it does
// nothing: whoever sends the sound sends silence.
func (m *Mixer) Mute(on bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return hal.ErrClosed
	}
	if m.microphone == nil {
		return nil
	}
	return m.microphone.turn(!on)
}

// Close leaves the controls as they are.
func (m *Mixer) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	return m.control.close()
}
