package session

import (
	"errors"
	"net/netip"
	"testing"
	"time"
)

func TestHandover_bounds_strangers(t *testing.T) {
	stream, control, err := handoverPair()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(stream.Close(), control.Close()) }()
	h, err := newHandover(stream)
	if err != nil {
		t.Fatal(err)
	}
	from := netip.MustParseAddrPort("[2001:db8::1]:4000")
	given := 0
	var b [100]byte
	read := func() []byte {
		n, err := control.Read(b[:])
		if err != nil {
			t.Fatal(err)
		}
		return b[:n]
	}
	for range 3 * strangers {
		if h.give([]byte{22, 1, 2}, from, false, time.Second) {
			given++
			if packet, source, ok := parseHandover(read()); !ok || source != from || len(packet) != 3 {
				t.Fatalf("%v %v", packet, source)
			}
		}
	}
	if given != strangers || !h.give([]byte{22}, from, true, time.Second) || !h.give([]byte{22}, from, false, 2*time.Second) {
		t.Errorf("%d of strangers", given)
	}
	var none *handover
	if none.give([]byte{22}, from, true, 0) {
		t.Error("given to nobody")
	}
}

func FuzzDemux(f *testing.F) {
	f.Add([]byte{22, 254, 253})
	f.Add(make([]byte, handoverHeader+14))
	f.Fuzz(func(t *testing.T, raw []byte) {
		packet, from, ok := parseHandover(raw)
		if ok && (len(packet) == 0 || !from.IsValid()) {
			t.Error(from)
		}
		if isDTLS(raw) && raw[0]>>6 == 2 {
			t.Error("both RTP and DTLS")
		}
		isClientHello(raw)
	})
}
