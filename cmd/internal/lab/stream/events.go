package stream

import (
	"encoding/binary"
	"time"
)

// events finds the digits in telephone-event packets (RFC 4733 §2.5): the
// packets of one event share a timestamp, and its end is sent three times.
type events struct {
	active    bool
	reported  bool
	timestamp uint32
	digit     Digit
}

const symbols = "0123456789*#ABCD"

// take reads one payload; it tells the digit that ended with it.
func (e *events) take(timestamp uint32, payload []byte, clock int) (Digit, bool) {
	if len(payload) < 4 || int(payload[0]) >= len(symbols) {
		return Digit{}, false
	}
	var before Digit
	replaced := false
	if !e.active || e.timestamp != timestamp {
		before, replaced = e.end()
		*e = events{active: true, timestamp: timestamp}
	}
	e.digit = Digit{
		Symbol:   symbols[payload[0]],
		Duration: time.Duration(binary.BigEndian.Uint16(payload[2:])) * time.Second / time.Duration(clock),
	}
	if replaced {
		return before, true
	}
	const endBit = 0x80
	if payload[1]&endBit == 0 || e.reported {
		return Digit{}, false
	}
	e.reported = true
	return e.digit, true
}

// end tells the digit whose last packets were lost.
func (e *events) end() (Digit, bool) {
	if !e.active || e.reported {
		return Digit{}, false
	}
	e.reported = true
	return e.digit, true
}
