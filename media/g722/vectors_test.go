package g722

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"os"
	"testing"

	"offhook/media"
)

// The vectors are what two other coders make of synthetic's sound: the ITU-T's
// own program (G.191, Software Tool Library, tool G722) and FFmpeg's, which
// agree; libspandsp agrees wherever nothing overflows. The first 400 ms are
// there in full (testdata), ten seconds as SHA-256. FFmpeg does not hold the
// bands to 15 bits in its encoder, so of the encoder's vectors only the ITU's
// program has all: synthetic's square wave is louder than the filter bears. This
// package passes the verification files of that tool too; they are not ours to
// hand on.
//
// To make them again: write synthetic(160000) as 16-bit little-endian samples,
// and octets(80000), to files, and give them to the tool's encoder and to its
// decoder in modes 1, 2 and 3.

// synthetic is sound in whole numbers, the same on every machine: silence, faint
// and loud noise, a sweep to 8 kHz, clicks, and a square wave at full scale.
func synthetic(n int) media.Frame {
	f := make(media.Frame, n)
	var g generator = 1
	var phase, speed uint32
	for i := range f {
		v := int32(0)
		switch i / 800 % 8 {
		case 1:
			v = g.between(8)
		case 2:
			v = g.between(900)
		case 3, 4:
			speed += 1340000 // from 0 to Nyquist in 1600 samples
			phase += speed
			v = parabola(int32(phase)) / 2
		case 5:
			speed = 0
			if i%97 == 0 {
				v = 30000 - 60000*int32(i&1)
			}
		case 6:
			v = 32767
			if i/(2+i%800/100)%2 == 0 {
				v = -32768
			}
		case 7:
			v = g.between(32767)
		}
		f[i] = int16(v)
	}
	return f
}

// generator is Marsaglia's xorshift.
type generator uint32

func (g *generator) next() uint32 {
	x := uint32(*g)
	x ^= x << 13
	x ^= x >> 17
	x ^= x << 5
	*g = generator(x)
	return x
}

func (g *generator) between(most int32) int32 {
	return int32(g.next()%uint32(2*most+1)) - most
}

// parabola is a full-scale wave that is nearly a sine.
func parabola(phase int32) int32 {
	x := phase >> 16
	if x < 0 {
		return -max(0, min(32767, (-x)*(32768+x)>>13))
	}
	return max(0, min(32767, x*(32767-x)>>13))
}

func octets(n int) []byte {
	var g generator = 2
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(g.next() >> 11)
	}
	return b
}

func little(f media.Frame) []byte {
	b := make([]byte, 2*len(f))
	for i, s := range f {
		binary.LittleEndian.PutUint16(b[2*i:], uint16(s))
	}
	return b
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

func golden(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func encoded(t testing.TB, f media.Frame) []byte {
	t.Helper()
	out := make([]byte, len(f)/2)
	if n, err := newEncoder().Encode(out, f); n != len(out) || err != nil {
		t.Fatal(n, err)
	}
	return out
}

func decoded(t testing.TB, r Rate, code []byte) media.Frame {
	t.Helper()
	out := make(media.Frame, 2*len(code))
	if n, err := newDecoder(r).Decode(out, code); n != len(out) || err != nil {
		t.Fatal(n, err)
	}
	return out
}

// differ names the first byte that is not as it should be.
func differ(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("%s: byte %d is %#02x, should be %#02x", what, i, got[i], want[i])
		}
	}
	t.Fatalf("%s: %d bytes, should be %d", what, len(got), len(want))
}

func TestVectors(t *testing.T) {
	code := golden(t, "synthetic.g722")
	differ(t, "encoder", encoded(t, synthetic(6400)), code)
	differ(t, "decoder", little(decoded(t, Rate64, code)), golden(t, "synthetic.pcm"))
}

func TestLongVectors(t *testing.T) {
	sound := synthetic(160000)
	code, noise := encoded(t, sound), octets(80000)
	for _, v := range []struct{ name, got, want string }{
		{"sound", hash(little(sound)), "2e54798842fb1bc6"},
		{"octets", hash(noise), "ea33c3784c700f0b"},
		{"encoder", hash(code), "fdc7bfb5fe9154aa"},
		{"64 kbit/s", hash(little(decoded(t, Rate64, code))), "a8f83a91aac0c71b"},
		{"56 kbit/s", hash(little(decoded(t, Rate56, code))), "9d235e3d2eb0a004"},
		{"48 kbit/s", hash(little(decoded(t, Rate48, code))), "d45c512ae7095cb6"},
		{"64 kbit/s, octets without sense", hash(little(decoded(t, Rate64, noise))), "0cf15a81f0337ec3"},
		{"56 kbit/s, octets without sense", hash(little(decoded(t, Rate56, noise))), "4777648e895bba9f"},
		{"48 kbit/s, octets without sense", hash(little(decoded(t, Rate48, noise))), "166b21d6c7f60549"},
	} {
		if v.got != v.want {
			t.Errorf("%s: hash %s, should be %s", v.name, v.got, v.want)
		}
	}
}
