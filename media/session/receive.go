package session

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/pion/rtp"

	"offhook/media/jitter"
	"offhook/media/red"
	"offhook/media/tone"
)

// keyGrace is how long packets under the key before the last count.
const keyGrace = 2 * time.Second

// How many packets are looked at in one period: a flood must not hold up the sound.
// The kernel keeps what it has room for.
const (
	leastLooked = 64                   // then it is a flood, or was a standstill,
	lookedTime  = 2 * time.Millisecond // and is given so much time,
	mostLooked  = 1024                 // or this by a clock that stands still
)

// reader is what the engine's thread knows of what it receives.
type reader struct {
	packet   jitter.Packet
	waits    bool // the packet, for Next
	plain    [packetSize]byte
	header   rtp.Header
	latch    latch
	expected *netip.AddrPort
	agreed   *incoming // that the latch heard of
	digits   digits
	blocks   red.Packet
	looked   int // packets in this period
	began    time.Duration
	swamped  int           // periods in which that was a flood
	sieved   time.Duration // when it was last seen to

	current bool   // the packet in the header came under the present key
	roc     uint32 // of the packets under it

	sight
	unseen bool   // the sight has changed since it was laid out
	late   uint64 // of played, as booked in arrivals

	// Where RTP comes from now, if others have yet to be told.
	moved bool
	from  netip.AddrPort
	old   *netip.AddrPort
}

// Next is the next packet received, nil when there is no more for this period. It
// is valid until the next call. It does not wait, nor allocate, save inside SRTP.
func (s *Stream) Next() *jitter.Packet {
	r, in := &s.reader, s.intake
	if r.waits {
		r.waits = false
		return &r.packet
	}
	for !r.enough(in.now) {
		if r.looked == 0 {
			r.began = s.cfg.Now()
		}
		if in.at == in.got && (in.empty && r.looked > 0 || !in.fetch(s.cfg.Now, s.cfg.Real)) {
			break
		}
		r.looked++
		if raw, from, arrival := in.next(); s.take(raw, from, arrival) {
			return &r.packet
		}
	}
	s.tell()
	r.looked = 0
	return nil
}

// enough tells that the rest is for later.
func (r *reader) enough(now time.Duration) bool {
	return r.looked >= leastLooked && (now-r.began >= lookedTime || r.looked >= mostLooked)
}

// Look takes what is there and tells whether Next has a packet.
func (s *Stream) Look() bool {
	s.reader.waits = s.Next() != nil
	return s.reader.waits
}

// Flush lets go of all packets that wait.
func (s *Stream) Flush() {
	const most = 4 * mostLooked // a socket holds no more
	for n := 0; n < most; n++ {
		if s.Next() == nil && s.intake.at == s.intake.got && s.intake.empty {
			return
		}
	}
}

// tell lays out what has changed.
func (s *Stream) tell() {
	r := &s.reader
	if r.unseen {
		r.unseen = !s.seen.lay(&r.sight)
	}
	if r.moved {
		if e := s.errands.free(); e != nil {
			e.kind, e.old, e.from = moved, r.old, r.from
			r.moved = false
			s.errands.give()
		}
	}
	s.sift()
}

// sift has a flood seen to.
func (s *Stream) sift() {
	r := &s.reader
	if r.looked < leastLooked {
		r.swamped = 0
	} else {
		r.swamped++
	}
	if r.swamped < swampedRun && !s.sieve.on.Load() {
		return
	}
	now := s.cfg.Now()
	if now-r.sieved < sieveLook {
		return
	}
	if e := s.errands.free(); e != nil {
		e.kind, r.sieved = flooded, now
		s.errands.give()
	}
}

// fatal tells whether reading is over. Other errors are the network's (an ICMP
// answer to what was sent): they end no call. The wait keeps one that does not
// go away from eating the processor.
func (s *Stream) fatal(err error) bool {
	if errors.Is(err, net.ErrClosed) {
		return true
	}
	return s.rest(10 * time.Millisecond)
}

// rest waits, and tells whether the stream was closed meanwhile.
func (s *Stream) rest(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-s.done:
		return true
	case <-timer.C:
		return false
	}
}

// take takes one packet as it came, and tells whether it is the engine's.
func (s *Stream) take(raw []byte, from netip.AddrPort, now time.Duration) bool {
	taken, ours := s.sort(raw, from, now)
	if !taken {
		s.count.discarded.Add(1)
	}
	return ours
}

// sort gives a packet to whom it is for; taken tells whether somebody wants it,
// ours whether the engine does.
func (s *Stream) sort(raw []byte, from netip.AddrPort, now time.Duration) (taken, ours bool) {
	in := s.in.Load()
	if isChannel(raw) {
		var ours bool
		if raw, from, ours = in.unwrap(raw, from); !ours {
			return s.handover.give(raw, from, false, now), false
		}
	}
	if isDTLS(raw) || isSTUN(raw) {
		remote := s.remote.Load()
		return s.handover.give(raw, from, remote != nil && *remote == from, now), false
	}
	if in == nil || in.waits || len(raw) < 12 || raw[0]>>6 != 2 {
		return false, false
	}
	if in.ice && from != *in.remote {
		s.count.foreign.Add(1)
		return false, false
	}
	if raw[1] >= 192 && raw[1] <= 223 { // RFC 5761 §4
		return s.errands.hand(raw, from), false
	}
	kind := in.kinds[raw[1]&127]
	if kind == unknown {
		return false, false
	}
	r := &s.reader
	remote := s.remote.Load()
	if r.agreed != in {
		if r.agreed = in; r.expected != in.remote {
			r.expected = in.remote
			r.latch.expect(*in.remote, in.agreed)
		} else {
			r.latch.renew(in.agreed)
		}
	}
	plain, moves, ok := s.admit(in, r.plain[:0], raw, from, now)
	if !ok {
		return false, false
	}
	if moves {
		r.moved, r.old, r.from = true, remote, from
	}
	if !s.deliver(in, plain, kind, now) {
		return false, false
	}
	s.count.lastReceived.Store(int64(now) + 1)
	s.received(len(r.packet.Payload))
	return true, true
}

// admit authenticates or, in the clear, judges a packet. It leaves the header
// in the reader.
func (s *Stream) admit(in *incoming, dst, raw []byte, from netip.AddrPort, now time.Duration) (plain []byte, moved, ok bool) {
	r := &s.reader
	if in.secure {
		plain, current, err := in.keys.unprotect(dst, raw, &r.header, now-in.since < keyGrace)
		if err != nil {
			return nil, false, false
		}
		if r.current = current; current {
			r.roc, _ = in.keys.current.rtp.ROC(r.header.SSRC)
		}
		// The key before may be another fork's, or a far end's that moved on.
		return plain, current && r.latch.authentic(from, s.newest(), now) && !in.ice, true
	}
	r.current = false
	s.reflected(raw)
	if _, err := r.header.Unmarshal(raw); err != nil {
		return nil, false, false
	}
	if ok, moved = r.latch.plain(from, r.header.SSRC, r.header.SequenceNumber, in.clocks[r.header.PayloadType&127], now); !ok {
		s.count.foreign.Add(1)
	}
	return append(dst, raw...), moved, ok
}

// reflected gives the number that our source had before a collision to a packet
// with the one that it has since: who throws our packets back throws back one
// source, and its sound would have a hole where the number changes. Only who hears
// the call knows either.
func (s *Stream) reflected(raw []byte) {
	out := s.out.Load()
	if out != nil && s.count.collided.Load() && binary.BigEndian.Uint32(raw[8:]) == out.spare {
		binary.BigEndian.PutUint32(raw[8:], out.ssrc)
	}
}

// newest tells whether the packet in the header is later than all before.
func (s *Stream) newest() bool {
	r := &s.reader
	return !r.reception.started || r.header.SSRC != r.reception.ssrc ||
		int16(r.header.SequenceNumber-uint16(r.reception.high)) > 0
}

// deliver reads a packet that is accepted, and counts it as RTCP
// does. It refuses one that is malformed inside.
func (s *Stream) deliver(in *incoming, plain []byte, kind kind, now time.Duration) bool {
	r := &s.reader
	h := &r.header
	start, err := h.Unmarshal(plain)
	end := len(plain)
	if err == nil && h.Padding && end > 0 {
		end -= int(plain[end-1])
	}
	if err != nil || end < start {
		return false
	}
	if h.SSRC == s.ssrc() {
		// RFC 3550 §8.2. Once only: what still comes with our number after
		// that is our own sound, reflected.
		s.count.collided.Store(true)
	}
	late := s.played.late.Load()
	r.reception.sequence(h.SSRC, h.SequenceNumber)
	anew := r.reception.received == 1
	if late > r.late {
		r.arrivals.discarded += int(late - r.late)
	}
	r.late = late
	r.arrivals.take(h.SequenceNumber, anew)
	if r.current {
		r.index = (uint64(r.roc)<<16 | uint64(uint16(r.reception.high))) + 1
	}
	if kind != event {
		r.reception.arrival(h.Timestamp, now, in.clockRate)
		r.clockRate = in.clockRate
	}
	r.unseen = true
	if anew {
		r.digits = digits{} // another source's timestamps tell nothing of this one's
	}
	r.packet = jitter.Packet{
		Sequence: h.SequenceNumber, Timestamp: h.Timestamp, SSRC: h.SSRC,
		PayloadType: h.PayloadType, Marker: h.Marker, Arrival: now,
	}
	payload := plain[start:end]
	switch kind {
	case redundant:
		if !s.unwrap(in, payload) {
			return false
		}
		if in.kinds[r.blocks.Primary.PayloadType] == event {
			return true
		}
		r.packet.Payload = payload // the engine takes the blocks of sound out of it
	case sound:
		r.packet.Payload = payload
		s.hears(in, h.Timestamp)
	default:
		s.event(in, h.Timestamp, payload)
	}
	return true
}

// unwrap looks for events in the blocks of a packet, the oldest first: what a lost
// packet told is told by the next (RFC 4733 §2.6). It refuses what is malformed, or
// of no kind that was agreed.
func (s *Stream) unwrap(in *incoming, payload []byte) bool {
	r := &s.reader
	if r.blocks.Parse(payload) != nil {
		return false
	}
	primary, now := in.kinds[r.blocks.Primary.PayloadType], r.header.Timestamp
	if primary != sound && primary != event {
		return false
	}
	for _, b := range r.blocks.Redundant() {
		if in.kinds[b.PayloadType] == event {
			s.event(in, now-b.Offset, b.Payload)
		}
	}
	if primary == event {
		s.event(in, now, r.blocks.Primary.Payload)
	} else {
		s.hears(in, now)
	}
	return true
}

// hears takes the time of a packet of sound.
func (s *Stream) hears(in *incoming, timestamp uint32) {
	s.pressed(in, s.reader.digits.sound(timestamp))
}

// event takes a telephone-event.
func (s *Stream) event(in *incoming, timestamp uint32, payload []byte) {
	e, err := tone.Parse(payload)
	if err != nil {
		return
	}
	s.pressed(in, s.reader.digits.event(timestamp, e))
}

func (s *Stream) received(octets int) {
	s.count.receivedBytes.Add(uint64(octets))
	if s.count.received.Add(1) > 1 {
		return
	}
	s.count.firstReceived.Store(s.count.lastReceived.Load())
	if e := s.errands.free(); e != nil {
		e.kind = started
		s.errands.give()
	}
}

// pressed tells of digits that have ended.
func (s *Stream) pressed(in *incoming, ended pressedNow) {
	for _, p := range ended.events[:ended.n] {
		if e := s.errands.free(); e != nil {
			e.kind, e.ended, e.clock = digit, p, in.events
			s.errands.give()
		}
	}
}
