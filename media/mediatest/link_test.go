package mediatest_test

import (
	"math"
	"testing"
	"time"

	"offhook/media/mediatest"
)

const ms = time.Millisecond

func bad() mediatest.Impairment {
	return mediatest.Impairment{Delay: 20 * ms, Jitter: 30 * ms, Loss: 0.05, Burst: 3, Reorder: 0.02, Duplicate: 0.01, Seed: 42}
}

type fate struct {
	drop  bool
	delay time.Duration
	more  int
}

func ask(l *mediatest.Link, n uint64) (f fate) {
	f.drop, f.delay, f.more = l.Fate(n)
	return f
}

// The n-th packet meets the same fate whatever was asked before.
func TestFate(t *testing.T) {
	const n = 3000
	forward, backward, again := mediatest.NewLink(bad()), mediatest.NewLink(bad()), mediatest.NewLink(mediatest.Impairment{})
	want := make([]fate, n)
	for i := range want {
		want[i] = ask(forward, uint64(i))
	}
	again.SetImpairment(bad())
	for i := n - 1; i >= 0; i-- {
		if got := ask(backward, uint64(i)); got != want[i] {
			t.Fatalf("packet %d backwards: %v, forwards %v", i, got, want[i])
		}
	}
	for i := 0; i < n; i += 7 {
		if got := ask(again, uint64(i)); got != want[i] {
			t.Fatalf("packet %d alone: %v, in order %v", i, got, want[i])
		}
	}
	other := bad()
	other.Seed++
	l, differ := mediatest.NewLink(other), 0
	for i := range want {
		if ask(l, uint64(i)) != want[i] {
			differ++
		}
	}
	if differ < n/2 {
		t.Errorf("another seed differs in %d only", differ)
	}
}

func TestStatistics(t *testing.T) {
	const n = 200000
	imp := bad()
	l := mediatest.NewLink(imp)
	var lost, bursts, late, more, mean float64
	before := false
	for i := range n {
		f := ask(l, uint64(i))
		if f.drop {
			lost++
			if !before {
				bursts++
			}
		} else {
			d := f.delay - imp.Delay
			if d > imp.Jitter {
				late++
			} else {
				mean += d.Seconds()
			}
			more += float64(f.more)
		}
		before = f.drop
	}
	near(t, "loss", lost/n, 0.05, 0.005)
	near(t, "burst", lost/bursts, 3, 0.2)
	near(t, "duplicates", more/(n-lost), 0.01, 0.001)
	near(t, "mean jitter", mean/(n-lost-late), 0.015, 0.0005)
	if late/(n-lost) < 0.015 {
		t.Errorf("reordered: %v", late/(n-lost))
	}
	if f := ask(new(mediatest.Link), 5); f != (fate{}) {
		t.Errorf("a perfect link: %v", f)
	}
	independent := mediatest.NewLink(mediatest.Impairment{Loss: 0.1})
	lost = 0
	for i := range n {
		if ask(independent, uint64(i)).drop {
			lost++
		}
	}
	near(t, "independent loss", lost/n, 0.1, 0.005)
}

func near(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if math.Abs(got-want) > by {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// A path keeps the order, but for what is reordered on purpose.
func TestPath(t *testing.T) {
	p := mediatest.Path{Link: mediatest.NewLink(mediatest.Impairment{Jitter: 100 * ms, Seed: 1})}
	var last time.Duration
	for n := range uint64(1000) {
		at, copies := p.Carry(n, time.Duration(n)*20*ms)
		if at < last || copies != 1 {
			t.Fatalf("packet %d: at %v after %v, %d copies", n, at, last, copies)
		}
		last = at
	}
	p = mediatest.Path{Link: mediatest.NewLink(mediatest.Impairment{Reorder: 0.1, Seed: 1})}
	behind := 0
	last = 0
	for n := range uint64(1000) {
		at, _ := p.Carry(n, time.Duration(n)*20*ms)
		if at < last {
			behind++
		}
		last = at
	}
	if behind < 50 || behind > 150 {
		t.Errorf("%d of 1000 packets were overtaken", behind)
	}
}
