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
}

// Mixer sets a card's controls. A card that was unplugged is opened again when it
// is next told something, and gets all that it was told before.
type Mixer struct {
	machine *machineCards
	config  mixerConfig

	mu     sync.Mutex // over the card's controls, which do not block
	closed bool
	// what was wished
	routed hal.Output
	levels map[hal.Output]int // percent
	muted  bool
	// of the card
	heard      *path   // the one switched on; nil: none yet
	control    control // nil while it is away
	paths      map[hal.Output]*path
	microphone *element // its switch; nil when the card has none
}

var _ hal.Mixer = (*Mixer)(nil)

func openMixer(k *machineCards, c mixerConfig) (*Mixer, error) {
	m := &Mixer{machine: k, config: c, levels: map[hal.Output]int{}}
	if err := m.open(); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Mixer) open() error {
	number, err := m.machine.find(m.config.Card)
	if err != nil {
		return err
	}
	device, err := m.machine.openControl(number)
	if err != nil {
		return fmt.Errorf("mixer of sound card %s: %w", m.config.Card, err)
	}
	if err := m.findAll(device); err != nil {
		return errors.Join(err, device.close())
	}
	m.control, m.heard = device, nil
	return nil
}

// findAll finds every control, so that a board file's faults come together,
// and then sets the microphone up.
func (m *Mixer) findAll(device control) error {
	c := m.config
	all, err := listElements(device, c.Card)
	if err != nil {
		return err
	}
	m.paths = map[hal.Output]*path{}
	var faults []error
	found := map[string]*element{} // outputs may share one: it is at one place
	find := func(name string, fits func(*element) error) *element {
		if name == "" {
			return nil
		}
		el, err := found[name], error(nil)
		if el == nil {
			el, err = all.find(name)
			found[name] = el
		}
		if err == nil {
			err = fits(el)
		}
		faults = append(faults, err)
		return el
	}
	for _, o := range slices.Sorted(maps.Keys(c.Outputs)) {
		config := c.Outputs[o]
		p := &path{volume: find(config.Volume, (*element).isVolume), onOff: find(config.Switch, (*element).isSwitch)}
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
		faults = append(faults, gain.set(gain.scale.value(c.Capture.Level)))
	}
	if m.microphone != nil {
		faults = append(faults, m.microphone.turn(true))
	}
	return errors.Join(faults...)
}

// check refuses what cannot be done with any card.
func (m *Mixer) check(o hal.Output) error {
	if m.closed {
		return hal.ErrClosed
	}
	if _, ok := m.config.Outputs[o]; !ok {
		return fmt.Errorf("mixer of sound card %s: the board file gives it no output %q (it has %q)", m.config.Card, o, slices.Sorted(maps.Keys(m.config.Outputs)))
	}
	return nil
}

// apply carries a wish out, or all of them on a card that was away.
func (m *Mixer) apply(wish func() error) error {
	if m.control != nil {
		err := wish()
		if !errors.Is(err, hal.ErrGone) {
			return err
		}
		_ = m.control.close() // there is nothing behind it
		m.control = nil
	}
	if err := m.open(); err != nil {
		return fmt.Errorf("mixer: %w: %w", hal.ErrGone, err)
	}
	return m.restore()
}

// restore has a fresh card do what was wished of the one before.
func (m *Mixer) restore() error {
	var errs []error
	for _, o := range slices.Sorted(maps.Keys(m.levels)) {
		errs = append(errs, m.volume(o))
	}
	if m.routed != "" {
		errs = append(errs, m.route())
	}
	return errors.Join(append(errs, m.mute())...)
}

// Volume implements hal.Mixer. Where outputs share a control, it is set for the
// one that is routed; the others keep their level until they are.
func (m *Mixer) Volume(o hal.Output, percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("mixer of sound card %s: a volume of %d percent for %s; it goes from 0 to 100", m.config.Card, percent, o)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.check(o); err != nil {
		return err
	}
	m.levels[o] = percent
	return m.apply(func() error { return m.volume(o) })
}

func (m *Mixer) volume(o hal.Output) error {
	p, routed := m.paths[o], m.paths[m.routed]
	to, told := m.level(o)
	if !told || o != m.routed && routed != nil && routed.volume == p.volume {
		return nil
	}
	return m.ramp(p.volume, to)
}

// level is what an output's volume control is to be, if it has one and was told.
func (m *Mixer) level(o hal.Output) (int, bool) {
	percent, told := m.levels[o]
	p := m.paths[o]
	if !told || p.volume == nil {
		return 0, false
	}
	return p.volume.scale.value(percent), true
}

// Mute implements hal.Mixer. Without a switch of the microphone it does
// nothing: whoever sends the sound sends silence.
func (m *Mixer) Mute(on bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return hal.ErrClosed
	}
	m.muted = on
	return m.apply(m.mute)
}

func (m *Mixer) mute() error {
	if m.microphone == nil {
		return nil
	}
	return m.microphone.turn(!m.muted)
}

// Close leaves the controls as they are.
func (m *Mixer) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	if m.control == nil {
		return nil
	}
	return m.control.close()
}
