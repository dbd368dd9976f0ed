package benchmedia

import (
	"math/rand/v2"
	"sort"
	"time"
)

const (
	ptime   = 20 * time.Millisecond
	period  = 10 * time.Millisecond // of the device that plays
	packets = 6000                  // two minutes
	lost    = time.Duration(-1)
)

// Trace is what a network did to packets: when each was sent and when it arrived, by
// the listener's clock.
type Trace struct {
	Name          string
	Seed          uint64
	Stationary    bool            // no change of the network in it
	PTime         time.Duration   // of sound in a packet
	Media         []time.Duration // where the sound of each begins, by the sender's clock: its timestamp
	Sent, Arrival []time.Duration
	Base          time.Duration // of the fastest packet
	Phase         time.Duration // of the device's first period
	Event         int           // the packet at which the network changed; 0: none
	Source        int           // the packet from which another source sends; 0: none does
}

// Pause is how long the sender is silent before packet i.
func (t *Trace) Pause(i int) time.Duration {
	if i == 0 {
		return 0
	}
	return t.Media[i] - t.Media[i-1] - t.PTime
}

// spoken is how much sound is sent.
func (t *Trace) spoken() time.Duration { return time.Duration(len(t.Media)) * t.PTime }

// packetAt is the packet that has the sound of a place, below 0 if none has.
func (t *Trace) packetAt(place time.Duration) int {
	i := sort.Search(len(t.Media), func(k int) bool { return t.Media[k] > place }) - 1
	if i < 0 || place >= t.Media[i]+t.PTime {
		return -1
	}
	return i
}

// Lost reports whether packet i never arrived.
func (t *Trace) Lost(i int) bool { return t.Arrival[i] == lost }

// Lateness is how much later than the fastest packet i arrived.
func (t *Trace) Lateness(i int) time.Duration { return t.Arrival[i] - t.Sent[i] - t.Base }

// Order is the packets in the order of arrival.
func (t *Trace) Order() []int {
	order := make([]int, 0, len(t.Arrival))
	for i := range t.Arrival {
		if t.Lost(i) {
			continue
		}
		order = append(order, i)
		for k := len(order) - 1; k > 0 && t.Arrival[order[k-1]] > t.Arrival[order[k]]; k-- {
			order[k-1], order[k] = order[k], order[k-1]
		}
	}
	return order
}

// Record makes the trace of a network by a seed.
func (n Network) Record(seed uint64) *Trace { return n.record(seed, packets) }

// record makes one of so many packets of 20 ms, or as much sound in others.
func (n Network) record(seed uint64, count int) *Trace {
	p := &path{rng: rand.New(rand.NewPCG(seed, uint64(len(n.Name))<<32+uint64(n.Name[0]))), ptime: ptime}
	p.late, p.pause = make([]time.Duration, count), make([]time.Duration, count)
	t := &Trace{Name: n.Name, Seed: seed, Stationary: n.Stationary, Phase: time.Duration(p.rng.Int64N(int64(period)))}
	n.shape(p)
	t.PTime, t.Source = p.ptime, p.source
	t.Media, t.Sent, t.Arrival = make([]time.Duration, len(p.late)), make([]time.Duration, len(p.late)), make([]time.Duration, len(p.late))
	least, place := time.Hour, time.Duration(0)
	for i := range t.Sent {
		place += p.pause[i]
		t.Media[i] = place
		t.Sent[i] = time.Duration(float64(place) * (1 + p.skew))
		place += p.ptime
		if t.Arrival[i] = lost; p.late[i] != lost {
			t.Arrival[i] = t.Sent[i] + p.late[i]
			least = min(least, p.late[i])
		}
	}
	t.Base, t.Event = least, p.event
	if !p.overtakes {
		t.order()
	}
	return t
}

// order lets no packet overtake another, as queues do.
func (t *Trace) order() {
	var last time.Duration
	for i, a := range t.Arrival {
		if a != lost {
			last = max(last, a)
			t.Arrival[i] = last
		}
	}
}
