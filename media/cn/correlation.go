package cn

import "offhook/media"

// order is that of the models made here.
const order = 8

// correlation is that of a run of samples with themselves, 0 to order later.
type correlation [order + 1]float32

// correlator correlates sound with what was before it, over the edges of frames.
type correlator struct {
	line [order + block]float32 // oldest first
}

const block = 160

// add adds a frame's correlation to c.
func (l *correlator) add(c *correlation, frame media.Frame) {
	for len(frame) > 0 {
		n := min(len(frame), block)
		for i, s := range frame[:n] {
			l.line[order+i] = float32(s)
		}
		x := l.line[order : order+n]
		for k := range c {
			y := l.line[order-k : order-k+n]
			var sum float32
			for i, v := range x {
				sum += v * y[i]
			}
			c[k] += sum
		}
		copy(l.line[:order], l.line[n:n+order])
		frame = frame[n:]
	}
}

// model is an all-pole model: its inverse filter 1 + a[1]/z + …, the reflection
// coefficients, and how much of the energy the inverse filter leaves.
type model struct {
	a          [order + 1]float32
	reflection [order]float32
	rest       float32
}

// fit is the model of a correlation (Levinson, Durbin). A little white noise is
// added, without which the correlation of a tone would have no inverse.
func (c *correlation) fit() model {
	m := model{rest: 1}
	m.a[0] = 1
	if c[0] <= 0 {
		return m
	}
	for i := 1; i <= order; i++ {
		sum := float32(0)
		for j := range i {
			sum += m.a[j] * c[i-j] / (c[0] * 1.0003)
		}
		k := -sum / m.rest
		if !(k > -0.999 && k < 0.999) {
			return m
		}
		m.reflection[i-1] = k
		for j := 1; j <= i/2; j++ {
			p, q := m.a[j], m.a[i-j]
			m.a[j], m.a[i-j] = p+k*q, q+k*p
		}
		m.a[i] = k
		m.rest *= 1 - k*k
	}
	return m
}

// left is the energy that the inverse filter leaves of sound of correlation c.
func (m *model) left(c *correlation) float32 {
	sum := float32(0)
	for i := range m.a {
		for j := range m.a {
			sum += m.a[i] * m.a[j] * c[max(i-j, j-i)]
		}
	}
	return max(sum, 0)
}
