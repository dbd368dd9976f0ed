package g722

import (
	"errors"
	"math"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
)

func codec(t testing.TB) (media.Encoder, media.Decoder) {
	t.Helper()
	f := Rate64.Formats()[0]
	e, err := Rate64.NewEncoder(f)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Rate64.NewDecoder(f)
	if err != nil {
		t.Fatal(err)
	}
	return e, d
}

func TestFormat(t *testing.T) {
	f := Rate64.Formats()[0]
	want := media.Format{Encoding: "G722", PayloadType: 9, ClockRate: 8000, SampleRate: 16000, Channels: 1, PTime: 20 * time.Millisecond}
	if f != want {
		t.Errorf("%+v", f)
	}
	_, d := codec(t)
	if n := d.Samples(make([]byte, 160)); n != 320 {
		t.Errorf("160 octets are %d samples", n)
	}
}

// delay of the two filters together, in samples.
const delay = taps - 2

func TestFrequencies(t *testing.T) {
	for _, freq := range []float64{100, 1000, 3000, 3900, 4100, 5000, 6500, 7000} {
		in := make(media.Frame, 16000)
		for i := range in {
			in[i] = int16(8000 * math.Sin(2*math.Pi*freq*float64(i)/16000))
		}
		out := decoded(t, Rate64, encoded(t, in))
		before, after := mediatest.ToneLevel(in[4000:12000], 16000, freq), mediatest.ToneLevel(out[4000:12000], 16000, freq)
		if math.Abs(before-after) > 1 {
			t.Errorf("%v Hz: %.1f dB in, %.1f dB out", freq, before, after)
		}
	}
}

func TestSpeech(t *testing.T) {
	voice := mediatest.Voice(16000, 10*time.Second, 3)
	code := encoded(t, voice)
	for rate, least := range map[Rate]float64{Rate64: 20, Rate56: 18, Rate48: 14} {
		heard := decoded(t, rate, code)
		if snr := mediatest.SNR(voice[:len(voice)-delay], heard[delay:]); snr < least {
			t.Errorf("%d kbit/s: SNR %.1f dB, want %v", rate, snr, least)
		}
	}
}

// Any cut of the sound into packets comes to the same.
func TestPackets(t *testing.T) {
	e, d := codec(t)
	sound := synthetic(6400)
	whole := encoded(t, sound)
	heard := decoded(t, Rate64, whole)
	code, out := make([]byte, 0, len(whole)), make(media.Frame, 0, len(sound))
	for i, from := 0, 0; from < len(sound); i++ {
		n := min([]int{2, 160, 318, 322, 640, 1000}[i%6], len(sound)-from)
		payload, frame := make([]byte, n/2), make(media.Frame, n)
		if _, err := e.Encode(payload, sound[from:from+n]); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Decode(frame, payload); err != nil {
			t.Fatal(err)
		}
		code, out, from = append(code, payload...), append(out, frame...), from+n
	}
	differ(t, "encoder", code, whole)
	differ(t, "decoder", little(out), little(heard))
}

func TestErrors(t *testing.T) {
	e, d := codec(t)
	if _, err := e.Encode(make([]byte, 159), make(media.Frame, 320)); err == nil {
		t.Error("encoded into too small a buffer")
	}
	if _, err := e.Encode(make([]byte, 160), make(media.Frame, 319)); err == nil {
		t.Error("encoded half a pair")
	}
	for _, payload := range [][]byte{nil, {}, make([]byte, 161)} {
		if _, err := d.Decode(make(media.Frame, 320), payload); !errors.Is(err, media.ErrPayload) {
			t.Errorf("%d bytes into 320 samples: %v", len(payload), err)
		}
	}
	for name, change := range map[string]func(*media.Format){
		"another codec":         func(f *media.Format) { f.Encoding = "PCMU" },
		"clock rate 16000":      func(f *media.Format) { f.ClockRate = 16000 },
		"8000 samples a second": func(f *media.Format) { f.SampleRate = 8000 },
		"stereo":                func(f *media.Format) { f.Channels = 2 },
	} {
		f := Rate64.Formats()[0]
		change(&f)
		if _, err := Rate64.NewEncoder(f); err == nil {
			t.Errorf("encoder takes %s", name)
		}
		if _, err := Rate64.NewDecoder(f); err == nil {
			t.Errorf("decoder takes %s", name)
		}
	}
	if _, err := Rate(32).NewDecoder(Rate64.Formats()[0]); err == nil {
		t.Error("there is no rate of 32 kbit/s")
	}
}

func TestAllocations(t *testing.T) {
	e, d := codec(t)
	frame, payload := make(media.Frame, 320), make([]byte, 160)
	if n := testing.AllocsPerRun(100, func() {
		_, _ = e.Encode(payload, frame)
		_, _ = d.Decode(frame, payload)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Decode never fails on octets that fit, and the predictors stay within what
// the arithmetic supposes of them.
func FuzzDecode(f *testing.F) {
	f.Add(octets(160))
	f.Add(make([]byte, 320))
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, r := range []Rate{Rate64, Rate56, Rate48} {
			d := newDecoder(r)
			out := make(media.Frame, 2*len(payload))
			n, err := d.Decode(out, payload)
			if len(payload) == 0 != errors.Is(err, media.ErrPayload) || err == nil && n != len(out) {
				t.Fatal(n, err)
			}
			within(t, &d.lower.predictor)
			within(t, &d.upper.predictor)
		}
	})
}

func within(t *testing.T, p *predictor) {
	t.Helper()
	values := append(append([]int32{p.estimate, p.zeros, p.a1, p.a2, p.r1}, p.b[:]...), p.d[:]...)
	for _, v := range values {
		if v != saturate(v) {
			t.Fatalf("%+v does not fit 16 bits", *p)
		}
	}
}

// Where sums overflow on their way, they are held in the recommendation's order.
func TestSaturatedSums(t *testing.T) {
	p := predictor{b: [6]int32{-32000, -32000, -32000, 32000, 32000, 32000}, d: [6]int32{20000, 20000, 20000, 20000, 20000, 20000}}
	q := p
	got, want := q.shift(10000), int32(0)
	for i := 5; i >= 0; i-- {
		want = saturate(want + q.b[i]*q.d[i]>>15)
	}
	if sum := plain(&q); got != want || got == saturate(sum) {
		t.Errorf("%d, should be %d; without holding it would be %d", got, want, sum)
	}
}

func plain(p *predictor) (sum int32) {
	for i := range p.b {
		sum += p.b[i] * p.d[i] >> 15
	}
	return sum
}

func voiced(b *testing.B) (media.Frame, []byte) {
	f := mediatest.Voice(16000, time.Second, 1)
	return f, encoded(b, f)
}

func BenchmarkEncode(b *testing.B) {
	e, _ := codec(b)
	frames, _ := voiced(b)
	payload := make([]byte, 160)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at := i % 50 * 320
		_, _ = e.Encode(payload, frames[at:at+320])
	}
}

func BenchmarkDecode(b *testing.B) {
	_, d := codec(b)
	_, code := voiced(b)
	frame := make(media.Frame, 320)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at := i % 50 * 160
		_, _ = d.Decode(frame, code[at:at+160])
	}
}
