package flood

import (
	"bytes"
	"testing"
)

func TestRTP(t *testing.T) {
	want := heard{ssrc: 0xdeadbeef, timestamp: 1600, sequence: 65535, payloadType: 8}
	p := want.packet()
	if got, ok := parseRTP(p); !ok || got != want {
		t.Errorf("%+v -> %+v", want, got)
	}
	p[1] = 200 // RTCP
	if _, ok := parseRTP(p); ok {
		t.Error("RTCP is taken for RTP")
	}
	for _, bad := range [][]byte{nil, p[:11], bytes.Repeat([]byte{0}, 40)} {
		if _, ok := parseRTP(bad); ok {
			t.Errorf("%x is RTP", bad)
		}
	}
}

func TestUDP4(t *testing.T) {
	a, b := [4]byte{127, 0, 0, 1}, [4]byte{127, 66, 0, 1}
	p := udp4(a, b, 5004, 6000, []byte("sound"))
	from, to, fromPort, toPort, data, ok := parseUDP4(p)
	if !ok || from != a || to != b || fromPort != 5004 || toPort != 6000 || string(data) != "sound" {
		t.Errorf("%x -> %v:%d %v:%d %q %v", p, from, fromPort, to, toPort, data, ok)
	}
	for n := range 28 {
		if _, _, _, _, _, ok := parseUDP4(p[:n]); ok {
			t.Errorf("%d octets are a datagram", n)
		}
	}
	p[0] = 4<<4 | 1 // a header shorter than any
	if _, _, _, _, _, ok := parseUDP4(p); ok {
		t.Error("a wrong header is taken")
	}
}

func FuzzParseUDP4(f *testing.F) {
	f.Add(udp4([4]byte{1}, [4]byte{2}, 3, 4, heard{ssrc: 1}.packet()))
	f.Add([]byte{0x4f, 0, 0, 0, 0, 0, 0, 0, 0, 17})
	f.Fuzz(func(t *testing.T, p []byte) {
		if _, _, _, _, data, ok := parseUDP4(p); ok {
			if h, ok := parseRTP(data); ok && h.payloadType > 127 {
				t.Errorf("payload type %d", h.payloadType)
			}
		}
	})
}
