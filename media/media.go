// Package media is the vocabulary of sound: frames, formats, codecs and the
// plain values by which the audio engine is told what to do.
//
// It imports the standard library alone.
package media

import (
	"errors"
	"time"
)

// Frame is a run of 16-bit samples of one channel.
type Frame []int16

// Format is what one RTP payload type means (RFC 3551, RFC 8866 §6.6).
type Format struct {
	Encoding    string // encoding name, upper case: "PCMU", "G722", "OPUS", "TELEPHONE-EVENT"
	PayloadType uint8
	ClockRate   int // Hz, of the RTP timestamp
	SampleRate  int // Hz, of the frames; G.722 has clock rate 8000, sample rate 16000
	Channels    int
	PTime       time.Duration // sound in one packet; 0 means 20 ms
	FMTP        string        // codec parameters as in the description
}

// Encoder turns frames into payloads. It keeps state: one a stream.
type Encoder interface {
	// Encode writes the payload of one packet's frame to dst and returns its
	// length. It does not allocate. A length of 0 means: send nothing (DTX).
	Encode(dst []byte, frame Frame) (int, error)
}

// Decoder turns payloads into frames. It keeps state: one a stream.
type Decoder interface {
	// Decode writes the samples of one payload to dst and returns how many.
	// It does not allocate. Any payload is answered with samples or an error.
	Decode(dst Frame, payload []byte) (int, error)
	// Samples tells how many samples a payload decodes to, without decoding.
	Samples(payload []byte) int
}

// Concealer is a Decoder that makes up for a lost packet itself.
type Concealer interface {
	// Conceal fills dst with what the missing sound may have been.
	Conceal(dst Frame) error
}

// GapAware is a Decoder that goes on differently after a loss.
type GapAware interface {
	// Lost tells that so many packets are missing before the next payload. It does
	// not allocate.
	Lost(packets int)
}

// Restarter is a Decoder with a memory that it can lose.
type Restarter interface {
	// Restart has the decoder begin as if it were new: so does the encoder of who
	// comes back to a format after another one. It does not allocate.
	Restart()
}

// Recoverer is a Decoder whose payloads may repeat the sound before them (FEC).
type Recoverer interface {
	// Recovers tells how many samples of the sound just before it a payload
	// repeats, without decoding; 0 for none.
	Recovers(next []byte) int
	// Recover fills dst with the lost sound before next, and returns how many
	// samples that are: the last Recovers as they are repeated, those before, if dst
	// has room for more, made up. Decode(next) comes after it. It does not allocate.
	Recover(dst Frame, next []byte) (int, error)
}

// LossAware is an Encoder that can make its payloads robust against loss.
type LossAware interface {
	// ExpectLoss tells which fraction of the packets is likely to be lost. It
	// does not allocate, and is called by who calls Encode.
	ExpectLoss(fraction float64)
}

// Codec makes encoders and decoders for a Format.
type Codec interface {
	// Formats lists what the codec offers, with its customary payload types,
	// best first.
	Formats() []Format
	NewEncoder(Format) (Encoder, error)
	NewDecoder(Format) (Decoder, error)
}

// Source yields sound at the pace its reader asks for it.
type Source interface{ ReadFrame(Frame) error }

// Sink takes sound.
type Sink interface{ WriteFrame(Frame) error }

// Processor changes a frame in place, without allocating.
type Processor interface{ Process(Frame) }

// ErrPayload is returned (wrapped) for a payload that its format does not allow.
var ErrPayload = errors.New("media: malformed payload")

// StreamID names an audio stream of the engine; the control side chooses it.
type StreamID uint32

// Direction is a stream's direction as seen from here (RFC 3264 §5.1).
type Direction uint8

// The directions.
const (
	Inactive Direction = iota
	SendOnly
	RecvOnly
	SendRecv
)

// Sends reports whether packets go out.
func (d Direction) Sends() bool { return d == SendOnly || d == SendRecv }

// Receives reports whether packets are expected.
func (d Direction) Receives() bool { return d == RecvOnly || d == SendRecv }

func (d Direction) String() string {
	return [...]string{"inactive", "sendonly", "recvonly", "sendrecv"}[d&3]
}

// Reverse is the direction as the other side sees it.
func (d Direction) Reverse() Direction {
	switch d {
	case SendOnly:
		return RecvOnly
	case RecvOnly:
		return SendOnly
	}
	return d
}
