package g711_test

import (
	"errors"
	"testing"

	"offhook/media"
	"offhook/media/g711"
)

// muDecode is ITU-T G.711 table 2, as a formula, at 16 bits.
func muDecode(code uint8) int {
	code = ^code
	segment, step := int(code>>4&7), int(code&15)
	v := ((2*step+33)<<segment - 33) * 4
	if code&0x80 != 0 {
		return -v
	}
	return v
}

// aDecode is ITU-T G.711 table 1, as a formula, at 16 bits.
func aDecode(code uint8) int {
	code ^= 0x55
	segment, step := int(code>>4&7), int(code&15)
	v := (2*step + 1) << 3
	if segment > 0 {
		v = (2*step + 33) << (segment + 2)
	}
	if code&0x80 == 0 {
		return -v
	}
	return v
}

func laws() map[g711.Law]func(uint8) int {
	return map[g711.Law]func(uint8) int{g711.PCMU: muDecode, g711.PCMA: aDecode}
}

func codec(t testing.TB, l g711.Law) (media.Encoder, media.Decoder) {
	t.Helper()
	f := l.Formats()[0]
	e, err := l.NewEncoder(f)
	if err != nil {
		t.Fatal(err)
	}
	d, err := l.NewDecoder(f)
	if err != nil {
		t.Fatal(err)
	}
	return e, d
}

func TestDecode(t *testing.T) {
	for law, formula := range laws() {
		t.Run(law.String(), func(t *testing.T) {
			_, d := codec(t, law)
			codes := make([]byte, 256)
			for i := range codes {
				codes[i] = uint8(i)
			}
			out := make(media.Frame, 256)
			if n, err := d.Decode(out, codes); n != 256 || err != nil {
				t.Fatal(n, err)
			}
			for i, v := range out {
				if int(v) != formula(uint8(i)) {
					t.Errorf("code %#02x: %d, G.711 says %d", i, v, formula(uint8(i)))
				}
			}
			if n := d.Samples(codes); n != 256 {
				t.Errorf("Samples: %d", n)
			}
		})
	}
}

// muEncode and aEncode find the interval between two decision values of G.711's
// tables that a sample lies in. Negative samples are taken by their ones'
// complement, as in the ITU's own tool library (G.191).
func muEncode(s int16) uint8 {
	code := uint8(0xff)
	if s < 0 {
		code, s = 0x7f, ^s
	}
	return code - interval(int(s)>>2, func(segment, step int) int { return (step+16)<<(segment+1) - 33 })
}

func aEncode(s int16) uint8 {
	code := uint8(0x80)
	if s < 0 {
		code, s = 0, ^s
	}
	return (code | interval(int(s)>>4, func(segment, step int) int {
		if segment == 0 {
			return step
		}
		return (step + 16) << (segment - 1)
	})) ^ 0x55
}

func interval(level int, decision func(segment, step int) int) uint8 {
	for c := 127; c > 0; c-- {
		if level >= decision(c>>4, c&15) {
			return uint8(c)
		}
	}
	return 0
}

func TestEncode(t *testing.T) {
	for law, formula := range map[g711.Law]func(int16) uint8{g711.PCMU: muEncode, g711.PCMA: aEncode} {
		t.Run(law.String(), func(t *testing.T) {
			e, _ := codec(t, law)
			in, out := make(media.Frame, 1<<16), make([]byte, 1<<16)
			for i := range in {
				in[i] = int16(i - 1<<15)
			}
			if n, err := e.Encode(out, in); n != len(in) || err != nil {
				t.Fatal(n, err)
			}
			for i, s := range in {
				if want := formula(s); out[i] != want {
					t.Fatalf("%d is coded %#02x, G.711 says %#02x", s, out[i], want)
				}
			}
		})
	}
}

func TestRoundTrip(t *testing.T) {
	for law := range laws() {
		e, d := codec(t, law)
		codes, again, pcm := make([]byte, 256), make([]byte, 256), make(media.Frame, 256)
		for i := range codes {
			codes[i] = uint8(i)
		}
		d.Decode(pcm, codes)
		e.Encode(again, pcm)
		for i := range codes {
			if again[i] != codes[i] && pcm[i] != 0 { // µ-law has two zeros
				t.Errorf("%v: %#02x came back as %#02x", law, codes[i], again[i])
			}
		}
	}
}

func TestErrors(t *testing.T) {
	e, d := codec(t, g711.PCMU)
	if _, err := e.Encode(make([]byte, 3), make(media.Frame, 4)); err == nil {
		t.Error("encoded into too small a buffer")
	}
	for _, payload := range [][]byte{nil, {}, make([]byte, 161)} {
		if _, err := d.Decode(make(media.Frame, 160), payload); !errors.Is(err, media.ErrPayload) {
			t.Errorf("%d bytes into 160 samples: %v", len(payload), err)
		}
	}
	f := g711.PCMU.Formats()[0]
	if _, err := g711.PCMA.NewDecoder(f); err == nil {
		t.Error("PCMA took the format of PCMU")
	}
	f.SampleRate = 16000
	if _, err := g711.PCMU.NewEncoder(f); err == nil {
		t.Error("PCMU took 16 kHz")
	}
	if _, err := g711.Law(3).NewEncoder(f); err == nil {
		t.Error("law 3 is none")
	}
}

func TestAllocations(t *testing.T) {
	e, d := codec(t, g711.PCMA)
	frame, payload := make(media.Frame, 160), make([]byte, 160)
	if n := testing.AllocsPerRun(100, func() {
		e.Encode(payload, frame)
		d.Decode(frame, payload)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkEncode(b *testing.B) {
	e, _ := codec(b, g711.PCMU)
	frame, payload := make(media.Frame, 160), make([]byte, 160)
	for i := range frame {
		frame[i] = int16(i * 397)
	}
	b.ReportAllocs()
	for b.Loop() {
		e.Encode(payload, frame)
	}
}

func BenchmarkDecode(b *testing.B) {
	_, d := codec(b, g711.PCMU)
	frame, payload := make(media.Frame, 160), make([]byte, 160)
	b.ReportAllocs()
	for b.Loop() {
		d.Decode(frame, payload)
	}
}
