// Package g722 is ITU-T G.722, 7 kHz sound in 64 kbit/s, as media.Codec.
//
// It is written from the recommendation: two bands by a quadrature mirror
// filter of 24 taps, each coded by adaptive differential PCM, 6 bits for the
// lower band and 2 for the upper, in the 16-bit saturating arithmetic that the
// recommendation prescribes; names such as UPPOL2 are those of its blocks.
//
// The vectors in testdata were made from synthetic sound with two independent
// coders, which agree with this one bit for bit; vectors_test.go says how.
package g722

import (
	"fmt"
	"time"

	"offhook/media"
)

// Rate is how much of an octet is sound (G.722 §1.4). It is the media.Codec.
// RTP knows Rate64 alone; the others are for octets whose lowest bits carry
// somebody's data. The encoder fills all bits in any case: the lower rates are
// embedded in the highest.
type Rate uint8

// The modes of operation.
const (
	Rate64 Rate = 64 // kbit/s, mode 1
	Rate56 Rate = 56 // mode 2: the lowest bit is data
	Rate48 Rate = 48 // mode 3: the two lowest are
)

const (
	encoding    = "G722"
	payloadType = 9
	sampleRate  = 16000
	clockRate   = 8000 // RFC 3551 §4.5.2: an old mistake, kept for compatibility
)

var (
	_ media.Codec    = Rate64
	_ media.Encoder  = (*encoder)(nil)
	_ media.Decoder  = (*decoder)(nil)
	_ media.GapAware = (*decoder)(nil)
)

// Formats lists the one format.
func (r Rate) Formats() []media.Format {
	return []media.Format{{
		Encoding: encoding, PayloadType: payloadType,
		ClockRate: clockRate, SampleRate: sampleRate, Channels: 1, PTime: 20 * time.Millisecond,
	}}
}

// NewEncoder makes an encoder: two samples an octet.
func (r Rate) NewEncoder(f media.Format) (media.Encoder, error) {
	if err := r.check(f); err != nil {
		return nil, err
	}
	return newEncoder(), nil
}

// NewDecoder makes a decoder.
func (r Rate) NewDecoder(f media.Format) (media.Decoder, error) {
	if err := r.check(f); err != nil {
		return nil, err
	}
	return newDecoder(r), nil
}

func (r Rate) check(f media.Format) error {
	if r != Rate64 && r != Rate56 && r != Rate48 {
		return fmt.Errorf("g722: there is no rate of %d kbit/s", uint8(r))
	}
	if f.Encoding != encoding {
		return fmt.Errorf("g722: cannot code %q: ask for the format that Formats lists", f.Encoding)
	}
	if f.ClockRate != clockRate || f.SampleRate != sampleRate || f.Channels > 1 {
		return fmt.Errorf("g722: G.722 has clock rate 8000 and 16000 samples a second, mono, not %d/%d Hz with %d channels",
			f.ClockRate, f.SampleRate, f.Channels)
	}
	return nil
}
