package pesq

import (
	"math"

	"offhook/media/mediatest/fourier"
)

const (
	badFrame     = 30 // disturbance
	leastBad     = 5  // frames in a row
	realignRange = 4  // frames, either way
)

// realign looks once more for the delay where frames in a row are bad: if
// there is a better one, its disturbance counts (P.862 §10.2.11).
func (m *model) realign() {
	bad := m.bad()
	if len(bad) == 0 {
		return
	}
	straight := m.straightened()
	moved := append([]float64(nil), straight...)
	for _, b := range bad {
		from, to := m.lead+b[0]*m.hop(), m.lead+b[1]*m.hop()+m.frame
		delay := m.delay(straight, from, to)
		for i := from; i < min(to, len(moved)); i++ {
			moved[i] = straight[min(max(i+delay, 0), m.ref.n-1)]
		}
	}
	for _, b := range bad {
		to := min(b[1], m.last)
		for i := b[0]; i < to; i++ {
			m.ears.hear(moved[m.lead+i*m.hop():], m.frames[i].deg)
		}
		m.follow(b[0], to, func(f *frame, symmetric, added float64) {
			f.symmetric, f.added = min(f.symmetric, symmetric), min(f.added, added)
		})
	}
}

// bad are runs of bad frames, from and to; what is between two that are close
// counts as one of them.
func (m *model) bad() (all [][2]int) {
	const reach = 2
	is := func(i int) bool { return i > 0 && m.frames[i].symmetric > badFrame }
	near := func(i, step int) bool {
		for k := 0; k <= reach; k++ {
			if is(i + k*step) {
				return true
			}
		}
		return false
	}
	begun := -1
	for i := reach; i <= m.last; i++ {
		inside := i < m.last-reach && near(i, -1) && near(i, 1)
		if inside && begun < 0 {
			begun = i
		}
		if !inside && begun >= 0 {
			if i-begun >= leastBad {
				all = append(all, [2]int{begun, i})
			}
			begun = -1
		}
	}
	return all
}

// straightened is the degraded signal with its delays taken out.
func (m *model) straightened() []float64 {
	x := make([]float64, len(m.deg.x))
	end := len(x) - m.lead
	for i := m.lead; i < end; i++ {
		j := i + m.at(m.utterances, i).delay
		x[i] = m.deg.x[min(max(j, m.lead), end-1)]
	}
	return x
}

// delay is that of a part of the reference against the straightened signal, by the
// correlation of their envelopes; 0 if that is no clear case.
func (m *model) delay(straight []float64, from, to int) int {
	reach := realignRange * m.frame
	ref := make([]float64, to-from+2*reach)
	deg := make([]float64, len(ref))
	for i := from; i < min(to, len(m.ref.x)); i++ {
		ref[reach+i-from] = math.Abs(m.ref.x[i])
	}
	last := m.ref.n - m.lead + m.tail - 1
	for i := range deg {
		deg[i] = math.Abs(straight[min(max(from-reach+i, m.lead), last)])
	}
	t := fourier.New(fourier.Length(2 * len(ref)))
	unit := math.Sqrt(energy(ref) * energy(deg))
	if min(energy(ref), energy(deg)) <= 1e-6*float64(t.Len()) {
		return 0
	}
	c := t.Correlate(ref, deg, make([]complex128, t.Len()))
	most, best := 0.0, 0
	for lag := -reach; lag < reach; lag++ {
		if v := math.Abs(real(c[(lag+t.Len())%t.Len()])) / unit; v > most {
			most, best = v, lag
		}
	}
	if most < 0.5 {
		return 0
	}
	return best
}
