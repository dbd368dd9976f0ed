// Package g711 is ITU-T G.711, µ-law and A-law, as media.Codec.
package g711

import (
	"fmt"
	"time"

	zaf "github.com/zaf/g711"

	"offhook/media"
)

// Law is one of the two companding laws. It is the media.Codec.
type Law uint8

// The laws, named as their encodings (RFC 3551 §4.5.14).
const (
	PCMU Law = 0 // payload type 0
	PCMA Law = 8 // payload type 8
)

const clockRate = 8000

var (
	_ media.Codec   = PCMU
	_ media.Encoder = encoder{}
	_ media.Decoder = decoder{}
)

// String is the encoding name.
func (l Law) String() string {
	switch l {
	case PCMU:
		return "PCMU"
	case PCMA:
		return "PCMA"
	}
	return fmt.Sprintf("g711.Law(%d)", uint8(l))
}

// Formats lists the one format of the law.
func (l Law) Formats() []media.Format {
	return []media.Format{{
		Encoding: l.String(), PayloadType: uint8(l),
		ClockRate: clockRate, SampleRate: clockRate, Channels: 1, PTime: 20 * time.Millisecond,
	}}
}

// NewEncoder makes an encoder for a format of this law.
func (l Law) NewEncoder(f media.Format) (media.Encoder, error) {
	if err := l.check(f); err != nil {
		return nil, err
	}
	return l.encoder(), nil
}

// NewDecoder makes a decoder for a format of this law.
func (l Law) NewDecoder(f media.Format) (media.Decoder, error) {
	if err := l.check(f); err != nil {
		return nil, err
	}
	return l.decoder(), nil
}

func (l Law) check(f media.Format) error {
	if l != PCMU && l != PCMA {
		return fmt.Errorf("g711: %v is neither PCMU nor PCMA", l)
	}
	if f.Encoding != l.String() {
		return fmt.Errorf("g711: %s cannot code %q: ask for the format that Formats lists", l, f.Encoding)
	}
	if f.ClockRate != clockRate || f.SampleRate != clockRate || f.Channels > 1 {
		return fmt.Errorf("g711: %s is 8000 Hz mono, not %d/%d Hz with %d channels", l, f.ClockRate, f.SampleRate, f.Channels)
	}
	return nil
}

// encoder has no state; its table holds the code of every level that µ-law tells
// apart at its input, 14 bits; A-law tells half as many apart.
type encoder struct{ table *[1 << (16 - fine)]byte }

const fine = 2 // bits of a sample that make no difference

func (l Law) encoder() encoder {
	code := zaf.EncodeUlawFrame
	if l == PCMA {
		code = zaf.EncodeAlawFrame
	}
	e := encoder{new([1 << (16 - fine)]byte)}
	for i := range e.table {
		e.table[i] = code(int16(uint16(i << fine)))
	}
	return e
}

func (e encoder) Encode(dst []byte, frame media.Frame) (int, error) {
	if len(dst) < len(frame) {
		return 0, fmt.Errorf("g711: %d bytes of room for %d samples", len(dst), len(frame))
	}
	dst, table := dst[:len(frame)], e.table
	for i, s := range frame {
		dst[i] = table[uint16(s)>>fine]
	}
	return len(frame), nil
}

// decoder has no state; its table holds the sample of every code.
type decoder struct{ table *[256]int16 }

func (l Law) decoder() decoder {
	sample := zaf.DecodeUlawFrame
	if l == PCMA {
		sample = zaf.DecodeAlawFrame
	}
	d := decoder{new([256]int16)}
	for i := range d.table {
		d.table[i] = sample(uint8(i))
	}
	return d
}

func (d decoder) Samples(payload []byte) int { return len(payload) }

func (d decoder) Decode(dst media.Frame, payload []byte) (int, error) {
	if len(payload) == 0 || len(payload) > len(dst) {
		return 0, fmt.Errorf("%w: G.711 payload of %d bytes for a frame of %d samples", media.ErrPayload, len(payload), len(dst))
	}
	dst, table := dst[:len(payload)], d.table
	for i, code := range payload {
		dst[i] = table[code]
	}
	return len(payload), nil
}
