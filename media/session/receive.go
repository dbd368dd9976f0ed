package session

import (
	"encoding/binary"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"

	"offhook/media"
	"offhook/media/jitter"
	"offhook/media/red"
	"offhook/media/tone"
)

var errClosedSocket = net.ErrClosed

// keyGrace is how long packets under the key before the last count.
const keyGrace = 2 * time.Second

// reader is what the RTP receiving goroutine owns; reception is shared with
// the reports under the mutex, which nobody holds for long.
type reader struct {
	buffer   [packetSize]byte
	spare    slot
	header   rtp.Header
	latch    latch
	expected *netip.AddrPort
	agreed   *incoming // that the latch heard of
	digits   digits
	blocks   red.Packet

	current bool   // the packet in the header came under the present key
	roc     uint32 // of the packets under it

	mutex     sync.Mutex
	reception reception
	arrivals  arrivals
	late      uint64 // of played, as booked in arrivals
	clockRate int
	index     uint64 // State.Received
}

func (r *reader) stats(stats *media.Stats) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	stats.Lost = r.reception.lost()
	if r.clockRate > 0 {
		stats.Jitter = time.Duration(r.reception.jitter / float64(r.clockRate) * float64(time.Second))
	}
}

// readRTP receives until the socket is closed.
func (s *Stream) readRTP(socket datagrams) {
	for {
		n, from, err := socket.ReadFromUDPAddrPort(s.reader.buffer[:])
		if err != nil {
			if s.fatal(err) {
				return
			}
			continue
		}
		s.packet(s.reader.buffer[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
	}
}

// fatal tells whether reading is over. Other errors are the network's (an ICMP
// answer to what was sent): they end no call. The wait keeps one that does not
// go away from eating the processor.
func (s *Stream) fatal(err error) bool {
	if errors.Is(err, net.ErrClosed) {
		return true
	}
	timer := time.NewTimer(10 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-s.done:
		return true
	case <-timer.C:
		return false
	}
}

// packet takes one packet as it came.
func (s *Stream) packet(raw []byte, from netip.AddrPort) {
	in, now := s.in.Load(), s.cfg.Now()
	if isDTLS(raw) {
		if remote := s.remote.Load(); s.keys.give(raw, from, remote != nil && *remote == from, now) {
			return
		}
		s.count.discarded.Add(1)
		return
	}
	if in == nil || in.waits || len(raw) < 12 || raw[0]>>6 != 2 {
		s.count.discarded.Add(1)
		return
	}
	if raw[1] >= 192 && raw[1] <= 223 { // RFC 5761 §4
		s.takeRTCP(raw, from)
		return
	}
	r := &s.reader
	kind := in.kinds[raw[1]&127]
	if kind == unknown {
		s.count.discarded.Add(1)
		return
	}
	slot := s.ring.free()
	overrun := slot == nil
	if overrun {
		// Nobody takes packets while the sound device is gone. They are still
		// looked at: SRTP would lose count of the roll-overs.
		slot = &r.spare
	}
	remote := s.remote.Load()
	if r.agreed != in {
		if r.agreed = in; r.expected != in.remote {
			r.expected = in.remote
			r.latch.expect(*in.remote, in.agreed)
		} else {
			r.latch.renew(in.agreed)
		}
	}
	plain, moved, ok := s.admit(in, slot.buffer[:0], raw, from, now)
	if !ok {
		s.count.discarded.Add(1)
		return
	}
	if moved {
		s.moved(remote, from)
	}
	if !s.deliver(in, slot, plain, kind, now) {
		s.count.discarded.Add(1)
		return
	}
	s.count.lastReceived.Store(int64(now) + 1)
	if overrun {
		s.count.overrun.Add(1)
		return
	}
	octets := len(slot.packet.Payload)
	s.ring.push()
	s.received(octets, now)
}

// admit authenticates or, in the clear, judges a packet. It leaves the header
// in the reader and the plain packet in the slot's buffer.
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
		return plain, current && r.latch.authentic(from, s.newest(), now), true
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

// moved sends to a new address from now on, unless a description has come
// between.
func (s *Stream) moved(old *netip.AddrPort, to netip.AddrPort) {
	if !s.remote.CompareAndSwap(old, &to) {
		return
	}
	s.cfg.Log.Info("RTP comes from another address than described; answering there",
		slog.Uint64("stream", uint64(s.cfg.ID)), slog.String("from", to.String()))
}

// deliver reads a packet that is accepted into its slot, and counts it as RTCP
// does. It refuses one that is malformed inside.
func (s *Stream) deliver(in *incoming, slot *slot, plain []byte, kind kind, now time.Duration) bool {
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
	r.mutex.Lock()
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
	r.mutex.Unlock()
	if anew {
		r.digits = digits{} // another source's timestamps tell nothing of this one's
	}
	slot.packet = jitter.Packet{
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
		slot.packet.Payload = payload // the engine takes the blocks of sound out of it
	case sound:
		slot.packet.Payload = payload
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

func (s *Stream) received(octets int, now time.Duration) {
	if s.count.received.Add(1) == 1 {
		s.count.firstReceived.Store(int64(now) + 1)
		s.cfg.Listener.MediaStarted(s.cfg.ID)
	}
	s.count.receivedBytes.Add(uint64(octets))
}

func (s *Stream) pressed(in *incoming, ended pressedNow) {
	for _, e := range ended.events[:ended.n] {
		if digit, ok := tone.Digit(e.code); ok {
			s.cfg.Listener.DigitReceived(s.cfg.ID, digit, time.Duration(e.units)*time.Second/time.Duration(max(in.events, 1)))
		}
	}
}

// Next is the oldest packet received, nil when there is none; Pop lets go of it.
func (s *Stream) Next() *jitter.Packet { return s.ring.next() }

// Pop lets go of the packet that Next gave.
func (s *Stream) Pop() { s.ring.pop() }
