package session

import (
	"bytes"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/ice/turn"
)

var (
	peer0 = netip.MustParseAddrPort("203.0.113.9:4000")
)

func onICE(remote, relay netip.AddrPort, number uint16) Spec {
	return Spec{Remote: remote, Mux: true, Direction: media.SendRecv, Send: pcmu, Receive: []media.Format{pcmu}, ICE: true, Relay: relay, Channel: number}
}

// Packets go and come by ICE's path, a channel of a relay included, without
// anything being allocated.
func TestStream_ICE_allocates_nothing(t *testing.T) {
	for _, relayed := range []bool{false, true} {
		now := new(atomic.Int64)
		e := open(t, now)
		far := socketOn(t, "udp4", "127.0.0.1")
		spec := onICE(local(far), netip.AddrPort{}, 0)
		if relayed {
			spec = onICE(peer0, local(far), 0x4001)
		}
		if err := e.Update(spec); err != nil {
			t.Fatal(err)
		}
		packet := make([]byte, 200)
		header := 0
		if relayed {
			header = turn.HeaderSize
			turn.PutHeader(packet, 0x4001, 172)
		}
		packet = packet[:header+172]
		packet[header] = 0x80
		sequence, payload, got := byte(0), make([]byte, 160), 0
		in := make([]byte, 1500)
		round := func() {
			sequence++
			packet[header+3] = sequence
			now.Add(int64(20 * time.Millisecond))
			if _, err := far.WriteToUDPAddrPort(packet, e.addr); err != nil {
				t.Fatal(err)
			}
			for p := e.Next(); p != nil; p = e.Next() {
				got++
			}
			if !e.Send(Outgoing{Payload: payload}) {
				t.Fatal("not sent")
			}
			if n, _, err := far.ReadFromUDPAddrPort(in); err != nil || n != header+172 || relayed && !bytes.Equal(in[:4], []byte{0x40, 1, 0, 172}) {
				t.Fatalf("%x, %v", in[:n], err)
			}
		}
		round()
		if n := testing.AllocsPerRun(100, round); n > 0 || got < 100 {
			t.Errorf("relayed %t: %v allocations, %d packets", relayed, n, got)
		}
	}
}

// With ICE nobody is heard but from where the path leads, and nothing is sent
// without one.
func TestStream_ICE_hears_its_path_alone(t *testing.T) {
	now := new(atomic.Int64)
	e := open(t, now)
	far, other := socketOn(t, "udp4", "127.0.0.1"), socketOn(t, "udp4", "127.0.0.1")
	sequence := byte(0)
	heard := func(from interface {
		WriteToUDPAddrPort([]byte, netip.AddrPort) (int, error)
	}, wrap []byte) (n int) {
		for range 20 {
			sequence++
			now.Add(int64(20 * time.Millisecond))
			packet := append(append([]byte{}, wrap...), 0x80, 0, 0, sequence, 0, 0, 0, 0, 0, 0, 0, 9)
			if _, err := from.WriteToUDPAddrPort(append(packet, make([]byte, 160)...), e.addr); err != nil {
				t.Fatal(err)
			}
			for p := e.Next(); p != nil; p = e.Next() {
				n++
			}
		}
		return n
	}
	channel := func(number byte) []byte { return []byte{0x40, number, 0, 172} }
	for _, row := range []struct {
		name string
		spec Spec
		do   func() int
		want int
	}{
		{"no path: nobody", onICE(netip.AddrPort{}, netip.AddrPort{}, 0), func() int { return heard(far, nil) }, 0},
		{"a path: the far end", onICE(local(far), netip.AddrPort{}, 0), func() int { return heard(far, nil) }, 20},
		{"a path: a stranger", onICE(local(far), netip.AddrPort{}, 0), func() int { return heard(other, nil) }, 0},
		{"a path: a stranger when the far end is silent", onICE(local(far), netip.AddrPort{}, 0), func() int { now.Add(int64(time.Minute)); return heard(other, nil) }, 0},
		{"relayed: by its channel", onICE(peer0, local(far), 0x4001), func() int { return heard(far, channel(1)) }, 20},
		{"relayed: by another channel", onICE(peer0, local(far), 0x4001), func() int { return heard(far, channel(2)) }, 0},
		{"relayed: by the channel of who is no server", onICE(peer0, local(far), 0x4001), func() int { return heard(other, channel(1)) }, 0},
		{"relayed: past the channel", onICE(peer0, local(far), 0x4001), func() int { return heard(far, nil) }, 0},
		{"direct: in a channel", onICE(local(far), netip.AddrPort{}, 0), func() int { return heard(far, channel(1)) }, 0},
	} {
		if err := e.Update(row.spec); err != nil {
			t.Fatal(err)
		}
		if n := row.do(); n != row.want {
			t.Errorf("%s: %d packets, want %d", row.name, n, row.want)
		}
		if sends := e.Send(Outgoing{Payload: make([]byte, 160)}); sends != row.spec.Remote.IsValid() {
			t.Errorf("%s: sends %t", row.name, sends)
		}
	}
}

// FuzzSort gives a stream on ICE's path what a network may.
func FuzzSort(f *testing.F) {
	f.Add([]byte("\x40\x01\x00\x0c\x80\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x09"), true)
	f.Add([]byte("\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl"), false)
	f.Fuzz(func(t *testing.T, packet []byte, relayed bool) {
		if len(packet) > packetSize {
			return
		}
		now := new(atomic.Int64)
		e := open(t, now)
		spec := onICE(peer0, netip.AddrPort{}, 0)
		from := peer0
		if relayed {
			spec, from = onICE(peer0, here6, 0x4001), here6
		}
		if err := e.Update(spec); err != nil {
			t.Fatal(err)
		}
		e.take(packet, from, 0)
		if peer, source, ok := parseHandover(packet); ok && (len(peer) == 0 || !source.IsValid()) {
			t.Errorf("%x", packet)
		}
	})
}
