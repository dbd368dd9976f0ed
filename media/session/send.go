package session

import (
	"time"

	"github.com/pion/rtp"

	"offhook/media/ice/turn"
)

// writer is what the engine's thread owns.
type writer struct {
	sequence uint16
	offset   uint32           // of the timestamp (RFC 3550 §5.1: random)
	plain    [packetSize]byte // as wire, with room for a channel's header before
	wire     [packetSize]byte
	header   rtp.Header
	parsed   rtp.Header
}

// Outgoing is a packet to be sent. Timestamp counts from any zero.
type Outgoing struct {
	PayloadType uint8
	Marker      bool
	Timestamp   uint32
	Payload     []byte
}

// Send sends a packet unless the direction forbids it; it reports whether it
// did. It does not allocate, save inside SRTP.
func (s *Stream) Send(p Outgoing) bool {
	out, remote := s.out.Load(), s.remote.Load()
	if out == nil || !out.sends || remote == nil || !remote.IsValid() || len(p.Payload) > packetSize-128 {
		return false
	}
	w := &s.writer
	w.header = rtp.Header{
		Version: 2, Marker: p.Marker, PayloadType: p.PayloadType,
		SequenceNumber: w.sequence, Timestamp: w.offset + p.Timestamp, SSRC: s.ssrc(),
	}
	w.sequence++
	room := w.plain[turn.HeaderSize:]
	n, err := w.header.MarshalTo(room)
	if err != nil {
		s.count.sendErrors.Add(1)
		return false
	}
	packet, whole := room[:n+copy(room[n:], p.Payload)], &w.plain
	if out.cipher != nil {
		whole = &w.wire
		if packet, err = out.cipher.encrypt(w.wire[turn.HeaderSize:turn.HeaderSize], packet, &w.parsed); err != nil {
			s.count.sendErrors.Add(1)
			return false
		}
	}
	out.position.Store(out.index(&w.header) + 1)
	to := *remote
	if c := out.channel; c.number != 0 {
		turn.PutHeader(whole[:], c.number, len(packet))
		packet, to = whole[:turn.HeaderSize+copy(whole[turn.HeaderSize:], packet)], c.server // it is there, but where SRTP makes its own room
	}
	if err := s.sendto.write(packet, to); err != nil {
		s.count.sendErrors.Add(1)
		return false
	}
	s.sent(len(p.Payload), w.header.Timestamp)
	return true
}

// index is the packet index of a packet just encrypted (RFC 3711 §3.3.1).
func (o *outgoing) index(h *rtp.Header) uint64 {
	var roc uint32
	if o.cipher != nil {
		roc, _ = o.cipher.rtp.ROC(h.SSRC)
	}
	return uint64(roc)<<16 | uint64(h.SequenceNumber)
}

func (s *Stream) sent(octets int, timestamp uint32) {
	now := s.cfg.Now()
	if s.count.sent.Add(1) == 1 {
		s.count.firstSent.Store(int64(now) + 1)
	}
	s.count.sentBytes.Add(uint64(octets))
	s.count.clock.Store(uint64(timestamp)<<32 | uint64(uint32(now/time.Millisecond)))
}
