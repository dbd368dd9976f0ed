package engine_test

import (
	"testing"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/mediatest"
	"offhook/media/opus"
	"offhook/media/sdp"
	"offhook/media/session"
)

func opusCodec(t testing.TB, cfg opus.Config) media.Codec {
	t.Helper()
	c, err := opus.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Opus brings 6.5 ms of its own.
const opusMouth = mouth + 7*time.Millisecond

func TestOpus_speech_is_heard_over_SRTP(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name          string
		rate          int // of the device
		cfg           opus.Config
		period, ptime time.Duration
		band          float64 // Hz that are still heard
	}{
		{"wideband", 16000, opus.Config{Complexity: 5, ExpectedLoss: 0.05}, 10 * ms, 20 * ms, 6500},
		{"wideband, least work", 16000, opus.Config{}, 5 * ms, 20 * ms, 6500},
		{"wideband from a device of 48000 Hz", 48000, opus.Config{Complexity: 5}, 10 * ms, 20 * ms, 6500},
		{"narrowband", 8000, opus.Config{SampleRate: 8000}, 20 * ms, 20 * ms, 3300},
		{"fullband", 48000, opus.Config{SampleRate: 48000, Complexity: 5}, 10 * ms, 20 * ms, 12000},
		{"10 ms", 16000, opus.Config{Complexity: 5}, 10 * ms, 10 * ms, 6500},
		{"30 ms become 20", 16000, opus.Config{Complexity: 5}, 10 * ms, 30 * ms, 6500},
		{"60 ms", 16000, opus.Config{Complexity: 5}, 10 * ms, 60 * ms, 6500},
	} {
		t.Run(test.name, func(t *testing.T) {
			const long = 5 * time.Second / 2
			one, two := mediatest.Voice(test.rate, long, 1), mediatest.Voice(test.rate, long, 2)
			c := newCall(t, one, two, options{
				rate: test.rate, period: test.period, codecs: []media.Codec{opusCodec(t, test.cfg), g711.PCMU},
				config: func(c *session.Config) { c.SRTP, c.PTime = sdp.Mandatory, test.ptime },
			})
			c.run(long)
			most := opusMouth + max(0, test.ptime-20*ms)
			alike(t, "a to b", one, c.b.device.heard, test.rate, settled, most)
			alike(t, "b to a", two, c.a.device.heard, test.rate, settled, most)
			for _, p := range []*phone{c.a, c.b} {
				if s := p.session.Stats(); s.Encoding != "OPUS" || s.Suite == "" || s.Lost+s.Discarded+s.Late > 0 || s.Concealed > 0 {
					t.Errorf("%+v", s)
				}
			}
			said, heard := above(one, test.rate, test.band), above(c.b.device.heard, test.rate, test.band)
			if t.Logf("around %.0f Hz: said %.1f dB, heard %.1f dB", test.band, said, heard); heard < said-8 {
				t.Errorf("around %.0f Hz: said %.1f dB, heard %.1f dB", test.band, said, heard)
			}
		})
	}
}

// above is the sound's level in a band of some hundred Hz around a frequency.
func above(f media.Frame, rate int, freq float64) float64 {
	least := -127.0
	for _, d := range []float64{-200, -100, 0, 100, 200} {
		least = max(least, mediatest.ToneLevel(f, rate, freq+d))
	}
	return least
}

// A call over a lossy link, with redundancy and without.
func TestOpus_redundancy_beats_concealment(t *testing.T) {
	const long = 12 * time.Second
	for _, loss := range []float64{0.05, 0.1} {
		likeness, segmental := map[bool]float64{}, map[bool]float64{}
		for _, fec := range []bool{true, false} {
			said := mediatest.Voice(rate, long, 3)
			codec := opusCodec(t, opus.Config{Complexity: 5, ExpectedLoss: loss, NoFEC: !fec})
			c := newCall(t, nil, nil, options{
				codecs: []media.Codec{codec}, config: suites(sdp.Mandatory),
				engine: func(c *engine.Config) { c.RTCPInterval = time.Hour }, // the relay knows RTP alone
			})
			c.a.device.speech = said
			r := newRelay(t, c, mediatest.NewLink(mediatest.Impairment{Delay: 20 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: loss, Seed: 5}))
			r.run(long)
			heard, s := c.b.device.heard, c.b.session.Stats()
			_, likeness[fec] = mediatest.Delay(said[2*rate:], heard[2*rate:], rate)
			_, segmental[fec] = mediatest.Fidelity(said[2*rate:], heard[2*rate:], rate, 20*time.Millisecond, 150*time.Millisecond)
			t.Logf("%.0f %% lost, redundancy %t: likeness %.3f, segmental SNR %.2f dB, recovered %v, concealed %v, delay %v",
				loss*100, fec, likeness[fec], segmental[fec], s.Recovered, s.Concealed, s.PlayoutDelay)
			if fec != (s.Recovered > s.Concealed) || s.Lost == 0 {
				t.Errorf("redundancy %t: %+v", fec, s)
			}
		}
		// Redundancy takes bits from the sound proper: the mean over all pieces, most
		// of which arrived, may lose a little by it.
		if 1-likeness[true] > 0.7*(1-likeness[false]) || segmental[true] < segmental[false]-0.5 {
			t.Errorf("%.0f %% lost: %.3f and %.2f dB with redundancy, %.3f and %.2f dB without",
				loss*100, likeness[true], segmental[true], likeness[false], segmental[false])
		}
	}
}

// Each side has a number of its own for Opus, and the far end asks for narrowband.
func TestOpus_asymmetric_payload_types(t *testing.T) {
	const long = 3 * time.Second
	said, back := mediatest.Voice(rate, long, 1), mediatest.Voice(rate, long, 2)
	codec := opusCodec(t, opus.Config{Complexity: 5})
	c := newCall(t, said, back, options{codecs: []media.Codec{codec}})
	a, b := codec.Formats()[0], codec.Formats()[0]
	a.PayloadType, b.PayloadType = 96, 120
	b.FMTP = "maxplaybackrate=8000"
	for _, end := range []struct {
		engine     *engine.Engine
		spec       session.Spec
		own, other media.Format
	}{
		{c.a.Engine, session.Spec{Remote: c.b.session.LocalAddr()}, a, b},
		{c.b.Engine, session.Spec{Remote: c.a.session.LocalAddr()}, b, a},
	} {
		end.spec.Mux, end.spec.Direction = true, media.SendRecv
		end.spec.Send, end.spec.Receive = end.other, []media.Format{end.own}
		if err := end.engine.UpdateStream(1, end.spec); err != nil {
			t.Fatal(err)
		}
	}
	c.run(long)
	alike(t, "a to b", said, c.b.device.heard, rate, settled, opusMouth)
	alike(t, "b to a", back, c.a.device.heard, rate, settled, opusMouth)
	narrow, wide := above(c.b.device.heard[rate:], rate, 6500), above(c.a.device.heard[rate:], rate, 6500)
	if narrow > wide-20 {
		t.Errorf("6500 Hz: %.1f dB where narrowband was asked for, %.1f dB the other way", narrow, wide)
	}
}
