package faceplate

import (
	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

func (p *Panel) openKeypad(s keypadParams) (hal.Keypad, error) {
	k := newKeypad(s.LongPress)
	k.detach = func() { p.detach(partKeypad) }
	return k, p.attach(partKeypad, k)
}

func (p *Panel) openHook(s hookParams) (hal.Hook, error) {
	h := newHook(s.OnHookAfter, func() { p.changed(partHook) })
	h.detach = func() { p.detach(partHook) }
	return h, p.attach(partHook, h)
}

func (p *Panel) openDisplay(s displayParams) (hal.Display, error) {
	d := newDisplay(s.Mode == wire.Mono, p.screenChanged)
	d.detach = func() { p.detach(partDisplay) }
	if err := p.attach(partDisplay, d); err != nil {
		return nil, err
	}
	p.screenChanged(d.Bounds(), true)
	return d, nil
}

func (p *Panel) openLamp(s lampParams) (hal.Indicator, error) {
	name := wire.TypeLamp + " " + s.Lamp
	l := newLamp(s.Lamp, func() { p.changed(name) })
	l.detach = func() { p.detach(name) }
	return l, p.attach(name, l)
}

func (p *Panel) openRelay(s relayParams) (hal.Relay, error) {
	name := wire.TypeRelay + " " + s.Label
	r := newRelay(s.Label, s.MaxHold, func() { p.changed(name) })
	r.detach = func() { p.detach(name) }
	if err := p.attach(name, r); err != nil {
		return nil, err
	}
	p.changed(name)
	return r, nil
}

func (p *Panel) openAudio(s audioParams) (hal.AudioIO, error) {
	f := hal.PCMFormat{SampleRate: s.SampleRate, Period: s.SampleRate * s.Period / 1000}
	a := newAudio(f, &p.muted)
	a.detach = func() { p.detach(partAudio) }
	if err := p.attach(partAudio, a); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.grant()
	return a, nil
}

func (p *Panel) openMixer(mixerParams) (hal.Mixer, error) {
	m := newMixer(func() { p.changed(partMixer) }, p.muted.Store)
	m.detach = func() { p.detach(partMixer) }
	if err := p.attach(partMixer, m); err != nil {
		return nil, err
	}
	p.changed(partMixer)
	return m, nil
}
