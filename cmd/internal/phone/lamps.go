package phone

import (
	"offhook/hal"
	"offhook/ua"
)

const lampCount = 15

type lamps [lampCount]hal.Pattern

func lampNames() [lampCount]LampName {
	return [lampCount]LampName{LampMessage, LampRegistered, LampSpeaker, LampMute, LampHeadset, LampRing, LampHold,
		LampLine1, LampLine2, LampLine3, LampLine4, LampLine5, LampLine6, LampLine7, LampLine8}
}

func (s *State) lamps() lamps {
	l := lamps{
		lampIf(s.envelopes() != 0, hal.LampFlutter),
		s.registeredLamp(),
		lampIf(s.path == hal.Speaker, hal.LampOn),
		lampIf(s.mute, hal.LampOn),
		lampIf(s.path == hal.Headset, hal.LampOn),
		lampIf(s.ringing() != nil || s.recalled() != nil, hal.LampFast),
		lampIf(s.held() != nil, hal.LampSlow),
	}
	if s.list.lit {
		for i := range l {
			l[i] = hal.LampOn
		}
		return l
	}
	for i, k := range s.config.lineKeys() {
		l[lampCount-8+i] = s.lineLamp(k)
	}
	return l
}

func lampIf(on bool, p hal.Pattern) hal.Pattern {
	if on {
		return p
	}
	return hal.LampOff
}

func (s *State) registeredLamp() hal.Pattern {
	switch s.registration() {
	case RegGood:
		return hal.LampOn
	case RegPending:
		return hal.LampSlow
	case RegPartly:
		return hal.LampFlutter
	}
	return hal.LampOff
}

// lineLamp: ringing before talking before held; an open line is lit.
func (s *State) lineLamp(k LineKey) hal.Pattern {
	switch {
	case k.Use == KeyDND:
		return lampIf(s.dnd(), hal.LampOn)
	case k.Use == KeyForward:
		return lampIf(s.divertedTo() != "", hal.LampOn)
	case k.Use == KeyPickup:
		_, rings := s.rings(k)
		return lampIf(rings, hal.LampFast)
	case k.Number != "" || k.Use != KeyLine:
		watch, _ := s.watch(k)
		return watch.pattern()
	}
	p := lampIf(s.entry.on && s.line == k.Account && k.Account != "", hal.LampOn)
	for i := range s.calls {
		c := &s.calls[i]
		switch {
		case c.Account != k.Account || c.leaving:
		case c.ringing():
			return hal.LampFast
		case c.live():
			p = hal.LampOn
		case c.held && p == hal.LampOff:
			p = hal.LampSlow
		}
	}
	return p
}

// registration sums up the accounts.
func (s *State) registration() RegistrationView {
	good, pending := 0, 0
	for i := range s.config.Accounts {
		a := &s.config.Accounts[i]
		if s.whyNot(a) == "" {
			good++
			continue
		}
		state := ua.Unregistered
		for _, b := range s.bindings {
			if b.Account == a.ID {
				state = b.State
			}
		}
		if state == ua.Registering || state == ua.Unregistered {
			pending++
		}
	}
	switch n := len(s.config.Accounts); {
	case n == 0:
		return RegNone
	case good == n:
		return RegGood
	case good > 0:
		return RegPartly
	case pending > 0:
		return RegPending
	}
	return RegFailed
}
