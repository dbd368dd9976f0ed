package jitter

import (
	"math/rand/v2"
	"testing"
	"time"
)

const (
	ms     = time.Millisecond
	packet = 20 * ms
	most   = 500 * ms
)

// cast plays offsets, a packet each 20 ms, to a forecast.
type cast struct {
	f   forecast
	now time.Duration
}

func newCast() *cast {
	c := new(cast)
	c.f.reset(0, 0)
	return c
}

func (c *cast) put(offset time.Duration) time.Duration {
	c.now += packet
	c.f.add(arrived{offset: offset, at: c.now, lasting: packet, jitter: 2 * ms}, most)
	target, _ := c.f.target(0, most)
	return target
}

func TestForecast(t *testing.T) {
	t.Run("what comes every 3 s is met; it is not forgotten in between", func(t *testing.T) {
		c := newCast()
		late := 0
		for i := range 6000 {
			offset := time.Duration(0)
			before, _ := c.f.target(0, most)
			if i%150 == 149 {
				offset = 80 * ms
				if i > 1500 && before < 70*ms {
					late++
				}
			}
			c.put(offset)
		}
		if late > 0 {
			t.Errorf("%d times late", late)
		}
	})
	t.Run("what came once is forgotten within seconds", func(t *testing.T) {
		c := newCast()
		for range 1500 {
			c.put(0)
		}
		c.put(80 * ms)
		var target time.Duration
		for range 300 {
			target = c.put(0)
		}
		if target > 10*ms {
			t.Errorf("%v after 6 s", target)
		}
	})
	t.Run("a change of route is followed, both ways", func(t *testing.T) {
		c := newCast()
		for range 500 {
			c.put(0)
		}
		if target := c.put(80 * ms); target != 80*ms {
			t.Errorf("%v at once", target)
		}
		var target time.Duration
		for range 500 {
			target = c.put(80 * ms)
		}
		if target < 80*ms || target > 90*ms {
			t.Errorf("%v when it is settled", target)
		}
		for range 15 {
			target = c.put(0)
		}
		if target > 5*ms {
			t.Errorf("%v 0.3 s after the way back", target)
		}
	})
	t.Run("what no delay serves is a stray", func(t *testing.T) {
		c := newCast()
		if c.f.add(arrived{offset: 2 * time.Second, at: packet}, most) || c.f.strays != 1 {
			t.Error("noted")
		}
		c.put(0)
		if c.f.strays != 0 {
			t.Error("still a stray")
		}
		if target := c.put(-10 * time.Second); target != -10*time.Second {
			t.Errorf("%v after the clock was set back", target)
		}
	})
	t.Run("bounds", func(t *testing.T) {
		c := newCast()
		c.put(0)
		if target, base := c.f.target(60*ms, most); target != 60*ms || base != 0 {
			t.Errorf("%v above %v", target, base)
		}
		c.put(300 * ms)
		if target, _ := c.f.target(0, 100*ms); target != 100*ms {
			t.Errorf("%v", target)
		}
	})
}

// A clock that drifts by 200 ppm is followed: after an hour the target is where the packets are.
func TestForecastDrift(t *testing.T) {
	for _, ppm := range []int{200, -200} {
		c := newCast()
		rng := rand.New(rand.NewPCG(1, 1))
		for i := range 180000 {
			drift := time.Duration(i) * packet * time.Duration(ppm) / 1e6
			target := c.put(drift + time.Duration(rng.Float64()*float64(2*ms)))
			if d := target - drift; i > 1000 && (d < 0 || d > 6*ms) {
				t.Fatalf("%d ppm: %v away at %v", ppm, d, c.now)
			}
		}
	}
}

func TestQueue(t *testing.T) {
	t.Run("jitter is no queue", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(2, 2))
		var q queue
		alarms := 0
		for i := range 50000 {
			offset := time.Duration(rng.Float64() * float64(30*ms))
			if rising, sunk := q.add(offset, 10*ms); i > floorWindow && (rising > 30*ms || sunk != 0) {
				alarms++
			}
		}
		if alarms > 25 { // one in 40 s
			t.Errorf("%d false alarms", alarms)
		}
	})
	t.Run("a filling queue is foreseen, an empty one noticed", func(t *testing.T) {
		var q queue
		offset, fallen := time.Duration(0), time.Duration(0)
		for range 50 {
			q.add(0, 2*ms)
		}
		for i := range 50 {
			offset += 2 * ms
			if rising, _ := q.add(offset, 2*ms); i > 15 && (rising < offset+20*ms || rising > offset+50*ms) {
				t.Fatalf("at %v: %v", offset, rising)
			}
		}
		for offset > 0 {
			offset -= 10 * ms
			_, sunk := q.add(offset, 2*ms)
			fallen += sunk
		}
		if fallen < 70*ms || fallen > 100*ms {
			t.Errorf("fallen by %v", fallen)
		}
	})
	t.Run("neither a stall nor a step is a filling queue", func(t *testing.T) {
		for _, stall := range []time.Duration{100 * ms, 160 * ms, 0} {
			var q queue
			for i := range 200 {
				offset := max(0, stall-time.Duration(max(0, i-100))*packet)
				if stall == 0 {
					offset = 80 * ms
				}
				if i < 100 {
					offset = 0
				}
				if rising, _ := q.add(offset, 2*ms); rising > 80*ms {
					t.Fatalf("stall %v, packet %d: %v", stall, i, rising)
				}
			}
		}
	})
}
