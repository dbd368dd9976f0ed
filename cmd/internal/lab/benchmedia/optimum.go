package benchmedia

import (
	"math"
	"time"
)

const (
	cell  = time.Millisecond
	cells = 450 // of delay that the optimum considers
)

// Outcome is what a listener had of a trace.
type Outcome struct {
	Delay     time.Duration // mean, beyond the fastest packet
	MadeUp    float64       // share of the time: made up, or left out
	Stretched float64       // share of the time, by pitch periods
	R         float64
	Path      []time.Duration // the delay at each packet's place; below 0: not heard
}

func (o Outcome) rated() Outcome {
	o.R = Rating(o.Delay, o.MadeUp)
	return o
}

// Optimum is the best that could be done by who knows the future: play-out may gain or lose
// 10 % by stretching, for nothing; a frame may be put in or left out, as dear
// as one that is lost.
func Optimum(t *Trace) Outcome { return best(frontier(t)) }

func best(all []Outcome) Outcome {
	o := all[0]
	for _, other := range all[1:] {
		if other.R > o.R {
			o = other
		}
	}
	return o
}

// frontier is the best that could be done at many a price of made-up sound, most closely where R is best.
func frontier(t *Trace) (all []Outcome) {
	s := search{trace: t, jump: int(t.PTime / cell), slew: int(t.PTime / cell / 10), pre: make([][cells]int8, len(t.Arrival)), post: make([][cells]bool, len(t.Arrival))}
	most, at := math.Inf(-1), 0.0
	try := func(price float64) {
		o := s.run(price)
		if all = append(all, o); o.R > most {
			most, at = o.R, price
		}
	}
	for price := 250.0; price <= 64000; price *= 2 { // ms of delay for a frame
		try(price)
	}
	for factor := math.Sqrt2; factor > 1.1; factor = math.Sqrt(factor) {
		centre := at
		try(centre * factor)
		try(centre / factor)
	}
	return all
}

// search is a dynamic program over the delay at each packet: for a price of a made-up
// frame it finds the point of the frontier of delay and concealment that has this slope.
type search struct {
	trace *Trace
	jump  int           // cells of a packet
	slew  int           // cells that a packet may be stretched by
	pre   [][cells]int8 // how each delay was reached: by slewing so much, or by a frame put in
	post  [][cells]bool // the packet was left out, and what follows has a jump less
}

const insert = int8(100)

func (s *search) run(price float64) Outcome {
	t := s.trace
	jump := s.jump
	var value, next [cells]float64 // cost before packet i, by delay
	for i := range t.Arrival {
		s.slide(&value, &next, i)
		pre, post := &s.pre[i], &s.post[i]
		for d := jump; d < cells; d++ {
			if v := next[d-jump] + price; v < next[d] {
				next[d], pre[d] = v, insert
			}
		}
		due := s.due(i)
		for d := range cells {
			value[d], post[d] = next[d]+float64(d), false
			if d < due {
				value[d] += price
			}
		}
		for d := jump; d < cells; d++ {
			if v := next[d] + float64(d) + price; v < value[d-jump] {
				value[d-jump], post[d-jump] = v, true
			}
		}
	}
	return s.trail(&value)
}

// due is the least delay at which packet i is in time.
func (s *search) due(i int) int {
	if s.trace.Lost(i) {
		return cells
	}
	return int((s.trace.Lateness(i) + cell - 1) / cell)
}

// slide is the cheapest way to each delay by slewing; after a pause of the sender to any,
// as far as its trail can tell (int8).
func (s *search) slide(from, to *[cells]float64, i int) {
	pre := &s.pre[i]
	if i == 0 { // the first delay is chosen
		*to, *pre = [cells]float64{}, [cells]int8{}
		return
	}
	slew := s.slew
	if s.trace.Pause(i) > 0 {
		slew = int(insert) - 1
	}
	for d := range cells {
		cheapest, by := from[d], 0
		for e := max(0, d-slew); e <= min(cells-1, d+slew); e++ {
			if from[e] < cheapest {
				cheapest, by = from[e], d-e
			}
		}
		to[d], pre[d] = cheapest, int8(by)
	}
}

// trail goes the cheapest way back.
func (s *search) trail(value *[cells]float64) Outcome {
	d := 0
	for e := range value {
		if value[e] < value[d] {
			d = e
		}
	}
	n, jump := len(s.pre), s.jump
	o := Outcome{Path: make([]time.Duration, n)}
	made := 0
	for i := n - 1; i >= 0; i-- {
		out := s.post[i][d]
		if out {
			d += jump
		}
		o.Path[i] = time.Duration(d) * cell
		o.Delay += o.Path[i]
		if out || d < s.due(i) {
			o.Path[i] = -1
			made++
		}
		for s.pre[i][d] == insert {
			d -= jump
			made++
		}
		d -= int(s.pre[i][d])
	}
	o.Delay /= time.Duration(n)
	o.MadeUp = float64(made) / float64(n)
	return o.rated()
}
