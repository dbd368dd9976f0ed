package dialog

import "slices"

// waitFor is why the media side was asked.
type waitFor uint8

const (
	waitDial            waitFor = iota // offer of the first INVITE
	waitEarly                          // answer in a provisional response
	waitAnswered                       // answer in the 2xx
	waitIncoming                       // answer to the first INVITE
	waitIncomingBare                   // offer for a 2xx to an INVITE without one
	waitAck                            // answer in an ACK
	waitHold                           // offer of our re-INVITE
	waitHoldAnswer                     // answer to our re-INVITE
	waitRemote                         // answer to their re-INVITE
	waitRemoteBare                     // offer for their re-INVITE without one
	waitUpdate                         // answer to their UPDATE
	waitReliable                       // offer for a provisional response
	waitPrackAnswer                    // answer in a PRACK
	waitEarlyHold                      // offer of our UPDATE
	waitEarlyHoldAnswer                // answer to it
	waitPrack                          // answer to the offer in a PRACK
	waitLatePrack                      // answer to the offer in a provisional response
	waitLateAck                        // answer to the offer in a 2xx
)

type wait struct {
	seq     uint32
	what    waitFor
	tx      ServerTx // of waitUpdate, waitPrackAnswer and waitPrack
	contact string   // of waitUpdate
	leg     int      // of waitUpdate, waitEarly and waitLatePrack
	rseq    uint32   // of waitLatePrack
	first   bool     // of waitAck: the first INVITE's
	theirs  []byte   // their description
	terms   SessionTimer
	knows   bool // of waitUpdate: they know session timers
}

// descriptions are those that stand: ours, and theirs.
type descriptions struct{ local, remote []byte }

// Descriptions are our description and the far end's, as they were agreed on last;
// nil while there are none.
func (m Machine) Descriptions() (local, remote []byte) { return m.stands.local, m.stands.remote }

// note remembers what was offered and agreed on.
func (s *step) note(w wait, in MediaDone) {
	switch {
	case w.theirs == nil:
		s.offered = in.SDP
	case len(in.SDP) > 0:
		s.stands = descriptions{in.SDP, w.theirs}
	default:
		s.stands = descriptions{s.offered, w.theirs}
	}
}

func (s *step) wait(w wait) uint32 {
	s.lastSeq++
	w.seq = s.lastSeq
	s.waits = append(s.waits, w)
	return w.seq
}

func (s *step) makeOffer(what waitFor, hold bool) { s.do(MakeOffer{s.wait(wait{what: what}), hold}) }
func (s *step) makeAnswer(w wait, offer []byte) {
	w.theirs = offer
	s.do(MakeAnswer{s.wait(w), offer})
}

func (s *step) acceptAnswer(w wait, answer []byte) {
	w.theirs = answer
	s.do(AcceptAnswer{s.wait(w), answer})
}

// waiting reports whether one of these is in work.
func (s *step) waiting(whats ...waitFor) bool {
	return slices.ContainsFunc(s.waits, func(w wait) bool { return slices.Contains(whats, w.what) })
}

func (s *step) mediaDone(in MediaDone) {
	i := slices.IndexFunc(s.waits, func(w wait) bool { return w.seq == in.Seq })
	if i < 0 {
		return // stale: the call went on without it
	}
	w := s.waits[i]
	s.waits = slices.Delete(s.waits, i, i+1)
	if in.Err == nil {
		s.call.RemoteHold = in.RemoteHold
		s.note(w, in)
	}
	switch w.what {
	case waitDial:
		s.dialOffer(in)
	case waitEarly:
		s.earlyMedia(w.leg, in)
	case waitAnswered:
		s.answered(in)
	case waitIncoming:
		s.incomingReady(in)
	case waitIncomingBare:
		s.incomingOffer(in)
	case waitAck:
		s.ackAccepted(w, in)
	case waitHold:
		s.holdOffer(in)
	case waitHoldAnswer:
		s.holdAnswered(in)
	case waitRemote, waitRemoteBare:
		s.remoteReady(in, w.what == waitRemoteBare)
	case waitUpdate:
		s.updateReady(w, in)
	case waitReliable:
		s.reliableOffer(in)
	case waitPrackAnswer:
		s.prackAnswered(w, in)
	case waitEarlyHold:
		s.earlyHoldOffer(in)
	case waitEarlyHoldAnswer:
		s.earlyHeld(in)
	case waitPrack:
		s.prackReady(w, in)
	case waitLatePrack:
		s.latePrack(w, in)
	case waitLateAck:
		s.lateAck(in)
	}
}
