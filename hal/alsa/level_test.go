package alsa

import (
	"encoding/binary"
	"math"
	"testing"
)

func item(kind uint32, data ...uint32) []uint32 {
	return append([]uint32{kind, uint32(4 * len(data))}, data...)
}

func TestScale(t *testing.T) {
	// Three segments, as many codecs have: coarse below, fine above.
	ranges := item(tlvRange, append(append(
		append([]uint32{0, 0}, item(tlvScale, dB(-90), 0x10000)...),
		append([]uint32{1, 10}, item(tlvScale, dB(-60), 400)...)...),
		append([]uint32{11, 31}, item(tlvScale, dB(-20), 100)...)...)...)
	cases := []struct {
		name     string
		tlv      []uint32
		min, max int
		want     map[int]int // percent: value
	}{
		{"no levels told -> linear", nil, 0, 200, map[int]int{0: 0, 1: 2, 50: 100, 100: 200}},
		{"no levels told, negative values -> linear", nil, -100, 100, map[int]int{0: -100, 50: 0, 100: 100}},
		{"1 dB steps -> the upper 45 of them", item(tlvScale, dB(-90), 100), 0, 90, map[int]int{0: 0, 1: 45, 50: 68, 100: 90}},
		{"short range -> all of it", item(tlvMinMax, dB(-20), dB(0)), 0, 40, map[int]int{0: 0, 10: 4, 50: 20, 100: 40}},
		{"lowest is silence -> 1 percent is not", item(tlvMinMaxMute, dB(-20), dB(0)), 0, 40, map[int]int{0: 0, 1: 1, 100: 40}},
		{"linear in amplitude -> half the dB", item(tlvLinear, uint32(math.MaxUint32-999998), dB(0)), 0, 1000, map[int]int{0: 0, 50: 75, 100: 1000}},
		{"ranges -> through the borders", ranges, 0, 31, map[int]int{0: 0, 1: 5, 50: 10, 75: 20, 100: 31}},
		{"in a container, after something else -> found", item(tlvContainer, append(item(0x101, 3, 4), item(tlvScale, dB(-10), 100)...)...), 0, 10, map[int]int{50: 5}},
		{"nonsense -> linear", item(99, 1, 2), 0, 10, map[int]int{50: 5}},
		{"longer than there is -> linear", []uint32{tlvScale, 800, 1}, 0, 10, map[int]int{50: 5}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := scale{min: c.min, max: c.max, curve: parseTLV(c.tlv, c.min, c.max)}
			for percent, want := range c.want {
				if got := s.value(percent); got != want {
					t.Errorf("%d percent: %d, want %d", percent, got, want)
				}
			}
		})
	}
}

func FuzzTLV(f *testing.F) {
	seed := func(words []uint32) (b []byte) {
		for _, w := range words {
			b = binary.LittleEndian.AppendUint32(b, w)
		}
		return b
	}
	f.Add(seed(item(tlvScale, dB(-90), 100)), 0, 90)
	f.Add(seed(item(tlvRange, append([]uint32{0, 5}, item(tlvMinMax, dB(-9), dB(3))...)...)), 0, 5)
	f.Add(seed(item(tlvContainer, item(tlvLinear, dB(-9), dB(3))...)), -5, 5)
	f.Fuzz(func(t *testing.T, data []byte, low, high int) {
		low, high = low%1_000_000, high%1_000_000
		if high < low {
			low, high = high, low
		}
		var words []uint32
		for ; len(data) >= 4; data = data[4:] {
			words = append(words, binary.LittleEndian.Uint32(data))
		}
		s := scale{min: low, max: high, curve: parseTLV(words, low, high)}
		if s.value(0) != low || s.value(100) != high {
			t.Errorf("0 and 100 percent are %d and %d of %d to %d", s.value(0), s.value(100), low, high)
		}
		for _, percent := range []int{1, 37, 99} {
			if v := s.value(percent); v < low || v > high {
				t.Errorf("%d percent is %d of %d to %d", percent, v, low, high)
			}
		}
	})
}
