package g722

import (
	"fmt"

	"offhook/media"
)

type decoder struct {
	lower, upper band
	levels       *[64]int32 // of the lower band's output
	drop         uint8      // bits of an octet that are not sound
	line         line       // of the bands
}

func newDecoder(r Rate) *decoder {
	d := &decoder{lower: newLower(), upper: newUpper(), levels: &levels6}
	switch r {
	case Rate56:
		d.levels, d.drop = &levels5, 1
	case Rate48:
		d.levels, d.drop = &levels4, 2
	}
	return d
}

// Restart forgets all sound.
func (d *decoder) Restart() {
	d.lower, d.upper, d.line = newLower(), newUpper(), line{}
}

// Samples is two an octet.
func (d *decoder) Samples(payload []byte) int { return 2 * len(payload) }

// Decode takes any octets.
func (d *decoder) Decode(dst media.Frame, payload []byte) (int, error) {
	n := 2 * len(payload)
	if n == 0 || n > len(dst) {
		return 0, fmt.Errorf("%w: G.722 payload of %d bytes for a frame of %d samples", media.ErrPayload, len(payload), len(dst))
	}
	for left := dst[:n]; len(payload) > 0; {
		pairs := min(len(payload), block)
		d.decode(left[:2*pairs], payload[:pairs])
		left, payload = left[2*pairs:], payload[pairs:]
	}
	return n, nil
}

func (d *decoder) decode(dst media.Frame, payload []byte) {
	for i, code := range payload {
		d.line.put(i, d.lower.decodeLower(code&63, d.levels, d.drop), d.upper.decodeUpper(code>>6))
	}
	for i := range payload {
		pair := (*[2]int16)(dst[2*i:])
		pair[0], pair[1] = d.line.join(i)
	}
	d.line.keep(len(payload))
}

// Lost says that packets are missing before the next payload. The decoder goes on
// from where it was, but trusts its predictors the less the more is missing: with
// those of another sound they ring, and the first packets after the loss can be
// 19 dB louder than they should be. Resonances made wider ring less and foretell
// nearly as well: halving all gain instead costs 0.1 of a MOS by P.862.2. The
// recommendation's own concealments, Appendices III and IV, take a hand in the
// decoder's state after a loss, too.
func (d *decoder) Lost(packets int) {
	for range min(packets, lostAll) {
		d.lower.blunt()
		d.upper.blunt()
	}
}

// lostAll is so long a loss that little of the predictors is left.
const lostAll = 16
