package session

import (
	"sync/atomic"
	"testing"

	"github.com/pion/rtp"

	"offhook/media"
	"offhook/media/keying"
	"offhook/media/red"
)

// Digits come as redundant audio, too (RFC 4733 §2.6): one whose own packets were
// all lost is told by those after it.
func TestStream_digits_in_redundant_audio(t *testing.T) {
	e := open(t, new(atomic.Int64))
	conn, from := wire(t)
	s := spec(from, keying.Crypto{}, keying.Crypto{})
	s.ReceiveRedundant = media.Format{Encoding: "RED", PayloadType: 121, ClockRate: 8000}
	e.update(t, s)
	var history red.History
	history.Keep(2)
	sequence := uint16(10)
	send := func(payloadType uint8, timestamp uint32, payload []byte, lost bool) {
		wrapped := make([]byte, 1000)
		n := history.Pack(wrapped, payloadType, timestamp, payload)
		sequence++
		if lost {
			return
		}
		packet, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 121, SSRC: 7, SequenceNumber: sequence, Timestamp: timestamp}, Payload: wrapped[:n]}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		e.feed(t, conn, packet)
	}
	silence := make([]byte, 160)
	send(0, 0, silence, false)
	send(101, 160, []byte{4, 0x80, 3, 32}, true) // the digit's one packet
	send(0, 960, silence, false)
	send(0, 1120, silence, false)
	send(101, 1280, []byte{9, 0x80, 3, 32}, false)
	send(0, 2080, silence, false)
	e.hears(t, "49")
}

// What is malformed, or of no kind agreed, is discarded.
func TestStream_redundant_audio_of_no_use(t *testing.T) {
	for name, payload := range map[string][]byte{
		"cut":     {0x80, 0, 0},
		"unknown": {77, 1, 2, 3},
		"nested":  {121, 0, 1, 2},
	} {
		e := open(t, new(atomic.Int64))
		conn, from := wire(t)
		s := spec(from, keying.Crypto{}, keying.Crypto{})
		s.ReceiveRedundant = media.Format{Encoding: "RED", PayloadType: 121, ClockRate: 8000}
		e.update(t, s)
		packet, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 121, SSRC: 7, SequenceNumber: 1}, Payload: payload}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		e.feed(t, conn, packet)
		if s := e.Stats(); s.Discarded != 1 || s.Received != 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// Comfort noise is taken though nobody has said that it would come, where the
// payload type is free and the clock rate its own.
func TestStream_noise_unannounced(t *testing.T) {
	for _, clockRate := range []int{8000, 48000} {
		e := open(t, new(atomic.Int64))
		conn, from := wire(t)
		s := spec(from, keying.Crypto{}, keying.Crypto{})
		s.Send.ClockRate = clockRate
		e.update(t, s)
		packet, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 13, SSRC: 7, SequenceNumber: 1}, Payload: []byte{60}}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		e.feed(t, conn, packet)
		if s := e.Stats(); (s.Received == 1) != (clockRate == 8000) {
			t.Errorf("%d Hz: %+v", clockRate, s)
		}
	}
}
