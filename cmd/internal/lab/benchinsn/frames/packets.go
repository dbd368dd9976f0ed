package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"offhook/media"
	"offhook/media/jitter"
	"offhook/media/session/countermode"
)

func packetStages() []stage {
	return []stage{
		marshalling(), unmarshalling(),
		protecting("srtp_cm_protect", ours, false), protecting("srtp_cm_pair", ours, true),
		protecting("srtp_cm_library_pair", library(srtp.ProtectionProfileAes128CmHmacSha1_80, 14), true),
		protecting("srtp_gcm_protect", library(srtp.ProtectionProfileAeadAes128Gcm, 12), false),
		protecting("srtp_gcm_pair", library(srtp.ProtectionProfileAeadAes128Gcm, 12), true),
		buffering("jitter_clean", func(int) bool { return false }, nil),
		buffering("jitter_concealing", func(n int) bool { return n%10 == 9 }, nil),
		buffering("jitter_stretching", func(int) bool { return false }, func(n int) time.Duration {
			return time.Duration(n/25%2) * 60 * time.Millisecond // the route changes twice a second
		}),
	}
}

const payloadSize = 160

func header(n int) rtp.Header {
	return rtp.Header{Version: 2, SequenceNumber: uint16(n), Timestamp: uint32(n * payloadSize), SSRC: 0x0ff00c}
}

func marshalling() stage {
	return stage{"rtp_marshal", func() (frame, end func() error, err error) {
		packet, n := make([]byte, 1500), 0
		return func() error {
			h := header(n)
			n++
			_, err := h.MarshalTo(packet)
			return err
		}, nothing, nil
	}}
}

func unmarshalling() stage {
	return stage{"rtp_unmarshal", func() (frame, end func() error, err error) {
		h := header(1)
		packet, err := h.Marshal()
		return func() error {
			_, err := h.Unmarshal(packet)
			return err
		}, nothing, err
	}}
}

// protection is SRTP in one direction.
type protection interface {
	EncryptRTP(dst, plain []byte, header *rtp.Header) ([]byte, error)
	DecryptRTP(dst, packet []byte, header *rtp.Header) ([]byte, error)
}

// ours is what streams use for AES_CM_128_HMAC_SHA1_80.
func ours() (protection, error) {
	return countermode.New(make([]byte, 16), make([]byte, 14), nil, 10)
}

// library is what they use for GCM, and could for the other.
func library(profile srtp.ProtectionProfile, salt int) func() (protection, error) {
	return func() (protection, error) {
		return srtp.CreateContext(make([]byte, 16), make([]byte, salt), profile, srtp.SRTPReplayProtection(64))
	}
}

// protecting is the header and SRTP of a packet of 172 octets, and back if it is a
// pair.
func protecting(name string, context func() (protection, error), pair bool) stage {
	return stage{name, func() (frame, end func() error, err error) {
		here, err := context()
		if err != nil {
			return nil, nil, err
		}
		there, err := context()
		if err != nil {
			return nil, nil, err
		}
		var plain, wire, back [1500]byte
		var parsed rtp.Header
		n := 0
		return func() error {
			h := header(n)
			n++
			size, err := h.MarshalTo(plain[:])
			if err != nil {
				return err
			}
			packet, err := here.EncryptRTP(wire[:0], plain[:size+payloadSize], &parsed)
			if err != nil || !pair {
				return err
			}
			_, err = there.DecryptRTP(back[:0], packet, &parsed)
			return err
		}, nothing, nil
	}}
}

// laid is a decoder that costs nothing but the copy: it leaves the buffer.
type laid struct{ voice *loop }

func (l laid) Decode(dst media.Frame, _ []byte) (int, error) { return copy(dst, l.voice.next()), nil }
func (l laid) Samples([]byte) int                            { return l.voice.n }

// buffering is Put and two Gets of 10 ms.
func buffering(name string, lost func(n int) bool, delay func(n int) time.Duration) stage {
	return stage{name, func() (frame, end func() error, err error) {
		format := media.Format{Encoding: "PCMU", ClockRate: 8000, SampleRate: 8000, PTime: ptime}
		b := jitter.New(jitter.Config{Format: format, Decoder: laid{newLoop(8000, 1)}})
		half, payload := make(media.Frame, samples(8000)/2), make([]byte, payloadSize)
		type late struct {
			p  jitter.Packet
			at time.Duration
		}
		var queue []late
		n, now := 0, time.Duration(0)
		return func() error {
			l := late{p: jitter.Packet{Sequence: uint16(n), Timestamp: uint32(n * payloadSize), SSRC: 1, Payload: payload}, at: now}
			if delay != nil {
				l.at += delay(n)
			}
			if !lost(n) {
				queue = append(queue, l)
			}
			n++
			for range 2 {
				for len(queue) > 0 && queue[0].at <= now {
					p := queue[0].p
					p.Arrival = queue[0].at
					b.Put(&p)
					queue = queue[:copy(queue, queue[1:])]
				}
				b.Get(half, now)
				now += ptime / 2
			}
			return nil
		}, func() error { return judged(b.Counters(), name) }, nil
	}}
}

// judged tells a buffer that did not do what its stage is for.
func judged(c jitter.Counters, name string) error {
	switch {
	case c.Received == 0:
		return errors.New("nothing was received")
	case c.Received < repeat:
		return nil // too short to tell
	case name == "jitter_clean" && c.Concealed+c.Expanded > ptime,
		name == "jitter_concealing" && c.Concealed == 0,
		name == "jitter_stretching" && (c.Expanded == 0 || c.Accelerated == 0):
		return fmt.Errorf("it did something else: %+v", c)
	}
	return nil
}
