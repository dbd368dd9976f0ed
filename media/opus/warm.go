package opus

import "offhook/media"

// The library takes memory as it first needs it. It is made to need it before a
// stream begins: the thread that moves the sound should not wait for any.

const (
	// The second frame of sound knows a pitch before it: an encoder has nearly all then.
	warmFrames = 2
	// Filters remember what a reset does not reach, until they have heard silence.
	coolFrames = 2
)

// warm runs an encoder over a buzz, and has it forget that.
func (e *Encoder) warm() {
	frame, payload := make(media.Frame, e.frame), make([]byte, 1275)
	period := e.frame / 3
	for i := range frame {
		frame[i] = int16(1000 - 2000*(i%period)/period)
	}
	for k := range warmFrames + coolFrames {
		if k == warmFrames {
			clear(frame)
		}
		if _, err := e.library.EncodeInt16(frame, payload); err != nil {
			break // it will tell again when it matters
		}
	}
	e.library.Reset()
}

// warm runs a decoder over a packet of each kind and a lost one after it: wideband
// speech, speech and music, music; 20 ms of one channel (RFC 6716 §3.1).
func (d *Decoder) warm() {
	var packet [41]byte // any bits are sound
	for i := range packet[1:] {
		packet[1+i] = byte(37 * i)
	}
	frame := make(media.Frame, 8*d.quantum)
	for _, config := range [...]byte{9, 15, 31} {
		packet[0] = config << 3
		_, _ = d.Decode(frame, packet[:])
		_ = d.Conceal(frame)
		d.Restart()
	}
}
