package session

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

func TestLatch_plain(t *testing.T) {
	described, nat, thief := netip.MustParseAddrPort("10.0.0.1:4000"), netip.MustParseAddrPort("192.0.2.1:999"), netip.MustParseAddrPort("198.51.100.1:7")
	near := netip.MustParseAddrPort("10.0.0.1:5555") // the described address, another port
	type packet struct {
		from        netip.AddrPort
		ssrc        uint32
		seq         uint16
		at          time.Duration
		take, moved bool
	}
	const ms = time.Millisecond
	for _, test := range []struct {
		name    string
		again   time.Duration // a new description with the same address comes, if not 0
		packets []packet
	}{
		{"as described", 0, []packet{{described, 1, 1, 0, true, false}, {described, 1, 2, 20 * ms, true, false}}},
		{"behind a NAT: 100 ms move it, all are heard", 0, []packet{
			{nat, 1, 1, 0, true, false}, {nat, 1, 2, 20 * ms, true, false}, {nat, 1, 3, 40 * ms, true, false}, {nat, 1, 4, 60 * ms, true, false},
			{nat, 1, 5, 80 * ms, true, false}, {nat, 1, 6, 100 * ms, true, true}, {nat, 1, 7, 120 * ms, true, false}}},
		{"behind a NAT that changes the port alone: three packets", 0, []packet{
			{near, 1, 1, 0, true, false}, {near, 1, 2, 20 * ms, true, false}, {near, 1, 3, 40 * ms, true, true}, {near, 1, 4, 60 * ms, true, false}}},
		{"one lost on the way", 0, []packet{{near, 1, 1, 0, true, false}, {near, 1, 3, 40 * ms, true, false}, {near, 1, 4, 60 * ms, true, true}}},
		{"wrap", 0, []packet{{near, 1, 65535, 0, true, false}, {near, 1, 0, 20 * ms, true, false}, {near, 1, 1, 40 * ms, true, true}}},
		{"not consistent", 0, []packet{{nat, 1, 1, 0, true, false}, {nat, 2, 2, 20 * ms, true, false}, {nat, 3, 3, 40 * ms, true, false}}},
		{"too slow", 0, []packet{{nat, 1, 1, 0, true, false}, {nat, 1, 2, 200 * ms, true, false}, {nat, 1, 3, 400 * ms, true, false}}},
		{"no thief while heard", 0, []packet{{described, 1, 1, 0, true, false},
			{thief, 9, 1, 10 * ms, false, false}, {thief, 9, 2, 30 * ms, false, false}, {thief, 9, 3, 50 * ms, false, false}, {described, 1, 2, 60 * ms, true, false}}},
		{"no thief after a silence: another SSRC", 0, []packet{{described, 1, 1, 0, true, false},
			{thief, 9, 90, 6000 * ms, false, false}, {thief, 9, 91, 6020 * ms, false, false}, {thief, 9, 92, 6040 * ms, false, false}}},
		{"no thief after a silence: an old sequence", 0, []packet{{described, 1, 500, 0, true, false},
			{thief, 1, 490, 6000 * ms, false, false}, {thief, 1, 491, 6020 * ms, false, false}, {thief, 1, 492, 6040 * ms, false, false}}},
		{"a new address after a silence: it goes on", 0, []packet{{described, 1, 1, 0, true, false},
			{nat, 1, 90, 6000 * ms, false, false}, {nat, 1, 91, 6020 * ms, false, false}, {nat, 1, 92, 6040 * ms, true, true}, {thief, 1, 93, 6050 * ms, false, false}}},
		{"a new address after a silence and a description", 5 * time.Second, []packet{{described, 1, 1, 0, true, false},
			{near, 2, 90, 6000 * ms, false, false}, {near, 2, 91, 6020 * ms, false, false}, {near, 2, 92, 6040 * ms, true, true}}},
		{"the same, long after the description", 5 * time.Second, []packet{{described, 1, 1, 0, true, false},
			{nat, 2, 90, 11000 * ms, false, false}, {nat, 2, 91, 11020 * ms, false, false}, {nat, 2, 92, 11040 * ms, false, false}}},
		{"the described address wins", 0, []packet{{thief, 9, 1, 0, true, false}, {thief, 9, 2, 50 * ms, true, false}, {thief, 9, 3, 100 * ms, true, true},
			{described, 1, 1, 110 * ms, true, true}, {thief, 9, 4, 120 * ms, false, false}}},
		{"rivals: who is where the description says wins", 0, []packet{{thief, 9, 1, 0, true, false}, {thief, 9, 2, 1 * ms, true, false},
			{near, 1, 1, 2 * ms, true, false}, {near, 1, 2, 22 * ms, true, false}, {thief, 9, 3, 23 * ms, false, false}, {near, 1, 3, 42 * ms, true, true}, {thief, 9, 4, 43 * ms, false, false}}},
		{"another SSRC while the one before is heard: forged", 0, []packet{{described, 1, 1, 0, true, false}, {described, 9, 1, 10 * ms, false, false},
			{described, 9, 2, 11 * ms, false, false}, {described, 9, 3, 12 * ms, false, false}, {described, 1, 2, 20 * ms, true, false}}},
		{"another SSRC after a pause: another sound", 6 * time.Second, []packet{{described, 1, 1, 11 * time.Second, true, false},
			{described, 9, 1, 11100 * ms, false, false}, {described, 9, 2, 11120 * ms, false, false}, {described, 9, 3, 11140 * ms, true, false}, {described, 9, 4, 11160 * ms, true, false}}},
		{"another SSRC after a description: at once, and once", time.Second, []packet{{described, 1, 1, 990 * ms, true, false}, {described, 1, 2, 1010 * ms, true, false},
			{described, 9, 1, 1030 * ms, true, false}, {described, 1, 1, 1035 * ms, false, false}, {described, 7, 9, 1040 * ms, false, false}, {described, 9, 2, 1050 * ms, true, false}}},
		{"another SSRC after a description, and the one before goes on: forged", time.Second, []packet{{described, 1, 1, 990 * ms, true, false}, {described, 1, 2, 1010 * ms, true, false},
			{described, 9, 1, 1025 * ms, true, false}, {described, 1, 3, 1030 * ms, true, false}, {described, 9, 2, 1035 * ms, false, false}, {described, 1, 4, 1050 * ms, true, false}}},
		{"of the other family", 0, []packet{{netip.MustParseAddrPort("[2001:db8::1]:4000"), 1, 1, 0, false, false}}},
	} {
		var l latch
		l.expect(described, 0)
		for i, p := range test.packets {
			if test.again > 0 && p.at > test.again {
				l.renew(test.again)
				test.again = 0
			}
			if take, moved := l.plain(p.from, p.ssrc, p.seq, 8000, p.at); take != p.take || moved != p.moved {
				t.Errorf("%s, packet %d: taken %t, moved %t", test.name, i, take, moved)
			}
		}
	}
}

// TestLatch_another_clock_rate is another SSRC, which a codec that was agreed on
// may bring at any time; a forger does not know where the sequence is.
func TestLatch_another_clock_rate(t *testing.T) {
	from := netip.MustParseAddrPort("10.0.0.1:4000")
	for _, test := range []struct {
		seq   uint16
		clock int
		want  bool
	}{{501, 16000, true}, {510, 16000, true}, {501, 8000, false}, {501, 0, false}, {500, 16000, false}, {600, 16000, false}} {
		var l latch
		l.expect(from, 0)
		l.plain(from, 1, 500, 8000, 0)
		l.plain(from, 1, 500, 0, 0) // an event in between changes nothing
		if take, _ := l.plain(from, 2, test.seq, test.clock, 20*time.Millisecond); take != test.want {
			t.Errorf("%+v: %t", test, take)
		}
	}
}

func TestLatch_authentic(t *testing.T) {
	described, other := netip.MustParseAddrPort("10.0.0.1:4000"), netip.MustParseAddrPort("192.0.2.1:999")
	var l latch
	l.expect(described, 0)
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

// TestLatch_off_path_attacker: it knows our port, sees nothing of the call, and
// sends what it likes, a thousand packets a second, from the call's first moment:
// from one place, from everywhere, under made-up SSRCs and sequences. It may be
// heard for a moment; it keeps nothing.
func TestLatch_off_path_attacker(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	described := netip.MustParseAddrPort("10.0.0.1:4000")
	anywhere := func() netip.AddrPort {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], random.Uint32())
		return netip.AddrPortFrom(netip.AddrFrom4(a), uint16(random.Uint32()))
	}
	one := anywhere()
	for _, attack := range []struct {
		name   string
		packet func(i int) (netip.AddrPort, uint32, uint16)
	}{
		{"everywhere, anything", func(int) (netip.AddrPort, uint32, uint16) {
			return anywhere(), random.Uint32(), uint16(random.Uint32())
		}},
		{"one place, made-up SSRCs", func(i int) (netip.AddrPort, uint32, uint16) { return one, random.Uint32(), uint16(i) }},
		{"one place, a proper stream", func(i int) (netip.AddrPort, uint32, uint16) { return one, 77, uint16(i) }},
		{"the described address, forged", func(i int) (netip.AddrPort, uint32, uint16) { return described, random.Uint32(), uint16(i) }},
	} {
		for _, far := range []struct {
			name string
			from netip.AddrPort
		}{{"as described", described}, {"behind a NAT, same address", netip.MustParseAddrPort("10.0.0.1:61000")}, {"behind a NAT", netip.MustParseAddrPort("192.0.2.9:61000")}} {
			t.Run(attack.name+"/"+far.name, func(t *testing.T) {
				var l latch
				l.expect(described, 0)
				heard, injected, lost := 0, 0, 0
				const calls, quiet = 20_000, 10_000 // milliseconds; then the far end falls silent
				begins := 0
				if attack.name == "one place, a proper stream" && far.name == "behind a NAT" || far.from != described && attack.name == "the described address, forged" {
					begins = 200 // else it is the far end, by all that can be known
				}
				for ms := range calls {
					now := time.Duration(ms) * time.Millisecond
					if ms%20 == 0 && ms < quiet {
						if take, _ := l.plain(far.from, 5, uint16(ms/20), 8000, now); take {
							heard++
						} else if ms > 1000 && lost < 1e6 {
							lost++
						}
					}
					if ms < begins {
						continue
					}
					from, ssrc, seq := attack.packet(ms)
					if far.from != described && from == described {
						continue // whoever sends from there is the far end
					}
					if take, _ := l.plain(from, ssrc, seq, []int{8000, 48000}[ms&1], now+time.Microsecond); take && ms > 1000 && ms < quiet {
						injected++
					}
				}
				if injected > 3 || lost > 0 || heard < 440 || l.current != far.from && attack.name != "the described address, forged" {
					t.Errorf("of 500 packets %d heard, %d lost in the call; %d of the attacker's heard in it; sends to %v at last", heard, lost, injected, l.current)
				}
			})
		}
	}
}

func TestLatch_allocates_nothing(t *testing.T) {
	var l latch
	from := netip.MustParseAddrPort("[fe80::1%2]:4000")
	l.expect(netip.MustParseAddrPort("[fe80::1]:4000"), 0)
	seq := uint16(0)
	if n := testing.AllocsPerRun(100, func() { seq++; l.plain(from, 1, seq, 8000, time.Second) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
