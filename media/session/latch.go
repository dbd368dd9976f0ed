package session

import (
	"net/netip"
	"time"
)

// latch learns where a far end really sends from, and so where it can be
// reached (symmetric RTP, RFC 4961; a NAT changes what its description says).
type latch struct {
	described netip.AddrPort
	current   netip.AddrPort // where packets go
	heard     bool           // from there
	last      time.Duration  // when
	candidate netip.AddrPort
	ssrc      uint32
	seq       uint16
	run       int // consistent packets from the candidate
}

const (
	latchRun    = 3           // consistent packets that make a new source believed
	latchSilent = time.Second // a source heard within this is not replaced
)

// expect starts again with the address of a description.
func (l *latch) expect(addr netip.AddrPort) { *l = latch{described: addr, current: addr} }

// authentic takes the source of an authenticated packet: it is the far end,
// wherever it is now. Newest tells that no later packet came before it.
func (l *latch) authentic(from netip.AddrPort, newest bool, now time.Duration) (moved bool) {
	if from != l.current && (newest || !l.heard) {
		l.current, moved = from, true
	}
	l.heard, l.last = true, now
	return moved
}

// plain decides about a packet that anybody may have sent.
func (l *latch) plain(from netip.AddrPort, ssrc uint32, seq uint16, now time.Duration) (take, moved bool) {
	if from == l.current {
		l.heard, l.last, l.run = true, now, 0
		return true, false
	}
	if from == l.described { // whoever was believed in its place is not the far end
		l.current, l.heard, l.last, l.run = from, true, now, 0
		return true, true
	}
	if l.heard && now-l.last < latchSilent {
		return false, false
	}
	step := seq - l.seq
	if l.run > 0 && from == l.candidate && ssrc == l.ssrc && step >= 1 && step <= 3 {
		l.run++
	} else if l.run == 0 || from == l.candidate || now-l.last >= latchSilent {
		l.run = 1
		l.candidate, l.ssrc = from, ssrc
	} else {
		return false, false
	}
	l.seq = seq
	if l.run < latchRun {
		return !l.heard, false // at the start of a call the first packets are worth hearing
	}
	l.current, l.heard, l.last, l.run = from, true, now, 0
	return true, true
}
