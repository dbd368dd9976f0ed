package session

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// latch learns where a far end really sends from, and so where it can be
// reached (symmetric RTP, RFC 4961; a NAT changes what its description says).
//
// In the clear anybody can send us packets. So it learns at the beginning of what
// was agreed, by several consistent packets of one source; then it sticks to that
// one, and to its SSRC, for as long as it is heard. Afterwards who goes on with the
// SSRC and the sequence is believed to be it, from wherever; anybody else only
// after a new description.
type latch struct {
	described netip.AddrPort
	current   netip.AddrPort // where packets go
	heard     bool           // from there
	last      time.Duration  // when
	ssrc      uint32         // of what is believed, if heard
	seq       uint16         // the latest of it
	clock     int            // of its sound
	agreed    time.Duration  // when the description came
	open      bool           // and no other source was believed since
	announced bool           // and it may have another SSRC begin
	before    candidate      // the SSRC that a change ended
	blocked   time.Duration  // until when no such change is believed
	next      candidate      // another SSRC from current
	others    [candidates]candidate
}

// candidate is a source that may come to be believed.
type candidate struct {
	from        netip.AddrPort
	ssrc        uint32
	seq         uint16
	run         int // consistent packets
	since, last time.Duration
}

const (
	latchRun      = 3                      // consistent packets that make a new source believed
	latchRivalry  = 10                     // of one that nothing speaks for, while others compete
	latchPatience = 100 * time.Millisecond // with one that nothing speaks for: a likelier one may come
	latchSilent   = time.Second            // a source heard within this is not replaced
	latchPause    = 100 * time.Millisecond // nor is its SSRC: the far end has another sound now
	latchWindow   = 5 * time.Second        // of a new description with the same address
	latchFresh    = 150 * time.Millisecond // between consistent packets
	latchNear     = 16                     // sequence numbers after the last
	candidates    = 16
)

// expect starts again with the address of a description.
func (l *latch) expect(addr netip.AddrPort, now time.Duration) {
	*l = latch{described: addr, current: addr, agreed: now, open: true}
}

// renew notes a new description with the same address.
func (l *latch) renew(now time.Duration) { l.agreed, l.open, l.announced = now, true, true }

// window tells that a description is new: what it brings may be another source.
func (l *latch) window(now time.Duration) bool { return l.open && now-l.agreed < latchWindow }

// authentic takes the source of an authenticated packet: it is the far end,
// wherever it is now. Newest tells that no later packet came before it.
func (l *latch) authentic(from netip.AddrPort, newest bool, now time.Duration) (moved bool) {
	if !sameSource(from, l.current) && (newest || !l.heard) {
		l.current, moved = from, true
	}
	l.heard, l.last = true, now
	return moved
}

// plain decides about a packet that anybody may have sent. Clock is the rate of its
// payload type, 0 for one that goes with any.
func (l *latch) plain(from netip.AddrPort, ssrc uint32, seq uint16, clock int, now time.Duration) (take, moved bool) {
	switch {
	case sameSource(from, l.current):
		return l.goesOn(from, ssrc, seq, clock, now), false
	case sameSource(from, l.described): // whoever was believed in its place is not the far end
		l.believe(from, ssrc, seq, clock, now)
		return true, true
	case l.heard && now-l.last < latchSilent,
		l.heard && !l.window(now) && !l.follows(ssrc, seq),
		from.Addr().Is4() != l.described.Addr().Is4():
		return false, false
	}
	c := l.candidate(from)
	c.consider(from, ssrc, seq, now)
	if c.run < latchRun || !l.follows(ssrc, seq) && !l.likely(c) && (now-c.since < latchPatience || c.run < latchRivalry && l.rivals(c, now)) {
		// At the start of a call the first packets are worth hearing.
		return !l.heard && (l.likely(c) || !l.rivals(c, now)), false
	}
	l.believe(from, ssrc, seq, clock, now)
	l.open = false
	return true, true
}

// goesOn takes a packet from where the believed source is: of another SSRC only
// when the one before has fallen silent, for somebody may have forged the address.
func (l *latch) goesOn(from netip.AddrPort, ssrc uint32, seq uint16, clock int, now time.Duration) bool {
	switch {
	case !l.heard || ssrc == l.ssrc:
	case ssrc == l.before.ssrc && l.before.run > 0 && int16(seq-l.before.seq) > 0 && now-l.before.last < latchPause:
		// The one before goes on: what came between was forged, or a last straggler.
		l.blocked = now + latchSilent
	case l.announced && l.window(now):
		l.announced = false // once: it may come with another clock rate, or another sound
		l.before = candidate{ssrc: l.ssrc, seq: l.seq, run: 1, last: l.last}
	case clock != l.clock && clock > 0 && seq-l.seq-1 < latchNear && now >= l.blocked: // RFC 7160 §4.1: it must be another
		l.before, l.blocked = candidate{ssrc: l.ssrc, seq: l.seq, run: 1, last: l.last}, now+latchSilent
	case now-l.last < latchPause:
		return false
	default:
		if l.next.consider(from, ssrc, seq, now); l.next.run < latchRun {
			return false
		}
	}
	l.believe(from, ssrc, seq, clock, now)
	return true
}

func (l *latch) believe(from netip.AddrPort, ssrc uint32, seq uint16, clock int, now time.Duration) {
	if l.next.run > 0 {
		l.next = candidate{}
	}
	if !l.heard || ssrc != l.ssrc || int16(seq-l.seq) > 0 {
		l.seq = seq
	}
	if clock > 0 {
		l.clock = clock
	}
	l.current, l.heard, l.last, l.ssrc = from, true, now, ssrc
}

// follows tells that a packet goes on where the believed source stopped: 48 bits
// that only who hears the call knows.
func (l *latch) follows(ssrc uint32, seq uint16) bool {
	return l.heard && ssrc == l.ssrc && int16(seq-l.seq) > 0
}

// consider takes a packet of the candidate's place.
func (c *candidate) consider(from netip.AddrPort, ssrc uint32, seq uint16, now time.Duration) {
	step := seq - c.seq
	switch {
	case c.run > 0 && from == c.from && ssrc == c.ssrc && step >= 1 && step <= 3 && now-c.last < latchFresh:
		c.run++
	case c.run > 1 && from != c.from && now-c.last < latchFresh:
		return // a stranger does not push out who is on the way to be believed
	default:
		c.run, c.since = 1, now
	}
	c.from, c.ssrc, c.seq, c.last = from, ssrc, seq, now
}

// likely tells that the description speaks for a candidate.
func (l *latch) likely(c *candidate) bool {
	return c.from.Addr() == l.described.Addr() || c.from.Port() == l.described.Port()
}

// rivals tells that somebody else is on the way to be believed.
func (l *latch) rivals(c *candidate, now time.Duration) bool {
	for i := range l.others {
		if o := &l.others[i]; o != c && o.run > 1 && now-o.last < latchFresh {
			return true
		}
	}
	return false
}

// candidate is the place of a source; a flood from everywhere does not fill them
// all at once.
func (l *latch) candidate(from netip.AddrPort) *candidate {
	a := from.Addr().As16()
	mix := (binary.BigEndian.Uint32(a[12:]) ^ uint32(from.Port())) * 2654435761
	return &l.others[mix>>28%candidates]
}

// sameSource compares without zones, which a description has none of.
func sameSource(a, b netip.AddrPort) bool {
	return a.Port() == b.Port() && a.Addr().WithZone("") == b.Addr().WithZone("")
}
