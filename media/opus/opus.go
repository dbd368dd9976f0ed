// Package opus is the Opus codec (RFC 6716) over RTP (RFC 7587), as media.Codec.
//
// The description says 48000 Hz and two channels whatever is sent; the sound of
// a telephone is one channel, at a rate that the Config chooses. The coding is
// done by a library in pure Go that follows libopus.
//
// The vectors in testdata were made from synthetic sound with libopus itself;
// vectors_test.go says how.
package opus

import (
	"fmt"
	"time"

	"offhook/media"
)

const (
	encoding    = "OPUS"
	payloadType = 111 // dynamic; what everybody offers
	clockRate   = 48000
	channels    = 2 // RFC 7587 §4.1: always, in the description

	defaultRate = 16000
	longest     = 120 * time.Millisecond // of sound in a packet (RFC 6716 §3.2.5)
	quantum     = 2500 * time.Microsecond
)

// Config says how sound is coded. The zero value is wideband with the least
// work for the processor, and no redundancy until ExpectLoss is told of a loss.
type Config struct {
	SampleRate   int     // Hz of the frames: 8000, 12000, 16000, 24000 or 48000; 0 means 16000
	Complexity   int     // work of the encoder, 0 to 10
	Bitrate      int     // bit/s at most; 0 means what speech needs, 20000 to 48000 by rate and complexity
	ExpectedLoss float64 // fraction of packets, until ExpectLoss says otherwise
	NoFEC        bool    // do not ask the far end for redundancy
	DTX          bool    // ask the far end to be silent in pauses
}

// Codec is the media.Codec.
type Codec struct{ cfg Config }

var (
	_ media.Codec     = (*Codec)(nil)
	_ media.Encoder   = (*Encoder)(nil)
	_ media.LossAware = (*Encoder)(nil)
	_ media.Decoder   = (*Decoder)(nil)
	_ media.Concealer = (*Decoder)(nil)
	_ media.Recoverer = (*Decoder)(nil)
	_ media.Restarter = (*Decoder)(nil)
)

// New makes a Codec.
func New(cfg Config) (*Codec, error) {
	if cfg.SampleRate == 0 {
		cfg.SampleRate = defaultRate
	}
	if !codable(cfg.SampleRate) {
		return nil, fmt.Errorf("opus: no %d Hz: 8000, 12000, 16000, 24000 and 48000 are possible", cfg.SampleRate)
	}
	if cfg.Complexity < 0 || cfg.Complexity > 10 {
		return nil, fmt.Errorf("opus: no complexity %d: 0 to 10 are possible", cfg.Complexity)
	}
	if cfg.Bitrate != 0 && (cfg.Bitrate < leastBitrate || cfg.Bitrate > mostBitrate) {
		return nil, fmt.Errorf("opus: no %d bit/s: %d to %d are possible", cfg.Bitrate, leastBitrate, mostBitrate)
	}
	if !(cfg.ExpectedLoss >= 0 && cfg.ExpectedLoss <= 1) {
		return nil, fmt.Errorf("opus: an expected loss of %v is no fraction", cfg.ExpectedLoss)
	}
	return &Codec{cfg}, nil
}

func codable(rate int) bool {
	return rate == 8000 || rate == 12000 || rate == 16000 || rate == 24000 || rate == 48000
}

// Formats lists the one format, with the wishes of this side as its parameters.
func (c *Codec) Formats() []media.Format {
	return []media.Format{{
		Encoding: encoding, PayloadType: payloadType,
		ClockRate: clockRate, SampleRate: c.cfg.SampleRate, Channels: channels,
		PTime: 20 * time.Millisecond, FMTP: c.cfg.wishes().String(),
	}}
}

// NewEncoder makes an encoder. The format's parameters are the far end's wishes
// (RFC 7587 §6.1).
func (c *Codec) NewEncoder(f media.Format) (media.Encoder, error) {
	if err := c.check(f); err != nil {
		return nil, err
	}
	e, err := newEncoder(c.cfg, f)
	if err != nil {
		return nil, err
	}
	e.warm()
	return e, nil
}

// NewDecoder makes a decoder. It takes whatever Opus there is: stereo becomes
// one channel, and any bandwidth the sample rate.
func (c *Codec) NewDecoder(f media.Format) (media.Decoder, error) {
	if err := c.check(f); err != nil {
		return nil, err
	}
	d, err := newDecoder(f.SampleRate)
	if err != nil {
		return nil, err
	}
	d.warm()
	return d, nil
}

func (c *Codec) check(f media.Format) error {
	if f.Encoding != encoding {
		return fmt.Errorf("opus: cannot code %q: ask for the format that Formats lists", f.Encoding)
	}
	if f.ClockRate != clockRate || !codable(f.SampleRate) {
		return fmt.Errorf("opus: Opus has clock rate 48000 and 8000, 12000, 16000, 24000 or 48000 samples a second, not %d and %d",
			f.ClockRate, f.SampleRate)
	}
	return nil
}

func samplesIn(d time.Duration, rate int) int {
	return int(d * time.Duration(rate) / time.Second)
}
