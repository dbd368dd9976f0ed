package board

import (
	"errors"
	"time"

	"offhook/hal"
)

// handsFree is the key of HandsFree within the audio part; drivers know nothing of it.
const handsFree = "handsfree"

// HandsFree is what is done to the microphone while a loudspeaker is listened to.
// The zero HandsFree is nothing.
type HandsFree struct {
	Echo  bool          `param:"echo"`
	Tail  time.Duration `param:"tail-ms"` // of the echo path, with the delay of the sound card
	Late  time.Duration `param:"late-ms"` // after which an echo may begin, of sound cards that are late
	Noise bool          `param:"noise"`
	Gain  bool          `param:"gain"`
}

func handsFreeDefaults() HandsFree { return HandsFree{Tail: 128 * time.Millisecond, Late: mostLate} }

const (
	leastTail = 64 * time.Millisecond
	mostTail  = 256 * time.Millisecond
	mostLate  = 500 * time.Millisecond
)

// handsFree reads the settings of the audio part at path.
func (b *Board) handsFree(t *tree, path string, value any) HandsFree {
	path += "." + handsFree
	h := handsFreeDefaults()
	err := hal.Decode(t.mapping(path, value), &h)
	if h.Tail < leastTail || h.Tail > mostTail {
		err = errors.Join(err, hal.Faultf("tail-ms", "%s is not between 64 and 256 ms: room enough for the sound card's delay and the echo of the room", h.Tail))
	}
	if h.Late > mostLate {
		err = errors.Join(err, hal.Faultf("late-ms", "%s is more than 500 ms: an echo that begins later is not looked for", h.Late))
	}
	t.params(path, err)
	return h
}
