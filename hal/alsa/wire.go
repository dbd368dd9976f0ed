package alsa

import (
	"math"
	"unsafe"
)

// layout is how a card's samples lie in memory, with the name that aplay has for it.
type layout struct {
	name  string
	bit   int // SNDRV_PCM_FORMAT_*
	bytes int
}

// layouts are those that we speak, the one with the least to move first. The
// words of S32_LE come before those of S24_LE because they are the same on every
// card: of the latter the highest byte is nobody's.
func layouts() [4]layout {
	return [...]layout{{"S16_LE", formatS16LE, 2}, {"S32_LE", formatS32LE, 4}, {"S24_LE", formatS24LE, 4}, {"S24_3LE", formatS243LE, 3}}
}

// pick takes the layout named, or with auto the first that both have, or else the
// first that this one has: many codecs run both ways with one width of sample.
func pick(name string, have, other mask) (layout, bool) {
	for _, both := range []bool{true, false} {
		for _, l := range layouts() {
			wanted := name == auto || name == l.name
			if wanted && have.has(l.bit) && (!both || other.has(l.bit)) {
				return l, true
			}
		}
	}
	return layout{}, false
}

func (m mask) has(bit int) bool { return m[bit/32]&(1<<(bit%32)) != 0 }

// names are the layouts among a card's formats.
func (m mask) names() (all []string) {
	for _, l := range layouts() {
		if m.has(l.bit) {
			all = append(all, l.name)
		}
	}
	return all
}

// wire is samples as the card has them. Every machine that we build for is
// little-endian, as these layouts are.
type wire struct {
	layout
	data  []byte  // all of them
	half  []int16 // the same memory, of S16_LE
	words []int32 // the same memory, of those in 32 bits
}

func newWire(l layout, samples int) wire {
	whole := make([]int32, (samples*l.bytes+3)/4) // aligned for all views
	start := unsafe.Pointer(unsafe.SliceData(whole))
	w := wire{layout: l, data: unsafe.Slice((*byte)(start), samples*l.bytes)}
	switch l.bytes {
	case 2:
		w.half = unsafe.Slice((*int16)(start), samples)
	case 4:
		w.words = whole
	}
	return w
}

// put widens: what is lost in narrowing it again is nothing.
func (w *wire) put(i int, v int16) {
	switch w.bit {
	case formatS16LE:
		w.half[i] = v
	case formatS32LE:
		w.words[i] = int32(v) << 16
	case formatS24LE:
		w.words[i] = int32(v) << 8
	default:
		b := w.data[3*i : 3*i+3]
		b[0], b[1], b[2] = 0, byte(v), byte(v>>8)
	}
}

// get narrows: it rounds to the nearest, and the loudest stays the loudest.
func (w *wire) get(i int) int16 {
	switch w.bit {
	case formatS16LE:
		return w.half[i]
	case formatS32LE:
		return narrowed(w.words[i])
	case formatS24LE:
		return narrowed(w.words[i] << 8) // the highest byte may be anything
	}
	b := w.data[3*i : 3*i+3]
	return narrowed(int32(b[0])<<8 | int32(b[1])<<16 | int32(int8(b[2]))<<24)
}

func narrowed(v int32) int16 {
	const half = 1 << 15
	if v > math.MaxInt32-half {
		return math.MaxInt16
	}
	return int16((v + half) >> 16)
}
