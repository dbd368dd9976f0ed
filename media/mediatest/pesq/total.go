package pesq

import "math"

// weigh makes disturbances in loud speech count less, and bounds them (P.862 §10.2.12).
func (m *model) weigh() {
	const most = 45
	for i := range m.frames {
		f := &m.frames[i]
		h := math.Pow((f.total+1e5)/1e7, 0.04)
		f.symmetric = min(f.symmetric/h, most)
		f.added = min(f.added/h, most)
	}
}

// total is that of a disturbance: the sixth power over 320 ms, then the square over all of
// them, which overlap by half.
func (m *model) total(of func(*frame) float64) float64 {
	const interval = 20 // frames
	var sum, weights float64
	for from := m.first; from <= m.last; from += interval / 2 {
		part := 0.0
		for i := from; i < min(from+interval, m.last+1); i++ {
			part += math.Pow(of(&m.frames[i]), 6)
		}
		w := m.recency(from - m.first)
		part = w * math.Pow(part/interval, 1.0/6)
		sum += part * part
		weights += w * w
	}
	return math.Sqrt(sum / weights)
}

// recency is the weight of a frame: of more than 16 s, the beginning counts less.
func (m *model) recency(i int) float64 {
	if m.last+1 <= 1000 {
		return 1
	}
	n := float64((m.ref.n-2*m.lead)/m.hop() - 1)
	share := min((n-1000)/5500, 0.5)
	return 1 - share + share*float64(i)/n
}
