package engine_test

import (
	"math"
	"math/rand/v2"
	"time"

	"offhook/media"
)

// room is what lies between a loudspeaker and a microphone: the delay of the sound
// card, the way between them, walls that throw sound back, and noise.
type room struct {
	taps  []tap
	past  []float32 // what was played, a ring
	at    int       // where the next sample goes
	noise *rand.Rand
}

type tap struct {
	delay int
	gain  float32
}

const (
	roomDelay = 30 * time.Millisecond  // of the sound card
	roomTail  = 100 * time.Millisecond // after which the walls are not heard
	roomNoise = 6                      // of 32768, mean square
)

// newRoom makes one of which the microphone hears the loudspeaker 6 dB quieter
// than it is. Reflections get denser with the square of the time, and 35 dB quieter
// until they are not heard.
func newRoom(rate int, seed uint64) *room {
	r := &room{noise: rand.New(rand.NewPCG(seed, 7)), past: make([]float32, rate)}
	first := int(roomDelay.Seconds()*float64(rate)) + rate/500
	r.taps = append(r.taps, tap{first, 1})
	tail := roomTail.Seconds() * float64(rate)
	for range 60 {
		x := math.Cbrt(r.noise.Float64())
		g := math.Pow(10, -35*x/20) * (2*r.noise.Float64() - 1)
		r.taps = append(r.taps, tap{first + int(x*tail), float32(g)})
	}
	power := 0.0
	for _, t := range r.taps {
		power += float64(t.gain * t.gain)
	}
	for i := range r.taps {
		r.taps[i].gain *= float32(0.5 / math.Sqrt(power))
	}
	return r
}

// play takes a period of the loudspeaker.
func (r *room) play(f media.Frame) {
	if r == nil {
		return
	}
	for _, s := range f {
		r.past[r.at] = float32(s)
		r.at = (r.at + 1) % len(r.past)
	}
}

// hear adds what the microphone hears of it: the period that is captured while the
// next one is played.
func (r *room) hear(f media.Frame) {
	if r == nil {
		return
	}
	for i, s := range f {
		sum := float32(s) + roomNoise*float32(r.noise.NormFloat64())
		for _, t := range r.taps {
			k := r.at - len(f) + i - t.delay
			if k < 0 {
				k += len(r.past)
			}
			sum += t.gain * r.past[k]
		}
		f[i] = int16(max(-32768, min(32767, math.Round(float64(sum)))))
	}
}
