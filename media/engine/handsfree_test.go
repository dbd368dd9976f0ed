package engine_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"offhook/hal/haltest"
	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g722"
	"offhook/media/mediatest"
)

var handsFree = engine.HandsFree{Echo: true, Tail: 192 * time.Millisecond}

// inRooms is a call of two telephones that lie on tables in rooms.
func inRooms(t testing.TB, a, b media.Frame, free bool, h engine.HandsFree, o options) *call {
	o.codecs = wide()
	o.engine = func(c *engine.Config) { c.HandsFree = h }
	c := newCall(t, a, b, o)
	hz := o.rate
	if hz == 0 {
		hz = rate
	}
	c.a.device.room, c.b.device.room = haltest.NewRoom(hz, 1), haltest.NewRoom(hz, 2)
	for _, p := range []*phone{c.a, c.b} {
		p.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true, HandsFree: free})
	}
	return c
}

// silenced is speech with nothing said from one time to another.
func silenced(f media.Frame, from, to time.Duration) media.Frame {
	clear(f[int(from.Seconds()*rate):int(to.Seconds()*rate)])
	return f
}

func between(f media.Frame, from, to time.Duration) media.Frame {
	return f[int(from.Seconds()*rate):min(len(f), int(to.Seconds()*rate))]
}

// Who speaks hears himself come back from the other side's loudspeaker.
func TestHandsFree_the_far_end_does_not_hear_itself(t *testing.T) {
	const turn = 5 * time.Second
	run := func(free bool) *call {
		one := silenced(mediatest.Voice(rate, 2*turn, 1), turn, 2*turn)
		two := silenced(mediatest.Voice(rate, 2*turn, 2), 0, turn)
		c := inRooms(t, one, two, free, handsFree, options{})
		c.run(2 * turn)
		return c
	}
	without, with := run(false), run(true)
	for _, side := range []struct {
		name  string
		of    func(*call) *phone
		start time.Duration
	}{
		{"a speaks", func(c *call) *phone { return c.a }, 0},
		{"b speaks", func(c *call) *phone { return c.b }, turn},
	} {
		less := func(from, to time.Duration) float64 {
			from, to = side.start+from, side.start+to
			return mediatest.Level(between(side.of(without).device.heard, from, to)) - mediatest.Level(between(side.of(with).device.heard, from, to))
		}
		t.Logf("%s: it hears %.1f dB less of itself at first, %.1f dB later", side.name, less(500*time.Millisecond, 2500*time.Millisecond), less(3*time.Second, turn))
		if got := less(3*time.Second, turn); got < 45 {
			t.Errorf("%s: it hears %.1f dB less of itself; want 45", side.name, got)
		}
	}
}

func TestHandsFree_rates_and_periods(t *testing.T) {
	const long = 2 * time.Second
	for _, o := range []options{{rate: 8000, period: 5 * time.Millisecond}, {rate: 48000}} {
		level := func(free bool) float64 {
			c := inRooms(t, mediatest.Voice(o.rate, long, 1), nil, free, handsFree, o)
			c.run(long)
			return mediatest.Level(c.a.device.heard[len(c.a.device.heard)/2:])
		}
		less := level(false) - level(true)
		t.Logf("%d Hz, %v: %.1f dB less", o.rate, o.period, less)
		if less < 25 {
			t.Errorf("%d Hz, %v: %.1f dB less; want 25", o.rate, o.period, less)
		}
	}
}

// A card that is late, as of USB and Bluetooth: the echo begins after the filter ends.
func TestHandsFree_of_a_late_card(t *testing.T) {
	const long = 5 * time.Second
	level := func(free bool) float64 {
		h := handsFree
		h.Late = 500 * time.Millisecond
		c := inRooms(t, mediatest.Voice(rate, long, 1), nil, free, h, options{})
		c.b.device.room.Delay(300 * time.Millisecond)
		c.run(long)
		return mediatest.Level(between(c.a.device.heard, long/2, long))
	}
	less := level(false) - level(true)
	t.Logf("%.1f dB less", less)
	if less < 30 {
		t.Errorf("it hears %.1f dB less of itself; want 30", less)
	}
}

// A card that comes back is another one, or stands elsewhere.
func TestHandsFree_after_another_device(t *testing.T) {
	const long = 2 * time.Second
	level := func(free bool) float64 {
		c := inRooms(t, mediatest.Voice(rate, 2*long, 1), nil, free, handsFree, options{})
		c.run(long)
		other := newDevice(nil)
		other.room = haltest.NewRoom(rate, 5)
		if err := c.b.Reopen(other); err != nil {
			t.Fatal(err)
		}
		c.run(long)
		return mediatest.Level(between(c.a.device.heard, 2*long-long/2, 2*long))
	}
	if less := level(false) - level(true); less < 30 {
		t.Errorf("it hears %.1f dB less of itself; want 30", less)
	} else {
		t.Logf("%.1f dB less", less)
	}
}

// gainOf is by how much what was said is heard louder.
func gainOf(t testing.TB, said, heard media.Frame) float64 {
	t.Helper()
	n := min(len(said), len(heard))
	delay, likeness := mediatest.Delay(said[:n], heard[:n], rate)
	lag := int(math.Round(delay.Seconds() * rate))
	var both, square float64
	for i := 0; i+lag < n; i++ {
		both += float64(said[i]) * float64(heard[i+lag])
		square += float64(said[i]) * float64(said[i])
	}
	t.Logf("%v later, likeness %.3f, gain %.3f", delay, likeness, both/square)
	return both / square
}

func TestHandsFree_both_speak_and_are_heard(t *testing.T) {
	const alone, long = 3 * time.Second, 7 * time.Second
	one := mediatest.Voice(rate, long, 1)
	two := silenced(mediatest.Voice(rate, long, 2), 0, alone)
	c := inRooms(t, one, two, true, handsFree, options{})
	c.run(long)
	if got := gainOf(t, between(two, alone, long), between(c.a.device.heard, alone, long)); got < 0.9 || got > 1.1 {
		t.Errorf("b is heard %.3f times as loud as it speaks while both do", got)
	}
}

// The second call knows the room of the first: who is spoken over by the other
// side from its first word on is heard all the same.
func TestHandsFree_the_second_call_knows_the_room(t *testing.T) {
	const first, pause, second = 4 * time.Second, time.Second, 2 * time.Second
	const from, long = first + pause, first + pause + second
	gain := func(known bool) float64 {
		one := silenced(mediatest.Voice(rate, long, 1), first, from)
		two := silenced(mediatest.Voice(rate, long, 2), 0, from)
		c := inRooms(t, one, two, known, handsFree, options{})
		c.run(first)
		for _, free := range []bool{false, true} {
			for _, p := range []*phone{c.a, c.b} {
				p.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true, HandsFree: free})
			}
			c.run(pause)
			if free {
				c.run(second - pause)
			}
		}
		return gainOf(t, between(two, from, long), between(c.a.device.heard, from, long))
	}
	anew, known := gain(false), gain(true)
	if known < 0.9 || known > 1.1 || anew > known-0.05 {
		t.Errorf("b is heard %.3f times as loud as it speaks, %.3f times in a first call", known, anew)
	}
}

// Nothing is said, and nothing is changed: but for the delay of a block.
func TestHandsFree_alone_speech_stays(t *testing.T) {
	const long = 4 * time.Second
	said := mediatest.Voice(rate, long, 1)
	o := options{codecs: []media.Codec{g722.Rate64}, engine: func(c *engine.Config) { c.HandsFree = handsFree }}
	c := newCall(t, said, nil, o)
	c.a.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true, HandsFree: true})
	c.run(long)
	alike(t, "a to b", said, c.b.device.heard, rate, settled, mouth+10*time.Millisecond)
	if got := gainOf(t, between(said, settled, long), between(c.b.device.heard, settled, long)); got < 0.95 || got > 1.05 {
		t.Errorf("gain %.3f", got)
	}
}

func TestHandsFree_what_fits(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name         string
		h            engine.HandsFree
		rate, period int
		fits         bool
	}{
		{"nothing at 44100 Hz", engine.HandsFree{}, 44100, 441, true},
		{"8000 Hz", engine.HandsFree{Echo: true}, 8000, 80, true},
		{"48000 Hz, periods of 20 ms", engine.HandsFree{Echo: true, Noise: true, Gain: true}, 48000, 960, true},
		{"periods of 5 ms", engine.HandsFree{Echo: true, Noise: true}, 16000, 80, true},
		{"levels, periods of 5 ms", engine.HandsFree{Echo: true, Gain: true}, 16000, 80, false},
		{"noise, periods of 5 ms", engine.HandsFree{Noise: true}, 16000, 80, false},
		{"echo at 44100 Hz", engine.HandsFree{Echo: true}, 44100, 441, false},
		{"odd periods", engine.HandsFree{Echo: true}, 16000, 200, false},
		{"a tail of 300 ms", engine.HandsFree{Echo: true, Tail: 300 * ms}, 16000, 160, false},
	} {
		if err := test.h.Fits(test.rate, test.period); (err == nil) != test.fits {
			t.Errorf("%s: %v", test.name, err)
		}
		if _, err := engine.New(engine.Config{Device: newDevice(nil), SampleRate: test.rate, Period: test.period, HandsFree: test.h}); (err == nil) != test.fits {
			t.Errorf("%s: New: %v", test.name, err)
		}
	}
}

// A tone has no place to click in but where it is switched.
func TestHandsFree_switched_without_a_click(t *testing.T) {
	steady := make(media.Frame, 3*rate)
	for i := range steady {
		steady[i] = int16(8000 * math.Sin(2*math.Pi*325*float64(i)/rate))
	}
	o := options{codecs: []media.Codec{g722.Rate64}, engine: func(c *engine.Config) { c.HandsFree = handsFree }}
	c := newCall(t, steady, nil, o)
	for i := range 12 {
		c.a.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true, HandsFree: i%2 == 1})
		c.run(200 * time.Millisecond)
	}
	heard := between(c.b.device.heard, time.Second/2, 2400*time.Millisecond)
	// Its steps are at most 8000*2*pi*325/rate = 1021; a click is one of thousands.
	var most int
	for i := 1; i < len(heard); i++ {
		most = max(most, int(math.Abs(float64(int(heard[i])-int(heard[i-1])))))
	}
	t.Logf("largest step %d", most)
	if most > 1500 {
		t.Errorf("a step of %d", most)
	}
}

func TestHandsFree_allocates_nothing(t *testing.T) {
	for _, test := range []struct {
		name string
		h    engine.HandsFree
		o    options
	}{
		{"echo and noise", engine.HandsFree{Echo: true, Noise: true}, options{}},
		{"noise and levels", engine.HandsFree{Noise: true, Gain: true}, options{period: 20 * time.Millisecond}},
		{"all, 48000 Hz", engine.HandsFree{Echo: true, Noise: true, Gain: true}, options{rate: 48000}},
		{"echo, 8000 Hz, 5 ms", engine.HandsFree{Echo: true}, options{rate: 8000, period: 5 * time.Millisecond}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := inRooms(t, mediatest.Voice(rate, time.Second, 1), mediatest.Voice(rate, time.Second, 2), true, test.h, test.o)
			c.run(600 * time.Millisecond)
			if got := testing.AllocsPerRun(20, func() { c.silent(20 * time.Millisecond) }); got > 0 {
				t.Errorf("%.2f allocations in a two-way frame", got)
			}
		})
	}
}

// BenchmarkHandsFree is a period of a call with it off, with it configured but not
// in use, and in use.
func BenchmarkHandsFree(b *testing.B) {
	for _, test := range []struct {
		name string
		h    engine.HandsFree
		free bool
	}{{"none", engine.HandsFree{}, true}, {"off", handsFree, false}, {"on", handsFree, true}} {
		b.Run(test.name, func(b *testing.B) {
			c := inRooms(b, mediatest.Voice(rate, 10*time.Second, 1), mediatest.Voice(rate, 10*time.Second, 2), test.free, test.h, options{})
			c.a.device.room, c.b.device.room = nil, nil
			b.ReportAllocs()
			for b.Loop() {
				for _, p := range []*phone{c.a, c.b} {
					p.device.heard, p.device.captured = p.device.heard[:0], p.device.captured[:0]
					p.device.at %= 9 * rate
				}
				c.clock.now.Add(int64(c.a.period))
				if c.a.Step() != nil || c.b.Step() != nil {
					b.Fatal("step failed")
				}
			}
		})
	}
}

// A fan is heard less; a person across the room is heard better.
func TestHandsFree_noise_and_levels(t *testing.T) {
	const long = 8 * time.Second
	hiss := make(media.Frame, rate*int(long/time.Second))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range hiss {
		hiss[i] = int16(150 * r.NormFloat64())
	}
	quiet := mediatest.Voice(rate, long, 1)
	for i := range quiet {
		quiet[i] /= 8
	}
	for _, test := range []struct {
		name        string
		h           engine.HandsFree
		said        media.Frame
		least, most float64 // dB louder, of the last quarter
	}{
		{"noise", engine.HandsFree{Noise: true}, hiss, -40, -8},
		{"noise, with echo", engine.HandsFree{Echo: true, Noise: true}, hiss, -40, -8},
		{"levels", engine.HandsFree{Gain: true}, quiet, 6, 12.5},
		{"echo alone", engine.HandsFree{Echo: true}, quiet, -1, 1},
	} {
		c := newCall(t, test.said, nil, options{codecs: wide(), engine: func(c *engine.Config) { c.HandsFree = test.h }})
		c.a.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true, HandsFree: true})
		c.run(long)
		got := mediatest.Level(between(c.b.device.heard, long*3/4, long)) - mediatest.Level(between(test.said, long*3/4, long))
		t.Logf("%s: %.1f dB louder", test.name, got)
		if got < test.least || got > test.most {
			t.Errorf("%s: %.1f dB louder; want %v to %v", test.name, got, test.least, test.most)
		}
	}
}
