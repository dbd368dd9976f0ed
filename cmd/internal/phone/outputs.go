package phone

import (
	"reflect"

	"offhook/hal"
	"offhook/ua"
)

// outputs is all that follows from the state alone. The zero value is what a
// device is before it is told anything.
type outputs struct {
	route     Route
	tone      Tone
	ring      Ring
	record    Record
	lamps     lamps
	volumes   [4]Volume
	backlight Backlight
	view      View
	shown     bool
	chosen    Settings
}

// settle tells what has changed since the last step.
func (t *turn) settle() {
	before, now := t.out, outputs{
		route: t.route(), tone: t.tone(), ring: t.ring(), record: Record{t.recording}, lamps: t.lamps(),
		backlight: t.backlight(), view: t.view(), shown: true, chosen: t.chosen.clone(),
	}
	for i, out := range levelled() {
		now.volumes[i] = Volume{Output: out, Percent: t.level(out)}
		if now.volumes[i] != before.volumes[i] {
			t.do(now.volumes[i])
		}
	}
	if now.route != before.route {
		t.do(now.route)
	}
	if now.tone != before.tone || (t.sounded && now.tone.Kind != ToneNone) {
		t.do(now.tone)
	}
	if now.ring != before.ring {
		t.do(now.ring)
	}
	if now.record != before.record {
		t.do(now.record)
	}
	for i, name := range lampNames() {
		if now.lamps[i] != before.lamps[i] {
			t.do(Lamp{Name: name, Pattern: now.lamps[i]})
		}
	}
	if !now.chosen.equal(before.chosen) {
		t.do(Keep{Settings: now.chosen})
	}
	if now.backlight != before.backlight {
		t.do(now.backlight)
	}
	if !before.shown || !reflect.DeepEqual(now.view, before.view) {
		t.do(Show{View: now.view})
	}
	t.out = now
}

func (s *State) route() Route {
	if s.path == "" {
		return Route{Output: hal.Ringer}
	}
	r := Route{Output: s.path, Mute: s.mute}
	if c := s.live(); c != nil && c.ID != 0 && (c.State == ua.Confirmed || c.EarlyMedia) {
		r.Call = c.ID
		if other := s.otherLive(c); other != nil {
			r.With = other.ID
		}
	}
	return r
}

func (s *State) tone() Tone {
	if s.path == "" {
		return Tone{}
	}
	if s.beep.Kind != ToneNone {
		return s.beep
	}
	return Tone{Kind: s.progressTone()}
}

func (s *State) progressTone() ToneKind {
	live := s.live()
	switch {
	case s.ringing() != nil:
		return ToneCallWaiting
	case live != nil:
		// Early media brings its own ring-back (RFC 3960 §3.2).
		if !live.Incoming && live.State == ua.Early && !live.EarlyMedia {
			return ToneRingBack
		}
		return ToneNone
	case (s.entry.on || s.ended.on) && s.stage == stageHowler:
		return ToneHowler
	case (s.entry.on || s.ended.on) && s.stage >= stageSilent:
		return ToneNone
	case s.ended.on:
		return s.ended.tone
	case s.entry.on && s.stage == stageCongestion:
		return ToneCongestion
	case s.entry.on && s.entry.digits == "":
		return s.dialTone()
	}
	return ToneNone
}

// dialTone stutters when messages wait, and is refused when no call could be
// made anyway.
func (s *State) dialTone() ToneKind {
	id, why := s.accountFor(false)
	switch {
	case why != "":
		return ToneCongestion
	case s.waiting(id):
		return ToneStutterDial
	}
	return ToneDial
}

func (s *State) ring() Ring {
	c := s.ringing()
	if c == nil {
		c = s.recalled()
	}
	if c == nil || s.path != "" || s.quiet {
		return Ring{}
	}
	return Ring{On: true, AlertInfo: c.AlertInfo}
}

func (s *State) backlight() Backlight {
	b := s.config.Backlight
	if s.dim && s.open() == 0 && s.path == "" {
		return Backlight{Percent: max(0, min(b.Idle, 100))}
	}
	return Backlight{Percent: s.light()}
}
