package session

import (
	"net/netip"
	"testing"
	"time"
)

func TestLatch_plain(t *testing.T) {
	described, nat, thief := netip.MustParseAddrPort("10.0.0.1:4000"), netip.MustParseAddrPort("192.0.2.1:999"), netip.MustParseAddrPort("198.51.100.1:7")
	type packet struct {
		from        netip.AddrPort
		ssrc        uint32
		seq         uint16
		at          time.Duration
		take, moved bool
	}
	ms := time.Millisecond
	for _, test := range []struct {
		name    string
		packets []packet
	}{
		{"as described", []packet{{described, 1, 1, 0, true, false}, {described, 1, 2, 20 * ms, true, false}}},
		{"behind a NAT: three packets move it, all are heard", []packet{
			{nat, 1, 1, 0, true, false}, {nat, 1, 2, 20 * ms, true, false}, {nat, 1, 3, 40 * ms, true, true}, {nat, 1, 4, 60 * ms, true, false}}},
		{"one lost on the way", []packet{{nat, 1, 1, 0, true, false}, {nat, 1, 3, 40 * ms, true, false}, {nat, 1, 4, 60 * ms, true, true}}},
		{"wrap", []packet{{nat, 1, 65535, 0, true, false}, {nat, 1, 0, 20 * ms, true, false}, {nat, 1, 1, 40 * ms, true, true}}},
		{"not consistent", []packet{{nat, 1, 1, 0, true, false}, {nat, 2, 2, 20 * ms, true, false}, {nat, 3, 3, 40 * ms, true, false}}},
		{"no thief while heard", []packet{{described, 1, 1, 0, true, false},
			{thief, 9, 1, 10 * ms, false, false}, {thief, 9, 2, 30 * ms, false, false}, {thief, 9, 3, 50 * ms, false, false}, {described, 1, 2, 60 * ms, true, false}}},
		{"a new address after a silence", []packet{{described, 1, 1, 0, true, false},
			{nat, 1, 90, 1100 * ms, false, false}, {nat, 1, 91, 1120 * ms, false, false}, {nat, 1, 92, 1140 * ms, true, true}, {thief, 1, 93, 1150 * ms, false, false}}},
		{"the described address wins", []packet{{thief, 9, 1, 0, true, false}, {thief, 9, 2, 10 * ms, true, false}, {thief, 9, 3, 20 * ms, true, true},
			{described, 1, 1, 30 * ms, true, true}, {thief, 9, 4, 40 * ms, false, false}}},
	} {
		var l latch
		l.expect(described)
		for i, p := range test.packets {
			if take, moved := l.plain(p.from, p.ssrc, p.seq, p.at); take != p.take || moved != p.moved {
				t.Errorf("%s, packet %d: taken %t, moved %t", test.name, i, take, moved)
			}
		}
	}
}

func TestLatch_authentic(t *testing.T) {
	described, other := netip.MustParseAddrPort("10.0.0.1:4000"), netip.MustParseAddrPort("192.0.2.1:999")
	var l latch
	l.expect(described)
	if !l.authentic(other, true, 0) || l.current != other {
		t.Error("did not move at the first packet")
	}
	if l.authentic(described, false, 0) || l.current != other {
		t.Error("an older packet moved it back")
	}
	if !l.authentic(described, true, 0) {
		t.Error("did not move with the far end")
	}
}

func TestReception(t *testing.T) {
	for _, test := range []struct {
		name      string
		sequences []uint16
		lost      uint64
		high      uint32
	}{
		{"in order", []uint16{1, 2, 3}, 0, 3},
		{"lost", []uint16{1, 4, 5}, 2, 5},
		{"reordered", []uint16{1, 3, 2}, 0, 3},
		{"duplicates count as received", []uint16{1, 1, 1, 4}, 0, 4}, // RFC 3550 §A.3
		{"more duplicates than losses", []uint16{1, 1, 1}, 0, 1},
		{"wrap", []uint16{65534, 65535, 0, 1}, 0, 65537},
		{"wrap reordered", []uint16{65534, 0, 65535, 1}, 0, 65537},
		{"begun anew", []uint16{1, 3, 30000, 30001}, 1, 30001},
	} {
		var r reception
		for _, seq := range test.sequences {
			r.sequence(7, seq)
		}
		if r.lost() != test.lost || r.high != test.high {
			t.Errorf("%s: lost %d, highest %d", test.name, r.lost(), r.high)
		}
	}
}

func TestReception_another_source_keeps_the_losses(t *testing.T) {
	var r reception
	for _, seq := range []uint16{1, 3} {
		r.sequence(7, seq)
	}
	for _, seq := range []uint16{100, 103} {
		r.sequence(8, seq)
	}
	if r.lost() != 3 {
		t.Errorf("%d", r.lost())
	}
	if f := r.fraction(); f != 128 {
		t.Errorf("fraction %d/256", f)
	}
	if f := r.fraction(); f != 0 {
		t.Errorf("then %d/256", f)
	}
}

func TestReception_jitter(t *testing.T) {
	var even, uneven reception
	at, stamp := time.Hour, uint32(1<<32-1000)
	for i := range 500 {
		stamp += 160
		at += 20 * time.Millisecond
		even.arrival(stamp, at, 8000)
		uneven.arrival(stamp, at+time.Duration(i%2)*10*time.Millisecond, 8000)
	}
	if even.jitter > 0.01 || uneven.jitter < 79 || uneven.jitter > 81 {
		t.Errorf("jitter %.2f and %.2f units", even.jitter, uneven.jitter)
	}
}
