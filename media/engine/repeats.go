package engine

import (
	"time"

	"offhook/media/jitter"
	"offhook/media/session"
)

const (
	repeatFrom  = 0.03 // of packets lost: what is sent is repeated
	repeatUntil = 0.01
)

// repeater repeats what was sent while many packets get lost (RFC 2198).
type repeater struct {
	on      bool
	payload []byte
}

// heed takes what is expected to be lost.
func (r *repeater) heed(s *sender) {
	on := s.loss.expected >= repeatFrom || r.on && s.loss.expected >= repeatUntil
	if on != r.on {
		r.on = on
		s.history.Forget()
	}
}

// dress makes a packet of the payload: alone, or behind those before it.
func (l *leg) dress(s *sender, payload []byte) session.Outgoing {
	out := session.Outgoing{PayloadType: s.spec.PayloadType, Marker: l.marker, Timestamp: l.clock, Payload: payload}
	if s.repeat.payload == nil {
		return out
	}
	s.repeat.heed(s)
	if !s.repeat.on {
		return out
	}
	if n := s.history.Pack(s.repeat.payload, out.PayloadType, l.clock, payload); n > 0 {
		out.PayloadType, out.Payload = s.spec.redundant.PayloadType, s.repeat.payload[:n]
	}
	return out
}

// window remembers which of the latest sequence numbers have come.
type window struct {
	ssrc    uint32
	highest uint16
	seen    uint64 // bit n is highest-n
}

// mark notes a packet, and tells whether it had come before, or is too old to say.
func (w *window) mark(ssrc uint32, sequence uint16) (before bool) {
	if w.seen == 0 || ssrc != w.ssrc {
		*w = window{ssrc: ssrc, highest: sequence, seen: 1}
		return false
	}
	ahead := int16(sequence - w.highest)
	switch {
	case ahead > 0:
		w.seen = w.seen<<uint(ahead) | 1
		w.highest = sequence
		return false
	case ahead <= -64:
		w.restart(ahead, sequence)
		return true
	}
	bit := uint64(1) << uint(-ahead)
	before = w.seen&bit != 0
	w.seen |= bit
	return before
}

// restart follows a sender that began anew with other numbers.
func (w *window) restart(ahead int16, sequence uint16) {
	if ahead < -1000 {
		w.highest, w.seen = sequence, 1
	}
}

// unwrap gives the sound in a packet of redundant audio to its receiver: what is
// repeated, of packets that have not come, and then the packet's own.
func (l *leg) unwrap(p *plan, packet *jitter.Packet) {
	if l.blocks.Parse(packet.Payload) != nil {
		return
	}
	primary := l.blocks.Primary
	packet.PayloadType, packet.Payload = primary.PayloadType, primary.Payload
	if l.noise(p, packet) {
		return
	}
	r := p.taker(l.active, primary.PayloadType)
	if r == nil {
		return
	}
	repeated := l.blocks.Redundant()
	if l.came.seen == 1 { // of a source's first packet: what was before it would come late
		repeated = nil
	}
	for i, b := range repeated {
		back := uint32(len(repeated) - i)
		// One sent with a distance names a packet further back.
		if unit := r.units(primary.Payload); unit > 0 && b.Offset%unit == 0 && b.Offset/unit <= back+2 {
			back = max(back, b.Offset/unit)
		}
		sequence := packet.Sequence - uint16(back)
		if len(b.Payload) == 0 || !r.takes(b.PayloadType) || l.came.mark(packet.SSRC, sequence) {
			continue
		}
		again := jitter.Packet{
			Sequence: sequence, Timestamp: packet.Timestamp - b.Offset, SSRC: packet.SSRC,
			PayloadType: b.PayloadType, Payload: b.Payload, Arrival: packet.Arrival,
		}
		l.repeated += time.Duration(r.units(b.Payload)) * time.Second / time.Duration(r.formats[0].ClockRate)
		l.play(r, &again)
	}
	l.play(r, packet)
}
