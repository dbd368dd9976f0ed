package dtmf_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/dtmf"
	"offhook/media/mediatest"
)

const keys = "123A456B789C*0#D"

var rows, columns = [4]float64{697, 770, 852, 941}, [4]float64{1209, 1336, 1477, 1633}

// press is a key as Q.24 has it: levels are of a full-scale sine, in dB.
type press struct {
	key       int
	rate      int
	on, off   time.Duration
	level     float64 // of the stronger tone
	twist     float64 // dB of the upper above the lower
	shift     float64 // of both frequencies, relative
	noise     float64 // dB below the weaker tone; 0: none
	interrupt time.Duration
}

func (p press) sound(rng *rand.Rand) media.Frame {
	n := int((p.on + p.off) * time.Duration(p.rate) / time.Second)
	lead := int(p.off/2*time.Duration(p.rate)/time.Second) + rng.IntN(60)
	on := int(p.on * time.Duration(p.rate) / time.Second)
	gap := int(p.interrupt * time.Duration(p.rate) / time.Second)
	low, high := p.level, p.level
	if p.twist > 0 {
		low -= p.twist
	} else {
		high += p.twist
	}
	amplitude := [2]float64{math.Pow(10, low/20), math.Pow(10, high/20)}
	freq := [2]float64{rows[p.key/4] * (1 + p.shift), columns[p.key%4] * (1 + p.shift)}
	phase := [2]float64{rng.Float64() * 2 * math.Pi, rng.Float64() * 2 * math.Pi}
	noise := 0.0
	if p.noise > 0 {
		noise = math.Pow(10, (min(low, high)-3-p.noise)/20)
	}
	f := make(media.Frame, n+60)
	for i := range f {
		x := noise * rng.NormFloat64()
		if at := i - lead; at >= 0 && at < on && (at < on/2 || at >= on/2+gap) {
			for k := range 2 {
				x += amplitude[k] * math.Sin(phase[k]+2*math.Pi*freq[k]*float64(at)/float64(p.rate))
			}
		}
		f[i] = int16(max(-32768, min(32767, x*32768)))
	}
	return f
}

// hear tells what a detector makes of sound that comes in periods of 10 ms.
func hear(rate int, sound media.Frame) (digits []dtmf.Digit) {
	d := dtmf.New(rate, rate/100)
	sound = append(sound, make(media.Frame, rate/5)...)
	for len(sound) > 0 {
		n := min(rate/100, len(sound))
		_ = d.WriteFrame(sound[:n])
		sound = sound[n:]
		for {
			digit, ok := d.Next()
			if !ok {
				break
			}
			digits = append(digits, digit)
		}
	}
	return digits
}

// hits counts how many of n presses are found as what they are.
func (p press) hits(t *testing.T, n int) int {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	good := 0
	for i := range n {
		p.key = i % 16
		got := hear(p.rate, p.sound(rng))
		if len(got) == 1 && got[0].Digit == rune(keys[p.key]) {
			good++
		} else if len(got) > 1 {
			t.Errorf("key %c is heard as %v", keys[p.key], got)
		}
	}
	return good
}

// What Q.24 has a receiver take, and what it has it refuse.
func TestDetector_by_Q24(t *testing.T) {
	usual := press{rate: 8000, on: 50 * time.Millisecond, off: 60 * time.Millisecond, level: -13}
	with := func(change func(*press)) press {
		p := usual
		change(&p)
		return p
	}
	const n = 320
	for name, c := range map[string]struct {
		press
		least, most int
	}{
		"as sent":            {usual, n, n},
		"at 16 kHz":          {with(func(p *press) { p.rate = 16000 }), n, n},
		"at 48 kHz":          {with(func(p *press) { p.rate = 48000 }), n, n},
		"40 ms":              {with(func(p *press) { p.on = 40 * time.Millisecond }), n, n},
		"23 ms":              {with(func(p *press) { p.on = 23 * time.Millisecond }), 0, 0},
		"1.5 % high":         {with(func(p *press) { p.shift = 0.015 }), n, n},
		"1.5 % low":          {with(func(p *press) { p.shift = -0.015 }), n, n},
		"3.5 % high":         {with(func(p *press) { p.shift = 0.035 }), 0, 0},
		"3.5 % low":          {with(func(p *press) { p.shift = -0.035 }), 0, 0},
		"twist of +4 dB":     {with(func(p *press) { p.twist = 4 }), n, n},
		"twist of -8 dB":     {with(func(p *press) { p.twist = -8 }), n, n},
		"twist of +9 dB":     {with(func(p *press) { p.twist = 9 }), 0, 0},
		"twist of -13 dB":    {with(func(p *press) { p.twist = -13 }), 0, 0},
		"SNR of 15 dB":       {with(func(p *press) { p.noise = 15 }), n * 99 / 100, n},
		"SNR of 20 dB, 40ms": {with(func(p *press) { p.noise, p.on = 20, 40*time.Millisecond }), n * 98 / 100, n},
		"0 dBm0":             {with(func(p *press) { p.level = -6.1 }), n, n},
		"-25 dBm0":           {with(func(p *press) { p.level = -28 }), n, n},
		"-45 dBm0":           {with(func(p *press) { p.level = -48 }), 0, 0},
		"interrupted, 10 ms": {with(func(p *press) { p.on, p.interrupt = 120*time.Millisecond, 10*time.Millisecond }), n, n},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.hits(t, n); got < c.least || got > c.most {
				t.Errorf("%d of %d found; %d to %d should be", got, n, c.least, c.most)
			}
		})
	}
}

// Digits in a row at the pace of Q.24: 40 ms on, 40 ms off, the same ones too.
func TestDetector_digits_in_a_row(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var sound media.Frame
	want := "11120987654321*#ABCDD00"
	for _, k := range want {
		p := press{rate: 8000, on: 40 * time.Millisecond, off: 40 * time.Millisecond, level: -10}
		for i, key := range keys {
			if key == k {
				p.key = i
			}
		}
		sound = append(sound, p.sound(rng)...)
	}
	got := ""
	for _, d := range hear(8000, sound) {
		got += string(d.Digit)
	}
	if got != want {
		t.Errorf("heard %q, not %q", got, want)
	}
}

func TestDetector_noise_is_no_digit(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	f := make(media.Frame, 8000*60)
	for i := range f {
		f[i] = int16(3000 * rng.NormFloat64())
	}
	if got := hear(8000, f); len(got) > 0 {
		t.Errorf("%v in a minute of noise", got)
	}
}

func TestDetector_durations(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, on := range []time.Duration{60 * time.Millisecond, 200 * time.Millisecond, 2 * time.Second} {
		got := hear(8000, press{key: 5, rate: 8000, on: on, off: 100 * time.Millisecond, level: -13}.sound(rng))
		if len(got) != 1 || (got[0].Duration-on).Abs() > 15*time.Millisecond {
			t.Errorf("%v is heard as %v", on, got)
		}
	}
}

// talkOff is how many digits are found in what has none.
func TestDetector_talk_off(t *testing.T) {
	hits, length := 0, time.Duration(0)
	for seed := range uint64(12) {
		const each = time.Minute
		hits += len(hear(8000, mediatest.Voice(8000, each, seed)))
		length += each
	}
	t.Logf("voice: %d digits in %v", hits, length)
	if hits > 0 {
		t.Errorf("%d digits in %v of voice", hits, length)
	}
	if hits := len(hear(8000, melody(3*time.Minute))); hits > 0 {
		t.Errorf("%d digits in music", hits)
	}
}

// melody is music: chords of up to three notes of the tempered scale, with harmonics.
func melody(d time.Duration) media.Frame {
	rng := rand.New(rand.NewPCG(7, 8))
	f := make(media.Frame, int(d*8000/time.Second))
	for at := 0; at < len(f); at += 1600 {
		for range 1 + rng.IntN(3) {
			base := 220 * math.Pow(2, float64(rng.IntN(36))/12)
			for i := range min(1600, len(f)-at) {
				decay := math.Exp(-float64(i) / 3000)
				for h := 1.0; h <= 4 && base*h < 3800; h++ {
					f[at+i] += int16(2500 * decay / h * math.Sin(2*math.Pi*base*h*float64(i)/8000))
				}
			}
		}
	}
	return f
}

func TestDetector_allocations(t *testing.T) {
	d := dtmf.New(16000, 160)
	f := press{key: 1, rate: 16000, on: time.Second, off: time.Second, level: -13}.sound(rand.New(rand.NewPCG(9, 9)))
	at := 0
	if n := testing.AllocsPerRun(180, func() {
		_ = d.WriteFrame(f[at : at+160])
		at += 160
		d.Next()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestDetector_reset(t *testing.T) {
	d := dtmf.New(8000, 8000)
	_ = d.WriteFrame(press{key: 1, rate: 8000, on: 500 * time.Millisecond, off: time.Millisecond, level: -13}.sound(rand.New(rand.NewPCG(9, 9))))
	d.Reset()
	_ = d.WriteFrame(make(media.Frame, 4000))
	if got, ok := d.Next(); ok {
		t.Errorf("%v of before", got)
	}
}

func BenchmarkDetector(b *testing.B) {
	d := dtmf.New(8000, 160)
	f := mediatest.Voice(8000, 20*time.Millisecond, 1)
	b.ReportAllocs()
	for b.Loop() {
		_ = d.WriteFrame(f)
	}
}
