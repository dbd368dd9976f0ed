package app

import (
	"log/slog"
	"strings"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/media/engine"
	"offhook/media/tone"
	"offhook/provisioning"
	"offhook/ua"
)

// sound turns what the phone wants heard into the engine's patch and the
// mixer's settings. The desk's goroutine owns it.
type sound struct {
	log    *slog.Logger
	engine soundEngine
	mixer  hal.Mixer // nil on a board without one: then the engine scales
	calls  *callbook

	tones   tone.Tones
	style   tone.Style
	where   phone.Route
	what    phone.Tone
	ringing phone.Ring
	levels  map[hal.Output]int
	mixed   hal.Output // as the mixer was told
	muted   bool
	aside   aside
}

func newSound(log *slog.Logger, e soundEngine, m hal.Mixer, calls *callbook, state string) *sound {
	tones, _ := tone.Plan("us") // the document's default; always there
	return &sound{log: log, engine: e, mixer: m, calls: calls, tones: tones, levels: map[hal.Output]int{}, aside: newAside(state)}
}

// use has what is heard follow this document.
func (s *sound) use(doc provisioning.Document) {
	code := doc.Phone.Country
	if tones, ok := tone.Plan(code); ok {
		s.tones = tones
	} else {
		s.log.Warn("no tones are known of this country: keeping the last ones", "country", code)
	}
	s.style, _ = tone.ParseStyle(doc.Phone.RingTone)
	s.aside.use(doc, s.log)
	s.connect()
}

func (s *sound) route(r phone.Route) {
	if s.aside.far && r.Call != s.where.Call && r.Call != s.aside.greets {
		s.aside.clip, s.aside.far = engine.Clip{}, false // it was for that call
	}
	s.where = r
	s.connect()
}

func (s *sound) tone(t phone.Tone) {
	s.what = t
	s.connect()
}

func (s *sound) ring(r phone.Ring) {
	s.ringing = r
	s.connect()
}

func (s *sound) volume(v phone.Volume) {
	s.levels[v.Output] = v.Percent
	if s.mixer == nil {
		s.connect()
		return
	}
	if err := s.mixer.Volume(v.Output, v.Percent); err != nil {
		s.log.Warn("volume", "output", v.Output, "error", err)
	}
}

// connect makes everything stand.
func (s *sound) connect() {
	p := engine.Patch{Mic: s.where.Call != 0 && !s.where.Mute, Tone: s.cadence(), Ring: s.ringing.On,
		HandsFree: s.where.Call != 0 && s.where.Output == hal.Speaker, Route: routeOf(s.where.Output)}
	for _, call := range []ua.CallID{s.where.Call, s.where.With} {
		if id, ok := s.calls.stream(call); ok {
			p.Streams = append(p.Streams, id)
		}
	}
	s.extend(&p)
	if s.mixer == nil {
		p.PlaybackGain = gain(s.levels, s.where.Output)
		p.ToneGain = gain(s.levels, s.output())
	}
	s.mix()
	s.engine.Connect(p)
}

func (s *sound) output() hal.Output {
	if s.ringing.On {
		return hal.Ringer
	}
	return s.where.Output
}

func (s *sound) cadence() tone.Cadence {
	if s.ringing.On {
		return s.ringer()
	}
	switch s.what.Kind {
	case phone.ToneDial:
		return s.tones.Dial
	case phone.ToneStutterDial:
		return s.tones.Stutter
	case phone.ToneRingBack:
		return s.tones.RingBack
	case phone.ToneBusy:
		return s.tones.Busy
	case phone.ToneInfo:
		return s.tones.Info
	case phone.ToneCongestion:
		return s.tones.Congestion
	case phone.ToneCallWaiting:
		return s.tones.CallWaiting
	case phone.ToneHowler:
		return s.tones.Howler
	case phone.ToneConfirm:
		return s.tones.Confirm
	case phone.ToneError:
		return tone.Cadence{Parts: []tone.Part{{Freqs: [4]float64{220, 330}, On: 250 * time.Millisecond}}, Repeat: 1, LevelDB: -16}
	case phone.ToneDTMF:
		return tone.DTMFHeld(rune(s.what.Digit))
	}
	return tone.Cadence{}
}

// ringer is the ring of the style that the configuration, or the caller's
// server by Alert-Info, asks for.
func (s *sound) ringer() tone.Cadence {
	style, asked := s.asked()
	if !asked {
		style = s.style
	}
	if style == tone.Bell {
		return s.tones.Ring
	}
	return tone.Ringer(style, s.tones.RingBack.Parts)
}

// asked is the style that the caller's server asks for.
func (s *sound) asked() (style tone.Style, ok bool) {
	for _, other := range []tone.Style{tone.Bell, tone.Warble, tone.Chime} {
		if strings.Contains(s.ringing.AlertInfo, other.String()) {
			style, ok = other, true
		}
	}
	return style, ok
}

// mix sets the mixer's path; it is told changes only.
func (s *sound) mix() {
	if s.mixer == nil {
		return
	}
	if out := s.output(); out != s.mixed && out != "" {
		s.mixed = out
		if err := s.mixer.Route(out); err != nil {
			s.log.Warn("mixer route", "output", out, "error", err)
		}
	}
	if s.where.Mute != s.muted {
		s.muted = s.where.Mute
		if err := s.mixer.Mute(s.muted); err != nil {
			s.log.Warn("mixer mute", "error", err) // the engine sends silence all the same
		}
	}
}

// remix has the mixer of a sound card that is back do what it did before: a fresh
// card is silent, or too loud.
func (s *sound) remix() {
	if s.mixer == nil || s.mixed == "" {
		return
	}
	if err := s.mixer.Route(s.mixed); err != nil {
		s.log.Warn("mixer route", "output", s.mixed, "error", err)
	}
}

// gain is an output's level in dB when the engine has to scale: 60 percent
// leaves the sound as it is, a step of ten is 4 dB.
func gain(levels map[hal.Output]int, o hal.Output) float64 {
	percent, ok := levels[o]
	switch {
	case !ok:
		return 0
	case percent <= 0:
		return -96
	}
	return float64(percent-60) * 0.4
}
