package faceplate

import (
	"slices"
	"testing"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

func TestPeerPairsShortPeriods(t *testing.T) {
	for _, c := range []struct {
		name          string
		ms            int
		sync          bool
		want, samples int // messages of four periods, samples in each
	}{
		{"live 5 ms -> pairs", 5, false, 2, 160},
		{"live 10 ms -> one by one", 10, false, 4, 160},
		{"sync 5 ms -> one by one", 5, true, 4, 80},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := hal.PCMFormat{SampleRate: 16000, Period: 16 * c.ms}
			p := newPeer(f, c.sync, make(chan struct{}, 1))
			for i := range uint64(4) {
				p.send(wire.Audio{Kind: wire.KindSpeaker, Number: i, Samples: slices.Repeat([]int16{int16(i)}, f.Period)})
			}
			got := 0
			for next := int16(0); p.pending(); got++ {
				a, err := wire.DecodeAudio(p.take(nil), nil)
				if err != nil || len(a.Samples) != c.samples || a.Samples[0] != next {
					t.Fatalf("message %d: %+v, %v", got, a, err)
				}
				next = a.Samples[len(a.Samples)-1] + 1
			}
			if got != c.want {
				t.Errorf("%d messages, want %d", got, c.want)
			}
		})
	}
}

func TestPeerThatDoesNotListen(t *testing.T) {
	f := hal.PCMFormat{SampleRate: 8000, Period: 80}
	for _, sync := range []bool{false, true} {
		p := newPeer(f, sync, make(chan struct{}, 1))
		for i := range uint64(outBlocks + 1) {
			p.send(wire.Audio{Kind: wire.KindSpeaker, Number: i, Samples: make([]int16, 80)})
		}
		if p.broken() != sync {
			t.Errorf("sync %v: broken %v; only a sync page must learn of a hole", sync, p.broken())
		}
		if p.out.peek().Number != 0 {
			t.Error("the oldest block was overwritten while the writer may read it")
		}
	}
}

func TestRingRefusesWhatDoesNotFit(t *testing.T) {
	r := newRing(2, 10)
	if r.push(wire.Audio{Samples: make([]int16, 11)}) || r.peek() != nil {
		t.Error("a block longer than the ring's is taken")
	}
	for i := range uint64(20) { // around many times
		if !r.push(wire.Audio{Number: i, Samples: make([]int16, 10)}) || r.peek().Number != i {
			t.Fatalf("block %d is lost", i)
		}
		r.pop()
	}
}
