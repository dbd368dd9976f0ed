package jitter_test

import (
	"math"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/jitter"
	"offhook/media/mediatest"
)

// linear is a codec of 16-bit samples at any pair of rates.
type linear struct{ clock, rate int }

func (l linear) Formats() []media.Format {
	return []media.Format{{Encoding: "L16", PayloadType: 96, ClockRate: l.clock, SampleRate: l.rate, Channels: 1, PTime: 20 * ms}}
}
func (l linear) NewEncoder(media.Format) (media.Encoder, error) { return l, nil }
func (l linear) NewDecoder(media.Format) (media.Decoder, error) { return l, nil }
func (l linear) Samples(p []byte) int                           { return len(p) / 2 }

func (l linear) Encode(dst []byte, f media.Frame) (int, error) {
	for i, s := range f {
		dst[2*i], dst[2*i+1] = byte(s>>8), byte(s)
	}
	return 2 * len(f), nil
}

func (l linear) Decode(dst media.Frame, p []byte) (int, error) {
	if len(p) == 0 || len(p) > 2*len(dst) {
		return 0, media.ErrPayload
	}
	for i := range len(p) / 2 {
		dst[i] = int16(p[2*i])<<8 | int16(p[2*i+1])
	}
	return len(p) / 2, nil
}

// Clock rate and sample rate differ for G.722 (8000, 16000) and for Opus decoded below 48 kHz.
func TestRates(t *testing.T) {
	for _, l := range []linear{{8000, 8000}, {8000, 16000}, {48000, 16000}, {48000, 8000}, {48000, 48000}} {
		speech := mediatest.Voice(l.rate, 6*time.Second, 4)
		c := mediatest.Call{Codec: l, Speech: speech, Link: mediatest.NewLink(mediatest.Impairment{Jitter: 30 * ms, Loss: 0.01, Seed: 3})}
		h, err := c.Run()
		if err != nil {
			t.Fatal(err)
		}
		lag, corr := mediatest.Delay(speech, h.Sound, l.rate)
		t.Logf("%+v: delay %v, correlation %.3f, %+v", l, lag, corr, h.Counters)
		if lag > 41*ms || corr < 0.9 || h.Counters.Lost == 0 || h.Counters.Late+h.Counters.Discarded > 0 {
			t.Errorf("%+v: delay %v, correlation %.2f, %+v", l, lag, corr, h.Counters)
		}
		made := time.Duration(h.Counters.Lost) * 20 * ms
		if d := h.Counters.Concealed - made; d > ms || d < -ms {
			t.Errorf("%+v: concealed %v for %d lost packets", l, h.Counters.Concealed, h.Counters.Lost)
		}
	}
}

// While delay shrinks by compressing, and grows by stretching, a tone keeps its
// frequency and purity: what is heard is nearly all at its frequency.
func TestStretchedTone(t *testing.T) {
	for _, freq := range []float64{133, 425, 1000} {
		tone := make(media.Frame, 8*8000)
		for i := range tone {
			tone[i] = int16(8000 * math.Sin(2*math.Pi*freq*float64(i)/8000))
		}
		c := mediatest.Call{Codec: linear{8000, 8000}, Speech: tone, Phase: 2 * ms, Edit: func(n int, p *jitter.Packet) bool {
			if n < 50 { // from slow to fast after 1 s
				p.Arrival += 120 * ms
			}
			return true
		}}
		h, err := c.Run()
		if err != nil {
			t.Fatal(err)
		}
		if h.Counters.Accelerated < 80*ms || h.Counters.Concealed+h.Counters.Expanded > 15*ms {
			t.Errorf("%v Hz: %+v", freq, h.Counters)
		}
		for at := 2000; at+1600 < len(h.Sound)-400; at += 800 {
			piece := h.Sound[at : at+1600]
			if rest := mediatest.Level(piece) + 3.01 - mediatest.ToneLevel(piece, 8000, freq); rest > 0.5 {
				t.Errorf("%v Hz at %d: %.2f dB beside the tone", freq, at, rest)
			}
			for i := 1; i < len(piece); i++ {
				if d := math.Abs(float64(piece[i]) - float64(piece[i-1])); d > 8000*2*math.Sin(math.Pi*freq/8000)*1.4+50 {
					t.Fatalf("%v Hz at %d: a click of %.0f", freq, at+i, d)
				}
			}
		}
	}
}

// Sound that is damaged by loss is quieter, never louder, and has no clicks: its
// steepest step is not beyond that of the speech.
func TestNoClicks(t *testing.T) {
	speech := mediatest.Voice(8000, 30*time.Second, 6)
	c := mediatest.Call{Codec: linear{8000, 8000}, Speech: speech, Link: link(mediatest.Impairment{Jitter: 40 * ms, Loss: 0.1, Burst: 2, Reorder: 0.02})}
	h, err := c.Run()
	if err != nil {
		t.Fatal(err)
	}
	if said, heard := steepest(speech), steepest(h.Sound); heard > 1.1*said {
		t.Errorf("a step of %.0f was heard, %.0f said", heard, said)
	}
	if d := mediatest.Level(h.Sound) - mediatest.Level(speech); d > 0.1 || d < -2 {
		t.Errorf("heard at %.1f dB of what was said", d)
	}
}

func steepest(f media.Frame) (d float64) {
	for i := 1; i < len(f); i++ {
		d = math.Max(d, math.Abs(float64(f[i])-float64(f[i-1])))
	}
	return d
}
