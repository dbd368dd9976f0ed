// Package duplex is a voice switch: it tells who speaks, and lets less of the other
// side be heard meanwhile, for loudspeakers whose echo no canceller takes out, or
// not enough of it. It sees the power of blocks, as dsp.Power has it, and gives factors; who
// applies them makes ramps of them. It allocates nothing.
//
// The far side is what comes from the network. What the microphone hears is the
// near side speaking when it is above its own floor, and above what may be an echo: the
// power played of late times a coupling that is learned while the far side speaks.
package duplex

import "offhook/media/dsp"

// The modes.
const (
	Full = "full" // nothing is switched; the same as ""
	Duck = "duck" // the loudspeaker is quieter while the near side speaks
	Half = "half" // one side is heard at a time
)

// Known tells whether there is such a mode.
func Known(mode string) bool { return mode == Duck || mode == Half || mode == Full || mode == "" }

// What is let through of a side that is not heard.
const (
	Ducked = 0.2  // -14 dB: it is still understood
	Closed = 0.01 // -40 dB: no loop of loudspeakers and microphones can sing
)

const (
	above    = 8.0    // times its floor: 9 dB
	least    = 1.07e4 // power of -50 dBov: what is fainter is no speech
	surely   = 4.0    // times what may be echo: 6 dB
	coupled  = 4.0    // at first: an echo 6 dB louder than what is played is taken for possible
	uncouple = 1e-5   // is not gone below: -50 dB
	// Of the way, each 10 ms in which the coupling is learned.
	rise    = 0.1
	fall    = 0.02  // 0.5 s: what is between vowels does not forget it
	doubt   = 0.002 // 5 s: what is taken for the near side may be an echo that became louder
	echoFor = 0.15  // seconds that an echo may be late at full strength
)

// Seconds: for how long a side must speak to be believed, and how long a pause is
// that does not end its turn. Who speaks keeps the turn; only the near side may take it from
// who still speaks, when it is clearly louder than the echo for so long.
const (
	believed = 0.02
	hangOver = 0.25
	breakIn  = 0.12
	// An echo that is mistaken for a voice ends when the loudspeaker is closed.
	mistaken = hangOver + 0.15
	idle     = 1.5 // after which what is no speech, as music, has the turn, too
)

// Switch is of one telephone.
type Switch struct {
	half       bool
	music      float64 // power of the far side, which need not be speech
	rate       float64
	block      int
	near, far  voice
	held       dsp.Hold
	coupling   float64
	insists    float64 // seconds for which the near side has spoken against the far one
	since      float64 // seconds since it took the turn so
	nearsTurn  bool
	farSpeaks  bool
	nearSpeaks bool
}

// New makes one for blocks of so many samples, up to 100 ms; nil for a mode that
// switches nothing.
func New(mode string, rate, block int) *Switch {
	if mode != Duck && mode != Half {
		return nil
	}
	return &Switch{half: mode == Half, rate: float64(rate), block: block, coupling: coupled}
}

// Restart begins another call. The coupling is the room's, and stays.
func (s *Switch) Restart() {
	s.near, s.far, s.held = voice{}, voice{}, dsp.Hold{}
	s.insists, s.nearsTurn, s.farSpeaks, s.nearSpeaks = 0, false, false, false
}

// Far takes the power of what came from the network, before it is made quieter.
func (s *Switch) Far(power float64) {
	s.music, s.farSpeaks = power, s.far.take(power, 0, s.block, s.rate)
}

// Near takes the power of what the microphone heard (after a canceller, if there is
// one) and of what was played meanwhile, and gives the factors for both sides.
func (s *Switch) Near(power, played float64) (microphone, loudspeaker float64) {
	played = s.held.Take(played, s.block, s.rate, echoFor)
	echo := s.coupling * played
	s.nearSpeaks = s.near.take(power, surely*echo, s.block, s.rate)
	s.learn(power, played)
	s.turn()
	switch {
	case s.half && s.nearsTurn:
		return 1, Closed
	case s.half:
		return Closed, 1
	case s.nearSpeaks:
		return 1, Ducked
	}
	return 1, 1
}

// learn follows how loud the echo is, while it is all that is heard.
func (s *Switch) learn(power, played float64) {
	if !s.farSpeaks || played < least {
		return
	}
	way, ratio := rise, min(power/played, coupled)
	switch {
	case (s.nearSpeaks || s.near.spoke > 0) && s.far.was > 0:
		return
	case s.nearSpeaks || s.near.spoke > 0:
		way = doubt
	case ratio < s.coupling:
		way = fall
	}
	way *= float64(s.block) / s.rate * 100
	s.coupling = min(max(s.coupling+way*(ratio-s.coupling), uncouple), coupled)
}

// turn gives the floor to who speaks. When both are silent it stays.
func (s *Switch) turn() {
	if !s.nearSpeaks || !s.farSpeaks || s.nearsTurn {
		s.insists = 0
	}
	took := float64(s.block) / s.rate
	s.since += took
	switch {
	case s.nearsTurn:
		s.nearsTurn = s.nearSpeaks || !s.farSpeaks && (s.near.was < idle || s.music < least)
		if !s.nearsTurn && s.since < mistaken {
			s.coupling = min(surely*s.coupling, coupled)
		}
	case s.nearSpeaks && !s.farSpeaks:
		s.nearsTurn, s.since = true, mistaken
	case s.nearSpeaks:
		s.insists += took
		s.nearsTurn, s.since = s.insists >= breakIn, 0
	}
}

// voice tells whether a side speaks.
type voice struct {
	floor      dsp.Floor
	spoke, was float64 // seconds: of speech at a stretch, and of pause since
	speaks     bool
}

// take notes a block of a power that must be above a level to be of this side.
func (v *voice) take(power, level float64, block int, rate float64) bool {
	took := float64(block) / rate
	v.floor.Take(power, block, rate)
	if power < least || power < level || power < above*v.floor.Power() {
		v.spoke, v.was = 0, v.was+took
		v.speaks = v.speaks && v.was < hangOver
		return v.speaks
	}
	v.spoke, v.was = v.spoke+took, 0
	v.speaks = v.speaks || v.spoke >= believed
	return v.speaks
}
