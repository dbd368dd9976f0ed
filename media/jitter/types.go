// Package jitter is the adaptive play-out buffer of a received audio stream.
//
// It holds packets back just long enough: a histogram of when packets arrive
// gives the cheapest play-out time, and sound is stretched or compressed by
// whole pitch periods to reach it. What is missing is made up from the pitch
// of what was heard.
//
// A Buffer has one owner: no lock, no goroutine, no timer, no allocation after
// New, and bounded work in every call.
package jitter

import (
	"time"

	"offhook/media"
)

// Packet is a received RTP packet. A nil Payload says: received, but no sound
// of this stream in it (a telephone-event packet shares the sequence numbers).
type Packet struct {
	Sequence    uint16
	Timestamp   uint32
	SSRC        uint32
	PayloadType uint8 // not looked at: put packets of the Format alone, Skip the others
	Marker      bool  // not looked at: timestamps tell more
	Payload     []byte
	Arrival     time.Duration // monotonic, any zero; the same clock as Get's now
}

// Config says how a Buffer plays.
type Config struct {
	Format             media.Format  // its rates are needed, and PTime as a first guess
	Decoder            media.Decoder // needed; it may be a media.Concealer and a media.Recoverer, too
	MinDelay, MaxDelay time.Duration // of the play-out beyond the fastest packet; 0 means 0 and 500 ms
}

// Playout says what a Get has given.
type Playout uint8

// What a Get gives; of several things in one frame the one most worth telling.
const (
	Played      Playout = iota // as it was sent
	Concealed                  // made up for lost packets
	Expanded                   // stretched: a pitch period more, or waiting for a late packet
	Accelerated                // compressed: a pitch period less
	Empty                      // nothing was ever received, or the sender is silent: silence
)

func (p Playout) String() string {
	if p > Empty {
		return "invalid"
	}
	return [...]string{"played", "concealed", "expanded", "accelerated", "empty"}[p]
}

// Counters are a Buffer's figures since New.
type Counters struct {
	Received    uint64        // packets, with Skip's, without duplicates
	Lost        uint64        // expected and not received (RFC 3550 §A.3)
	Late        uint64        // received after their play-out time
	Duplicate   uint64        // received again
	Discarded   uint64        // not played for another reason: malformed, flushed, out of any sequence
	Concealed   time.Duration // sound made up for lost packets
	Recovered   time.Duration // sound of lost packets that the next ones repeated
	Expanded    time.Duration // sound added by stretching and waiting
	Waited      time.Duration // of it: made up while waiting for a late packet
	Silent      time.Duration // silence while the sender was silent, or gone, and the fading before it
	Cut         time.Duration // sound that was received, decoded and not played: too late, or of a source that was replaced
	Accelerated time.Duration // sound taken out by compressing
	Delay       time.Duration // current play-out delay beyond the fastest recent packet
	Jitter      time.Duration // interarrival jitter (RFC 3550 §6.4.1)
}
