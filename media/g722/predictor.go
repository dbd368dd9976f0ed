package g722

// predictor foretells a band's next sample from the two last that were
// reconstructed and the six last differences (block 4).
//
// What cannot overflow is not saturated: a difference is below 16384, so that
// its double fits; the zeros' coefficients leak towards ±32768, the poles' are
// held to less.
type predictor struct {
	estimate int32    // S
	zeros    int32    // SZ: the differences' part of it
	a1, a2   int32    // of the poles
	b        [6]int32 // of the zeros
	d        [6]int32 // differences, doubled, newest first
	r1       int32    // reconstructed sample, doubled, saturated
	p1, p2   int32    // signs (0, -1) of the last partial reconstructions
}

// update takes the quantised difference and makes the next estimate.
func (p *predictor) update(d int32) {
	p0 := (p.zeros + d) >> 31                 // PARREC: its sign is all that counts
	r := saturate(2 * saturate(p.estimate+d)) // RECONS, doubled as FILTEP wants it

	a1, a2 := p.poles(p0)
	p.p2, p.p1 = p.p1, p0

	zeros := p.shift(d)
	p.zeros = zeros
	poles := saturate(a1*r>>15 + a2*p.r1>>15) // FILTEP
	p.r1 = r
	p.estimate = saturate(poles + zeros) // PREDIC
}

// poles adapts their coefficients (UPPOL2, UPPOL1).
func (p *predictor) poles(p0 int32) (a1, a2 int32) {
	differ1, differ2 := p0^p.p1, p0^p.p2 // -1 if the signs differ
	f := saturate(4 * p.a1)
	f = min(^differ1&-f|differ1&f, 32767) // -f if the signs are the same
	a2 = p.a2*127>>7 + f>>7 + (128 ^ differ2 - differ2)
	a2 = min(max(a2, -12288), 12288)

	limit := 15360 - a2
	a1 = p.a1*255>>8 + (192 ^ differ1 - differ1)
	a1 = min(max(a1, -limit), limit)
	p.a1, p.a2 = a1, a2
	return a1, a2
}

// shift adapts the zeros' coefficients (UPZERO), takes in the difference
// (DELAYA) and filters (FILTEZ).
func (p *predictor) shift(d int32) int32 {
	b, o := &p.b, &p.d
	var step int32 = 128
	if d == 0 {
		step = 0
	}
	// m is -1 where the signs differ; b*255>>8 is the leak.
	m0, m1, m2 := (o[0]^d)>>31, (o[1]^d)>>31, (o[2]^d)>>31
	m3, m4, m5 := (o[3]^d)>>31, (o[4]^d)>>31, (o[5]^d)>>31
	b0 := b[0]*255>>8 + (step ^ m0 - m0)
	b1 := b[1]*255>>8 + (step ^ m1 - m1)
	b2 := b[2]*255>>8 + (step ^ m2 - m2)
	b3 := b[3]*255>>8 + (step ^ m3 - m3)
	b4 := b[4]*255>>8 + (step ^ m4 - m4)
	b5 := b[5]*255>>8 + (step ^ m5 - m5)
	b[0], b[1], b[2], b[3], b[4], b[5] = b0, b1, b2, b3, b4, b5
	d0, d1, d2, d3, d4, d5 := 2*d, o[0], o[1], o[2], o[3], o[4]
	o[0], o[1], o[2], o[3], o[4], o[5] = d0, d1, d2, d3, d4, d5

	s4 := b5*d5>>15 + b4*d4>>15
	s3 := s4 + b3*d3>>15
	s2 := s3 + b2*d2>>15
	s1 := s2 + b1*d1>>15
	s0 := s1 + b0*d0>>15
	const half = 1 << 15
	if uint32(s4+half)|uint32(s3+half)|uint32(s2+half)|uint32(s1+half)|uint32(s0+half) < 1<<16 {
		return s0
	}
	return p.saturated()
}

// saturated is FILTEZ with every sum held to 16 bits, in its order.
func (p *predictor) saturated() (sum int32) {
	for i := 5; i >= 0; i-- {
		sum = saturate(sum + p.b[i]*p.d[i]>>15)
	}
	return sum
}

// blunt widens the resonances of the prediction: coefficient n, from 1, is multiplied
// by the n-th power of 27/32.
func (p *predictor) blunt() {
	const num, den = 27, 32
	p.a1, p.a2 = p.a1*num/den, p.a2*(num*num)/(den*den)
	n, d := int64(1), int64(1)
	for i := range p.b {
		n, d = n*num, d*den
		p.b[i] = int32(int64(p.b[i]) * n / d)
	}
}

// saturate holds to 16 bits.
func saturate(x int32) int32 { return min(max(x, -32768), 32767) }
