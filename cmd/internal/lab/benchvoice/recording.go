package benchvoice

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"offhook/media"
)

// Recording is a scene as a telephone has it, and what it is made of.
type Recording struct {
	Scene     Scene
	Far, Mic  media.Frame // what is played and what is captured
	Alone     media.Frame // the capture without echo
	echo      signal
	near      signal // the near voice at the microphone
	noise     signal
	distorted float64 // dB by which the loudspeaker's distortion is below its sound
}

const (
	farLevel  = 0.1   // of full scale, while the far voice speaks
	echoLevel = 0.06  // at the microphone
	fade      = 0.005 // seconds in which a path becomes another
)

// record makes a scene.
func record(say *speaker, s Scene) (*Recording, error) {
	r := &Recording{Scene: s}
	far, err := say.say(s.Far, changed.to-farFirst.from, 250*time.Millisecond, s.Seed)
	if err != nil {
		return nil, fmt.Errorf("scene %s: %w", s.Name, err)
	}
	over, err := say.say(s.Near, both.long(), 450*time.Millisecond, 100+s.Seed)
	if err != nil {
		return nil, fmt.Errorf("scene %s: %w", s.Name, err)
	}
	alone, err := say.say(s.Near, nearOnly.long(), 300*time.Millisecond, 200+s.Seed)
	if err != nil {
		return nil, fmt.Errorf("scene %s: %w", s.Name, err)
	}
	played := put(far, farFirst.from).scale(farLevel)
	r.Far = played.frame()
	spoken := put(over, both.from).add(put(alone, nearOnly.from))
	r.sound(heard(r.Far), spoken)
	return r, nil
}

// put is x from a time on in a silent scene.
func put(x signal, at time.Duration) signal {
	y := make(signal, samples(whole.to))
	copy(y[samples(at):], x)
	return y
}

// sound makes what the microphone hears.
func (r *Recording) sound(far, spoken signal) {
	s := r.Scene
	rng := rand.New(rand.NewPCG(s.Seed, 0x0c4e))
	room := room{s.Size, s.RT, s.Seed}
	box := place{0.4 * s.Size.x, 0.45 * s.Size.y, 0.9}
	mouth := place{box.x + 0.5, box.y + 0.35, box.z + 0.3}
	played, distorted := loudspeaker{200, s.Bent}.play(far)
	r.distorted = distorted
	if s.Drift != 0 {
		played = append(played.resampled(1+s.Drift*1e-6), make(signal, 8000)...)[:len(far)]
	}
	played = played.later(samples(s.Bulk))
	horn := beside(box, s.Apart, rng)
	before := room.response(horn, box, s.Tail)
	r.echo = convolve(played, before)
	gain := echoLevel / active(r.echo)
	r.echo.scale(gain)
	if s.changes() {
		if s.Moved {
			horn = beside(box, 1.5*s.Apart+0.1, rng) // the direct sound, too, comes another way
			before = room.response(horn, box, s.Tail)
		}
		other := convolve(played.later(samples(s.Jump)), before)
		other.scale(echoLevel / active(other) * math.Pow(10, (4*rng.Float64()-2)/20))
		cross(r.echo, other, samples(changed.from))
	}
	r.near = convolve(spoken, room.response(mouth, box, s.Tail))
	r.near.scale(echoLevel * math.Pow(10, -s.Echo/20) / active(r.near))
	r.noise = noise(rng, len(far), s.Hum).scale(echoLevel * math.Pow(10, -s.Noise/20))
	with := append(signal{}, r.near...).add(r.noise)
	r.Alone = with.frame()
	r.Mic = append(signal{}, with...).add(r.echo).frame()
}

// beside is a place so far from another, in a direction by chance that is not up.
func beside(p place, apart float64, rng *rand.Rand) place {
	sin, cos := math.Sincos(2 * math.Pi * rng.Float64())
	return place{p.x + apart*cos, p.y + apart*sin, p.z + 0.1*(rng.Float64()-0.5)}
}

// cross goes over from x to other at a sample.
func cross(x, other signal, at int) {
	for i := at; i < len(x); i++ {
		t := min(float64(i-at)/(fade*rate), 1)
		x[i] = (1-t)*x[i] + t*other[i]
	}
}

// noise is of a fan or a street, 1 in the mean: less the higher; hum makes it come and go.
func noise(rng *rand.Rand, n int, hum bool) signal {
	x := make(signal, n)
	var low float64
	for i := range x {
		w := rng.NormFloat64()
		low += 0.15 * (w - low)
		x[i] = low + 0.08*w
		if hum {
			x[i] *= 1 + 0.3*math.Sin(2*math.Pi*0.15*float64(i)/rate)
		}
	}
	x = block(x)
	return x.scale(math.Sqrt(float64(n) / energy(x)))
}
