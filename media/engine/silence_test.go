package engine_test

import (
	"math"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/cn"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/g722"
	"offhook/media/l16"
	"offhook/media/mediatest"
	"offhook/media/opus"
	"offhook/media/session"
)

// noisy is speech of talk, a silence of pause, and speech again, all in dull noise
// of -55 dBov.
func noisy(rate int, talk, pause time.Duration) media.Frame {
	f := mediatest.Voice(rate, 2*talk+pause, 1)
	n, m := int(talk.Seconds()*float64(rate)), int((talk+pause).Seconds()*float64(rate))
	clear(f[n:m])
	room := make(media.Frame, len(f))
	g := cn.NewGenerator(rate, 5)
	g.Set(cn.Noise{Level: 55, Order: 2, Reflection: [cn.MaxOrder]float32{-0.6, 0.2}})
	_ = g.ReadFrame(room)
	for i, s := range room {
		f[i] = int16(max(-32768, min(32767, int(f[i])+int(s))))
	}
	return f
}

func dtx(c *session.Config) { c.DTX = true }

// Silence is not sent, and noise of the same level and colour is heard for it.
func TestDTX_noise_is_heard_for_silence(t *testing.T) {
	const talk, pause, ms = 2 * time.Second, 4 * time.Second, time.Millisecond
	for _, test := range []struct {
		name    string
		codec   media.Codec
		period  time.Duration
		ptime   time.Duration
		ordered bool // both sides say CN
	}{
		{"PCMU", g711.PCMU, 10 * ms, 20 * ms, true},
		{"PCMA 10 ms", g711.PCMA, 5 * ms, 10 * ms, true},
		{"PCMU 60 ms", g711.PCMU, 20 * ms, 60 * ms, true},
		{"G722", g722.Rate64, 10 * ms, 20 * ms, true},
		{"L16", l16.Narrow, 10 * ms, 20 * ms, true},
		{"PCMU to one who has not said CN", g711.PCMU, 10 * ms, 20 * ms, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			said := noisy(rate, talk, pause)
			c := newCall(t, said, nil, options{codecs: []media.Codec{test.codec}, period: test.period,
				config: func(c *session.Config) { c.DTX, c.PTime = test.ordered, test.ptime }})
			if !test.ordered {
				f := test.codec.Formats()[0]
				spec := session.Spec{Remote: c.b.session.LocalAddr(), Mux: true, Direction: media.SendRecv, Send: f, Receive: []media.Format{f},
					SendNoise: media.Format{Encoding: "CN", PayloadType: cn.PayloadType, ClockRate: 8000, SampleRate: 8000}}
				if err := c.a.UpdateStream(1, spec); err != nil {
					t.Fatal(err)
				}
			}
			c.run(2*talk + pause)
			heard := c.b.device.heard
			alike(t, "first words", said[:2*rate], heard[:2*rate], rate, settled, test.ptime+mouth)
			alike(t, "words after the silence", said[6*rate:], heard[6*rate:], rate, 300*ms, test.ptime+mouth)
			s := c.a.session.Stats()
			t.Logf("%d packets sent in %v", s.Sent, 2*talk+pause)
			if most := uint64((2*talk + 600*ms) / test.ptime); s.Sent > most+uint64(2*pause/time.Second) {
				t.Errorf("%d packets sent, want about %d", s.Sent, most)
			}
			if s := c.b.session.Stats(); s.Lost+s.Discarded+s.Late > 0 || s.Concealed > 0 {
				t.Errorf("%+v", s)
			}
			// From the end of the words to their beginning, piece by piece.
			band := 0.0
			for at := 3 * rate; at < 5*rate; at += rate / 10 {
				band += bandpass(said[at:at+rate/10], test.codec) / 20
			}
			for at := 2*rate + rate/5; at < 6*rate-rate/10; at += rate / 10 {
				piece := bandpass(heard[at:at+rate/10], test.codec)
				if piece < band-4 || piece > band+4 {
					t.Errorf("%.1f s: noise of %.1f dB, said %.1f dB", float64(at)/rate, piece, band)
				}
			}
		})
	}
}

// bandpass is the level of what a codec carries.
func bandpass(f media.Frame, codec media.Codec) float64 {
	if codec.Formats()[0].SampleRate == rate {
		return mediatest.Level(f)
	}
	sum := 0.0
	for hz := 250.0; hz < 3400; hz += 50 {
		sum += math.Pow(10, mediatest.ToneLevel(f, rate, hz)/10)
	}
	return 10 * math.Log10(sum)
}

// In quiet and in noise, speech is as it would be without.
func TestDTX_begins_with_the_first_sound(t *testing.T) {
	said := noisy(rate, 2*time.Second, 3*time.Second)
	var heard [2]media.Frame
	for i, on := range []bool{false, true} {
		c := newCall(t, said, nil, options{config: func(c *session.Config) { c.DTX = on }})
		c.run(6 * time.Second)
		heard[i] = c.b.device.heard
	}
	delay, _ := mediatest.Delay(said[5*rate:6*rate], heard[0][5*rate:6*rate], rate)
	at := 5*rate + int(delay.Seconds()*rate)
	for k := at; k < at+rate/4; k += rate / 50 {
		with, without := mediatest.Level(heard[1][k:k+rate/50]), mediatest.Level(heard[0][k:k+rate/50])
		if without > -45 && with < without-3 {
			t.Errorf("%d ms after the first word began: %.1f dB, %.1f dB without DTX", (k-at)*1000/rate, with, without)
		}
	}
}

// Opus is silent in its own way; its noise goes on as it sounded.
func TestDTX_Opus(t *testing.T) {
	const long = 8 * time.Second
	said := noisy(rate, 2*time.Second, 4*time.Second)
	c := newCall(t, said, nil, options{codecs: []media.Codec{opusCodec(t, opus.Config{Complexity: 5, DTX: true})}})
	c.run(long)
	heard, s := c.b.device.heard, c.a.session.Stats()
	t.Logf("%d packets sent in %v", s.Sent, long)
	// By where the words lie in the packets, 277 to 319 of 400.
	if s.Sent > uint64(6500*time.Millisecond/(20*time.Millisecond)) {
		t.Errorf("%d packets sent", s.Sent)
	}
	alike(t, "words after the silence", said[6*rate:], heard[6*rate:], rate, 300*time.Millisecond, opusMouth)
	if s := c.b.session.Stats(); s.Lost+s.Discarded+s.Late > 0 || s.Concealed > 0 {
		t.Errorf("%+v", s)
	}
	want := mediatest.Level(said[3*rate : 5*rate])
	for at := 3 * rate; at < 6*rate-rate/10; at += rate / 10 {
		if level := mediatest.Level(heard[at : at+rate/10]); level < want-6 || level > want+4 {
			t.Errorf("%.1f s: noise of %.1f dB, said %.1f dB", float64(at)/rate, level, want)
		}
	}
}

func TestDTX_allocates_nothing(t *testing.T) {
	said := noisy(rate, time.Second, 2*time.Second)
	c := newCall(t, said, said, options{config: dtx})
	c.a.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
	c.run(1500 * time.Millisecond)
	if got := testing.AllocsPerRun(90, func() { c.silent(20 * time.Millisecond) }); got > 0 {
		t.Errorf("%.2f allocations in a two-way frame", got)
	}
}

// The same over a network that delays, loses and jitters: what is not there is told
// from what is not sent.
func TestDTX_over_a_link(t *testing.T) {
	const ms = time.Millisecond
	for _, codec := range []media.Codec{g711.PCMU, g722.Rate64} {
		said := noisy(rate, 2*time.Second, 4*time.Second)
		c := newCall(t, nil, nil, options{codecs: []media.Codec{codec}, config: dtx,
			engine: func(c *engine.Config) { c.RTCPInterval = time.Hour }})
		c.a.device.speech = said
		r := newRelay(t, c, mediatest.NewLink(mediatest.Impairment{Delay: 30 * ms, Jitter: 20 * ms, Loss: 0.03, Seed: 9}))
		r.run(8 * time.Second)
		heard, s := c.b.device.heard, c.b.session.Stats()
		alike(t, "words after the silence", said[6*rate:], heard[6*rate:], rate, 500*ms, 120*ms)
		t.Logf("concealed %v, lost %d, expanded %v", s.Concealed, s.Lost, s.Expanded)
		// One that is lost where a silence begins is waited for a little longer.
		if s.Concealed > time.Duration(s.Lost)*25*ms+100*ms || s.Expanded > 500*ms {
			t.Errorf("%+v", s)
		}
		band, off := 0.0, 0
		for at := 3 * rate; at < 5*rate; at += rate / 10 {
			band += bandpass(said[at:at+rate/10], codec) / 20
		}
		for at := 2*rate + rate*2/5; at < 6*rate; at += rate / 10 {
			if piece := bandpass(heard[at:at+rate/10], codec); piece < band-5 || piece > band+5 {
				off++
			}
		}
		if off > 2 {
			t.Errorf("%d of 36 pieces of the silence are not as loud as the noise of %.1f dB", off, band)
		}
	}
}
