// Package cn is comfort noise (RFC 3389): what a sender that has nothing to say
// tells of the silence around it, and how a receiver makes that silence.
//
// A Detector tells voice from noise, an Analyser describes the noise, a Noise is
// the description and its payload, and a Generator makes noise after it. All are
// pure, have one owner and allocate nothing after New.
package cn

import (
	"fmt"
	"math"

	"offhook/media"
)

// PayloadType is that of comfort noise at clock rate 8000 (RFC 3551 §6); at
// others it is dynamic.
const PayloadType = 13

// MaxOrder is how many coefficients are used; a receiver may leave out the rest
// (RFC 3389 §3).
const MaxOrder = 12

// Noise describes noise: its level and, if Order is above 0, its spectrum.
type Noise struct {
	Level      uint8             // below overload, in dB: 0 to 127 for 0 to -127 dBov
	Order      int               // of Reflection, at most MaxOrder
	Reflection [MaxOrder]float32 // of an all-pole model, first to last, each within ±1
}

// A coefficient is sent as N for k = 258*(N-127)/32768, N being 0 to 254
// (RFC 3389 §3.2). The sign is that of 1 + k/z for a model of order 1, so that
// dull noise has a negative first coefficient.
const (
	step   = 258.0 / 32768
	middle = 127
)

// Parse reads a payload. A coefficient that has no meaning, 255, counts as 0.
func Parse(payload []byte) (Noise, error) {
	if len(payload) == 0 {
		return Noise{}, fmt.Errorf("%w: comfort noise without a level", media.ErrPayload)
	}
	n := Noise{Level: payload[0] & 0x7f, Order: min(len(payload)-1, MaxOrder)}
	for i, code := range payload[1 : 1+n.Order] {
		if code < 255 {
			n.Reflection[i] = step * float32(int(code)-middle)
		}
	}
	return n, nil
}

// Append writes the payload behind b.
func (n Noise) Append(b []byte) []byte {
	b = append(b, min(n.Level, 127))
	for _, k := range n.Reflection[:min(max(n.Order, 0), MaxOrder)] {
		code := math.Round(float64(k)/step) + middle
		b = append(b, byte(max(0, min(code, 254)))) // not a number: 0
	}
	return b
}

// amplitude is the root mean square of a level, in samples.
func amplitude(level uint8) float32 {
	if level >= 127 {
		return 0
	}
	return float32(32768 * math.Pow(10, -float64(level)/20))
}
