package jitter_test

import (
	"testing"

	"offhook/media/jitter"
)

// A packet of the telephone-event's payload type is no loss: nothing is made up,
// the sound fades, and comes back in time.
func TestSkip(t *testing.T) {
	h := newBench(t)
	for k := range 20 {
		h.packet(k)
	}
	for k := 20; k < 30; k++ {
		if k%2 == 0 {
			h.b.Skip(h.seq + uint16(k))
		} else {
			h.b.Put(&jitter.Packet{Sequence: h.seq + uint16(k), SSRC: 1, Timestamp: 77, Arrival: h.now})
		}
		for range 2 {
			if f, kind := h.get(); kind != jitter.Empty || k > 21 && f[0] != 0 {
				t.Errorf("packet %d: %v %d", k, kind, f[0])
			}
		}
	}
	h.put(30)
	h.get()
	if f, kind := h.get(); kind != jitter.Played || f[79] != 160*30+159 {
		t.Errorf("after the event: %v %d", kind, f[79])
	}
	if c := h.b.Counters(); c.Lost+c.Late != 0 || c.Concealed+c.Expanded != 0 || c.Received != 31 {
		t.Errorf("%+v", c)
	}
}

// Events between packets of sound, as some senders do, are not heard at all.
func TestSkipBetween(t *testing.T) {
	h := newBench(t)
	seq := h.seq
	for k := range 50 {
		if k > 10 {
			h.b.Skip(seq)
			seq++
		}
		h.b.Put(&jitter.Packet{Sequence: seq, Timestamp: h.ts + uint32(160*k), SSRC: 1, Payload: rampPayload(160*k, 160), Arrival: h.now})
		seq++
		for half := range 2 {
			f, kind := h.get()
			if k > 1 && (kind != jitter.Played || f[79]-f[0] != 79) {
				t.Fatalf("packet %d.%d: %v %d..%d", k, half, kind, f[0], f[79])
			}
		}
	}
}

// A sender that is silent for a while (DTX) has lost nothing, and is heard again without delay.
func TestSilence(t *testing.T) {
	h := newBench(t)
	for k := range 50 {
		h.packet(k)
	}
	before := h.b.Counters()
	for range 200 {
		h.get()
	}
	if _, kind := h.get(); kind != jitter.Empty {
		t.Errorf("in the silence: %v", kind)
	}
	h.get()
	// 2.02 s later in time and timestamp, next in sequence.
	for k := range 50 {
		h.b.Put(&jitter.Packet{
			Sequence: h.seq + uint16(50+k), Timestamp: h.ts + uint32(160*(50+k)+80*202), SSRC: 1, Marker: k == 0,
			Payload: rampPayload(160*k, 160), Arrival: h.now,
		})
		h.get()
		if _, kind := h.get(); kind != jitter.Played {
			t.Fatalf("packet %d: %v", k, kind)
		}
	}
	c := h.b.Counters()
	if c.Lost+c.Late+c.Discarded != 0 || c.Concealed != 0 || c.Delay > before.Delay+10*ms {
		t.Errorf("%+v", c)
	}
}

// A sender whose timestamps stood still in its silence is taken up where it is.
func TestSilenceWithoutTime(t *testing.T) {
	h := newBench(t)
	for k := range 50 {
		h.packet(k)
	}
	for range 300 {
		h.get()
	}
	for k := 50; k < 100; k++ {
		h.packet(k)
	}
	if c := h.b.Counters(); c.Lost+c.Late+c.Discarded != 0 || c.Delay > 25*ms {
		t.Errorf("%+v", c)
	}
}

// Another source begins at once: nothing old is heard, and there is no gap.
func TestSSRC(t *testing.T) {
	h := newBench(t)
	for k := range 20 {
		h.packet(k)
	}
	h.put(20)
	h.put(21) // a reserve of old sound
	h.ssrc, h.seq, h.ts = 2, 999, 123456
	h.put(0)
	f, kind := h.get()
	if kind != jitter.Played || f[79] != 79 {
		t.Errorf("the new source: %v %d", kind, f[79])
	}
	f, kind = h.get()
	h.want(f, kind, 80)
	for k := 1; k < 20; k++ {
		h.put(k)
		f, kind := h.get()
		h.want(f, kind, 160*k)
		h.get()
	}
	if c := h.b.Counters(); c.Discarded != 2 || c.Lost != 0 || c.Received != 42 {
		t.Errorf("%+v", c)
	}
}

func TestJumps(t *testing.T) {
	t.Run("timestamp jumps: the sound goes on", func(t *testing.T) {
		for _, by := range []uint32{1 << 31, 1 << 20, 1<<32 - 1<<25} {
			h := newBench(t)
			for k := range 60 {
				if k == 20 {
					h.ts += by
				}
				h.put(k)
				f, kind := h.get()
				if k > 1 {
					h.want(f, kind, int(f[0]))
				}
				h.get()
			}
			if c := h.b.Counters(); c.Lost+c.Late+c.Discarded != 0 || c.Concealed != 0 {
				t.Errorf("%d: %+v", by, c)
			}
		}
	})
	t.Run("sequence jumps: taken up with the second packet", func(t *testing.T) {
		h := newBench(t)
		for k := range 60 {
			if k == 20 {
				h.seq += 20000
			}
			h.packet(k)
		}
		if c := h.b.Counters(); c.Discarded != 1 || c.Lost != 0 || c.Received != 59 {
			t.Errorf("%+v", c)
		}
		if _, kind := h.get(); kind != jitter.Expanded {
			t.Error(kind)
		}
	})
	t.Run("one packet from nowhere: not taken up", func(t *testing.T) {
		h := newBench(t)
		for k := range 60 {
			if k == 20 {
				h.put(30000)
			}
			h.packet(k)
		}
		if c := h.b.Counters(); c.Discarded != 1 || c.Lost != 0 || c.Received != 60 {
			t.Errorf("%+v", c)
		}
	})
}

// The position is the timestamp of what is heard next, by the ramp that is heard.
func TestPosition(t *testing.T) {
	h := newBench(t)
	if _, ok := h.b.Position(); ok {
		t.Error("a position before anything was heard")
	}
	for k := range 100 {
		if k == 50 {
			h.now += 30 * ms // it waits, and stretches later
		}
		h.put(k)
		for range 2 {
			before, ok := h.b.Position()
			f, kind := h.get()
			if ok && kind == jitter.Played && f[0] != int16(before-h.ts) {
				t.Fatalf("packet %d: %d is heard at position %d", k, f[0], before-h.ts)
			}
			if after, _ := h.b.Position(); kind == jitter.Played && f[79]+1 != int16(after-h.ts) {
				t.Fatalf("packet %d: %d is heard before position %d", k, f[79], after-h.ts)
			}
		}
	}
}

// After an outage the queue that was held up is not played, and what follows is heard
// without delay; a pause of the sender is no outage.
func TestOutage(t *testing.T) {
	h := newBench(t)
	for k := range 100 {
		h.packet(k)
	}
	for range 100 { // packets 100 to 149 are held up
		h.get()
	}
	for k := 100; k < 150; k++ {
		h.put(k)
	}
	for k := 150; k < 200; k++ {
		h.packet(k)
	}
	c := h.b.Counters()
	if c.Delay > 25*ms || c.Discarded < 40 || c.Discarded > 50 || c.Waited > 150*ms {
		t.Errorf("%+v", c)
	}
}

// What is still on its way from a source that was replaced does not bring it back; when the new one
// has gone, it may come back.
func TestSSRCStraggler(t *testing.T) {
	h := newBench(t)
	for k := range 20 {
		h.packet(k)
	}
	old := *h
	h.ssrc, h.seq, h.ts = 2, 999, 123456
	for k := range 20 {
		h.put(k)
		if k == 5 {
			old.now = h.now
			old.put(20)
			old.put(21)
		}
		f, kind := h.get()
		if k > 0 {
			h.want(f, kind, 160*k)
		}
		h.get()
	}
	if c := h.b.Counters(); c.Discarded != 2 || c.Received != 40 {
		t.Errorf("%+v", c)
	}
	for range 40 {
		h.get()
	}
	h.ssrc, h.seq, h.ts = old.ssrc, old.seq, old.ts
	for k := 60; k < 80; k++ {
		h.packet(k)
	}
	if c := h.b.Counters(); c.Discarded != 2 || c.Received != 60 {
		t.Errorf("after it came back: %+v", c)
	}
}
