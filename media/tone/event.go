// Package tone is signalling that people hear or dial: telephone-events
// (RFC 4733), the call-progress tones of many countries, DTMF and ringing.
package tone

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// EventSize is the length of a telephone-event payload (RFC 4733 §2.3).
const EventSize = 4

// MaxVolume is the quietest volume that the field holds.
const MaxVolume = 63

// ErrEvent is returned (wrapped) for a payload that is no telephone-event.
var ErrEvent = errors.New("tone: malformed telephone-event")

// Event is a telephone-event payload.
type Event struct {
	Code     uint8  // 0–9, 10 '*', 11 '#', 12–15 'A'–'D', 16 hook flash
	End      bool   // the last packet of the event
	Volume   uint8  // power below 0 dBm0, 0–63
	Duration uint16 // so far, in timestamp units
}

// Marshal writes the payload to dst and returns its length, EventSize.
func (e Event) Marshal(dst []byte) (int, error) {
	if len(dst) < EventSize {
		return 0, fmt.Errorf("tone: %d bytes of room for a telephone-event of %d", len(dst), EventSize)
	}
	dst[0] = e.Code
	dst[1] = min(e.Volume, MaxVolume)
	if e.End {
		dst[1] |= 0x80
	}
	binary.BigEndian.PutUint16(dst[2:], e.Duration)
	return EventSize, nil
}

// Parse reads a telephone-event payload. Further events that a payload may
// hold (RFC 4733 §2.5.1.5, in practice with redundancy only) are left unread.
func Parse(payload []byte) (Event, error) {
	if len(payload) < EventSize {
		return Event{}, fmt.Errorf("%w: %d bytes, %d needed", ErrEvent, len(payload), EventSize)
	}
	return Event{
		Code: payload[0],
		End:  payload[1]&0x80 != 0,
		// The R bit is reserved and ignored on reception (RFC 4733 §2.3.3).
		Volume:   payload[1] & MaxVolume,
		Duration: binary.BigEndian.Uint16(payload[2:]),
	}, nil
}

const digits = "0123456789*#ABCD"

// HookFlash is the event code of a hook flash (RFC 4733 §3.2), and Flash its
// sign among the digits: what SIP INFO writes too.
const (
	HookFlash = 16
	Flash     = '!'
)

// Code is the event code of a DTMF digit: 0–9, '*', '#', A–D in either case; or
// of Flash.
func Code(digit rune) (uint8, bool) {
	if digit >= 'a' && digit <= 'd' {
		digit -= 'a' - 'A'
	}
	if digit == Flash {
		return HookFlash, true
	}
	for i, d := range digits {
		if d == digit {
			return uint8(i), true
		}
	}
	return 0, false
}

// Digit is the DTMF digit of an event code, or Flash.
func Digit(code uint8) (rune, bool) {
	if code == HookFlash {
		return Flash, true
	}
	if int(code) >= len(digits) {
		return 0, false
	}
	return rune(digits[code]), true
}
