package peer

import (
	"math"
	"math/rand/v2"
	"slices"

	"offhook/media"
	"offhook/media/g711"
)

const (
	rate   = 8000
	window = 16   // samples that are found once
	pitch  = 64   // samples: 125 Hz
	silent = 0xd5 // of A-law
)

// Mark is sound, as bytes of A-law, in which each place is known by sixteen samples: a hum, each
// sample of which is a little off. Its periods are alike, as those of a vowel.
type Mark struct {
	sound []byte
	place map[[window]byte]int32
}

// NewMark makes one of n samples.
func NewMark(n int) (*Mark, error) {
	hum, err := alaw(hum(n))
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(1, 0x3a2c))
	m := &Mark{sound: hum, place: make(map[[window]byte]int32, n)}
	for i, code := range hum {
		code ^= 0x55 // the even bits are inverted on the way (ITU-T G.711 §3.2)
		size := min(max(int(code&0x7f), 4), 123) + rng.IntN(8) - 4
		m.sound[i] = (code&0x80 | byte(size)) ^ 0x55
	}
	for i := 0; i+window <= n; i++ {
		m.place[[window]byte(m.sound[i:])] = int32(i)
	}
	return m, nil
}

func hum(n int) media.Frame {
	f := make(media.Frame, n)
	for i := range f {
		x := 2 * math.Pi * float64(i%pitch) / pitch
		f[i] = int16(4000*math.Sin(x) + 3000*math.Sin(2*x+1) + 2500*math.Sin(3*x+2) + 1500*math.Sin(7*x))
	}
	return f
}

// alaw is sound as bytes.
func alaw(f media.Frame) ([]byte, error) {
	e, err := g711.PCMA.NewEncoder(g711.PCMA.Formats()[0])
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(f))
	_, err = e.Encode(out, f)
	return out, err
}

// Cut is the sound of packet i of n samples.
func (m *Mark) Cut(i, n int) []byte { return m.sound[i*n : (i+1)*n] }

// Places tells for each sample of heard which one of the mark it is, or -1.
func (m *Mark) Places(heard []byte) []int {
	places := slices.Repeat([]int{-1}, len(heard))
	for i := 0; i+window <= len(heard); i++ {
		at, ok := m.place[[window]byte(heard[i:])]
		for k := 0; ok && k < window; k++ {
			places[i+k] = int(at) + k
		}
	}
	return places
}
