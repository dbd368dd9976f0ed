package engine_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/keying"
	"offhook/media/mediatest"
	"offhook/media/sdp"
)

var errGone = errors.New("device gone")

// gate is a device whose periods a test lets through one by one.
type gate struct {
	*device
	pass chan struct{}
	stop chan struct{}
	once sync.Once
}

func newGate(d *device) *gate {
	return &gate{device: d, pass: make(chan struct{}), stop: make(chan struct{})}
}

func (g *gate) ReadPeriod(f []int16) error {
	select {
	case <-g.pass:
		return g.device.ReadPeriod(f)
	case <-g.stop:
		return errGone
	}
}

func (g *gate) unplug() { g.once.Do(func() { close(g.stop) }) }

func TestRun_ends_with_its_context(t *testing.T) {
	p := newPhone(t, &clock{}, nil, options{})
	g := newGate(p.device)
	if err := p.Reopen(g); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- p.Run(ctx) }()
	for range 3 {
		g.pass <- struct{}{}
	}
	until(t, "three steps", func() bool { return p.Steps() >= 3 })
	if err := p.Run(ctx); !errors.Is(err, engine.ErrRunning) {
		t.Errorf("a second Run: %v", err)
	}
	if err := p.Reopen(g); !errors.Is(err, engine.ErrRunning) {
		t.Errorf("Reopen while running: %v", err)
	}
	cancel()
	g.unplug()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestRun_streams_survive_the_device(t *testing.T) {
	said := mediatest.Voice(rate, 10*time.Second, 1)
	c := newCall(t, said, nil, options{config: suites(sdp.Mandatory)})
	c.run(2 * time.Second)
	c.a.device.fail = errGone
	if err := c.a.Run(t.Context()); !errors.Is(err, errGone) {
		t.Fatalf("Run: %v", err)
	}
	for range 300 { // three seconds of packets come and nobody takes them
		c.clock.now.Add(int64(c.b.period))
		c.step(c.b)
	}
	fresh := newDevice(said)
	fresh.at = c.a.device.at + 3*rate
	if err := c.a.Reopen(fresh); err != nil {
		t.Fatal(err)
	}
	c.a.device = fresh
	once := &oneStep{device: fresh}
	if err := c.a.Reopen(once); err != nil {
		t.Fatal(err)
	}
	if err := c.a.Run(t.Context()); !errors.Is(err, errGone) { // flushes, steps once
		t.Fatal(err)
	}
	if err := c.a.Reopen(fresh); err != nil {
		t.Fatal(err)
	}
	c.run(4 * time.Second)
	heard := c.b.device.heard
	alike(t, "a to b", said[:len(heard)], heard, rate, 6*time.Second, mouth+c.a.period)
	if s := c.b.session.Stats(); s.Lost+s.Discarded > 0 {
		t.Errorf("%+v", s)
	}
}

// oneStep is a device that lasts for one period.
type oneStep struct {
	*device
	done bool
}

func (o *oneStep) ReadPeriod(f []int16) error {
	if o.done {
		return errGone
	}
	o.done = true
	return o.device.ReadPeriod(f)
}

func TestNew_refuses(t *testing.T) {
	for name, cfg := range map[string]engine.Config{
		"no device":   {SampleRate: 8000, Period: 80},
		"no period":   {Device: newDevice(nil), SampleRate: 8000},
		"long period": {Device: newDevice(nil), SampleRate: 8000, Period: 801},
		"rate":        {Device: newDevice(nil), SampleRate: 4000, Period: 40},
	} {
		if _, err := engine.New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestClose_is_final(t *testing.T) {
	c := newCall(t, nil, nil, options{})
	for range 2 {
		if err := c.a.Engine.Close(); err != nil {
			t.Fatal(err)
		}
		if err := c.a.session.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for range c.a.Events() { // closed, so this ends
	}
	if _, err := c.a.session.Offer(false); err == nil {
		t.Error("an offer after Close")
	}
	if err := c.a.Step(); err != nil {
		t.Error(err)
	}
}

// TestStep_allocates_nothing counts all allocations of the process while two
// engines talk: their steps, with the packets in them.
func TestStep_allocates_nothing(t *testing.T) {
	for _, test := range []struct {
		name   string
		policy sdp.Policy
		suite  keying.Suite
		most   float64 // in a two-way frame; CM's are SRTP's, whose pool of hashes the race detector empties
	}{
		{"plain", sdp.Off, "", 0},
		{"GCM", sdp.Mandatory, keying.AES128GCM, 0},
		{"CM", sdp.Mandatory, keying.AES128CMSHA1_80, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCall(t, mediatest.Voice(rate, time.Second, 1), mediatest.Voice(rate, time.Second, 2), options{config: suites(test.policy, test.suite)})
			c.a.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true, Tone: note(440)})
			c.run(time.Second)
			if got := testing.AllocsPerRun(40, func() { c.silent(20 * time.Millisecond) }); got > test.most {
				t.Errorf("%.2f allocations in a two-way frame, at most %.2f are due", got, test.most)
			}
		})
	}
}

// asked is a device that keeps what the engine tells of its process.
type asked struct {
	*device
	hastened []bool
}

func (a *asked) Poll(hastened bool) bool {
	a.hastened = append(a.hastened, hastened)
	return true
}

// A device hears whether all threads have real-time priority.
func TestRun_tells_the_device_of_its_process(t *testing.T) {
	d := &asked{device: newDevice(nil)}
	p := newPhone(t, &clock{}, nil, options{})
	if err := p.Reopen(d); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	run := func() {
		if err := p.Run(ctx); err != nil {
			t.Error(err)
		}
	}
	run()
	var permitted bool
	engine.Hastened(func() {
		now, err := unix.SchedGetAttr(0, 0)
		permitted = err == nil && now.Policy == unix.SCHED_FIFO
		run()
	})
	if want := []bool{false, permitted}; !slices.Equal(d.hastened, want) {
		t.Errorf("told %v, want %v", d.hastened, want)
	}
}
