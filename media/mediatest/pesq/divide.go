package pesq

const (
	longUtterance = 200 // blocks of speech; shorter ones are not divided
	mostCuts      = 40
)

// halves are what a cut makes of an utterance: the delays of both sides.
type halves struct {
	cut              int // block
	before, after    side
	beforeOK, tested bool
}

// side is one side of a cut.
type side struct {
	guess, delay int
	confidence   float64
}

// divide cuts an utterance where its sides, with a delay each, fit best; better is
// false if no cut fits better than none.
func (a *aligner) divide(u utterance) (one, two utterance, better bool) {
	begin, end := a.within(u)
	if end-begin < longUtterance {
		return one, two, false
	}
	all := a.cuts(u, begin, end)
	a.forward(u, all)
	a.backward(u, all)
	best := halves{}
	for _, h := range all {
		if h.before.confidence <= u.confidence || h.after.confidence <= u.confidence {
			continue
		}
		if distance(h.after.delay, h.before.delay) >= a.block &&
			h.before.confidence+h.after.confidence > best.before.confidence+best.after.confidence {
			best = h
		}
	}
	if best.cut == 0 {
		return one, two, false
	}
	one, two = a.parts(u, best)
	return one, two, true
}

func distance(x, y int) int { return max(x-y, y-x) }

// within is where speech begins and ends in an utterance.
func (a *aligner) within(u utterance) (begin, end int) {
	p := a.spoken.power
	silent := func(i int) bool { return i >= len(p) || i < 0 || p[i] <= 0 }
	for begin = u.from; begin < u.to && silent(begin); begin++ {
	}
	for end = u.to; end > u.from && silent(end); end-- {
	}
	return begin, end + 1
}

// cuts are the places to try, with first guesses of the delays.
func (a *aligner) cuts(u utterance, begin, end int) (all []halves) {
	length := end - begin
	delta := a.span / (4 * a.block)
	step := int((0.801*float64(length)+float64(40*delta)-1)/float64(40*delta)) * delta
	margin := max(75, length/10)
	for cut := begin + margin; len(all) == 0 || cut <= end-margin && len(all) < mostCuts; cut += step {
		all = append(all, halves{
			cut: cut, before: side{guess: a.coarse(u.from, cut, u.guess)}, after: side{guess: a.coarse(cut, u.to, u.guess)},
		})
	}
	return all
}

// forward finds the delays before the cuts. Cuts with the same guess share the work:
// the votes of an earlier one are all votes of a later one, too.
func (a *aligner) forward(u utterance, all []halves) {
	for i := range all {
		if all[i].tested {
			continue
		}
		guess := all[i].before.guess
		v := a.votes(guess)
		at := max(u.from*a.block, -guess)
		for k := i; k < len(all); k++ {
			h := &all[k]
			if h.tested || h.before.guess != guess {
				continue
			}
			for at+a.span <= h.cut*a.block && v.add(at) {
				at += a.span / 4
			}
			h.before.delay, h.before.confidence = v.result()
			h.tested, h.beforeOK = true, h.before.confidence > u.confidence
		}
	}
}

// backward finds the delays after those cuts whose other side is better than the whole was.
func (a *aligner) backward(u utterance, all []halves) {
	for i := len(all) - 1; i >= 0; i-- {
		if !all[i].beforeOK {
			continue
		}
		guess := all[i].after.guess
		v := a.votes(guess)
		at := min(u.to*a.block, a.deg.n-guess) - a.span
		for k := i; k >= 0; k-- {
			h := &all[k]
			if !h.beforeOK || h.after.guess != guess {
				continue
			}
			for at >= h.cut*a.block && v.add(at) {
				at -= a.span / 4
			}
			h.after.delay, h.after.confidence = v.result()
			h.beforeOK = false
		}
	}
}

// parts are what is on either side of a cut. Where the delay grows, sound was put in, and
// both sides reach into it.
func (a *aligner) parts(u utterance, h halves) (one, two utterance) {
	grown := max(0, h.after.delay-h.before.delay) / (2 * a.block)
	one = utterance{u.from, h.cut + grown, h.before.guess, h.before.delay, h.before.confidence}
	two = utterance{h.cut - grown, u.to, h.after.guess, h.after.delay, h.after.confidence}
	if (one.from-leadBlocks)*a.block+one.delay < 0 {
		one.from = leadBlocks + (a.block-1-one.delay)/a.block
	}
	if two.to*a.block+two.delay > a.deg.n-a.lead {
		two.to = (a.deg.n-two.delay)/a.block - leadBlocks
	}
	return one, two
}
