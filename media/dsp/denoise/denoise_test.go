package denoise

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"offhook/media/mediatest"
)

const rate = 16000

func speech(t *testing.T, long time.Duration) []float32 {
	t.Helper()
	f := mediatest.Speakers()[0].Say(rate, long)
	x := make([]float32, len(f))
	for i, v := range f {
		x[i] = float32(v) / 32768
	}
	return x
}

// noise is white, of a root mean square.
func noise(n int, level float64, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 3))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(level * rng.NormFloat64())
	}
	return x
}

func sum(a, b []float32) []float32 {
	x := make([]float32, len(a))
	for i := range x {
		x[i] = a[i] + b[i]
	}
	return x
}

func power(x []float32) (p float64) {
	for _, v := range x {
		p += float64(v) * float64(v)
	}
	return p/float64(len(x)) + 1e-20
}

func db(a, b float64) float64 { return 10 * math.Log10(a/b) }

func cleaned(t *testing.T, c Config, x []float32) []float32 {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	y := make([]float32, len(x))
	s.Process(y, x)
	return y
}

func TestNew(t *testing.T) {
	for _, c := range []Config{{}, {Rate: 7999}, {Rate: 16050}, {Rate: 96000}, {Rate: rate, Reduction: -1}, {Rate: rate, Reduction: math.NaN()}, {Rate: rate, HighPass: 1000}} {
		if _, err := New(c); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, r := range []int{8000, rate, 44100, 48000} {
		s, err := New(Config{Rate: r})
		if err != nil || s.Block() != r/100 || s.Delay() != 10*time.Millisecond {
			t.Errorf("%d: %v", r, err)
		}
	}
}

// Speech without noise comes through 10 ms later, and not otherwise changed.
func TestProcess_clean_speech(t *testing.T) {
	x := speech(t, 4*time.Second)
	x = append(make([]float32, rate/5), x...)
	y := cleaned(t, Config{Rate: rate, HighPass: 1}, x)
	late := rate / 100
	wrong := make([]float32, len(x)-late)
	for i := range wrong {
		wrong[i] = y[i+late] - x[i]
	}
	if snr := db(power(x), power(wrong)); snr < 22 {
		t.Errorf("SNR of %.1f dB", snr)
	}
}

// Noise alone is made about as much quieter as was asked for, and not more.
func TestProcess_noise(t *testing.T) {
	for _, want := range []float64{10, 15, 20} {
		x := noise(4*rate, 0.01, 1)
		y := cleaned(t, Config{Rate: rate, Reduction: want}, x)
		if got := db(power(x[2*rate:]), power(y[2*rate:])); got < 0.8*want || got > want+0.2 {
			t.Errorf("%.1f dB less, not %.0f", got, want)
		}
	}
}

// In noise 10 dB below it, speech comes out cleaner, and as loud as it was.
func TestProcess_speech_in_noise(t *testing.T) {
	x := append(make([]float32, rate), speech(t, 6*time.Second)...)
	noisy := sum(x, noise(len(x), math.Sqrt(power(x[rate:])/10), 2))
	y := cleaned(t, Config{Rate: rate, HighPass: 1}, noisy)
	late := rate / 100
	said, got := x[rate:len(x)-late], y[rate+late:]
	var xy float64
	wrong := make([]float32, len(said))
	for i := range said {
		xy += float64(said[i]) * float64(got[i]) / float64(len(said))
		wrong[i] = got[i] - said[i]
	}
	if gain := xy / power(said); gain < 0.85 || gain > 1.02 {
		t.Errorf("speech is multiplied by %.2f", gain)
	}
	if better := db(power(said), power(wrong)) - 10; better < 2 {
		t.Errorf("cleaner by %.1f dB", better)
	}
}

// Noise that becomes 20 dB louder at once is noise again after 3 s.
func TestProcess_noise_that_becomes_louder(t *testing.T) {
	x := append(noise(3*rate, 0.002, 4), noise(5*rate, 0.02, 5)...)
	y := cleaned(t, Config{Rate: rate}, x)
	if less := db(power(x[6*rate:]), power(y[6*rate:])); less < 12 {
		t.Errorf("%.1f dB less after 3 s", less)
	}
}

// Long vowels and much talk are not taken for noise.
func TestProcess_does_not_learn_speech(t *testing.T) {
	x := append(noise(rate, 0.0005, 6), sum(speech(t, 20*time.Second), noise(20*rate, 0.0005, 7))...)
	y := cleaned(t, Config{Rate: rate, HighPass: 1}, x)
	if less := db(power(x[15*rate:]), power(y[15*rate:])); less > 1 {
		t.Errorf("speech is %.1f dB quieter after 15 s", less)
	}
}

// Wind is below what is spoken.
func TestProcess_rumble(t *testing.T) {
	x := make([]float32, 2*rate)
	for i := range x {
		x[i] = float32(0.3 * math.Sin(2*math.Pi*25*float64(i)/rate))
	}
	y := cleaned(t, Config{Rate: rate, HighPass: 100}, x)
	if less := db(power(x[rate:]), power(y[rate:])); less < 22 {
		t.Errorf("%.1f dB less at 25 Hz", less)
	}
}

// Silence stays silent, and what comes after full scale and silence is in order.
func TestProcess_extremes(t *testing.T) {
	x := append(noise(rate, 3, 8), make([]float32, rate)...)
	for i := range x {
		x[i] = min(max(x[i], -1), 1)
	}
	y := cleaned(t, Config{Rate: rate}, x)
	for i, v := range y {
		if math.IsNaN(float64(v)) || math.Abs(float64(v)) > 4 {
			t.Fatalf("sample %d is %g", i, v)
		}
	}
	if p := power(y[len(y)-rate/2:]); p > 1e-10 {
		t.Errorf("silence has a power of %g", p)
	}
}

func TestProcess_allocates_nothing(t *testing.T) {
	s, err := New(Config{Rate: rate})
	if err != nil {
		t.Fatal(err)
	}
	x := noise(320, 0.1, 9)
	if n := testing.AllocsPerRun(50, func() { s.Process(x, x) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkProcess20ms(b *testing.B) {
	s, err := New(Config{Rate: rate})
	if err != nil {
		b.Fatal(err)
	}
	in, out := noise(320, 0.1, 9), make([]float32, 320)
	b.ReportAllocs()
	for b.Loop() {
		s.Process(out, in)
	}
}
