package engine_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/g722"
	"offhook/media/l16"
	"offhook/media/mediatest"
	"offhook/media/opus"
	"offhook/media/session"
)

// Every codec with every packet time, another one in each direction, over periods
// of every length.
func TestCall_packet_times(t *testing.T) {
	const ms = time.Millisecond
	const long = 2500 * ms
	voice := opusCodec(t, opus.Config{Complexity: 2})
	for _, codec := range []media.Codec{g711.PCMU, g711.PCMA, g722.Rate64, l16.Narrow, l16.Wide, voice} {
		for i, ptime := range []time.Duration{10 * ms, 20 * ms, 30 * ms, 40 * ms, 60 * ms} {
			back := []time.Duration{30 * ms, 60 * ms, 20 * ms, 10 * ms, 40 * ms}[i]
			period := []time.Duration{5 * ms, 10 * ms, 20 * ms}[i%3]
			f := codec.Formats()[0]
			switch { // as they are agreed
			case f.Encoding == "OPUS": // it has none of 30 ms (RFC 6716 §2.1.4)
				ptime, back = packable(ptime), packable(back)
			case f.Encoding == "L16" && f.ClockRate > 8000:
				ptime, back = min(ptime, 30*ms), min(back, 30*ms)
			}
			t.Run(fmt.Sprint(f.Encoding, f.ClockRate, ptime, "back", back, "period", period), func(t *testing.T) {
				one, two := mediatest.Voice(rate, long, 1), mediatest.Voice(rate, long, 2)
				c := newCall(t, one, two, options{codecs: []media.Codec{codec}, period: period})
				for _, end := range []struct {
					p, other *phone
					ptime    time.Duration
				}{{c.a, c.b, ptime}, {c.b, c.a, back}} {
					spec := session.Spec{Remote: end.other.session.LocalAddr(), Mux: true, Direction: media.SendRecv, Send: f, Receive: []media.Format{f}}
					spec.Send.PTime = end.ptime
					if err := end.p.UpdateStream(1, spec); err != nil {
						t.Fatal(err)
					}
				}
				c.run(long)
				own := 15 * ms
				if f.Encoding == "OPUS" {
					own += 7 * ms
				}
				alike(t, "a to b", one, c.b.device.heard, rate, settled, ptime+period+own)
				alike(t, "b to a", two, c.a.device.heard, rate, settled, back+period+own)
				for _, p := range []*phone{c.a, c.b} {
					if s := p.session.Stats(); s.Lost+s.Discarded+s.Late > 0 || s.Concealed > 0 {
						t.Errorf("%+v", s)
					}
				}
			})
		}
	}
}

// packable is the packet time of Opus next to a wish.
func packable(wish time.Duration) time.Duration {
	const step = 20 * time.Millisecond
	if wish > step {
		return wish.Truncate(step)
	}
	return wish
}

// The same over a network that delays, loses and reorders.
func TestCall_packet_times_over_a_link(t *testing.T) {
	const ms = time.Millisecond
	const long = 5 * time.Second
	voice := opusCodec(t, opus.Config{Complexity: 2})
	for _, codec := range []media.Codec{g711.PCMU, g722.Rate64, l16.Narrow, voice} {
		for i, ptime := range []time.Duration{10 * ms, 20 * ms, 30 * ms, 40 * ms, 60 * ms} {
			period := []time.Duration{20 * ms, 5 * ms, 10 * ms}[i%3]
			t.Run(fmt.Sprint(codec.Formats()[0].Encoding, ptime, "period", period), func(t *testing.T) {
				said := mediatest.Voice(rate, long, 1)
				c := newCall(t, nil, nil, options{codecs: []media.Codec{codec}, period: period, config: func(c *session.Config) { c.PTime = ptime },
					engine: func(c *engine.Config) { c.RTCPInterval = time.Hour }})
				c.a.device.speech = said
				r := newRelay(t, c, mediatest.NewLink(mediatest.Impairment{Delay: 20 * ms, Jitter: 15 * ms, Loss: 0.01, Seed: 4}))
				r.run(long)
				heard, s := c.b.device.heard, c.b.session.Stats()
				delay, likeness := mediatest.Delay(said[2*rate:], heard[2*rate:], rate)
				_, segmental := mediatest.Fidelity(said[2*rate:], heard[2*rate:], rate, 20*ms, 150*ms)
				t.Logf("%v later, likeness %.3f, segmental SNR %.1f dB, concealed %v, expanded %v, accelerated %v", delay, likeness, segmental, s.Concealed, s.Expanded, s.Accelerated)
				if most := ptime + period + 80*ms; delay > most || likeness < 0.8 {
					t.Errorf("%v later, likeness %.3f; want at most %v and 0.8", delay, likeness, most)
				}
				if segmental < 8 || s.Concealed > 5*60*ms+long/20 {
					t.Errorf("segmental SNR %.1f dB; %+v", segmental, s)
				}
			})
		}
	}
}

// wave is a tone in which a gap or a click shows.
func wave(long time.Duration, hz float64) media.Frame {
	f := make(media.Frame, int(long.Seconds()*rate))
	for i := range f {
		f[i] = int16(8000 * math.Sin(2*math.Pi*hz*float64(i)/rate))
	}
	return f
}

// A change of the codec in mid-call: little is missing, nothing clicks.
func TestCall_change_of_codec(t *testing.T) {
	const ms = time.Millisecond
	voice := opusCodec(t, opus.Config{Complexity: 2})
	codecs := []media.Codec{g711.PCMU, g711.PCMA, g722.Rate64, l16.Wide, voice}
	for _, from := range codecs {
		for _, to := range codecs {
			if from == to {
				continue
			}
			name := fmt.Sprintf("%s to %s", from.Formats()[0].Encoding, to.Formats()[0].Encoding)
			t.Run(name, func(t *testing.T) {
				said := wave(3*time.Second, 500)
				c := newCall(t, said, nil, options{codecs: codecs})
				use := func(codec media.Codec) {
					spec := session.Spec{Remote: c.b.session.LocalAddr(), Mux: true, Direction: media.SendRecv, Send: codec.Formats()[0]}
					spec.Receive = []media.Format{spec.Send}
					if err := c.a.UpdateStream(1, spec); err != nil {
						t.Fatal(err)
					}
				}
				spec := session.Spec{Remote: c.a.session.LocalAddr(), Mux: true, Direction: media.SendRecv, Send: from.Formats()[0]}
				for _, codec := range codecs {
					spec.Receive = append(spec.Receive, codec.Formats()[0])
				}
				if err := c.b.UpdateStream(1, spec); err != nil {
					t.Fatal(err)
				}
				use(from)
				c.run(time.Second)
				use(to)
				c.run(time.Second)
				use(from) // and back, to a buffer that was left
				c.run(time.Second)
				heard := c.b.device.heard[rate/2:]
				const most = 8000 * 2 * math.Pi * 500 / rate // of the tone itself
				quiet, longest := 0, 0
				for i := 1; i < len(heard); i++ {
					if step := math.Abs(float64(heard[i]) - float64(heard[i-1])); step > 2.2*most {
						t.Fatalf("a click of %.0f %d ms after the beginning", step, i*1000/rate+500)
					}
					if heard[i] > -2000 && heard[i] < 2000 {
						quiet++
					} else {
						quiet = 0
					}
					longest = max(longest, quiet)
				}
				if gap := time.Duration(longest) * time.Second / rate; gap > 20*ms {
					t.Errorf("nothing is heard for %v", gap)
				}
				if s := c.b.session.Stats(); s.Lost+s.Discarded > 0 {
					t.Errorf("%+v", s)
				}
			})
		}
	}
}

// A stream begins and ends to be heard, and to be sent, without a click.
func TestFade_streams(t *testing.T) {
	const second = time.Second
	on, off := engine.Patch{Streams: []media.StreamID{1}, Mic: true}, engine.Patch{Mic: true}
	const most = 1.5 * 8000 * 2 * math.Pi * 525 / rate
	for _, test := range []struct {
		name   string
		change func(*call)
	}{
		{"the patch here", func(c *call) { c.b.Connect(off); c.run(second / 2); c.b.Connect(on) }},
		{"the patch there", func(c *call) { c.a.Connect(off); c.run(second / 2); c.a.Connect(on) }},
		{"hold and resumption", func(c *call) {
			negotiate(c.t, c.b.session, c.a.session, true)
			c.run(second / 2)
			negotiate(c.t, c.b.session, c.a.session, false)
		}},
		{"held and resumed by the far end", func(c *call) {
			negotiate(c.t, c.a.session, c.b.session, true)
			c.run(second / 2)
			negotiate(c.t, c.a.session, c.b.session, false)
		}},
		{"the end", func(c *call) {
			if err := c.b.CloseStream(1); err != nil {
				c.t.Fatal(err)
			}
			for range 5 {
				if err := c.b.Step(); err != nil {
					c.t.Fatal(err)
				}
			}
		}},
	} {
		for more := range time.Duration(2) { // a quarter of a wave apart
			t.Run(fmt.Sprint(test.name, more), func(t *testing.T) {
				c := newCall(t, wave(4*second, 525), nil, options{codecs: []media.Codec{l16.Wide}})
				c.b.Connect(on)
				c.run(second + more*c.a.period)
				test.change(c)
				if test.name != "the end" {
					c.run(second)
					if level := mediatest.Level(tail(c.b.device.heard, second/2)); level < -20 {
						t.Errorf("%.1f dB are heard afterwards", level)
					}
				}
				heard := c.b.device.heard
				for i := 1; i < len(heard); i++ {
					if step := math.Abs(float64(heard[i]) - float64(heard[i-1])); step > most {
						t.Fatalf("a click of %.0f after %d ms", step, i*1000/rate)
					}
				}
			})
		}
	}
}

// Hold of both sides: nothing is sent, and the streams go on where they were.
func TestHold_both_ways(t *testing.T) {
	const second = time.Second
	one, two := mediatest.Voice(rate, 6*second, 1), mediatest.Voice(rate, 6*second, 2)
	c := newCall(t, one, two, options{})
	c.run(2 * second)
	negotiate(t, c.a.session, c.b.session, true)
	negotiate(t, c.b.session, c.a.session, true)
	if d := c.a.session.Direction(); d != media.Inactive {
		t.Fatalf("%v", d)
	}
	sent := c.a.session.Stats().Sent + c.b.session.Stats().Sent
	c.run(second)
	if n := c.a.session.Stats().Sent + c.b.session.Stats().Sent; n != sent {
		t.Errorf("%d packets sent on hold", n-sent)
	}
	if level := mediatest.Level(tail(c.b.device.heard, second/2)); level > -100 {
		t.Errorf("%.1f dB are heard on hold", level)
	}
	negotiate(t, c.b.session, c.a.session, false) // b takes its hold back, then a
	negotiate(t, c.a.session, c.b.session, false)
	c.run(3 * second)
	alike(t, "a to b", one, c.b.device.heard, rate, 7*second/2, mouth)
	alike(t, "b to a", two, c.a.device.heard, rate, 7*second/2, mouth)
	for _, p := range []*phone{c.a, c.b} { // where the sound stopped it faded out, which counts
		if s := p.session.Stats(); s.Lost+s.Discarded+s.Late > 0 || s.Concealed > 100*time.Millisecond {
			t.Errorf("%+v", s)
		}
	}
}

// Early media is heard before the answer, and goes on after it.
func TestEarly_media_goes_on(t *testing.T) {
	const long = 3 * time.Second
	said := mediatest.Voice(rate, long, 1)
	c := newCall(t, said, nil, options{})
	offer, err := c.b.session.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.a.session.Answer(offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.b.session.Accept(answer); err != nil { // of a 183
		t.Fatal(err)
	}
	c.run(long / 2)
	if err := c.b.session.Accept(answer); err != nil { // of the 200
		t.Fatal(err)
	}
	c.run(long / 2)
	alike(t, "early and after", said, c.b.device.heard, rate, settled, mouth)
	if s := c.b.session.Stats(); s.Lost+s.Discarded+s.Late > 0 || s.Concealed > 0 {
		t.Errorf("%+v", s)
	}
}
