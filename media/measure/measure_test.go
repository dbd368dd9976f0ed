package measure

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
	"time"

	"offhook/media/dsp/fourier"
	exact "offhook/media/mediatest/fourier"
)

// room is what lies between a loudspeaker and a microphone, from one sample to the next.
type room struct {
	delay  float64                 // samples
	gain   float64                 // of the sound that comes straight
	t60    time.Duration           // of walls that throw it back; 0: none
	walls  float64                 // their sound's power by that of the straight one
	noise  float64                 // of 32768, mean square
	bends  func(float64) float64   // what the loudspeaker makes of -1..1
	ppm    float64                 // by which the microphone's clock is faster
	jump   map[int]float64         // samples by which a take is later
	dead   bool                    // the microphone gives nothing
	scaled func(x float64) float64 // what the microphone makes of -1..1
}

// hear plays a whole recording in the room.
func (r room) hear(rate int, played []int16, rng *rand.Rand) []float64 {
	n := fourier.Length(len(played) + rate)
	h, x := make([]complex128, n), make([]complex128, n)
	h[0] = complex(r.gain, 0)
	if r.t60 > 0 {
		wall := rand.New(rand.NewPCG(5, 6))
		decay := math.Pow(10, -3/(r.t60.Seconds()*float64(rate)))
		size := r.gain * math.Sqrt(r.walls*(1-decay*decay))
		for i := 1; i < rate; i++ {
			h[i] = complex(size*wall.NormFloat64(), 0)
			size *= decay
		}
	}
	for i, v := range played {
		s := float64(v) / full
		if r.bends != nil {
			s = r.bends(s)
		}
		x[i] = complex(s, 0)
	}
	t := exact.New(n)
	t.Forward(x)
	t.Forward(h)
	for k := range x {
		f := float64(k)
		if 2*k > n {
			f -= float64(n)
		}
		x[k] *= h[k] * cmplx.Rect(1, -2*math.Pi*f*r.delay/float64(n)) // parts of samples, too
	}
	t.Inverse(x)
	out := make([]float64, len(played))
	for i := range out {
		out[i] = real(x[i]) + r.noise/full*rng.NormFloat64()
		if r.ppm != 0 {
			out[i] += between(x, float64(i)*(1-r.ppm/1e6)) - real(x[i])
		}
	}
	return out
}

// between is the value of a band-limited signal between samples.
func between(x []complex128, at float64) (sum float64) {
	const lobes = 16
	i := int(at)
	for k := max(i-lobes, 0); k <= min(i+lobes, len(x)-1); k++ {
		d := at - float64(k)
		w := 0.5 + 0.5*math.Cos(math.Pi*d/(lobes+1))
		s := 1.0
		if d != 0 {
			s = math.Sin(math.Pi*d) / (math.Pi * d)
		}
		sum += real(x[k]) * s * w
	}
	return sum
}

func (r room) whole(x float64) int16 {
	if r.dead {
		return 0
	}
	if r.scaled != nil {
		x = r.scaled(x)
	}
	return int16(math.Round(min(max(x*full, -full), full-1)))
}

// measure plays five sweeps into a room.
func (r room) measure(t *testing.T, rate int) Figures {
	t.Helper()
	p, err := New(rate, -15)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	quiet := rate / 2
	played := make([]int16, quiet)
	for range 5 {
		played = append(append(played, p.Sweep()...), make([]int16, p.Length()-len(p.Sweep()))...)
	}
	heard := make([]int16, len(played))
	for i, v := range r.hear(rate, played, rng) {
		heard[i] = r.whole(v)
	}
	for k := range 5 {
		at := quiet + k*p.Length()
		from := at - int(r.jump[k])
		p.Hear(heard[from:min(from+p.Length(), len(heard))], at)
	}
	return p.Figures(heard[:quiet])
}

func near(got, want, by float64) bool { return math.Abs(got-want) <= by }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func TestFigures_of_rooms(t *testing.T) {
	square := func(a float64) func(float64) float64 { return func(x float64) float64 { return x + a*x*x } }
	clips := func(x float64) float64 { return min(max(10*x, -1), 1) }
	for _, test := range []struct {
		name  string
		room  func(rate int) room
		judge func(f Figures) error
	}{
		{"a wire -> no loss, no tail, no distortion", func(int) room { return room{gain: 1} }, func(f Figures) error {
			return wrong(f.Echo && near(f.ERL, 0, 0.1) && f.Delay < 200*time.Microsecond && f.Tail < 6*time.Millisecond && f.Distortion < 0.002 && f.Clipped == 0 && near(f.Drift, 0, 0.1) && f.Drifts)
		}},
		{"a known delay -> the delay", func(rate int) room { return room{gain: 0.5, delay: 0.0432 * float64(rate)} }, func(f Figures) error {
			return wrong(near(milliseconds(f.Delay), 43.2, 0.07) && f.Spread < 20*time.Microsecond)
		}},
		{"a late card -> the delay", func(rate int) room { return room{gain: 0.3, delay: 0.7 * float64(rate), noise: 10} }, func(f Figures) error {
			return wrong(near(milliseconds(f.Delay), 700, 0.1))
		}},
		{"a known gain -> the ERL", func(rate int) room { return room{gain: 0.1, delay: 100} }, func(f Figures) error { return wrong(near(f.ERL, 20, 0.1)) }},
		{"louder than it was played -> a negative ERL", func(rate int) room { return room{gain: 2, delay: 100} }, func(f Figures) error {
			return wrong(near(f.ERL, -6.02, 0.1) && f.Clipped == 0)
		}},
		{"a faint echo in noise -> the ERL all the same", func(rate int) room { return room{gain: 0.03, delay: 100, noise: 60} }, func(f Figures) error {
			return wrong(near(f.ERL, 30.5, 0.5) && near(f.Noise, -54.7, 0.5))
		}},
		{"a hall -> its tail", func(rate int) room {
			return room{gain: 0.5, delay: 200, t60: 300 * time.Millisecond, walls: 1, noise: 0.5}
		}, func(f Figures) error { // half of the energy falls by 22 dB: 300 ms/60*22
			return wrong(near(milliseconds(f.Tail), 110, 12) && !f.TailHidden && near(f.ERL, 3, 1))
		}},
		{"a hall in noise -> its tail may be longer", func(rate int) room {
			return room{gain: 0.02, delay: 200, t60: 900 * time.Millisecond, walls: 4, noise: 300}
		}, func(f Figures) error { return wrong(f.Echo && f.TailHidden) }},
		{"distortion of 5 % -> 5 %", func(rate int) room { return room{gain: 0.5, delay: 300, bends: square(0.1 / math.Pow(10, -15.0/20))} }, func(f Figures) error {
			return wrong(near(f.Distortion, 0.05, 0.006))
		}},
		{"a loudspeaker driven too far -> much", func(rate int) room {
			return room{gain: 0.5, delay: 300, bends: func(x float64) float64 { return min(max(x, -0.06), 0.06) }, noise: 3}
		}, func(f Figures) error { return wrong(f.Distortion > 0.15 && f.Clipped == 0) }},
		{"a microphone that clips -> clipped, and distorted", func(rate int) room { return room{gain: 1, delay: 300, scaled: clips} }, func(f Figures) error {
			return wrong(f.Clipped > 0.3 && f.Distortion > 0.15)
		}},
		{"noise alone -> no echo", func(rate int) room { return room{noise: 100} }, func(f Figures) error {
			return wrong(!f.Echo && !f.Silent && near(f.Noise, -50.3, 0.3) && f.ERL == 0 && f.Response == nil)
		}},
		{"a dead microphone -> silent", func(rate int) room { return room{gain: 1, dead: true} }, func(f Figures) error { return wrong(!f.Echo && f.Silent) }},
		{"a microphone's noise alone -> not silent", func(rate int) room { return room{noise: 1} }, func(f Figures) error { return wrong(!f.Echo && !f.Silent) }},
		{"two clocks, 60 ppm apart -> 60 ppm", func(rate int) room { return room{gain: 0.5, delay: 400, ppm: 60, noise: 3} }, func(f Figures) error {
			return wrong(f.Drifts && near(f.Drift, 60, 3))
		}},
		{"sound that was dropped -> a spread, and no drift", func(rate int) room {
			return room{gain: 0.5, delay: 400, jump: map[int]float64{1: float64(rate / 100)}}
		}, func(f Figures) error {
			return wrong(!f.Drifts && near(milliseconds(f.Spread), 10, 0.1))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, rate := range []int{8000, 16000, 48000} {
				f := test.room(rate).measure(t, rate)
				if err := test.judge(f); err != nil {
					f.Response, f.Impulse = nil, nil
					t.Errorf("%d Hz: %+v", rate, f)
				}
			}
		})
	}
}

var errWrong = errors.New("wrong")

func wrong(right bool) error {
	if right {
		return nil
	}
	return errWrong
}

// A flat way has a flat response; one that loses its bass shows it.
func TestFigures_response(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		f := room{gain: 0.25, delay: 50}.measure(t, rate)
		if n := len(f.Response); n < 12 {
			t.Errorf("%d Hz: %d bands", rate, n)
		}
		for _, b := range f.Response {
			if !near(b.DB, -12.04, 0.6) {
				t.Errorf("%d Hz: %.2f dB at %.0f Hz", rate, b.DB, b.At)
			}
		}
		loudest := f.Impulse[0]
		for _, i := range f.Impulse {
			if i.DB > loudest.DB {
				loudest = i
			}
		}
		if want := math.Floor(50e3 / float64(rate)); !near(loudest.At, want, 1) || loudest.DB != 0 {
			t.Errorf("%d Hz: the impulse is at %+v, want %g", rate, loudest, want)
		}
	}
}

func TestSweep_is_safe(t *testing.T) {
	for _, level := range []float64{-40, -15, -3} {
		p, err := New(16000, level)
		if err != nil {
			t.Fatal(err)
		}
		s, most := p.Sweep(), 0
		for i, v := range s {
			most = max(most, int(v), -int(v))
			// It is a tenth as loud at most in the first millisecond: nothing jumps.
			if i < 16 && math.Abs(float64(v)) > 0.1*full*math.Pow(10, level/20) {
				t.Fatalf("%g dB: sample %d is %d", level, i, v)
			}
		}
		if got := 20 * math.Log10(float64(most)/full); !near(got, level, 0.1) {
			t.Errorf("it peaks at %.2f dB instead of %g", got, level)
		}
		if v := s[len(s)-1]; v > 30 || v < -30 {
			t.Errorf("it ends with %d", v)
		}
	}
}

func TestNew_refuses(t *testing.T) {
	for _, test := range []struct {
		rate  int
		level float64
	}{{44100, -15}, {0, -15}, {16000, 0}, {16000, -60}, {16000, math.NaN()}} {
		if _, err := New(test.rate, test.level); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", test, err)
		}
	}
	if _, err := Cancel(44100, nil, nil, 0, 0); err == nil {
		t.Error("a canceller at 44100 Hz")
	}
}

// What came too short or not at all is no panic.
func TestHear_of_little(t *testing.T) {
	for _, n := range []int{0, 1, 100, 1 << 20} {
		p, err := New(8000, -15)
		if err != nil {
			t.Fatal(err)
		}
		p.Hear(make([]int16, n), 0)
		if f := p.Figures(nil); f.Echo || !f.Silent {
			t.Errorf("%d samples of nothing: %+v", n, f)
		}
	}
	p, _ := New(8000, -15)
	if f := p.Figures(nil); f.Echo || !f.Silent {
		t.Errorf("no take: %+v", f)
	}
}

func TestCancel(t *testing.T) {
	const long = 8 * time.Second
	for _, rate := range []int{8000, 16000} {
		far := Babble(rate, long)
		if level := Level(far); !near(level, -24, 0.5) {
			t.Errorf("the babble is at %.1f dB", level)
		}
		hear := func(r room) []int16 {
			out := make([]int16, len(far))
			for i, v := range r.hear(rate, far, rand.New(rand.NewPCG(1, 2))) {
				out[i] = r.whole(v)
			}
			return out
		}
		small := room{gain: 0.5, delay: float64(rate / 50), t60: 150 * time.Millisecond, walls: 0.5, noise: 3}
		late := small
		late.delay = float64(rate / 4)
		loud := small
		loud.noise = 300
		for _, test := range []struct {
			name       string
			r          room
			tail, late time.Duration
			least      float64
			most       float64
		}{
			{"a small room -> much", small, 128 * time.Millisecond, 0, 18, 60},
			{"a late card, looked for -> much", late, 128 * time.Millisecond, 500 * time.Millisecond, 18, 60},
			{"a late card, not looked for -> nothing", late, 128 * time.Millisecond, 0, -3, 3},
			{"noise -> as far as it lets", loud, 128 * time.Millisecond, 0, 3, 14},
		} {
			c, err := Cancel(rate, far, hear(test.r), test.tail, test.late)
			if err != nil {
				t.Fatal(err)
			}
			if c.Linear < test.least || c.Linear > test.most || !c.Known || len(c.Curve) != 24+8 {
				t.Errorf("%d Hz, %s: %.1f dB, all %.1f, within %v, %d points", rate, test.name, c.Linear, c.Sent, c.Within, len(c.Curve))
			}
		}
		if c, err := Cancel(rate, far, make([]int16, len(far)), 0, 0); err != nil || c.Known {
			t.Errorf("nothing heard: %+v, %v", c, err)
		}
	}
}

func ExampleProber() {
	p, _ := New(16000, -15)
	// A microphone that hears half of what is played, 10 ms later.
	heard := make([]int16, p.Length())
	for i, v := range p.Sweep() {
		heard[i+160] = v / 2
	}
	p.Hear(heard, 0)
	f := p.Figures(nil)
	fmt.Printf("%.1f ms, %.0f dB\n", f.Delay.Seconds()*1e3, f.ERL)
	// Output: 10.0 ms, 6 dB
}
