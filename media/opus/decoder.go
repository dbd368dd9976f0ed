package opus

import (
	"errors"
	"fmt"

	"github.com/thesyncim/gopus"

	"offhook/media"
)

// Decoder is a media.Decoder of one stream. It conceals and recovers, too.
type Decoder struct {
	library *gopus.Decoder
	rate    int
	quantum int // samples: concealment comes in multiples of it
	pcm     []float32
	clip    [1]float32 // state of the soft clipping
	last    byte       // first of the last packet
}

// errStereo is returned where the library would make noise: of stereo in other
// modes than SILK it conceals both channels into one frame.
var errStereo = errors.New("opus: stereo of music is not concealed here")

func newDecoder(rate int) (*Decoder, error) {
	most := samplesIn(longest, rate)
	library, err := gopus.NewDecoder(gopus.DecoderConfig{
		SampleRate: rate, Channels: 1, MaxPacketSamples: most,
	})
	if err != nil {
		return nil, fmt.Errorf("opus: %w", err)
	}
	d := &Decoder{library: library, rate: rate, quantum: samplesIn(quantum, rate), pcm: make([]float32, most)}
	return d, nil
}

// Restart forgets all sound.
func (d *Decoder) Restart() {
	d.library.Reset()
	d.clip, d.last = [1]float32{}, 0
}

// Samples tells how many samples a payload decodes to.
func (d *Decoder) Samples(payload []byte) int {
	n := duration(payload) * d.rate / clockRate
	if n > len(d.pcm) {
		return 0
	}
	return n
}

// Decode decodes one packet.
func (d *Decoder) Decode(dst media.Frame, payload []byte) (n int, err error) {
	if len(payload) == 0 { // to the library that is a lost packet
		return 0, fmt.Errorf("%w: an empty Opus packet", media.ErrPayload)
	}
	defer d.guard(&n, &err)
	n, err = d.library.Decode(payload, d.pcm)
	if err != nil {
		return 0, fmt.Errorf("%w: Opus packet of %d bytes: %w", media.ErrPayload, len(payload), err)
	}
	if n > len(dst) {
		return 0, fmt.Errorf("%w: Opus packet of %d samples for a frame of %d", media.ErrPayload, n, len(dst))
	}
	d.quantize(dst[:n])
	d.last = payload[0]
	return n, nil
}

// Conceal fills dst, whole multiples of 2.5 ms, with what the missing sound may
// have been: silence before the first packet, and after a long time.
func (d *Decoder) Conceal(dst media.Frame) (err error) {
	if len(dst)%d.quantum != 0 {
		return fmt.Errorf("opus: cannot conceal %d samples: %d at a time are possible", len(dst), d.quantum)
	}
	var n int
	defer d.guard(&n, &err)
	for len(dst) > 0 {
		n, err = d.library.Decode(nil, d.pcm[:min(len(dst), len(d.pcm)-d.quantum)])
		if err != nil {
			return fmt.Errorf("opus: concealment: %w", err)
		}
		d.quantize(dst[:n])
		dst = dst[n:]
	}
	if stereo(d.last) && !speech(d.last) {
		return errStereo
	}
	return nil
}

// Recovers tells how many samples of the sound just before it next repeats.
func (d *Decoder) Recovers(next []byte) int {
	if !gopus.PacketHasLBRR(next) {
		return 0
	}
	return frameDuration(next[0]) * d.rate / clockRate
}

// Recover fills dst with the sound before next, of which the last Recovers
// samples are as next repeats them, and those before concealed.
func (d *Decoder) Recover(dst media.Frame, next []byte) (n int, err error) {
	least := d.Recovers(next)
	if least == 0 {
		return 0, nil
	}
	if len(dst) < least || len(dst) > len(d.pcm) || len(dst)%d.quantum != 0 {
		return 0, fmt.Errorf("opus: cannot recover %d samples from a packet that repeats %d", len(dst), least)
	}
	defer d.guard(&n, &err)
	n, err = d.library.DecodeWithFEC(next, d.pcm[:len(dst)], true)
	if err != nil {
		return 0, fmt.Errorf("%w: Opus redundancy: %w", media.ErrPayload, err)
	}
	d.quantize(dst[:n])
	return n, nil
}

// guard makes an error of a panic: what came from the network must not end a
// telephone, however young the library.
func (d *Decoder) guard(n *int, err *error) {
	fault := recover()
	if fault == nil {
		return
	}
	d.library.Reset()
	*n, *err = 0, fmt.Errorf("%w: the Opus decoder failed: %v", media.ErrPayload, fault)
}

// quantize makes 16-bit samples of the decoded ones. Peaks beyond full scale are
// bent, not cut, as libopus does.
func (d *Decoder) quantize(dst media.Frame) {
	pcm := d.pcm[:len(dst)]
	gopus.PCMSoftClip(pcm, 1, d.clip[:])
	for i, x := range pcm {
		x *= 32768
		if x < 0 {
			x -= 0.5
		} else {
			x += 0.5
		}
		dst[i] = int16(max(-32768, min(32767, x)))
	}
}
