package benchvoice

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// The room sounds as long as it says, and the direct sound comes when it must.
func TestRoom(t *testing.T) {
	for _, rt := range []time.Duration{100 * time.Millisecond, 250 * time.Millisecond} {
		r := room{place{4, 3, 2.6}, rt, 1}
		h := r.response(place{1, 1, 1}, place{2.5, 1.4, 1.2}, 250*time.Millisecond)
		var direct int
		for i, v := range h {
			if math.Abs(v) > math.Abs(h[direct]) {
				direct = i
			}
		}
		if want := math.Sqrt(1.5*1.5+0.4*0.4+0.2*0.2) / soundSpeed * rate; math.Abs(float64(direct)-want) > 1 {
			t.Errorf("%v: the direct sound after %d samples, not %.0f", rt, direct, want)
		}
		if got := decay(h); got < rt*7/10 || got > rt*14/10 {
			t.Errorf("a room of %v sounds for %v", rt, got)
		}
	}
}

// decay is RT60 by Schroeder's integral, from -5 to -25 dB.
func decay(h signal) time.Duration {
	left := energy(h)
	all, five := left, 0
	for i, v := range h {
		left -= v * v
		if db := decibels(left, all); db > -5 {
			five = i
		} else if db < -25 {
			return time.Duration(i-five) * 3 * time.Second / rate
		}
	}
	return time.Hour
}

func TestLoudspeaker_bends_as_much_as_it_is_told(t *testing.T) {
	x := noise(rand.New(rand.NewPCG(1, 2)), 2*rate, false)
	for _, want := range []float64{25, 38} {
		y, below := loudspeaker{200, want}.play(x)
		if math.Abs(below-want) > 0.5 {
			t.Errorf("distortion %.1f dB below, not %.1f", below, want)
		}
		clean := highPass(x, 200)
		got := decibels(energy(y), energy(y.minus(append(signal{}, clean...).scale(project(y, clean)))))
		if math.Abs(got-want) > 0.5 {
			t.Errorf("what it plays has %.1f dB of the clean sound, not %.1f", got, want)
		}
	}
}

func TestConvolve(t *testing.T) {
	x, h := signal{1, 2, 0, -1, 0.5}, signal{0.5, 0, -0.25}
	want := signal{0.5, 1, -0.25, -1, 0.25}
	for i, v := range convolve(x, h) {
		if math.Abs(v-want[i]) > 1e-12 {
			t.Errorf("%d: %g, not %g", i, v, want[i])
		}
	}
}

// A clock that is 100 ppm fast plays 1.6 samples further in a second.
func TestResampled(t *testing.T) {
	x := make(signal, 2*rate)
	for i := range x {
		x[i] = math.Sin(2 * math.Pi * 1000 * float64(i) / rate)
	}
	y := x.resampled(1 + 100e-6)
	for _, at := range []int{100, rate, 2*rate - 100} {
		want := math.Sin(2 * math.Pi * 1000 * float64(at) * (1 + 100e-6) / rate)
		if math.Abs(y[at]-want) > 0.01 {
			t.Errorf("sample %d is %.3f, not %.3f", at, y[at], want)
		}
	}
}

func TestScenes_are_within_what_is_promised(t *testing.T) {
	if len(Scenes()) < 6 {
		t.Error("there are fewer than six")
	}
	seeds, drift, jump, bent := map[uint64]bool{}, 0, 0, 0
	for _, s := range Scenes() {
		const ms = time.Millisecond
		if s.RT < 100*ms || s.RT > 250*ms || s.Tail < 128*ms || s.Tail > 200*ms || s.Noise < 10 || s.Noise > 30 || seeds[s.Seed] {
			t.Errorf("%+v", s)
		}
		if voices[s.Far] == voices[s.Near] || voices[s.Far].espeak == "" || voices[s.Near].espeak == "" {
			t.Errorf("%s: %q speaks with %q", s.Name, s.Far, s.Near)
		}
		seeds[s.Seed] = true
		if s.Drift == 100 || s.Drift == -100 {
			drift++
		}
		if s.Jump != 0 {
			jump++
		}
		if s.Bent < 40 {
			bent++
		}
	}
	if drift < 2 || jump < 1 || bent < len(seeds) {
		t.Errorf("%d with drift, %d with a jump, %d with a bent loudspeaker", drift, jump, bent)
	}
}

// Two recordings of a scene are the same, and their parts are as loud as the scene says.
func TestRecord(t *testing.T) {
	scene := Scenes()[0]
	speaker := &speaker{}
	r, err := record(speaker, scene)
	if err != nil {
		t.Fatal(err)
	}
	again, err := record(speaker, scene)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Mic {
		if r.Mic[i] != again.Mic[i] || r.Far[i] != again.Far[i] {
			t.Fatalf("sample %d is another one the second time", i)
		}
	}
	echo := active(farFirst.of(r.echo))
	if got := decibels(square(echo), energy(r.noise)/float64(len(r.noise))); math.Abs(got-scene.Noise) > 1.5 {
		t.Errorf("noise is %.1f dB below the echo, not %.1f", got, scene.Noise)
	}
	if got := decibels(square(echo), square(active(both.of(r.near)))); math.Abs(got-scene.Echo) > 1.5 {
		t.Errorf("echo is %.1f dB above the near voice, not %.1f", got, scene.Echo)
	}
	if e := energy(nearOnly.of(r.echo)); e > energy(steady.of(r.echo))/1e6 {
		t.Errorf("there is echo while the near voice is alone")
	}
	if _, err := record(speaker, Scene{Far: "nobody", Near: "anna"}); err == nil {
		t.Error("a voice that is not there speaks")
	}
}
