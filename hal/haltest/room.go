package haltest

import (
	"math"
	"math/rand/v2"
	"time"
)

// Room is what lies between a loudspeaker and a microphone: the delay of the sound
// card, the way between them, walls that throw sound back, and noise. A device of a
// test plays to it and hears by it; samples are 16 bits of one channel.
type Room struct {
	taps  []tap
	past  []float32 // what was played, a ring
	at    int       // where the next sample goes
	rate  int
	noise *rand.Rand
}

type tap struct {
	delay int
	gain  float32
}

const (
	roomDelay = 30 * time.Millisecond  // of the sound card
	roomTail  = 100 * time.Millisecond // after which the walls are not heard
	roomNoise = 6                      // of 32768, root mean square
	// RoomLoss is by how many dB the microphone hears the loudspeaker quieter than it is.
	RoomLoss = 6
)

// NewRoom makes one for a rate in Hz; each seed has its own walls. Reflections get denser with the square of the time, and 35 dB quieter
// until they are not heard.
func NewRoom(rate int, seed uint64) *Room {
	r := &Room{rate: rate, noise: rand.New(rand.NewPCG(seed, 7)), past: make([]float32, rate)}
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
		r.taps[i].gain *= float32(math.Pow(10, -RoomLoss/20.0) / math.Sqrt(power))
	}
	return r
}

// Delay has the echo come later: at most half a second in all.
func (r *Room) Delay(by time.Duration) {
	for i := range r.taps {
		r.taps[i].delay += int(by.Seconds() * float64(r.rate))
	}
}

// Play takes a period of the loudspeaker. No room takes none.
func (r *Room) Play(f []int16) {
	if r == nil {
		return
	}
	for _, s := range f {
		r.past[r.at] = float32(s)
		r.at = (r.at + 1) % len(r.past)
	}
}

// Hear adds what the microphone hears of it: f is the period that is captured while
// the next one is played.
func (r *Room) Hear(f []int16) {
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
