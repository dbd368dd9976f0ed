// Package l16 is uncompressed sound, 16 bits a sample in network byte order
// (RFC 3551 §4.5.11), as media.Codec.
package l16

import (
	"encoding/binary"
	"fmt"
	"time"

	"offhook/media"
)

// Rate is a sample rate in Hz, and the media.Codec for it.
type Rate int

// The rates.
const (
	Narrow Rate = 8000
	Wide   Rate = 16000
	Disc   Rate = 44100 // payload type 11
)

const encoding = "L16"

var (
	_ media.Codec   = Wide
	_ media.Encoder = coder{}
	_ media.Decoder = coder{}
)

// Formats lists the one format of the rate. A packet of 44100 Hz holds 10 ms: of
// 20 ms it would not fit an Ethernet frame.
func (r Rate) Formats() []media.Format {
	f := media.Format{
		Encoding: encoding, PayloadType: 97, ClockRate: int(r), SampleRate: int(r), Channels: 1, PTime: 20 * time.Millisecond,
	}
	if r == Disc {
		f.PayloadType, f.PTime = 11, 10*time.Millisecond
	}
	return []media.Format{f}
}

// mostOctets of sound fit an Ethernet frame, with all that is around them.
const mostOctets = 1300

// NewEncoder makes an encoder for a format of this rate, whose packets must fit an
// Ethernet frame.
func (r Rate) NewEncoder(f media.Format) (media.Encoder, error) {
	if 2*f.PTime*time.Duration(r) > mostOctets*time.Second {
		return nil, fmt.Errorf("l16: packets of %v at %d Hz are longer than %d octets: make them shorter", f.PTime, int(r), mostOctets)
	}
	return coder{}, r.check(f)
}

// NewDecoder makes a decoder for a format of this rate.
func (r Rate) NewDecoder(f media.Format) (media.Decoder, error) { return coder{}, r.check(f) }

func (r Rate) check(f media.Format) error {
	if r != Narrow && r != Wide && r != Disc {
		return fmt.Errorf("l16: there is no rate of %d Hz", int(r))
	}
	if f.Encoding != encoding || f.ClockRate != int(r) || f.SampleRate != int(r) || f.Channels > 1 {
		return fmt.Errorf("l16: this is for L16 at %d Hz, mono, not for %s at %d/%d Hz with %d channels",
			int(r), f.Encoding, f.ClockRate, f.SampleRate, f.Channels)
	}
	return nil
}

// coder has no state.
type coder struct{}

func (coder) Encode(dst []byte, frame media.Frame) (int, error) {
	n := 2 * len(frame)
	if len(dst) < n {
		return 0, fmt.Errorf("l16: %d bytes of room for %d samples", len(dst), len(frame))
	}
	for i, s := range frame {
		binary.BigEndian.PutUint16(dst[2*i:], uint16(s))
	}
	return n, nil
}

func (coder) Samples(payload []byte) int { return len(payload) / 2 }

func (coder) Decode(dst media.Frame, payload []byte) (int, error) {
	n := len(payload) / 2
	if n == 0 || len(payload)%2 != 0 || n > len(dst) {
		return 0, fmt.Errorf("%w: L16 payload of %d bytes for a frame of %d samples", media.ErrPayload, len(payload), len(dst))
	}
	for i := range dst[:n] {
		dst[i] = int16(binary.BigEndian.Uint16(payload[2*i:]))
	}
	return n, nil
}
