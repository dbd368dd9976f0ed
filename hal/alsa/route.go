package alsa

import (
	"maps"
	"slices"
	"time"

	"offhook/hal"
)

// rampSteps is in how many steps a volume goes from one level to another: of a
// jump in one a click is heard.
const rampSteps = 6

// ramp takes a volume control to a value.
func (m *Mixer) ramp(el *element, to int) error {
	from, steps := el.at, rampSteps
	if m.config.Ramp == 0 || !el.known || from == to {
		steps = 1
	}
	for i := range steps {
		next := from + (to-from)*(i+1)/steps
		if next == el.at && next != to {
			continue
		}
		if err := el.set(next); err != nil {
			return err
		}
		if next == to {
			return nil
		}
		time.Sleep(m.config.Ramp / rampSteps)
	}
	return nil
}

// Route implements hal.Mixer: what was heard fades out and is switched off, the
// route's controls are set, and the output is switched on and fades in to its
// level.
func (m *Mixer) Route(o hal.Output) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.check(o); err != nil {
		return err
	}
	m.routed = o
	return m.apply(m.route)
}

func (m *Mixer) route() error {
	p, old := m.paths[m.routed], m.heard
	to, known := m.level(m.routed)
	if !known && p.volume != nil {
		to, known = p.volume.at, p.volume.known
	}
	m.heard = nil // until all is done
	faded, was := old != nil && old != p && m.leaves(old, p), 0
	if faded {
		was = old.volume.at
		if err := m.ramp(old.volume, old.volume.scale.min); err != nil {
			return err
		}
	}
	if err := m.change(p); err != nil {
		return err
	}
	if faded && old.volume != p.volume {
		if err := old.volume.set(was); err != nil { // nobody hears it
			return err
		}
	}
	if err := m.fadeIn(p, to, known); err != nil {
		return err
	}
	m.heard = p
	return nil
}

// leaves tells whether what is heard on old has to fade before p is.
func (m *Mixer) leaves(old, p *path) bool {
	if m.config.Ramp == 0 || old.volume == nil || !old.volume.known {
		return false
	}
	moves := slices.ContainsFunc(p.route, func(s setting) bool { return !s.known || s.at != s.to })
	return moves || old.onOff != nil && old.onOff != p.onOff
}

// change switches the other outputs off and sets the route.
func (m *Mixer) change(p *path) error {
	for _, name := range slices.Sorted(maps.Keys(m.paths)) {
		if off := m.paths[name].onOff; off != nil && off != p.onOff {
			if err := off.turn(false); err != nil {
				return err
			}
		}
	}
	for _, s := range p.route {
		if err := s.set(s.to); err != nil {
			return err
		}
	}
	return nil
}

// fadeIn switches an output on and takes its volume, where that is known, to a
// value: from nothing, if it was off.
func (m *Mixer) fadeIn(p *path, to int, known bool) error {
	if p.volume != nil && known {
		first := to
		if m.config.Ramp > 0 {
			first = p.volume.scale.min
			if p.volume.known && (p.onOff == nil || p.onOff.isOn()) {
				first = p.volume.at
			}
		}
		if err := p.volume.set(first); err != nil {
			return err
		}
	}
	if p.onOff != nil {
		if err := p.onOff.turn(true); err != nil {
			return err
		}
	}
	if p.volume == nil || !known || p.volume.at == to {
		return nil
	}
	return m.ramp(p.volume, to)
}
