package wire

import (
	"encoding/binary"
	"fmt"
)

// The kinds of the binary messages: their first byte.
const (
	KindScreen  = 1 // panel: a rectangle of pixels
	KindSpeaker = 2 // panel: played samples; Number is the first one's play period
	KindMic     = 3 // page: captured samples; Number counts the page's blocks from 1
	KindClock   = 4 // panel, sync only: capture period Number took mic block Mic (0: silence)
)

// AudioHeader is the length of an audio message before its samples.
const AudioHeader = 24

// MaxSamples bounds one audio message: 40 ms at 48 kHz.
const MaxSamples = 1920

// Audio is a binary message of sound or of its clock.
type Audio struct {
	Kind    uint8
	Number  uint64
	Mic     uint64
	Samples []int16
}

// AppendAudio appends the message: kind, a zero byte, the count of samples in
// 16 bits, four zero bytes, Number and Mic in 64 bits, the samples; all
// little-endian.
func AppendAudio(dst []byte, a Audio) []byte {
	dst = append(dst, a.Kind, 0)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(a.Samples)))
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint64(dst, a.Number)
	dst = binary.LittleEndian.AppendUint64(dst, a.Mic)
	for _, s := range a.Samples {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(s))
	}
	return dst
}

// ExtendAudio appends samples to a message that AppendAudio made.
func ExtendAudio(dst []byte, samples []int16) []byte {
	n := binary.LittleEndian.Uint16(dst[2:])
	binary.LittleEndian.PutUint16(dst[2:], n+uint16(len(samples)))
	for _, s := range samples {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(s))
	}
	return dst
}

// DecodeAudio reads a message of kind speaker, mic or clock. The samples are
// appended to samples[:0], so that a caller can keep one buffer.
func DecodeAudio(data []byte, samples []int16) (Audio, error) {
	if len(data) < AudioHeader {
		return Audio{}, fmt.Errorf("%w: %d bytes of audio, the header alone is %d", ErrMessage, len(data), AudioHeader)
	}
	n := int(binary.LittleEndian.Uint16(data[2:]))
	if n > MaxSamples || len(data) != AudioHeader+2*n {
		return Audio{}, fmt.Errorf("%w: %d samples declared (at most %d), %d bytes in the message", ErrMessage, n, MaxSamples, len(data))
	}
	a := Audio{Kind: data[0], Number: binary.LittleEndian.Uint64(data[8:]), Mic: binary.LittleEndian.Uint64(data[16:]), Samples: samples[:0]}
	if a.Kind != KindSpeaker && a.Kind != KindMic && a.Kind != KindClock {
		return Audio{}, fmt.Errorf("%w: kind %d is not audio", ErrMessage, a.Kind)
	}
	for i := range n {
		a.Samples = append(a.Samples, int16(binary.LittleEndian.Uint16(data[AudioHeader+2*i:])))
	}
	return a, nil
}
