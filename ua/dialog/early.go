package dialog

import "slices"

// Gate is whether a response lets early media be heard (P-Early-Media, RFC 5009 §8).
type Gate uint8

// The gates. Without the header field what comes is heard.
const (
	GateUnsaid Gate = iota
	GateOpen
	GateShut
)

// gate opens or shuts the early media of a leg.
func (s *step) gate(leg int, g Gate) {
	if g == GateUnsaid {
		return
	}
	shut := g == GateShut
	if s.legs[leg].shut == shut {
		return
	}
	s.legs[leg].shut = shut
	if s.early == leg && s.legs[leg].sdp != nil && !s.waiting(waitEarly, waitLatePrack) {
		s.call.EarlyMedia = !shut
	}
}

// earlyMedia: the answer of a leg was accepted. Of several forks the one that
// spoke last is heard.
func (s *step) earlyMedia(leg int, in MediaDone) {
	if s.phase != phaseInviting || leg >= len(s.legs) {
		return
	}
	if in.Err != nil {
		s.log("early media: %v", in.Err)
		return
	}
	s.early = leg
	s.call.EarlyMedia = in.Early && !s.legs[leg].shut
}

// hearAnother: the fork has ended that was heard; one that still rings may have
// something to say.
func (s *step) hearAnother(ended int) {
	if s.early != ended || s.legs[ended].sdp == nil {
		return
	}
	for i, l := range slices.Backward(s.legs) {
		if l.alive() && l.sdp != nil {
			s.hear(i)
			return
		}
	}
	s.call.EarlyMedia = false
}

// hear takes the description of a leg: its answer, or its offer where it made one.
func (s *step) hear(leg int) {
	if s.late.on {
		s.makeAnswer(wait{what: waitEarly, leg: leg}, s.legs[leg].sdp)
		return
	}
	s.acceptAnswer(wait{what: waitEarly, leg: leg}, s.legs[leg].sdp)
}
