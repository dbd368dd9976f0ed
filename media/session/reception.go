package session

import "time"

// reception counts what comes from one source (RFC 3550 §6.4.1 and §A).
type reception struct {
	ssrc       uint32
	started    bool
	base, high uint32 // extended sequence numbers; high is the highest
	received   uint64 // of this source
	transit    int64
	jitter     float64 // in timestamp units
	timed      bool
	earlier    uint64 // lost by sources before this one
}

const maxJump = 3000 // sequence numbers; beyond it the sender began anew (RFC 3550 §A.1)

// sequence takes a packet's number. Newest tells that none later came before.
func (r *reception) sequence(ssrc uint32, seq uint16) (newest bool) {
	step := uint16(0)
	if r.started {
		step = seq - uint16(r.high)
	}
	if !r.started || ssrc != r.ssrc || step >= maxJump && step < 65536-maxJump {
		*r = reception{ssrc: ssrc, started: true, base: uint32(seq), high: uint32(seq), received: 1, earlier: r.lost()}
		return true
	}
	r.received++
	if step == 0 || step >= 32768 {
		return false
	}
	r.high += uint32(step)
	return true
}

// arrival takes the timing of a packet of sound (RFC 3550 §A.8).
func (r *reception) arrival(timestamp uint32, at time.Duration, clockRate int) {
	units := int64(at/time.Microsecond) * int64(clockRate) / 1_000_000
	transit := int64(int32(uint32(units) - timestamp))
	if r.timed {
		d := int32(transit - r.transit)
		r.jitter += (float64(max(d, -d)) - r.jitter) / 16
	}
	r.transit, r.timed = transit, true
}

func (r *reception) expected() uint64 {
	if !r.started {
		return 0
	}
	return uint64(r.high-r.base) + 1
}

// lost counts all that never came; duplicates do not make it negative.
func (r *reception) lost() uint64 {
	if e := r.expected(); e > r.received {
		return r.earlier + e - r.received
	}
	return r.earlier
}

// reported is what the last report told of a source.
type reported struct {
	ssrc, base         uint32
	expected, received uint64
}

// fraction is the part lost since the last report, in 256ths.
func (l *reported) fraction(r *reception) uint8 {
	before := *l
	*l = reported{ssrc: r.ssrc, base: r.base, expected: r.expected(), received: r.received}
	if before.ssrc != l.ssrc || before.base != l.base { // another source
		before = reported{}
	}
	expected, received := l.expected-before.expected, l.received-before.received
	if expected == 0 || received >= expected {
		return 0
	}
	return uint8(min((expected-received)*256/expected, 255))
}
