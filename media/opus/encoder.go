package opus

import (
	"cmp"
	"fmt"
	"time"

	"github.com/thesyncim/gopus"

	"offhook/media"
)

// Encoder is a media.Encoder of one stream.
type Encoder struct {
	library *gopus.Encoder
	frame   int // samples
	fec     bool
	dtx     bool
	loss    int // percent, as the library was told
	adapts  adaption
	base    int // bit/s, of no loss
	most    int // that the far end bears; 0: any
	bitrate int // as the library was told
}

func newEncoder(cfg Config, f media.Format) (*Encoder, error) {
	ptime := cmp.Or(f.PTime, 20*time.Millisecond)
	switch ptime.Milliseconds() {
	case 10, 20, 40, 60:
	default:
		return nil, fmt.Errorf("opus: no packets of %v: 10, 20, 40 and 60 ms are possible", ptime)
	}
	library, err := gopus.NewEncoder(gopus.EncoderConfig{
		SampleRate: f.SampleRate, Channels: 1, Application: gopus.ApplicationVoIP,
	})
	if err != nil {
		return nil, fmt.Errorf("opus: %w", err)
	}
	wish := parse(f.FMTP)
	e := &Encoder{library: library, frame: samplesIn(ptime, f.SampleRate), fec: wish.fec, dtx: wish.dtx, base: cfg.bitrate(f, wish), most: cfg.bears(wish)}
	e.bitrate = e.base
	for _, err := range []error{
		library.SetFrameSize(e.frame),
		library.SetComplexity(cfg.Complexity),
		library.SetSignal(gopus.SignalVoice),
		library.SetMaxBandwidth(bandwidth(min(f.SampleRate, wish.playbackRate))),
		library.SetBitrate(e.base),
	} {
		if err != nil {
			return nil, fmt.Errorf("opus: %w", err)
		}
	}
	library.SetVBR(!wish.cbr)
	library.SetDTX(wish.dtx)
	library.SetFEC(wish.fec)
	e.ExpectLoss(cfg.ExpectedLoss)
	return e, nil
}

// bitrate is what suits this side, within what the far end bears.
func (c Config) bitrate(f media.Format, wish parameters) int {
	rate := cmp.Or(c.Bitrate, bitrate(min(f.SampleRate, wish.playbackRate), c.Complexity))
	if wish.bitrate > 0 {
		rate = min(rate, wish.bitrate)
	}
	return rate
}

// bears is the most that the far end bears and this side sends; 0 for any.
func (c Config) bears(wish parameters) int {
	if wish.bitrate > 0 && c.Bitrate > 0 {
		return min(wish.bitrate, c.Bitrate)
	}
	return cmp.Or(wish.bitrate, c.Bitrate)
}

// Encode codes one frame. In DTX it returns 0 for what need not be sent.
func (e *Encoder) Encode(dst []byte, frame media.Frame) (int, error) {
	if len(frame) != e.frame {
		return 0, fmt.Errorf("opus: a frame of %d samples where the packets have %d", len(frame), e.frame)
	}
	n, err := e.library.EncodeInt16(frame, dst)
	if err != nil {
		return 0, fmt.Errorf("opus: %w", err)
	}
	if e.dtx && n <= 2 {
		return 0, nil // nothing but a header: the far end makes comfort noise by itself
	}
	return n, nil
}

// ExpectLoss sets how many packets are likely to be lost, as a fraction. From some
// loss on each packet repeats the one before, coarsely, if the far end can use that;
// it costs bits, and time. It allocates nothing; what the library does then it may.
func (e *Encoder) ExpectLoss(fraction float64) {
	e.adapts.heed(fraction, e.fec)
	if percent := e.adapts.percent(fraction); percent != e.loss && e.library.SetPacketLoss(percent) == nil {
		e.loss = percent
	}
	if rate := e.adapts.bitrate(e.base, e.most); rate != e.bitrate && e.library.SetBitrate(rate) == nil {
		e.bitrate = rate
	}
}
