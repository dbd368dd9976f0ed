package session

import (
	"encoding/binary"
	"net/netip"
	"time"

	"offhook/media"
	"offhook/media/session/countermode"
)

// State is where a Stream stands: enough for another Stream, with the same
// sockets and Spec, to go on as the same source after this one is lost.
type State struct {
	At        time.Duration  // Now when it was taken
	Name      string         // CNAME
	SSRC      uint32         // 0: nothing negotiated yet
	Spare     uint32         // SSRC after a collision
	Index     uint64         // of the packet to be sent next: roll-over counter and sequence number; 0: not known
	Timestamp uint32         // of the packet sent last
	SentAt    time.Duration  // Now when it was sent; 0: none was
	Reports   uint32         // SRTCP index sent last
	Remote    netip.AddrPort // where RTP goes
	Source    uint32         // the far end's SSRC
	Received  uint64         // 1 plus the highest SRTP packet index received; 0: none
	// Packets that the keys of now have protected.
	KeySent, KeyReceived uint64
}

// ForgetSending is for a new key or clock rate of what is sent: a new source.
func (s *State) ForgetSending() {
	s.SSRC, s.Spare, s.Index, s.Timestamp, s.SentAt, s.Reports, s.KeySent = 0, 0, 0, 0, 0, 0, 0
}

// ForgetReceiving is for a new key of what is received.
func (s *State) ForgetReceiving() { s.Source, s.Received, s.KeyReceived = 0, 0, 0 }

// skipped is how many packets more than the time since a State was taken allows
// for may have been sent: what a sound device held back and let go at once. A
// number used twice with one key would give the sound away (RFC 3711 §9.1).
const skipped = 16

// State is where the Stream stands now; any goroutine may ask.
func (s *Stream) State() State {
	state := State{At: s.cfg.Now(), Name: s.name}
	out := s.out.Load()
	if out == nil {
		return state
	}
	state.SSRC, state.Spare = s.ssrc(), out.spare
	state.Index, state.KeySent = out.position.Load(), out.cipher.count()
	if in := s.in.Load(); in != nil {
		state.KeyReceived = in.keys.current.count()
	}
	if clock := s.count.clock.Load(); s.count.sent.Load() > 0 {
		state.Timestamp = uint32(clock >> 32)
		state.SentAt = state.At - time.Duration(uint32(state.At/time.Millisecond)-uint32(clock))*time.Millisecond
	}
	if remote := s.remote.Load(); remote != nil {
		state.Remote = *remote
	}
	s.rtcp.mutex.Lock()
	if s.rtcp.out != nil {
		state.Reports, _ = s.rtcp.out.context.Index(state.SSRC)
	}
	s.rtcp.mutex.Unlock()
	sight := s.seen.look()
	state.Source, state.Received = sight.reception.ssrc, sight.index
	return state
}

// resume goes on where another Stream was: within the first Update, before the
// engine's thread sees what it publishes.
func (s *Stream) resume(from State, spec Spec, out *outgoing, in *incoming) {
	if from.SSRC != 0 && from.Index != 0 {
		s.resumeSending(from, spec, out)
	}
	if in.keys.current != nil && from.Received != 0 {
		in.keys.current.resumed = &resumption{ssrc: from.Source, highest: from.Received - 1}
		in.keys.current.used.Store(from.KeyReceived)
	}
	if from.Remote.IsValid() {
		s.remote.Store(&from.Remote)
	}
}

func (s *Stream) resumeSending(from State, spec Spec, out *outgoing) {
	now := s.cfg.Now()
	next := from.Index + uint64(max(now-from.At, 0)/packetTime(spec.Send)) + skipped
	out.ssrc, out.spare = from.SSRC, from.Spare
	out.position.Store(next)
	s.writer.sequence = uint16(next)
	if from.SentAt != 0 {
		gap := max(now-from.SentAt, packetTime(spec.Send))
		s.writer.offset = from.Timestamp + uint32(int64(gap.Seconds()*float64(spec.Send.ClockRate)))
	}
	if out.cipher != nil {
		out.cipher.rtp.SetROC(from.SSRC, uint32(next>>16))
		out.cipher.used.Store(from.KeySent + next - from.Index)
	}
	s.rtcp.resume(from.SSRC, from.Reports)
}

func packetTime(f media.Format) time.Duration {
	if f.PTime <= 0 {
		return 20 * time.Millisecond
	}
	return f.PTime
}

// resume goes on with the SRTCP index, past what may have been sent since.
func (r *rtcpState) resume(ssrc, index uint32) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.out != nil {
		r.out.context.SetIndex(ssrc, index+skipped)
	}
}

// resumption lets a fresh SRTP context go on where one before it was. The
// engine's thread owns it.
type resumption struct {
	ssrc    uint32
	highest uint64 // packet index received before
	proven  bool   // a packet was authenticated since
}

// watched is how far past what was received before an old packet could still
// be taken for a new one: the context's own window has come into its own then.
const watched = 1 << 14

// admits sets the roll-over counter for a packet, and refuses one that may have
// been received before (RFC 3711 §3.3.2).
func (r *resumption) admits(context protection, packet []byte) bool {
	if binary.BigEndian.Uint32(packet[8:]) != r.ssrc {
		return true
	}
	index := countermode.Nearest(r.highest, binary.BigEndian.Uint16(packet[2:]))
	if index <= r.highest {
		return false
	}
	if !r.proven {
		context.SetROC(r.ssrc, uint32(index>>16))
	}
	return true
}

// over tells that the packet just authenticated ends the need to look.
func (r *resumption) over(packet []byte) bool {
	if binary.BigEndian.Uint32(packet[8:]) != r.ssrc {
		return false
	}
	r.proven = true
	return countermode.Nearest(r.highest, binary.BigEndian.Uint16(packet[2:]))-r.highest > watched
}
