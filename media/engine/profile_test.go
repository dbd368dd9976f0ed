package engine_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"offhook/hal/haltest"
	"offhook/media"
	"offhook/media/dsp/biquad"
	"offhook/media/dsp/duplex"
	"offhook/media/engine"
	"offhook/media/g722"
	"offhook/media/mediatest"
	"offhook/media/tone"
)

// tuned is a tone of an amplitude.
func tuned(long time.Duration, hz, amplitude float64) media.Frame {
	f := make(media.Frame, int(long.Seconds()*rate))
	for i := range f {
		f[i] = int16(math.Round(amplitude * math.Sin(2*math.Pi*hz*float64(i)/rate)))
	}
	return f
}

func high(hz float64) engine.Path {
	return engine.Path{Equaliser: []biquad.Band{{Kind: biquad.HighPass, Frequency: hz}}}
}

// bursts is a sound that comes and goes, as words do: 250 ms of 400, with soft edges.
func bursts(f media.Frame) media.Frame {
	const edge = 0.01
	for i, s := range f {
		t := math.Mod(float64(i)/rate, 0.4)
		f[i] = int16(float64(s) * max(0, min(1, t/edge, (0.25-t)/edge)))
	}
	return f
}

func hiss(long time.Duration, amplitude float64, seed uint64) media.Frame {
	r, f := rand.New(rand.NewPCG(seed, 2)), make(media.Frame, int(long.Seconds()*rate))
	for i := range f {
		f[i] = int16(amplitude * r.NormFloat64())
	}
	return f
}

// routed is a call of two telephones with these profiles, both on a route.
func routed(t testing.TB, a, b media.Frame, route engine.Route, p engine.Profiles, o options) *call {
	o.codecs = []media.Codec{g722.Rate64}
	o.engine = func(c *engine.Config) { c.Profiles = &p }
	c := newCall(t, a, b, o)
	c.on(route)
	return c
}

func (c *call) on(route engine.Route) {
	for _, p := range []*phone{c.a, c.b} {
		p.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true, Route: route})
	}
}

// most is the largest step between two samples.
func mostStep(f media.Frame) (most int) {
	for i := 1; i < len(f); i++ {
		most = max(most, int(f[i])-int(f[i-1]), int(f[i-1])-int(f[i]))
	}
	return most
}

func TestProfile_filters_and_gains_of_a_call(t *testing.T) {
	const long = 2 * time.Second
	mic := func(p engine.Path) engine.Profile { return engine.Profile{Microphone: p} }
	loud := func(p engine.Path) engine.Profile { return engine.Profile{Loudspeaker: p} }
	band := func(hz, db float64) []biquad.Band { return []biquad.Band{{Frequency: hz, Gain: db, Q: 2}} }
	for _, test := range []struct {
		name    string
		profile engine.Profile
		hz, db  float64
	}{
		{"none", engine.Profile{}, 700, 0},
		{"mic high-pass, below", mic(high(200)), 100, -12.3},
		{"mic high-pass, above", mic(high(200)), 1000, 0},
		{"mic gain", mic(engine.Path{Gain: 6}), 700, 6},
		{"mic band", mic(engine.Path{Equaliser: band(700, -9)}), 700, -9},
		{"loudspeaker high-pass", loud(high(200)), 100, -12.3},
		{"loudspeaker gain", loud(engine.Path{Gain: -7}), 700, -7},
		{"loudspeaker band", loud(engine.Path{Equaliser: band(1500, 5)}), 1500, 5},
		{"a band beside it", loud(engine.Path{Equaliser: band(200, 5)}), 2500, 0},
		{"both sides", engine.Profile{Microphone: engine.Path{Gain: 3}, Loudspeaker: engine.Path{Gain: 4}}, 700, 7},
	} {
		for _, route := range []engine.Route{engine.Handset, engine.Headset, engine.Speaker} {
			said := tuned(long, test.hz, 2000)
			level := func(r engine.Route) float64 {
				p := engine.Profiles{}
				*[]*engine.Profile{nil, &p.Handset, &p.Headset, &p.Speaker}[route] = test.profile
				c := routed(t, said, nil, r, p, options{})
				c.run(long)
				return mediatest.ToneLevel(between(c.b.device.heard, settled, long), rate, test.hz)
			}
			if got := level(route) - level(engine.NoRoute); math.Abs(got-test.db) > 0.5 {
				t.Errorf("%s, route %d: %.2f dB; want %g", test.name, route, got, test.db)
			}
		}
	}
}

// What is made louder than can be is held below full scale, and not cut off.
func TestProfile_limits_what_it_makes_louder(t *testing.T) {
	const long = 2 * time.Second
	c := routed(t, tuned(long, 500, 20000), nil, engine.Handset, engine.Profiles{Handset: engine.Profile{Loudspeaker: engine.Path{Gain: 12}}}, options{})
	c.run(long)
	heard := between(c.b.device.heard, settled, long)
	if most := slices.Max(heard); most > 31200 || most < 28000 {
		t.Errorf("a peak of %d", most)
	}
	// A full-scale sine has -3.01 dBov.
	if wrong := mediatest.Level(heard) + 3.01 - mediatest.ToneLevel(heard, rate, 500); math.Abs(wrong) > 0.1 {
		t.Errorf("%.2f dB of it are no tone any more", wrong)
	}
}

// Without a profile of its route, or with one that says nothing, not a bit is another.
func TestProfile_of_nothing_changes_nothing(t *testing.T) {
	const long = 2 * time.Second
	one, two := mediatest.Voice(rate, long, 1), mediatest.Voice(rate, long, 2)
	run := func(route engine.Route, p engine.Profiles) *call {
		c := routed(t, one, two, route, p, options{})
		c.run(long)
		return c
	}
	all := engine.Profile{Microphone: engine.Path{Equaliser: high(100).Equaliser, Gain: 3}, Loudspeaker: engine.Path{Gain: -3}, Sidetone: -20}
	plain := run(engine.NoRoute, engine.Profiles{})
	for _, test := range []struct {
		name  string
		route engine.Route
		p     engine.Profiles
	}{
		{"of another route", engine.Headset, engine.Profiles{Handset: all}},
		{"no route", engine.NoRoute, engine.Profiles{Handset: all, Headset: all}},
		{"hardware does it", engine.Speaker, engine.Profiles{Handset: all, Speaker: engine.Profile{Duplex: duplex.Full}}},
	} {
		c := run(test.route, test.p)
		if !slices.Equal(c.a.device.heard, plain.a.device.heard) || !slices.Equal(c.b.device.heard, plain.b.device.heard) {
			t.Errorf("%s: the sound is not the same", test.name)
		}
	}
}

// This side's voice is in its own ear in the period in which it was captured, as
// loud as was said, whatever the volume; not when it is muted.
func TestSidetone(t *testing.T) {
	const long = time.Second
	said := mediatest.Voice(rate, long, 1)
	for _, test := range []struct {
		name  string
		p     engine.Profile
		patch engine.Patch
		db    float64
	}{
		{"-18 dB", engine.Profile{Sidetone: -18}, engine.Patch{Mic: true}, -18},
		{"-6 dB", engine.Profile{Sidetone: -6}, engine.Patch{Mic: true}, -6},
		{"the volume is not for it", engine.Profile{Sidetone: -18, Loudspeaker: engine.Path{Gain: -20}}, engine.Patch{Mic: true, PlaybackGain: -20}, -18},
		{"the microphone's gain is", engine.Profile{Sidetone: -18, Microphone: engine.Path{Gain: 3}}, engine.Patch{Mic: true}, -15},
		{"no delay of what is cleaned", engine.Profile{Sidetone: -18, Clean: engine.HandsFree{Noise: true}}, engine.Patch{Mic: true}, -18},
		{"muted", engine.Profile{Sidetone: -18}, engine.Patch{}, math.Inf(-1)},
		{"a loudspeaker's", engine.Profile{Sidetone: -18}, engine.Patch{Mic: true, Route: engine.Speaker}, math.Inf(-1)},
		{"none", engine.Profile{}, engine.Patch{Mic: true}, math.Inf(-1)},
	} {
		c := routed(t, said, nil, engine.Handset, engine.Profiles{Handset: test.p, Speaker: test.p}, options{})
		if test.patch.Streams = []media.StreamID{1}; test.patch.Route == engine.NoRoute {
			test.patch.Route = engine.Handset
		}
		c.a.Connect(test.patch)
		c.run(long)
		heard := c.a.device.heard
		if math.IsInf(test.db, -1) {
			if most := slices.Max(heard); most > 20 {
				t.Errorf("%s: a sample of %d is heard", test.name, most)
			}
			continue
		}
		var both, square, rest float64 // without any delay
		factor := math.Pow(10, test.db/20)
		for i := rate / 5; i < len(heard); i++ {
			s, h := float64(said[i]), float64(heard[i])
			both, square, rest = both+s*h, square+s*s, rest+(h-factor*s)*(h-factor*s)
		}
		if got := 20 * math.Log10(both/square); math.Abs(got-test.db) > 0.2 || rest/square > 1e-4 {
			t.Errorf("%s: %.2f dB, of the rest %.1f dB", test.name, got, 10*math.Log10(rest/square))
		}
	}
}

// Whose loudspeaker comes back into the microphone, and who has no canceller: one side
// is heard at a time, and no one hears itself.
func TestDuplex_half_in_rooms(t *testing.T) {
	const turn = 4 * time.Second
	run := func(mode string) *call {
		one := silenced(mediatest.Voice(rate, 2*turn, 1), turn, 2*turn)
		two := silenced(mediatest.Voice(rate, 2*turn, 2), 0, turn)
		c := routed(t, one, two, engine.Speaker, engine.Profiles{Speaker: engine.Profile{Duplex: mode}}, options{})
		c.a.device.room, c.b.device.room = haltest.NewRoom(rate, 1), haltest.NewRoom(rate, 2)
		c.run(2 * turn)
		return c
	}
	without, with := run(duplex.Full), run(duplex.Half)
	for _, side := range []struct {
		name           string
		speaks, hears  func(*call) *phone
		from, to       time.Duration
		itself, others float64 // dB less
	}{
		{"a speaks", func(c *call) *phone { return c.a }, func(c *call) *phone { return c.b }, time.Second, turn, 30, 1},
		{"b speaks", func(c *call) *phone { return c.b }, func(c *call) *phone { return c.a }, turn + time.Second, 2 * turn, 30, 1},
	} {
		less := func(of func(*call) *phone) float64 {
			return mediatest.Level(between(of(without).device.heard, side.from, side.to)) - mediatest.Level(between(of(with).device.heard, side.from, side.to))
		}
		t.Logf("%s: %.1f dB less of itself, %.1f dB less on the other side", side.name, less(side.speaks), less(side.hears))
		if got := less(side.speaks); got < side.itself {
			t.Errorf("%s and hears itself %.1f dB less; want %g", side.name, got, side.itself)
		}
		if got := less(side.hears); math.Abs(got) > side.others {
			t.Errorf("%s and is heard %.1f dB less; want %g", side.name, got, side.others)
		}
	}
}

// While b speaks, what a says is 14 dB quieter there, and back afterwards.
func TestDuplex_duck(t *testing.T) {
	const long = 6 * time.Second
	one := bursts(tuned(long, 700, 3000))
	two := silenced(silenced(bursts(hiss(long, 2000, 1)), 0, 2*time.Second), 4*time.Second, long)
	level := func(mode string, from, to time.Duration) float64 {
		c := routed(t, one, two, engine.Speaker, engine.Profiles{Speaker: engine.Profile{Duplex: mode}}, options{})
		c.run(long)
		return mediatest.ToneLevel(between(c.b.device.heard, from, to), rate, 700)
	}
	for _, test := range []struct {
		name        string
		from, to    time.Duration
		least, most float64
	}{
		{"before", time.Second, 2 * time.Second, -0.1, 0.1},
		{"while b speaks", 2200 * time.Millisecond, 4 * time.Second, 12, 15},
		{"afterwards", 4800 * time.Millisecond, long, -0.1, 0.1},
	} {
		less := level(duplex.Full, test.from, test.to) - level(duplex.Duck, test.from, test.to)
		if t.Logf("%s: %.2f dB less", test.name, less); less < test.least || less > test.most {
			t.Errorf("%s: %.2f dB less; want %g to %g", test.name, less, test.least, test.most)
		}
	}
}

// With a canceller, what it leaves is not taken for a voice: nothing is quieter while
// one alone speaks. While both do each hears the other quieter, and never not at all.
func TestDuplex_duck_with_a_canceller(t *testing.T) {
	const alone, long = 4 * time.Second, 8 * time.Second
	one := mediatest.Voice(rate, long, 1)
	two := silenced(mediatest.Voice(rate, long, 2), 0, alone)
	run := func(mode string) *call {
		o := options{codecs: wide(), engine: func(c *engine.Config) {
			c.HandsFree, c.Profiles = handsFree, &engine.Profiles{Speaker: engine.Profile{Duplex: mode}}
		}}
		c := newCall(t, one, two, o)
		c.a.device.room, c.b.device.room = haltest.NewRoom(rate, 1), haltest.NewRoom(rate, 2)
		for _, p := range []*phone{c.a, c.b} {
			p.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true, HandsFree: true, Route: engine.Speaker})
		}
		c.run(long)
		return c
	}
	full, duck := run(duplex.Full), run(duplex.Duck)
	less := func(from, to time.Duration) float64 {
		return mediatest.Level(between(full.b.device.heard, from, to)) - mediatest.Level(between(duck.b.device.heard, from, to))
	}
	before, both := less(2*time.Second, alone), less(alone+300*time.Millisecond, long)
	t.Logf("b hears a %.1f dB quieter alone, %.1f dB while both speak", before, both)
	if before > 1 || both < 3 {
		t.Errorf("b hears a %.1f dB quieter while a alone speaks, %.1f dB while both do", before, both)
	}
	if got := gainOf(t, between(two, alone, long), between(duck.a.device.heard, alone, long)); got < 0.3 || got > 0.8 {
		t.Errorf("b is heard %.2f times as loud as it speaks", got)
	}
}

// A microphone that is muted, perhaps in hardware, is no quiet room: what was known
// of the noise stays.
func TestAmbient_while_muted(t *testing.T) {
	const long = 10 * time.Second
	noise := hiss(3*long, 2000, 3)
	clear(noise[int(long.Seconds()*rate):int(2*long.Seconds()*rate)])
	said := silenced(tuned(3*long, 700, 300), 0, 2*long-time.Second)
	c := routed(t, said, noise, engine.Speaker, engine.Profiles{Speaker: engine.Profile{Ambient: engine.Ambient{Range: 12}}}, options{})
	c.run(long)
	c.b.Connect(engine.Patch{Streams: []media.StreamID{1}, Route: engine.Speaker})
	c.run(long)
	muted := mediatest.ToneLevel(between(c.b.device.heard, 2*long-800*time.Millisecond, 2*long), rate, 700)
	if want := 20*math.Log10(300.0/32768) + 12; math.Abs(muted-want) > 1 {
		t.Errorf("%.1f dB while muted, want %.1f", muted, want)
	}
}

// A tone has no place to click in but where it is switched.
func TestDuplex_switches_without_a_click(t *testing.T) {
	const long, hz, amplitude = 8 * time.Second, 325, 6000
	for _, mode := range []string{duplex.Duck, duplex.Half} {
		one := tuned(long, hz, amplitude)
		two := bursts(tuned(long, 440, amplitude))
		for from := time.Duration(0); from < long; from += 2400 * time.Millisecond {
			two = silenced(two, from, min(long, from+1200*time.Millisecond))
		}
		for i := range one { // a speaks for 700 ms of 2 s, partly into b's words
			t := math.Mod(float64(i)/rate, 2)
			one[i] = int16(float64(one[i]) * max(0, min(1, t/0.01, (1.5-t)/0.01)))
		}
		c := routed(t, one, two, engine.Speaker, engine.Profiles{Speaker: engine.Profile{Duplex: mode}}, options{})
		c.run(long)
		for name, p := range map[string]*phone{"a": c.a, "b": c.b} {
			heard := between(p.device.heard, settled, long)
			// Its steps are at most amplitude*2*pi*440/rate = 1037.
			if most := mostStep(heard); most > 1250 || most < 300 {
				t.Errorf("%s: %s hears a step of %d", mode, name, most)
			}
		}
	}
}

// In the noise of a street b's loudspeaker becomes louder by what it may, and no more.
func TestAmbient_of_a_call(t *testing.T) {
	const long, at = 12 * time.Second, 11 * time.Second
	said := silenced(tuned(long, 700, 1000), 0, at)
	p := engine.Profiles{Speaker: engine.Profile{Ambient: engine.Ambient{Range: 12}}}
	level := func(noise float64, route engine.Route, p engine.Profiles) float64 {
		c := routed(t, said, hiss(long, noise, 3), route, p, options{})
		c.run(long)
		return mediatest.ToneLevel(between(c.b.device.heard, at+200*time.Millisecond, long), rate, 700)
	}
	plain := level(1000, engine.Speaker, engine.Profiles{})
	for _, test := range []struct {
		name  string
		noise float64
		db    float64
	}{{"quiet", 10, 0}, {"a street", 120, 6.3}, {"a storm", 2000, 12}} { // -48.7 dBov is 6.3 above -55
		if got := level(test.noise, engine.Speaker, p) - plain; math.Abs(got-test.db) > 1 {
			t.Errorf("%s: %.1f dB louder; want %g", test.name, got, test.db)
		}
	}
}

// Its own echo makes no loudspeaker louder.
func TestAmbient_does_not_answer_itself(t *testing.T) {
	const long = 14 * time.Second
	said := mediatest.Voice(rate, long, 1)
	level := func(p engine.Profiles) float64 {
		c := routed(t, said, nil, engine.Speaker, p, options{})
		c.b.device.room = haltest.NewRoom(rate, 1)
		c.run(long)
		return mediatest.Level(between(c.b.device.heard, long/2, long))
	}
	louder := level(engine.Profiles{Speaker: engine.Profile{Ambient: engine.Ambient{Range: 20}}}) - level(engine.Profiles{})
	if math.Abs(louder) > 0.5 {
		t.Errorf("%.1f dB louder", louder)
	}
}

// From handset to headset to loudspeaker and back within a call: the sound of each,
// and no click, in both ears. Profiles are as different as can be.
func TestProfile_changes_in_a_call_without_a_click(t *testing.T) {
	const hz, amplitude, step = 325, 6000, 200 * time.Millisecond
	p := engine.Profiles{
		Handset: engine.Profile{
			Microphone:  engine.Path{Gain: -6, Equaliser: []biquad.Band{{Kind: biquad.HighPass, Frequency: 120}, {Frequency: 325, Gain: 3, Q: 1}}},
			Loudspeaker: engine.Path{Gain: -10}, Sidetone: -12, Clean: engine.HandsFree{Noise: true},
		},
		Headset: engine.Profile{Microphone: engine.Path{Gain: -20}, Loudspeaker: engine.Path{Equaliser: high(300).Equaliser, Gain: -4}},
		Speaker: engine.Profile{Loudspeaker: engine.Path{Equaliser: []biquad.Band{{Kind: biquad.LowShelf, Frequency: 500, Gain: -12}}}, Duplex: duplex.Duck, Ambient: engine.Ambient{Range: 6}},
	}
	routes := []engine.Route{engine.Handset, engine.Headset, engine.Speaker, engine.NoRoute}
	long := 24 * step
	c := routed(t, tuned(long, hz, amplitude), tuned(long, hz, amplitude), engine.NoRoute, p, options{})
	for i := range 23 {
		c.on(routes[i*(1+i/8)%4])
		c.run(step)
	}
	for name, f := range map[string]media.Frame{"a": c.a.device.heard, "b": c.b.device.heard} {
		// A tone's steps are at most amplitude*2*pi*325/rate = 766, a sidetone's a quarter of that more.
		most := mostStep(between(f, settled/2, 23*step))
		if t.Logf("%s: largest step %d", name, most); most > 1100 {
			t.Errorf("%s hears a step of %d", name, most)
		}
	}
}

// A change within a change, and back again at once, is no click either.
func TestProfile_changes_faster_than_it_turns(t *testing.T) {
	p := engine.Profiles{Handset: engine.Profile{Loudspeaker: engine.Path{Gain: -30}}, Headset: engine.Profile{Loudspeaker: engine.Path{Gain: -3}}}
	c := routed(t, tuned(2*time.Second, 325, 6000), nil, engine.Headset, p, options{})
	c.run(time.Second)
	for i := range 60 {
		c.on([]engine.Route{engine.Handset, engine.Headset, engine.NoRoute}[i%3])
		c.run(10 * time.Millisecond)
	}
	if most := mostStep(between(c.b.device.heard, settled, 1600*time.Millisecond)); most > 900 {
		t.Errorf("a step of %d", most)
	}
}

// The ringer is another loudspeaker: a dial tone is shaped, a ring is not.
func TestProfile_is_not_the_ringers(t *testing.T) {
	level := func(ring bool, p engine.Profiles) float64 {
		c := routed(t, nil, nil, engine.Handset, p, options{})
		c.a.Connect(engine.Patch{Route: engine.Handset, Ring: ring, Tone: tone.Cadence{Parts: []tone.Part{{Freqs: [4]float64{440}, On: time.Minute}}, LevelDB: -12}})
		c.run(time.Second)
		return mediatest.ToneLevel(between(c.a.device.heard, time.Second/2, time.Second), rate, 440)
	}
	p := engine.Profiles{Handset: engine.Profile{Loudspeaker: engine.Path{Gain: -20}}}
	for ring, want := range map[bool]float64{true: 0, false: -20} {
		if got := level(ring, p) - level(ring, engine.Profiles{}); math.Abs(got-want) > 0.2 {
			t.Errorf("ring %v: %.1f dB; want %g", ring, got, want)
		}
	}
}

// A handset has its noise taken out, too, and an echo, if its profile says so.
func TestProfile_cleans_a_handset(t *testing.T) {
	const long = 6 * time.Second
	level := func(route engine.Route) float64 {
		c := routed(t, hiss(long, 150, 1), nil, route, engine.Profiles{Handset: engine.Profile{Clean: engine.HandsFree{Noise: true}}}, options{})
		c.run(long)
		return mediatest.Level(between(c.b.device.heard, long*3/4, long))
	}
	if less := level(engine.Headset) - level(engine.Handset); less < 8 {
		t.Errorf("%.1f dB less noise; want 8", less)
	}
}

// Another device of the same kind has the same profile.
func TestProfile_after_another_device(t *testing.T) {
	c := routed(t, tuned(2*time.Second, 700, 3000), nil, engine.Handset, engine.Profiles{Handset: engine.Profile{Loudspeaker: engine.Path{Gain: -20}}}, options{})
	c.run(time.Second)
	other := newDevice(nil)
	if err := c.b.Reopen(other); err != nil {
		t.Fatal(err)
	}
	c.run(time.Second)
	before := mediatest.ToneLevel(between(c.b.device.heard, time.Second/2, time.Second), rate, 700)
	if after := mediatest.ToneLevel(between(other.heard, time.Second/2, time.Second), rate, 700); math.Abs(after-before) > 0.2 {
		t.Errorf("%.1f dB, then %.1f", before, after)
	}
}

func TestProfile_what_fits(t *testing.T) {
	nan := math.NaN()
	path := func(p engine.Path) engine.Profile { return engine.Profile{Microphone: p} }
	for _, test := range []struct {
		name         string
		p            engine.Profile
		rate, period int
		fits         bool
	}{
		{"nothing at 44100 Hz", engine.Profile{}, 44100, 441, true},
		{"all but cleaning at 44100 Hz", engine.Profile{Microphone: engine.Path{Gain: 20, Equaliser: []biquad.Band{{Kind: biquad.HighPass, Frequency: 100}, {Frequency: 1000, Gain: 3}}}, Sidetone: -18, Duplex: duplex.Half, Ambient: engine.Ambient{Range: 12}}, 44100, 100, true},
		{"8000 Hz", path(high(300)), 8000, 80, true},
		{"what 8000 Hz do not have", path(engine.Path{Equaliser: []biquad.Band{{Frequency: 5000, Gain: 3}}}), 8000, 80, false},
		{"what 16000 Hz do", path(engine.Path{Equaliser: []biquad.Band{{Frequency: 5000, Gain: 3}}}), 16000, 160, true},
		{"a high-pass above all", engine.Profile{Loudspeaker: high(5000)}, 8000, 80, false},
		{"eight bands", path(engine.Path{Equaliser: slices.Repeat(high(100).Equaliser, 8)}), 16000, 160, false},
		{"a gain", path(engine.Path{Gain: 21}), 16000, 160, false},
		{"a gain that is none", path(engine.Path{Gain: nan}), 16000, 160, false},
		{"a sidetone as loud as the voice", engine.Profile{Sidetone: -1}, 16000, 160, false},
		{"a sidetone that is none", engine.Profile{Sidetone: nan}, 16000, 160, false},
		{"a sidetone beside a canceller", engine.Profile{Sidetone: -18, Clean: engine.HandsFree{Echo: true}}, 16000, 160, false},
		{"an unknown duplex", engine.Profile{Duplex: "simplex"}, 16000, 160, false},
		{"a range", engine.Profile{Ambient: engine.Ambient{Range: 30}}, 16000, 160, false},
		{"levels, periods of 5 ms", engine.Profile{Clean: engine.HandsFree{Gain: true}}, 16000, 80, false},
	} {
		if err := test.p.Fits(test.rate, test.period); (err == nil) != test.fits {
			t.Errorf("%s: %v", test.name, err)
		}
		if _, err := engine.New(engine.Config{Device: newDevice(nil), SampleRate: test.rate, Period: test.period, Profiles: &engine.Profiles{Headset: test.p}}); (err == nil) != test.fits {
			t.Errorf("%s: New: %v", test.name, err)
		}
	}
}

// whole is a profile with everything in it that goes together.
var whole = engine.Profile{
	Microphone: engine.Path{Gain: 3, Equaliser: []biquad.Band{{Kind: biquad.HighPass, Frequency: 120}, {Frequency: 300, Gain: -3}, {Kind: biquad.HighShelf, Frequency: 3000, Gain: 4}}},
	Loudspeaker: engine.Path{Gain: -2, Equaliser: []biquad.Band{{Kind: biquad.HighPass, Frequency: 200}, {Frequency: 500, Gain: -3}, {Frequency: 1000, Gain: 3},
		{Frequency: 2000, Gain: -3}, {Frequency: 2500, Gain: 3}, {Frequency: 3000, Gain: -3}, {Kind: biquad.HighShelf, Frequency: 3200, Gain: 4}}},
	Duplex: duplex.Half, Ambient: engine.Ambient{Range: 12},
}

func TestProfile_allocates_nothing(t *testing.T) {
	handset := whole
	handset.Duplex, handset.Sidetone, handset.Clean = "", -18, engine.HandsFree{Noise: true, Gain: true}
	p := engine.Profiles{Handset: handset, Speaker: whole}
	for _, test := range []struct {
		name  string
		route engine.Route
		o     options
	}{
		{"handset", engine.Handset, options{}}, {"speaker", engine.Speaker, options{}},
		{"handset, 48000 Hz", engine.Handset, options{rate: 48000}}, {"speaker, 8000 Hz, 20 ms", engine.Speaker, options{rate: 8000, period: 20 * time.Millisecond}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := routed(t, mediatest.Voice(rate, time.Second, 1), mediatest.Voice(rate, time.Second, 2), test.route, p, test.o)
			c.run(600 * time.Millisecond)
			if got := testing.AllocsPerRun(20, func() { c.silent(20 * time.Millisecond) }); got > 0 {
				t.Errorf("%.2f allocations in a two-way frame", got)
			}
		})
	}
}

// BenchmarkProfile is a period of a call on both sides, with each stage alone.
func BenchmarkProfile(b *testing.B) {
	for _, test := range []struct {
		name string
		p    engine.Profile
	}{
		{"none", engine.Profile{}},
		{"high-pass", engine.Profile{Microphone: high(120)}},
		{"equalisers", engine.Profile{Microphone: engine.Path{Equaliser: whole.Loudspeaker.Equaliser}, Loudspeaker: engine.Path{Equaliser: whole.Loudspeaker.Equaliser}}},
		{"sidetone", engine.Profile{Sidetone: -18}},
		{"half", engine.Profile{Duplex: duplex.Half}},
		{"ambient", engine.Profile{Ambient: engine.Ambient{Range: 12}}},
		{"all", whole},
	} {
		b.Run(test.name, func(b *testing.B) {
			c := routed(b, mediatest.Voice(rate, 10*time.Second, 1), mediatest.Voice(rate, 10*time.Second, 2), engine.Headset, engine.Profiles{Headset: test.p}, options{})
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
