package session

import (
	"slices"
	"testing"

	"github.com/pion/rtp"

	"offhook/media"
	"offhook/media/keying"
)

func TestStream_sequence_wraps_and_reinvites_do_not_break_it(t *testing.T) {
	for _, suite := range suites {
		a, b := pair(t, suite)
		a.writer.sequence = 65500
		sa, sb := a.spec, b.spec
		var last uint16
		for i := range 200 {
			if i%40 == 20 { // around the wrap too
				sa.Direction, sb.Direction = media.SendOnly, media.RecvOnly
				a.update(t, sa)
				b.update(t, sb)
			}
			last = a.writer.sequence
			pass(t, a, b)
		}
		if s := b.Stats(); s.Received != 200 || s.Discarded+s.Lost > 0 || last != 163 {
			t.Errorf("%q: %+v, last sequence %d", suite, s, last)
		}
		if suite == "" {
			continue
		}
		if roc, _ := b.in.Load().keys.current.rtp.ROC(a.ssrc()); roc != 1 {
			t.Errorf("%s: roll-over counter %d", suite, roc)
		}
	}
}

func TestStream_rekeying_by_either_roll_over_rule(t *testing.T) {
	for _, test := range []struct {
		name string
		keep bool // the counter goes on under the new key (RFC 3711); else it begins at 0
	}{{"goes on", true}, {"begins anew", false}} {
		a, b := pair(t, keying.AES128GCM)
		a.writer.sequence = 65530
		for range 20 {
			pass(t, a, b)
		}
		ssrc := a.ssrc()
		fresh := key(t, keying.AES128GCM)
		s := a.spec
		s.LocalKey = fresh
		a.update(t, s)
		if a.ssrc() == ssrc {
			t.Error("a new key and the same SSRC")
		}
		a.call(ssrc) // as far ends do
		if test.keep {
			a.out.Load().cipher.rtp.SetROC(ssrc, 1)
		}
		s = b.spec
		s.RemoteKey = fresh
		b.update(t, s)
		for range 20 {
			pass(t, a, b)
		}
		if stats := b.Stats(); stats.Received != 40 || stats.Discarded > 0 {
			t.Errorf("%s: %+v", test.name, stats)
		}
	}
}

func TestStream_packets_under_the_old_key_are_taken_for_a_while(t *testing.T) {
	a, b := pair(t, keying.AES128CMSHA1_80)
	pass(t, a, b)
	s := b.spec
	s.RemoteKey = key(t, keying.AES128CMSHA1_80)
	b.update(t, s)
	pass(t, a, b)
	if stats := b.Stats(); stats.Received != 2 {
		t.Errorf("%+v", stats)
	}
	a.now.Add(int64(keyGrace))
	pass(t, a, b)
	if stats := b.Stats(); stats.Received != 2 || stats.Discarded != 1 {
		t.Errorf("after the grace: %+v", stats)
	}
	s.RemoteKey = b.in.Load().keys.previous.key // a re-INVITE back
	b.update(t, s)
	pass(t, a, b)
	if stats := b.Stats(); stats.Received != 3 {
		t.Errorf("%+v", stats)
	}
}

func TestStream_key_identifiers(t *testing.T) {
	for _, suite := range suites[1:] {
		a, b := pair(t, suite)
		k := key(t, suite)
		k.MKI = "\x00\x01"
		sa, sb := a.spec, b.spec
		sa.LocalKey, sb.RemoteKey = k, k
		a.update(t, sa)
		b.update(t, sb)
		for range 3 {
			pass(t, a, b)
		}
		if s := b.Stats(); s.Received != 3 || s.Suite != string(suite) {
			t.Errorf("%s: %+v", suite, s)
		}
	}
}

func TestStream_refuses_replayed_forged_and_plain_packets(t *testing.T) {
	for _, suite := range suites[1:] {
		a, b := pair(t, suite)
		conn, addr := wire(t)
		s := a.spec
		s.Remote = addr
		a.update(t, s)
		var kept [][]byte
		for range 100 {
			a.Send(Outgoing{Payload: []byte("12345678")})
			kept = append(kept, read(t, conn))
			b.feed(t, conn, kept[len(kept)-1])
		}
		if stats := b.Stats(); stats.Received != 100 || stats.Discarded > 0 {
			t.Fatalf("%s: %+v", suite, stats)
		}
		forged := slices.Clone(kept[99])
		forged[3]++
		plain, err := (&rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 1}, Payload: []byte("12345678")}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		for _, packet := range [][]byte{kept[99], kept[60], kept[0], forged, plain} {
			b.feed(t, conn, packet)
		}
		if stats := b.Stats(); stats.Received != 100 || stats.Discarded != 5 {
			t.Errorf("%s: received %d, discarded %d", suite, stats.Received, stats.Discarded)
		}
	}
}

func TestStream_roll_overs_are_counted_in_what_is_let_go(t *testing.T) {
	a, b := pair(t, keying.AES128GCM)
	for sequence := 30000; sequence < 3*65536; sequence += 20000 {
		a.writer.sequence = uint16(sequence)
		a.Send(Outgoing{Payload: []byte("x")})
	}
	until(t, "packets", func() bool { b.Flush(); return b.taken() == 9 })
	pass(t, a, b)
	if b.Stats().Received != 10 {
		t.Errorf("the sound does not come back: %+v", b.Stats())
	}
}
