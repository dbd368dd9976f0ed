package benchmedia

import (
	"math/rand/v2"
	"time"
)

// The rules of WebRTC's NetEQ, re-built from their description: the delay of each
// packet against the fastest of 2 s goes into a histogram of 20 ms buckets that forgets; its
// 95 % quantile is the target. Every 10 ms the level, smoothed, is compared with
// the target, and a pitch period is put in or taken out, at most every fifth time.
const (
	neteqWindow   = 2 * time.Second
	neteqBucket   = 20 * time.Millisecond
	neteqBuckets  = 100
	neteqForget   = 0.983
	neteqQuantile = 0.95
	neteqEvery    = 5 // ticks between changes of length
	neteqSample   = 500 * time.Millisecond

	// The reordering optimiser: what a share of late packets costs against delay.
	neteqReorderForget = 0.9993
	neteqMSPerLoss     = 20
)

// buckets is a histogram that forgets: quickly at first.
type buckets struct {
	share  [neteqBuckets]float64
	forget float64
	limit  float64
	count  int
}

func newBuckets(limit float64) *buckets {
	b := &buckets{limit: limit}
	left := 1.0
	for i := range b.share { // at first: halves, so that little delay is likely
		left /= 2
		b.share[i] = left
	}
	return b
}

func (b *buckets) add(late time.Duration) {
	at := min(int(late/neteqBucket), neteqBuckets-1)
	b.count++
	b.forget = min(b.limit, 1-2/float64(b.count+1))
	for i := range b.share {
		b.share[i] *= b.forget
	}
	b.share[at] += 1 - b.forget
}

func (b *buckets) quantile(q float64) int {
	var sum float64
	for i, s := range b.share {
		if sum += s; sum >= q {
			return i
		}
	}
	return neteqBuckets - 1
}

// neteq is the state of the simulation; times are in the trace's.
type neteq struct {
	t      *Trace
	rng    *rand.Rand
	recent []seen // arrivals of the last 2 s
	normal *buckets
	late   *buckets
	worst  time.Duration // of this half second
	until  time.Duration
	newest int
	target time.Duration

	here    []bool
	next    int           // packet to be decoded
	ready   time.Duration // decoded and not yet played
	gap     time.Duration // made up since next was missing
	quiet   time.Duration // of the sender's pause before next: so much is over
	level   time.Duration // of the buffer, smoothed
	highest int           // packet received
	rest    int           // ticks before the next change of length

	out       Outcome
	madeUp    time.Duration
	stretched time.Duration
}

type seen struct{ at, offset time.Duration }

// NetEQ plays a trace by NetEQ's rules.
func NetEQ(t *Trace) Outcome {
	q := &neteq{
		t: t, rng: rand.New(rand.NewPCG(t.Seed, 0x4e71)), newest: -1, highest: -1, target: 80 * ms,
		normal: newBuckets(neteqForget), late: newBuckets(neteqReorderForget), here: make([]bool, len(t.Arrival)),
		out: Outcome{Path: make([]time.Duration, len(t.Arrival))},
	}
	for i := range q.out.Path {
		q.out.Path[i] = -1
	}
	return q.run()
}

func (q *neteq) run() Outcome {
	order := q.t.Order()
	now := q.t.Phase
	ticks := 0
	for ; q.next < len(q.t.Arrival); now += period {
		for len(order) > 0 && q.t.Arrival[order[0]] <= now {
			q.put(order[0])
			order = order[1:]
		}
		if len(order) == 0 && q.next > q.highest { // the end
			break
		}
		if q.highest < 0 {
			continue
		}
		q.tick(now)
		ticks++
	}
	total := min(q.t.spoken(), time.Duration(ticks)*period)
	q.out.Delay = mean(q.out.Path)
	q.out.MadeUp = float64(q.madeUp) / float64(total)
	q.out.Stretched = float64(q.stretched) / float64(total)
	return q.out.rated()
}

// mean is that of the delays of what was heard.
func mean(path []time.Duration) (sum time.Duration) {
	n := time.Duration(0)
	for _, d := range path {
		if d >= 0 {
			sum += d
			n++
		}
	}
	return sum / max(1, n)
}

// put is a packet's arrival.
func (q *neteq) put(i int) {
	q.learn(i)
	if i < q.next {
		return // too late; already counted as made up
	}
	q.here[i] = true
	q.highest = max(q.highest, i)
}

// learn is the delay manager.
func (q *neteq) learn(i int) {
	now := q.t.Arrival[i]
	offset := now - q.t.Media[i]
	reordered := i < q.newest
	q.newest = max(q.newest, i)
	for len(q.recent) > 0 && q.recent[0].at < now-neteqWindow {
		q.recent = q.recent[1:]
	}
	if !reordered {
		q.recent = append(q.recent, seen{now, offset})
	}
	least := offset
	for _, s := range q.recent {
		least = min(least, s.offset)
	}
	relative := offset - least
	if reordered {
		q.late.add(relative)
	} else {
		q.late.add(0)
		q.worst = max(q.worst, relative)
		if now >= q.until {
			q.normal.add(q.worst)
			q.worst, q.until = 0, now+neteqSample
		}
	}
	q.target = max(time.Duration(1+q.normal.quantile(neteqQuantile))*neteqBucket, q.reorderTarget())
}

// reorderTarget is the delay that is worth waiting for what was overtaken.
func (q *neteq) reorderTarget() time.Duration {
	best, cheapest := 0, 0.0
	missed := 1.0
	for i := range q.late.share {
		missed -= q.late.share[i]
		cost := 20*float64(i) + 100*neteqMSPerLoss*max(0, missed)
		if i == 0 || cost < cheapest {
			best, cheapest = i, cost
		}
	}
	if best == 0 {
		return 0
	}
	return time.Duration(best+1) * neteqBucket
}

// tick plays 10 ms.
func (q *neteq) tick(now time.Duration) {
	q.smooth()
	if q.rest > 0 {
		q.rest--
	}
	for q.ready < period {
		switch {
		case q.quiet < q.t.Pause(min(q.next, len(q.t.Media)-1)): // comfort noise, up to the next packet's timestamp
			q.quiet += period
			q.ready += period
		case !q.decode(now):
			q.expand()
		}
	}
	q.adapt(now)
	q.ready -= period
}

// smooth is the filter of the buffer's level; slower for a higher target.
func (q *neteq) smooth() {
	if q.quiet > 0 {
		return
	}
	held := time.Duration(0)
	if q.highest >= q.next {
		held = time.Duration(q.highest-q.next+1) * q.t.PTime
	}
	factor := 251.0
	switch level := int(q.target / neteqBucket); {
	case level > 7:
		factor = 254
	case level > 3:
		factor = 253
	case level > 1:
		factor = 252
	}
	factor /= 256
	q.level = time.Duration(factor*float64(q.level) + (1-factor)*float64(held+q.ready))
}

// decode takes the next packet, or one after a gap that has been made up for.
func (q *neteq) decode(now time.Duration) bool {
	i := q.next
	for i <= q.highest && !q.here[i] {
		i++
	}
	if i > q.highest {
		return false
	}
	missing := time.Duration(i-q.next) * q.t.PTime
	if missing > q.gap && q.level < 4*q.target {
		return false
	}
	if missing > q.gap { // closed early: what was not heard counts
		q.madeUp += missing - q.gap
	}
	q.out.Path[i] = now + q.ready - q.t.Sent[i] - q.t.Base
	q.next, q.gap, q.quiet = i+1, 0, 0
	q.ready += q.t.PTime
	return true
}

// expand makes up a tick; if packet next is only late, delay grows by it.
func (q *neteq) expand() {
	q.gap += period
	q.madeUp += period
	q.ready += period
}

// adapt puts in or takes out a pitch period.
func (q *neteq) adapt(now time.Duration) {
	low := max(q.target*3/4, q.target-85*ms)
	high := max(q.target, low+20*ms)
	if q.gap > 0 || q.quiet > 0 || q.rest > 0 && q.level < 4*high {
		return
	}
	pitch := 4*ms + time.Duration(q.rng.Int64N(int64(7*ms)))
	switch {
	case q.level >= high:
		for q.ready < 30*ms && q.decode(now) {
		}
		if q.ready < 30*ms {
			return
		}
		q.ready -= pitch
		q.level -= pitch
	case q.level < low:
		q.ready += pitch
		q.level += pitch
	default:
		return
	}
	q.stretched += pitch
	q.rest = neteqEvery
}
