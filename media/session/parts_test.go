package session

import (
	"testing"
	"time"
)

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
	var last reported
	if f := last.fraction(&r); f != 128 {
		t.Errorf("fraction %d/256", f)
	}
	if f := last.fraction(&r); f != 0 {
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
