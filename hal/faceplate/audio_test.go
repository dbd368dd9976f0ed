package faceplate

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
	"offhook/hal/faceplate/remote"
)

// loop plays back what it captures, after some periods of its own.
func loop(a hal.AudioIO, delay int) (wait func()) {
	var wg sync.WaitGroup
	wg.Go(func() {
		line := make([]int16, (delay+1)*a.Format().Period)
		n := a.Format().Period
		for {
			copy(line, line[n:])
			if a.ReadPeriod(line[delay*n:]) != nil || a.WritePeriod(line[:n]) != nil {
				return
			}
		}
	})
	return wg.Wait
}

func xruns(a hal.AudioIO) uint64 {
	c, p := a.Xruns()
	return c + p
}

func TestSoundIsSampleExact(t *testing.T) {
	for _, c := range []struct {
		name   string
		params hal.Params
		delay  int // periods
	}{
		{"16 kHz 10 ms -> one period", nil, 0},
		{"8 kHz 20 ms -> one period", hal.Params{"sample-rate": 8000, "period-ms": 20}, 0},
		{"48 kHz 5 ms with 3 periods in the firmware -> four periods", hal.Params{"sample-rate": 48000, "period-ms": 5}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			a := b.audio(c.params)
			client := b.dial()
			f, err := client.Audio(b.ctx)
			if err != nil || f != a.Format() {
				t.Fatalf("format %v, %v", f, err)
			}
			wait := loop(a, c.delay)
			defer func() { b.must(a.Close()); wait() }()
			said := make([]int16, f.SampleRate/2+7) // not a whole number of periods
			rng := rand.New(rand.NewPCG(1, uint64(f.SampleRate)))
			for i := range said {
				said[i] = int16(rng.Uint32()) | 1
			}
			go func() {
				err := errors.Join(client.WriteMic(said), client.FlushMic())
				if err != nil {
					t.Error(err)
				}
			}()
			heard, first := []int16{}, int64(0)
			period := make([]int16, f.Period)
			for next := int64(-1); len(heard) < len(said); next += int64(f.Period) {
				at, err := client.ReadSpeaker(period)
				b.must(err)
				if next < 0 || at > next && xruns(a) > 0 { // a loaded machine: time has jumped, the sound has not
					next = at
				}
				if at != next {
					t.Fatalf("position %d, want %d", at, next)
				}
				if len(heard) > 0 || period[0] != 0 {
					if len(heard) == 0 {
						first = at
					}
					heard = append(heard, period...)
				}
			}
			if !slices.Equal(heard[:len(said)], said) {
				t.Fatal("what was heard is not what was said")
			}
			mouth, ok := client.MicPosition(0)
			if want := int64((c.delay + 1) * f.Period); !ok || first-mouth != want && xruns(a) == 0 {
				t.Errorf("mouth %d (%v), ear %d: %d samples, want %d", mouth, ok, first, first-mouth, want)
			}
		})
	}
}

func TestSoundGoesToTheNewest(t *testing.T) {
	b := newBench(t)
	first, second := (*remote.Client)(nil), (*remote.Client)(nil)
	b.keypad()
	first = b.dial()
	got := make(chan error, 1)
	go func() { _, err := first.Audio(b.ctx); got <- err }() // before the device is there
	a := b.audio(nil)
	b.must(<-got)
	second = b.dial()
	_, err := second.Audio(b.ctx)
	b.must(err)
	b.wait(first, "the loss of the sound", func(s remote.State) bool { return !s.Sound })
	if err := first.WriteMic(make([]int16, 160)); !errors.Is(err, remote.ErrClosed) {
		t.Errorf("WriteMic without the sound: %v", err)
	}
	b.must(second.Close())
	b.wait(first, "the sound again", func(s remote.State) bool { return s.Sound })
	b.must(a.Close())
	b.wait(first, "no sound device", func(s remote.State) bool { return !s.Sound })
}

func TestMuteCutsTheMicrophone(t *testing.T) {
	b := newBench(t)
	a := b.audio(nil)
	m := open(b, b.drivers.Mixers["faceplate-mixer"], nil)
	c := b.dial()
	_, err := c.Audio(b.ctx)
	b.must(err)
	say := func() {
		t.Helper()
		b.must(c.WriteMic(slices.Repeat([]int16{1000}, 160)))
	}
	hear := func(want int16) {
		t.Helper()
		p := make([]int16, 160)
		for range 500 {
			b.must(a.ReadPeriod(p))
			if p[0] == want {
				return
			}
		}
		t.Errorf("never heard %d", want)
	}
	say()
	hear(1000)
	b.must(m.Mute(true))
	for range 5 {
		say()
	}
	p := make([]int16, 160)
	for range 10 {
		if b.must(a.ReadPeriod(p)); p[0] != 0 {
			t.Error("muted and heard")
		}
	}
	b.must(m.Close()) // the mixer is gone: its cut too
	for range 5 {
		say()
	}
	hear(1000)
}

func testAudio(rate, ms int) *audio {
	return newAudio(hal.PCMFormat{SampleRate: rate, Period: rate * ms / 1000}, new(atomic.Bool))
}

func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := testAudio(16000, 10)
		p := make([]int16, 160)
		start := time.Now()
		read := func(n int) {
			t.Helper()
			for range n {
				if err := a.ReadPeriod(p); err != nil {
					t.Fatal(err)
				}
			}
		}
		read(100)
		if d := time.Since(start); d != time.Second {
			t.Errorf("100 periods took %v", d)
		}
		pass(95 * time.Millisecond) // late, within the buffer: made up for
		read(10)
		if d := time.Since(start); d != 1100*time.Millisecond {
			t.Errorf("110 periods took %v", d)
		}
		if c, _ := a.Xruns(); c != 0 {
			t.Errorf("%d xruns after being late by less than the buffer", c)
		}
		pass(995 * time.Millisecond) // stalled: an overrun, and the clock is kept
		read(1)
		if c, _ := a.Xruns(); c != 1 {
			t.Errorf("%d overruns, want 1", c)
		}
		read(9)
		if d := time.Since(start); d%(10*time.Millisecond) != 0 || d > 2200*time.Millisecond {
			t.Errorf("after the stall: %v", d)
		}
	})
}

func TestPlayback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := testAudio(8000, 20)
		peer := newPeer(a.format, false, make(chan struct{}, 1))
		a.peer.Store(peer)
		p := make([]int16, 160)
		var numbers []uint64
		write := func() {
			t.Helper()
			if err := a.WritePeriod(p); err != nil {
				t.Fatal(err)
			}
			for b := peer.out.peek(); b != nil; b = peer.out.peek() {
				numbers = append(numbers, b.Number)
				peer.out.pop()
			}
		}
		read := func() {
			t.Helper()
			if err := a.ReadPeriod(p); err != nil {
				t.Fatal(err)
			}
		}
		write()
		write() // two periods ahead
		read()
		write()
		read()
		read()
		read() // nothing was written for too long
		write()
		if want := []uint64{0, 1, 2, 4}; !slices.Equal(numbers, want) {
			t.Errorf("play periods %d, want %d", numbers, want)
		}
		if _, x := a.Xruns(); x != 1 {
			t.Errorf("%d underruns, want 1", x)
		}
		start := time.Now()
		for range 12 { // a writer that never reads is held by the clock
			write()
		}
		if d := time.Since(start); d < 100*time.Millisecond {
			t.Errorf("12 periods written in %v", d)
		}
		if err := a.WritePeriod(p[:80]); err == nil {
			t.Error("half a period is taken")
		}
	})
}

func TestAudioAllocatesNothing(t *testing.T) {
	for _, mode := range []string{"no page", wire.Live, wire.Sync} {
		a := testAudio(48000, 5)
		p := make([]int16, 240)
		if mode != "no page" {
			a.peer.Store(newPeer(a.format, mode == wire.Sync, make(chan struct{}, 1)))
		}
		n := testing.AllocsPerRun(50, func() {
			if peer := a.peer.Load(); peer != nil {
				peer.mic.push(wire.Audio{Kind: wire.KindMic, Number: 1, Samples: p})
				for peer.out.peek() != nil {
					peer.out.pop()
				}
			}
			if a.ReadPeriod(p) != nil || a.WritePeriod(p) != nil {
				t.Error("the device failed")
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations a period", mode, n)
		}
	}
}

// sine is a test voice, a sample at a time.
func sine(i, rate int) int16 {
	return int16(8000 * math.Sin(2*math.Pi*150*float64(i)/float64(rate)))
}

func TestElasticFollowsTheOtherClock(t *testing.T) {
	const rate = 16000
	for _, c := range []struct {
		name    string
		ppm     int
		block   int
		maximum int // ms of slack after settling
	}{
		{"equal clocks -> untouched", 0, 160, 40},
		{"page 500 ppm fast -> cut", 500, 160, 40},
		{"page 500 ppm slow -> repeated", -500, 160, 40},
		{"20 ms blocks, fast -> cut", 1000, 320, 45},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newElastic(hal.PCMFormat{SampleRate: rate, Period: 160})
			p, block := make([]int16, 160), make([]int16, c.block)
			said, jump, silent := 0, 0, 0
			last := int16(0)
			for period := range 6000 { // a minute
				due := int(int64(period+1) * 160 * int64(1_000_000+c.ppm) / 1_000_000)
				for said+c.block <= due {
					for i := range block {
						block[i] = sine(said+i, rate)
					}
					said += c.block
					e.put(block)
				}
				e.read(p)
				for _, s := range p {
					jump = max(jump, int(s)-int(last), int(last)-int(s))
					last = s
				}
				if period > 50 && !slices.ContainsFunc(p, func(s int16) bool { return s != 0 }) {
					silent++
				}
				if slack := e.n / e.ms; period > 500 && slack > c.maximum {
					t.Fatalf("period %d: %d ms wait", period, slack)
				}
			}
			// A 150 Hz sine of 8000 moves by at most 471 a sample; a click by thousands.
			if jump > 700 {
				t.Errorf("a jump of %d: a click", jump)
			}
			if silent > 0 {
				t.Errorf("%d silent periods", silent)
			}
		})
	}
}

func TestElasticBurstAndDrought(t *testing.T) {
	e := newElastic(hal.PCMFormat{SampleRate: 16000, Period: 160})
	p := make([]int16, 160)
	loud := slices.Repeat([]int16{5000}, 160)
	for range 100 { // a second at once: a page that was asleep
		e.put(loud)
	}
	if e.n != len(e.buf) {
		t.Fatalf("%d wait, the buffer has %d", e.n, len(e.buf))
	}
	e.read(p)
	e.read(p)
	if slack := e.n / e.ms; slack > elasticTarget+1 {
		t.Errorf("%d ms wait after a burst", slack)
	}
	for range 10 {
		e.read(p)
	}
	if e.primed || p[0] != 0 {
		t.Error("a dry buffer must fall silent and collect again")
	}
	e.put(slices.Repeat([]int16{1}, 100000)) // more than it can ever hold
	e.read(p)
}
