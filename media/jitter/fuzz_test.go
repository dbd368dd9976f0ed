package jitter_test

import (
	"encoding/binary"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/g711"
	"offhook/media/jitter"
)

// FuzzBuffer puts and gets whatever the input says. Whatever it is, nothing
// panics, every Get is answered in full, and the counters add up.
func FuzzBuffer(f *testing.F) {
	clean := []byte{}
	for k := range 40 {
		clean = append(clean, 0, 0, byte(k), 0, 0, byte(160*k>>8), byte(160*k), 160, 20, 1, 80, 10)
	}
	f.Add(clean)
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 2, 255, 255, 255, 255, 255, 255, 255, 255, 1, 255, 255})
	f.Fuzz(func(t *testing.T, in []byte) {
		law := g711.PCMU
		format := law.Formats()[0]
		d, err := law.NewDecoder(format)
		if err != nil {
			t.Fatal(err)
		}
		b := jitter.New(jitter.Config{Format: format, Decoder: d})
		now := time.Duration(0)
		out := make(media.Frame, 2048)
		payload := make([]byte, 255)
		for i := range payload {
			payload[i] = byte(i * 37)
		}
		puts := uint64(0)
		for len(in) >= 12 {
			op := in[:12]
			in = in[12:]
			switch op[0] % 4 {
			case 0, 1:
				b.Put(&jitter.Packet{
					Sequence: binary.BigEndian.Uint16(op[1:]), Timestamp: binary.BigEndian.Uint32(op[3:]), SSRC: uint32(op[0] >> 6),
					Payload: payload[:op[7]], Arrival: now - time.Duration(op[8])*time.Millisecond,
				})
				puts++
			case 2:
				b.Skip(binary.BigEndian.Uint16(op[1:]))
				puts++
			case 3:
				now += time.Duration(binary.BigEndian.Uint32(op[1:]))
			}
			for range op[9] % 4 {
				n := int(op[10]) * (1 + int(op[0]>>5))
				b.Get(out[:n], now)
				now += time.Duration(op[11]) * time.Millisecond
			}
		}
		c := b.Counters()
		if c.Received+c.Duplicate > puts || c.Concealed < 0 || c.Expanded < 0 || c.Accelerated < 0 || c.Delay < 0 || c.Jitter < 0 {
			t.Fatalf("%d puts: %+v", puts, c)
		}
	})
}
