package engine_test

import (
	"io"
	"log/slog"
	"net/netip"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offhook/hal/haltest"
	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/keying"
	"offhook/media/mediatest"
	"offhook/media/sdp"
	"offhook/media/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// device is a sound device that knows no time: it captures speech, then
// silence, and keeps what is played.
type device struct {
	speech   media.Frame
	at       int
	heard    media.Frame
	captured media.Frame
	fail     error
	room     *haltest.Room // that the microphone and the loudspeaker are in; nil: none
}

func newDevice(speech media.Frame) *device {
	return &device{speech: speech, heard: make(media.Frame, 0, 1<<21), captured: make(media.Frame, 0, 1<<21)}
}

func (d *device) ReadPeriod(f []int16) error {
	if d.fail != nil {
		return d.fail
	}
	n := copy(f, d.speech[min(d.at, len(d.speech)):])
	clear(f[n:])
	d.at += len(f)
	d.room.Hear(f)
	d.captured = append(d.captured, f...)
	return nil
}

func (d *device) WritePeriod(f []int16) error {
	d.heard = append(d.heard, f...)
	d.room.Play(f)
	return nil
}

func (d *device) Xruns() (capture, playback uint64) { return 0, 0 }

// clock is the virtual time of all parts of a bench.
type clock struct{ now atomic.Int64 }

func (c *clock) Now() time.Duration { return time.Duration(c.now.Load()) }

// phone is an engine with one session.
type phone struct {
	*engine.Engine
	device  *device
	session *session.Session
	period  time.Duration
}

type options struct {
	rate   int
	period time.Duration
	codecs []media.Codec
	config func(*session.Config)
	engine func(*engine.Config)
}

func newPhone(t testing.TB, c *clock, speech media.Frame, o options) *phone {
	t.Helper()
	if o.rate == 0 {
		o.rate = 16000
	}
	if o.period == 0 {
		o.period = 10 * time.Millisecond
	}
	if o.codecs == nil {
		o.codecs = []media.Codec{g711.PCMU, g711.PCMA}
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	p := &phone{device: newDevice(speech), period: o.period}
	cfg := engine.Config{
		Device: p.device, SampleRate: o.rate, Period: int(o.period * time.Duration(o.rate) / time.Second),
		Codecs: o.codecs, Now: c.Now, Log: log,
	}
	if o.engine != nil {
		o.engine(&cfg)
	}
	var err error
	if p.Engine, err = engine.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Engine.Close(); err != nil {
			t.Error(err)
		}
	})
	p.session = p.open(t, 1, o)
	p.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
	return p
}

func (p *phone) open(t testing.TB, id media.StreamID, o options) *session.Session {
	t.Helper()
	cfg := session.Config{Engine: p.Engine, ID: id, Codecs: o.codecs, Addr: netip.MustParseAddr("127.0.0.1")}
	if o.codecs == nil {
		cfg.Codecs = []media.Codec{g711.PCMU, g711.PCMA}
	}
	if o.config != nil {
		o.config(&cfg)
	}
	s, err := session.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// negotiate makes an offer of a and an answer of b.
func negotiate(t testing.TB, a, b *session.Session, hold bool) {
	t.Helper()
	offer, err := a.Offer(hold)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.Answer(offer)
	if err != nil {
		t.Fatalf("%v; the offer was\n%s", err, offer)
	}
	if err := a.Accept(answer); err != nil {
		t.Fatalf("%v; the answer was\n%s", err, answer)
	}
}

// call is two phones joined over real sockets in virtual time.
type call struct {
	t     testing.TB
	clock *clock
	a, b  *phone
}

func newCall(t testing.TB, a, b media.Frame, o options) *call {
	t.Helper()
	c := &call{t: t, clock: &clock{}}
	c.a, c.b = newPhone(t, c.clock, a, o), newPhone(t, c.clock, b, o)
	negotiate(t, c.a.session, c.b.session, false)
	return c
}

// until waits for other goroutines, which run in real time.
func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 10 s for %s", what)
		}
		runtime.Gosched()
	}
}

// step moves one phone a period on. On loopback a packet has come when it is sent.
func (c *call) step(p *phone) {
	c.t.Helper()
	if err := p.Step(); err != nil {
		c.t.Fatal(err)
	}
}

// run lets both phones go on for some time.
func (c *call) run(d time.Duration) {
	c.t.Helper()
	for ; d > 0; d -= c.a.period {
		c.clock.now.Add(int64(c.a.period))
		c.step(c.a)
		c.step(c.b)
	}
}

// BenchmarkStep is one period of a call, on one side, packets being under way.
func BenchmarkStep(b *testing.B) {
	for _, suite := range []keying.Suite{"", keying.AES128GCM, keying.AES128CMSHA1_80} {
		policy := sdp.Mandatory
		if suite == "" {
			policy = sdp.Off
		}
		b.Run("suite="+string(suite), func(b *testing.B) {
			c := newCall(b, mediatest.Voice(rate, 10*time.Second, 1), mediatest.Voice(rate, 10*time.Second, 2), options{config: suites(policy, suite)})
			b.ReportAllocs()
			for b.Loop() {
				c.a.device.heard, c.a.device.captured = c.a.device.heard[:0], c.a.device.captured[:0]
				c.b.device.heard, c.b.device.captured = c.b.device.heard[:0], c.b.device.captured[:0]
				c.a.device.at %= 9 * rate
				c.clock.now.Add(int64(c.a.period))
				if err := c.a.Step(); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if err := c.b.Step(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}

// silent is run without anything that allocates in the bench itself.
func (c *call) silent(d time.Duration) {
	for ; d > 0; d -= c.a.period {
		c.clock.now.Add(int64(c.a.period))
		if c.a.Step() != nil || c.b.Step() != nil {
			c.t.Fatal("step failed")
		}
	}
}
