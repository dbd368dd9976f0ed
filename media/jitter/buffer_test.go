package jitter_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"offhook/media"
	"offhook/media/jitter"
)

// ramp is a codec whose payload says where in a ramp its samples are: two bytes
// of the first sample, one of their number in units of 8.
type ramp struct{ refuse bool }

func (r *ramp) Samples(p []byte) int { return int(p[2]) * 8 }

func (r *ramp) Decode(dst media.Frame, p []byte) (int, error) {
	if len(p) != 3 || r.refuse {
		return 0, media.ErrPayload
	}
	first, n := int16(p[0])<<8|int16(p[1]), int(p[2])*8
	if n > len(dst) {
		return 0, media.ErrPayload
	}
	for i := range n {
		dst[i] = first + int16(i)
	}
	return n, nil
}

func rampPayload(first, n int) []byte { return []byte{byte(first >> 8), byte(first), byte(n / 8)} }

func narrow() media.Format {
	return media.Format{Encoding: "RAMP", ClockRate: 8000, SampleRate: 8000, Channels: 1, PTime: 20 * ms}
}

// bench drives a buffer with a ramp: packet k has the samples from 160 k on.
type bench struct {
	t    *testing.T
	b    *jitter.Buffer
	now  time.Duration
	seq  uint16
	ts   uint32
	ssrc uint32
}

func newBench(t *testing.T) *bench {
	return &bench{t: t, b: jitter.New(jitter.Config{Format: narrow(), Decoder: &ramp{}}), seq: 65530, ts: 1<<32 - 800, ssrc: 1}
}

func (h *bench) put(k int) {
	h.b.Put(&jitter.Packet{
		Sequence: h.seq + uint16(k), Timestamp: h.ts + uint32(160*k), SSRC: h.ssrc, Payload: rampPayload(160*k, 160), Arrival: h.now,
	})
}

// get asks for 10 ms.
func (h *bench) get() (media.Frame, jitter.Playout) {
	f := make(media.Frame, 80)
	kind := h.b.Get(f, h.now)
	h.now += 10 * ms
	return f, kind
}

// packet puts packet k and plays 20 ms.
func (h *bench) packet(k int) {
	h.put(k)
	h.get()
	h.get()
}

func (h *bench) want(f media.Frame, kind jitter.Playout, first int) {
	h.t.Helper()
	if kind != jitter.Played || f[0] != int16(first) || f[79] != int16(first+79) {
		h.t.Fatalf("at %v: %v %d..%d, want played %d..%d", h.now, kind, f[0], f[79], first, first+79)
	}
}

func TestNothing(t *testing.T) {
	h := newBench(t)
	h.b.Skip(7)
	if f, kind := h.get(); kind != jitter.Empty || f[0] != 0 || f[79] != 0 {
		t.Errorf("before any packet: %v", kind)
	}
	if c := h.b.Counters(); c != (jitter.Counters{}) {
		t.Errorf("%+v", c)
	}
}

// The first packet is heard at once, and what follows it exactly, over the wraps
// of sequence number and timestamp.
func TestClean(t *testing.T) {
	h := newBench(t)
	for k := range 400 {
		h.put(k)
		h.now += 3 * ms // the device is 3 ms behind
		for half := range 2 {
			f, kind := h.get()
			h.want(f, kind, 160*k+80*half)
		}
		h.now -= 3 * ms
	}
	c := h.b.Counters()
	if c.Received != 400 || c.Lost+c.Late+c.Discarded != 0 || c.Delay > 10*ms || c.Jitter != 0 {
		t.Errorf("%+v", c)
	}
}

// The device may ask for any number of samples.
func TestAnyFrame(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := jitter.New(jitter.Config{Format: narrow(), Decoder: &ramp{}})
		f := make(media.Frame, 400)
		next, heard := 0, 0
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 400), 1, 60).Draw(rt, "sizes") {
			now := time.Duration(heard) * time.Second / 8000
			for ; time.Duration(next)*20*ms <= now; next++ {
				b.Put(&jitter.Packet{Sequence: uint16(next), Timestamp: uint32(160 * next), Payload: rampPayload(160*next, 160), Arrival: time.Duration(next) * 20 * ms})
			}
			if kind := b.Get(f[:n], now); n > 0 && kind == jitter.Empty {
				rt.Fatalf("nothing for %d samples", n)
			}
			heard += n
		}
		if c := b.Counters(); c.Lost+c.Late+c.Duplicate+c.Discarded != 0 || c.Concealed != 0 {
			rt.Fatalf("%+v", c)
		}
	})
}

// With no loss, whatever the jitter, every sample is heard once, but for
// the periods that are declared.
func TestEverySampleOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := jitter.New(jitter.Config{Format: narrow(), Decoder: &ramp{}})
		n := rapid.SampledFrom([]int{40, 80, 160}).Draw(rt, "frame")
		spread := rapid.IntRange(0, 60).Draw(rt, "jitter in ms")
		lags := rapid.SliceOfN(rapid.IntRange(0, spread), 40, 150).Draw(rt, "lags")
		arrival := make([]time.Duration, len(lags))
		for k, l := range lags {
			arrival[k] = time.Duration(20*k+l) * ms
			if k > 0 {
				arrival[k] = max(arrival[k], arrival[k-1])
			}
		}
		next, total, settled := 0, 0, 0
		start, last := -1, 0
		f := make(media.Frame, n)
		for now := time.Duration(0); next < len(lags); now += time.Duration(n) * time.Second / 8000 {
			for next < len(lags) && arrival[next] <= now {
				b.Put(&jitter.Packet{Sequence: uint16(next), Timestamp: uint32(160 * next), Payload: rampPayload(160*next, 160), Arrival: arrival[next]})
				next++
			}
			kind := b.Get(f, now)
			if start < 0 && kind == jitter.Empty {
				continue
			}
			start = 0
			total += n
			// What follows a change is blended into for 10 ms.
			if kind != jitter.Played {
				settled = 0
				continue
			}
			if settled++; settled*n <= 160 {
				continue
			}
			for i := 1; i < n; i++ {
				if f[i] != f[i-1]+1 {
					rt.Fatalf("at %v: %d after %d in a frame that was played as it is", now, f[i], f[i-1])
				}
			}
			c := b.Counters()
			want := total + samples(c.Accelerated) - samples(c.Expanded) - samples(c.Concealed)
			last = int(f[n-1]) + 1
			// Made-up sound counts in whole nanoseconds; the ramp wraps at 16 bits.
			if d := int16(last - want); d < -1 || d > 1 {
				rt.Fatalf("at %v: the ramp is at %d, %d by the counters %+v", now, last, want, c)
			}
		}
	})
}

func samples(d time.Duration) int { return int((d*8000 + time.Second/2) / time.Second) }

func TestLoss(t *testing.T) {
	h := newBench(t)
	for k := range 20 {
		h.packet(k)
	}
	h.get() // packet 20 does not come
	h.get()
	h.put(21)
	h.get()
	if f, kind := h.get(); kind != jitter.Played || f[79] != 160*21+159 {
		t.Errorf("after the loss: %v, %d", kind, f[79])
	}
	if c := h.b.Counters(); c.Lost != 1 || c.Concealed != 20*ms || c.Expanded != 0 {
		t.Errorf("%+v", c)
	}
	h.put(20)
	if c := h.b.Counters(); c.Lost != 0 || c.Late != 1 {
		t.Errorf("after it came late: %+v", c)
	}
	h.put(20)
	h.put(21)
	if c := h.b.Counters(); c.Duplicate != 2 || c.Received != 22 {
		t.Errorf("after it came again: %+v", c)
	}
}

// A late packet is waited for, and played whole: time is stretched.
func TestLate(t *testing.T) {
	h := newBench(t)
	for k := range 20 {
		h.packet(k)
	}
	if _, kind := h.get(); kind != jitter.Expanded {
		t.Errorf("while waiting: %v", kind)
	}
	h.put(20)
	h.get()
	f, kind := h.get()
	if kind != jitter.Played || f[79] != 160*20+159 {
		t.Errorf("then: %v %d", kind, f[79])
	}
	if c := h.b.Counters(); c.Expanded != 10*ms || c.Concealed != 0 || c.Late != 0 {
		t.Errorf("%+v", c)
	}
}

func TestReordered(t *testing.T) {
	h := newBench(t)
	h.put(1)
	h.put(0) // before the first was heard
	for k := range 10 {
		h.put(2*k + 3)
		h.put(2*k + 2)
		for range 4 {
			if f, kind := h.get(); kind != jitter.Played {
				t.Errorf("packet %d: %v %d", 2*k, kind, f[0])
			}
		}
	}
	if c := h.b.Counters(); c.Late+c.Lost+c.Duplicate != 0 || c.Received != 22 {
		t.Errorf("%+v", c)
	}
}

// A queue from before the first Get is not carried along as delay.
func TestQueuedBefore(t *testing.T) {
	h := newBench(t)
	for k := range 40 {
		h.put(k)
		h.now += 20 * ms
	}
	h.get()
	if c := h.b.Counters(); c.Delay > 125*ms || c.Discarded < 30 {
		t.Errorf("%+v", c)
	}
}

func TestMalformed(t *testing.T) {
	r := &ramp{}
	b := jitter.New(jitter.Config{Format: narrow(), Decoder: r})
	f := make(media.Frame, 160)
	for k := range 30 {
		r.refuse = k == 20
		now := time.Duration(k) * 20 * ms
		b.Put(&jitter.Packet{Sequence: uint16(k), Timestamp: uint32(160 * k), Payload: rampPayload(160*k, 160), Arrival: now})
		b.Get(f, now)
	}
	b.Put(&jitter.Packet{Sequence: 30, Timestamp: 4800, Payload: make([]byte, 60000), Arrival: 600 * ms})
	if c := b.Counters(); c.Discarded != 2 || c.Lost != 0 {
		t.Errorf("%+v", c)
	}
}

// concealing is a decoder that makes up for losses itself.
type concealing struct {
	ramp
	asked int
	fails bool
}

func (c *concealing) Conceal(dst media.Frame) error {
	c.asked++
	if c.fails {
		return errors.New("cannot")
	}
	for i := range dst {
		dst[i] = 1234
	}
	return nil
}

func TestDecoderConceals(t *testing.T) {
	for _, fails := range []bool{false, true} {
		d := &concealing{fails: fails}
		b := jitter.New(jitter.Config{Format: narrow(), Decoder: d})
		f := make(media.Frame, 160)
		for k := range 30 {
			now := time.Duration(k) * 20 * ms
			if k != 20 {
				b.Put(&jitter.Packet{Sequence: uint16(k), Timestamp: uint32(160 * k), Payload: rampPayload(160*k, 160), Arrival: now})
			}
			b.Get(f, now)
			if k == 20 && (d.asked == 0 || !fails && f[100] != 1234) {
				t.Errorf("asked %d times, heard %d", d.asked, f[100])
			}
		}
		if c := b.Counters(); c.Concealed != 20*ms || c.Lost != 1 {
			t.Errorf("%+v", c)
		}
	}
}

// MinDelay is kept, MaxDelay is not passed.
func TestBounds(t *testing.T) {
	cfg := jitter.Config{Format: narrow(), Decoder: &ramp{}, MinDelay: 80 * ms, MaxDelay: 120 * ms}
	b := jitter.New(cfg)
	f := make(media.Frame, 160)
	for k := range 300 {
		now := time.Duration(k) * 20 * ms
		b.Put(&jitter.Packet{Sequence: uint16(k), Timestamp: uint32(160 * k), Payload: rampPayload(160*k, 160), Arrival: now})
		b.Get(f, now)
	}
	if c := b.Counters(); c.Delay < 80*ms || c.Delay > 120*ms {
		t.Errorf("%+v", c)
	}
}

func TestAllocations(t *testing.T) {
	b := jitter.New(jitter.Config{Format: narrow(), Decoder: &ramp{}})
	f := make(media.Frame, 80)
	p := jitter.Packet{Payload: rampPayload(0, 160)}
	k := 0
	if n := testing.AllocsPerRun(2000, func() {
		now := time.Duration(k) * 20 * ms
		p.Sequence, p.Timestamp = uint16(k), uint32(160*k)
		p.Arrival = now + time.Duration(k*7919%50)*ms
		if k%13 != 0 {
			b.Put(&p)
		}
		if k%29 == 0 {
			b.Skip(uint16(k + 1))
		}
		b.Get(f, now)
		b.Get(f, now+10*ms)
		b.Counters()
		k++
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
