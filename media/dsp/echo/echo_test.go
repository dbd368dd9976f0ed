package echo

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// room is a path that dies away, seeded; its first sound comes after delay samples.
func room(seed uint64, delay, taps int) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	h := make([]float32, taps)
	for i := delay; i < taps; i++ {
		h[i] = float32(r.NormFloat64() * 0.3 * math.Exp(-float64(i-delay)*8/float64(taps)))
	}
	return h
}

// talk is noise that comes and goes as syllables do, with little treble.
func talk(seed uint64, n, rate int) []float32 {
	r := rand.New(rand.NewPCG(seed, 2))
	x := make([]float32, n)
	var last float64
	for i := range x {
		at := float64(i) / float64(rate)
		loud := max(math.Sin(2*math.Pi*at*(2+float64(seed%3))), 0) * (0.6 + 0.4*math.Sin(at*1.7))
		last = 0.8*last + r.NormFloat64()
		x[i] = float32(0.05 * loud * last)
	}
	return x
}

// through is x as heard by the path.
func through(h, x []float32) []float32 {
	y := make([]float32, len(x))
	for i := range x {
		var sum float32
		for k := 0; k < len(h) && k <= i; k++ {
			sum += h[k] * x[i-k]
		}
		y[i] = sum
	}
	return y
}

func cancel(t *testing.T, c Config, near, far []float32) (out, linear []float32, _ *Canceller) {
	t.Helper()
	k, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	out, linear = make([]float32, len(near)), make([]float32, len(near))
	for i := 0; i+c.Block <= len(near); i += c.Block {
		k.Process(out[i:i+c.Block], near[i:i+c.Block], far[i:i+c.Block], linear[i:i+c.Block])
	}
	return out, linear, k
}

func decibels(a, b []float32) float64 {
	return 10 * math.Log10(float64(square(a)+1e-12)/float64(square(b)+1e-12))
}

func TestEchoIsTakenOut(t *testing.T) {
	for _, c := range []Config{
		{Rate: 8000, Block: 80, Tail: 64 * time.Millisecond}, {Rate: 8000, Block: 40},
		{Rate: 16000, Block: 160, Tail: 200 * time.Millisecond, Noise: true}, {Rate: 16000, Block: 80, Tail: 256 * time.Millisecond},
		{Rate: 48000, Block: 480, Tail: 64 * time.Millisecond}, {Rate: 48000, Block: 240, Tail: 64 * time.Millisecond},
	} {
		n := c.Rate * 3
		far := talk(1, n, c.Rate)
		near := through(room(1, c.Rate/400, c.Rate/100), far)
		out, linear, k := cancel(t, c, near, far)
		from := n * 2 / 3
		sent, left := decibels(near[from:], out[from:]), decibels(near[from:], linear[from:])
		if sent < 40 || left < 20 {
			t.Errorf("%d Hz, blocks of %d: %.1f dB less is sent, %.1f after the linear filter", c.Rate, c.Block, sent, left)
		}
		if m := k.Meters(); m.Diverged || m.ERLE < 15 {
			t.Errorf("%d Hz, blocks of %d: meters %+v", c.Rate, c.Block, m)
		}
	}
}

func TestNearSpeechIsKept(t *testing.T) {
	const n = 16000 * 6
	far, voice := talk(1, n, 16000), talk(5, n, 16000)
	clear(voice[:n/2])
	near := through(room(2, 80, 1600), far)
	for i, v := range voice {
		near[i] += v
	}
	half, _, k := cancel(t, Config{Rate: 16000, Block: 160}, near[:n/4], far[:n/4])
	echoOnly := 0
	for at := n / 4; at < n/2; at += 160 {
		k.Process(half[:160], near[at:at+160], far[at:at+160], nil)
		if k.OnlyEcho() {
			echoOnly++
		}
	}
	if echoOnly < n/4/160/2 {
		t.Errorf("in %d of %d blocks there is only echo", echoOnly, n/4/160)
	}
	out, _, _ := cancel(t, Config{Rate: 16000, Block: 160}, near, far)
	from := n * 5 / 8
	var same, all float64
	for i := from; i < n; i++ {
		v := float64(voice[i-160]) // a block later
		same += v * float64(out[i])
		all += v * v
	}
	if gain := same / all; gain < 0.85 || gain > 1.1 {
		t.Errorf("near speech comes through by a factor of %.2f", gain)
	}
}

func TestNothingPlayedNothingChanged(t *testing.T) {
	const n = 16000
	voice := talk(4, n, 16000)
	out, linear, _ := cancel(t, Config{Rate: 16000, Block: 160}, voice, make([]float32, n))
	for i := 160; i < n; i++ {
		if math.Abs(float64(linear[i]-voice[i])) > 1e-5 {
			t.Fatalf("sample %d is %g, was %g", i, linear[i], voice[i])
		}
	}
	if d := decibels(voice[:n-160], out[160:]); math.Abs(d) > 1 {
		t.Errorf("speech is %.1f dB less without any echo", d)
	}
}

func TestNoSoundDoesHarm(t *testing.T) {
	const n = 16000 * 2
	r := rand.New(rand.NewPCG(9, 9))
	near, far := make([]float32, n), make([]float32, n)
	for i := range near {
		near[i], far[i] = float32(r.NormFloat64()*2), float32(r.NormFloat64()*2)
		switch r.IntN(2000) {
		case 0:
			near[i] = float32(math.NaN())
		case 1:
			far[i] = float32(math.Inf(1))
		}
	}
	out, _, _ := cancel(t, Config{Rate: 16000, Block: 160}, near, far)
	for i, v := range out {
		if !(math.Abs(float64(v)) < 200) {
			t.Fatalf("sample %d is %g", i, v)
		}
	}
}

func TestProcessAllocatesNothing(t *testing.T) {
	k, err := New(Config{Rate: 16000, Block: 160, Late: 500 * time.Millisecond, Noise: true})
	if err != nil {
		t.Fatal(err)
	}
	near, far := talk(1, 160, 16000), talk(2, 160, 16000)
	out := make([]float32, 160)
	if n := testing.AllocsPerRun(100, func() { k.Process(out, near, far, nil); k.Meters() }); n != 0 {
		t.Errorf("%v allocations a block", n)
	}
}

func TestConfigThatCannotBe(t *testing.T) {
	for _, c := range []Config{{}, {Rate: 44100, Block: 441}, {Rate: 16000, Block: 128}, {Rate: 16000, Block: 160, Tail: time.Second}, {Rate: 16000, Block: 160, Late: time.Second}} {
		if _, err := New(c); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func BenchmarkProcess(b *testing.B) {
	k, _ := New(Config{Rate: 16000, Block: 160, Tail: 200 * time.Millisecond, Noise: true})
	near, far, out := talk(1, 160, 16000), talk(2, 160, 16000), make([]float32, 160)
	for b.Loop() {
		k.Process(out, near, far, nil)
	}
}

func TestPathChanges(t *testing.T) {
	const n = 16000 * 6
	far := talk(1, n, 16000)
	near := through(room(3, 80, 640), far)
	copy(near[n/2:], through(room(4, 80, 640), far)[n/2:])
	out, linear, _ := cancel(t, Config{Rate: 16000, Block: 160}, near, far)
	if d := decibels(near[n/2:n*2/3], out[n/2:n*2/3]); d < 15 {
		t.Errorf("only %.1f dB less is sent in the second after a change", d)
	}
	if d := decibels(near[n*5/6:], linear[n*5/6:]); d < 20 {
		t.Errorf("only %.1f dB less after the linear filter, 2 s after a change", d)
	}
}

func TestMicrophoneClips(t *testing.T) {
	const n = 16000 * 4
	far := talk(1, n, 16000)
	near := through(room(6, 80, 640), far)
	for i := n / 2; i < n/2+1600; i++ {
		near[i] = max(min(near[i]*100, 1), -1)
	}
	out, _, _ := cancel(t, Config{Rate: 16000, Block: 160}, near, far)
	if d := decibels(near[n*3/4:], out[n*3/4:]); d < 35 {
		t.Errorf("only %.1f dB less is sent, a second after the microphone clipped", d)
	}
}

// The second call in a room begins where the first one ended.
func TestRestart(t *testing.T) {
	const n, word = 16000 * 3, 4000
	far := talk(1, n, 16000)
	near := through(room(7, 80, 640), far)
	_, linear, k := cancel(t, Config{Rate: 16000, Block: 160}, near, far)
	if d := decibels(near[:word], linear[:word]); d > 20 {
		t.Fatalf("%.1f dB less in the first word of the first call", d)
	}
	k.Restart()
	out := make([]float32, n)
	for i := 0; i+160 <= word; i += 160 {
		k.Process(out[i:i+160], near[i:i+160], far[i:i+160], linear[i:i+160])
	}
	if d := decibels(near[:word], linear[:word]); d < 20 {
		t.Errorf("%.1f dB less after the linear filter in the first word of the second call", d)
	}
	k.Restart()
	clear(near)
	clear(far)
	k.Process(out[:160], near[:160], far[:160], linear[:160])
	for i, v := range linear[:160] {
		if v != 0 {
			t.Fatalf("sample %d of silence is %g: of the call before", i, v)
		}
	}
	if allocated := testing.AllocsPerRun(10, k.Restart); allocated != 0 {
		t.Errorf("%v allocations", allocated)
	}
}

// A mixer behind the reference is turned up and down: the echo is as quiet as before.
func TestVolumeChanges(t *testing.T) {
	const rate, n = 16000, 16000 * 12
	far := talk(1, n, rate)
	echoed := through(room(3, 80, 1600), far)
	near := make([]float32, n)
	volume := func(second int) float32 {
		return [...]float32{0.3, 0.3, 0.3, 0.6, 0.6, 0.6, 1, 1, 1, 0.3, 0.3, 0.3}[second]
	}
	for i, v := range echoed {
		near[i] = volume(i/rate) * v
	}
	out, _, _ := cancel(t, Config{Rate: rate, Block: 160}, near, far)
	for _, second := range []int{3, 6, 9} {
		at := second * rate
		soon, later := decibels(near[at:at+2*rate], out[at:at+2*rate]), decibels(near[at+2*rate:at+3*rate], out[at+2*rate:at+3*rate])
		t.Logf("%g -> %g: %.1f dB less in two seconds, %.1f after them", volume(second-1), volume(second), soon, later)
		if soon < 40 || later < 40 {
			t.Errorf("%g -> %g: %.1f dB less in two seconds, %.1f after them", volume(second-1), volume(second), soon, later)
		}
	}
}
