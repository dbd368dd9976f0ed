package engine_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/g711"
	"offhook/media/g722"
	"offhook/media/l16"
	"offhook/media/mediatest"
	"offhook/media/sdp"
	"offhook/media/session"
)

func wide(others ...media.Codec) []media.Codec {
	return append([]media.Codec{g722.Rate64}, others...)
}

// chord is a voice and two tones of its upper half-band.
func chord(rate int, long time.Duration) media.Frame {
	f := mediatest.Voice(rate, long, 1)
	for i := range f {
		t := float64(i) / float64(rate)
		f[i] = int16(float64(f[i])/2 + 1500*math.Sin(2*math.Pi*5200*t) + 1500*math.Sin(2*math.Pi*6800*t))
	}
	return f
}

func TestCall_wideband(t *testing.T) {
	const long = 4 * time.Second
	for _, test := range []struct {
		rate   int
		ptime  time.Duration
		codecs []media.Codec
		want   string
		upper  bool
	}{
		{16000, 20 * time.Millisecond, wide(g711.PCMA, g711.PCMU), "G722", true},
		{16000, 10 * time.Millisecond, wide(g711.PCMA, g711.PCMU), "G722", true},
		{16000, 60 * time.Millisecond, wide(g711.PCMA, g711.PCMU), "G722", true},
		{48000, 20 * time.Millisecond, wide(g711.PCMA, g711.PCMU), "G722", true},
		{44100, 20 * time.Millisecond, wide(g711.PCMA, g711.PCMU), "G722", true},
		{16000, 20 * time.Millisecond, []media.Codec{l16.Wide, g722.Rate64}, "L16", true},
		{16000, 20 * time.Millisecond, []media.Codec{g711.PCMA, g722.Rate64}, "PCMA", false},
	} {
		t.Run(fmt.Sprint(test.want, test.rate, test.ptime), func(t *testing.T) {
			said := chord(test.rate, long)
			c := newCall(t, said, nil, options{rate: test.rate, codecs: test.codecs, config: func(c *session.Config) {
				c.SRTP, c.PTime = sdp.Mandatory, test.ptime
			}})
			c.run(long)
			heard := c.b.device.heard
			alike(t, "a to b", said, heard, test.rate, settled, test.ptime+mouth)
			for _, freq := range []float64{5200, 6800} { // two resamplers take 1 dB each from the upper one
				before := mediatest.ToneLevel(said[2*test.rate:3*test.rate], test.rate, freq)
				after := mediatest.ToneLevel(heard[2*test.rate:3*test.rate], test.rate, freq)
				if test.upper != (math.Abs(before-after) < 3) || !test.upper && after > before-40 {
					t.Errorf("%v Hz: %.1f dBov said, %.1f dBov heard", freq, before, after)
				}
			}
			s := c.a.session.Stats()
			if s.Encoding != test.want || s.Sent < uint64(long/test.ptime)-2 || s.Sent > uint64((long+test.ptime-1)/test.ptime) {
				t.Errorf("%s, %d packets", s.Encoding, s.Sent)
			}
			if s := c.b.session.Stats(); s.Lost+s.Discarded+s.Late > 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// Of G.722 the timestamps count half the samples; a change of codec in mid-call
// goes on in the same sound.
func TestCall_wideband_to_narrowband_and_back(t *testing.T) {
	const long = 6 * time.Second
	said := mediatest.Voice(rate, long, 4)
	c := newCall(t, said, nil, options{codecs: wide(g711.PCMU)})
	spec := session.Spec{
		Remote: c.b.session.LocalAddr(), Mux: true, Direction: media.SendRecv,
		Receive: append(g722.Rate64.Formats(), g711.PCMU.Formats()...),
	}
	far := spec
	far.Remote, far.Send = c.a.session.LocalAddr(), spec.Receive[0]
	for i := range 3 {
		spec.Send = spec.Receive[i%2]
		if err := c.a.UpdateStream(1, spec); err != nil {
			t.Fatal(err)
		}
		if err := c.b.UpdateStream(1, far); err != nil {
			t.Fatal(err)
		}
		from := time.Duration(i) * 2 * time.Second
		c.run(2 * time.Second)
		end := int((from + 2*time.Second).Seconds() * rate)
		alike(t, spec.Send.Encoding, said[:end], c.b.device.heard[:end], rate, from+settled, mouth+25*time.Millisecond)
	}
	if s := c.b.session.Stats(); s.Lost+s.Discarded > 0 {
		t.Errorf("%+v", s)
	}
}

func TestCall_wideband_allocates_nothing(t *testing.T) {
	c := newCall(t, mediatest.Voice(rate, time.Second, 1), mediatest.Voice(rate, time.Second, 2), options{codecs: wide()})
	c.run(time.Second)
	if got := testing.AllocsPerRun(40, func() { c.silent(20 * time.Millisecond) }); got > 0 {
		t.Errorf("%.2f allocations in a two-way frame", got)
	}
}

func TestCall_wideband_over_a_lossy_link(t *testing.T) {
	const long = 8 * time.Second
	said := mediatest.Voice(rate, long, 3)
	c := newCall(t, nil, nil, options{codecs: wide(), config: suites(sdp.Mandatory)})
	c.a.device.speech = said
	r := newRelay(t, c, mediatest.NewLink(mediatest.Impairment{Delay: 20 * time.Millisecond, Jitter: 30 * time.Millisecond, Loss: 0.03, Seed: 5}))
	r.run(long)
	heard := c.b.device.heard
	alike(t, "a to b", said, heard, rate, 2*time.Second, 130*time.Millisecond)
	if l := mediatest.Level(heard[2*rate:]) - mediatest.Level(said[2*rate:]); l > 0.5 {
		t.Errorf("%.1f dB louder than it was said", l)
	}
}
