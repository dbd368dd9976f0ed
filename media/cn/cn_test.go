package cn

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"offhook/media"
	"offhook/media/mediatest"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name    string
		payload []byte
		want    Noise
	}{
		{"level alone", []byte{40}, Noise{Level: 40}},
		{"unused bit set", []byte{0x80 | 40}, Noise{Level: 40}},
		{"coefficients", []byte{60, 0, 127, 254}, Noise{Level: 60, Order: 3, Reflection: [MaxOrder]float32{-0.99993896, 0, 0.99993896}}},
		{"255 has no meaning", []byte{60, 255, 128}, Noise{Level: 60, Order: 2, Reflection: [MaxOrder]float32{0, 0.007873535}}},
		{"more than are used", append([]byte{60}, bytes.Repeat([]byte{127}, 30)...), Noise{Level: 60, Order: MaxOrder}},
	} {
		got, err := Parse(c.payload)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, c.want)
		}
	}
	if _, err := Parse(nil); !errors.Is(err, media.ErrPayload) {
		t.Errorf("empty payload: %v", err)
	}
}

func TestAppend(t *testing.T) {
	n := Noise{Level: 200, Order: 4, Reflection: [MaxOrder]float32{-1, 0.5, 7, float32(math.NaN())}}
	got := n.Append([]byte{9})
	if want := []byte{9, 127, 0, 191, 254}; !bytes.Equal(got[:5], want) || len(got) != 6 {
		t.Errorf("%v, want %v and one more", got, want)
	}
	if again, err := Parse(got[1:]); err != nil || again.Order != 4 {
		t.Errorf("%+v, %v", again, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{60, 1, 127, 254})
	f.Add(append([]byte{0}, bytes.Repeat([]byte{254, 0}, 6)...))
	f.Fuzz(func(t *testing.T, payload []byte) {
		n, err := Parse(payload)
		if err != nil {
			return
		}
		if again, err := Parse(n.Append(nil)); err != nil || again != n {
			t.Fatalf("%+v came back as %+v, %v", n, again, err)
		}
		g := NewGenerator(16000, 1)
		g.Set(n)
		frame := make(media.Frame, 3200)
		_ = g.ReadFrame(frame)
		for _, v := range g.state {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Fatalf("%+v: the filter is not stable", n)
			}
		}
	})
}

// made is noise after a description, and what an analyser says of it.
func made(n Noise, rate, samples int) (media.Frame, Noise) {
	g, a := NewGenerator(rate, 3), NewAnalyser(rate)
	g.Set(n)
	f := make(media.Frame, samples)
	for at := 0; at < len(f); at += 320 {
		piece := f[at:min(at+320, len(f))]
		_ = g.ReadFrame(piece)
		_ = a.WriteFrame(piece)
	}
	return f, a.Noise()
}

func descriptions() map[string]Noise {
	return map[string]Noise{
		"white":      {Level: 40},
		"dull":       {Level: 50, Order: 1, Reflection: [MaxOrder]float32{-0.9}},
		"hissing":    {Level: 45, Order: 2, Reflection: [MaxOrder]float32{0.7, 0.3}},
		"with peaks": {Level: 35, Order: 6, Reflection: [MaxOrder]float32{-0.8, 0.6, -0.3, 0.2, 0.1, -0.2}},
	}
}

func TestGenerator_what_was_described_is_heard(t *testing.T) {
	for name, n := range descriptions() {
		sound, heard := made(n, 16000, 32000)
		if l := mediatest.Level(sound); math.Abs(l+float64(n.Level)) > 0.7 {
			t.Errorf("%s: level %.1f dBov, want %d", name, l, -int(n.Level))
		}
		if d := int(heard.Level) - int(n.Level); d < -1 || d > 1 {
			t.Errorf("%s: described %d, analysed %d", name, n.Level, heard.Level)
		}
		for i, k := range n.Reflection[:order] {
			if math.Abs(float64(heard.Reflection[i]-k)) > 0.08 {
				t.Errorf("%s: coefficient %d is %.2f, want %.2f", name, i, heard.Reflection[i], k)
			}
		}
	}
}

// The sign is the one that other implementations use: what is dull stays dull.
func TestGenerator_dull_is_dull(t *testing.T) {
	sound, heard := made(Noise{Level: 30, Order: 1, Reflection: [MaxOrder]float32{-0.95}}, 8000, 16000)
	var low, high float64
	for f := 100.0; f < 500; f += 50 {
		low += math.Pow(10, mediatest.ToneLevel(sound, 8000, f)/10)
		high += math.Pow(10, mediatest.ToneLevel(sound, 8000, f+3000)/10)
	}
	if ratio := 10 * math.Log10(low/high); ratio < 15 {
		t.Errorf("low over high: %.1f dB", ratio)
	}
	if code := heard.Append(nil)[1]; code > 20 {
		t.Errorf("the first coefficient is sent as %d", code)
	}
}

func TestGenerator_changes_are_smooth(t *testing.T) {
	g := NewGenerator(8000, 1)
	f := make(media.Frame, 80)
	_ = g.ReadFrame(f)
	if l := mediatest.Level(f); l != -127 {
		t.Errorf("before it was told anything: %.1f dBov", l)
	}
	g.Set(Noise{Level: 30})
	long := make(media.Frame, 8000)
	_ = g.ReadFrame(long)
	g.Set(Noise{Level: 60, Order: 1, Reflection: [MaxOrder]float32{-0.9}})
	last := mediatest.Level(long)
	for i := range 20 {
		_ = g.ReadFrame(f)
		l := mediatest.Level(f)
		if l-last < -6 {
			t.Errorf("10 ms frame %d: from %.1f to %.1f dBov", i, last, l)
		}
		last = l
	}
	_ = g.ReadFrame(long)
	if l := mediatest.Level(long); math.Abs(l+60) > 1 {
		t.Errorf("at last %.1f dBov", l)
	}
}

func TestAnalyser_without_sound(t *testing.T) {
	a := NewAnalyser(8000)
	if n := a.Noise(); n != (Noise{Level: 127}) {
		t.Errorf("nothing: %+v", n)
	}
	_ = a.WriteFrame(make(media.Frame, 160))
	if n := a.Noise(); n.Level != 127 || n.Order != 0 {
		t.Errorf("digital silence: %+v", n)
	}
	tone := make(media.Frame, 8000)
	for i := range tone {
		tone[i] = int16(32767 * math.Sin(float64(i)*0.3))
	}
	_ = a.WriteFrame(tone)
	for i, k := range a.Noise().Reflection {
		if !(k > -1 && k < 1) {
			t.Errorf("a tone: coefficient %d is %v", i, k)
		}
	}
}

func TestAllocations(t *testing.T) {
	g, a, d := NewGenerator(16000, 1), NewAnalyser(16000), NewDetector(16000)
	frame, payload := make(media.Frame, 320), make([]byte, 0, 1+MaxOrder)
	if n := testing.AllocsPerRun(100, func() {
		_ = g.ReadFrame(frame)
		_ = a.WriteFrame(frame)
		d.Voice(frame)
		n, _ := Parse(a.Noise().Append(payload))
		g.Set(n)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDetector(b *testing.B) {
	d := NewDetector(16000)
	f := mediatest.Voice(16000, 1e9, 1)
	for i := 0; b.Loop(); i++ {
		at := i % 50 * 320
		d.Voice(f[at : at+320])
	}
}

func BenchmarkGenerator(b *testing.B) {
	g := NewGenerator(16000, 1)
	g.Set(descriptions()["with peaks"])
	f := make(media.Frame, 320)
	for b.Loop() {
		_ = g.ReadFrame(f)
	}
}
