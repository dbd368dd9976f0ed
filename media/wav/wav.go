// Package wav reads and writes WAV files: what is recorded, and what is played.
package wav

import "errors"

// Errors of this package; they come wrapped, with what is wrong.
var (
	ErrFormat = errors.New("wav: not a WAV file that this telephone plays (16-bit PCM or G.711, one or two channels, 8 to 48 kHz)")
	ErrFull   = errors.New("wav: the recording is as long as it may be")
	ErrSpace  = errors.New("wav: too little space is left on the disk")
	ErrClosed = errors.New("wav: closed")
)

// Codings of the format chunk.
const (
	codingPCM        = 1
	codingALaw       = 6
	codingULaw       = 7
	codingExtensible = 0xFFFE
)

const (
	minRate, maxRate = 8000, 48000
	headerSize       = 44 // of what Writer writes
)
