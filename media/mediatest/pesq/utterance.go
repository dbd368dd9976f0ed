package pesq

import "slices"

const (
	leastUtterance = 50 // blocks
	mostUtterances = 50 // that others are split up to
)

// utterance is a part of the reference with one delay. From and to are blocks.
type utterance struct {
	from, to   int
	guess      int // of the delay, to a block
	delay      int
	confidence float64
}

// utterances are those of the reference, each with its delay.
func (a *aligner) utterances() []utterance {
	whole := a.whole()
	all := a.find(whole)
	if len(all) == 0 {
		return nil
	}
	for i := range all {
		u := &all[i]
		from, to := max(0, u.from-leadBlocks), min(u.to+leadBlocks, len(a.spoken.power)-1)
		u.guess = a.coarse(from, to, whole)
		u.delay, u.confidence = a.fineDelay(from, to, u.guess)
	}
	a.fit(all)
	return a.split(all)
}

// find looks for runs of speech that are long enough, and heard at that delay.
func (a *aligner) find(delay int) (all []utterance) {
	last := len(a.spoken.power) - 1
	earliest := leastUtterance - delay/a.block
	latest := (a.deg.n-delay)/a.block - leastUtterance
	begun := -1
	for i, p := range a.spoken.power {
		if p > 0 && begun < 0 {
			begun = i
		}
		if begun >= 0 && (p == 0 || i == last) {
			if i-begun >= leastUtterance && begun < latest && i > earliest {
				all = append(all, utterance{from: begun, to: i})
			}
			begun = -1
		}
	}
	return all
}

// fineDelay is the delay of the blocks from to to, to a sample.
func (a *aligner) fineDelay(from, to, guess int) (int, float64) {
	v := a.votes(guess)
	for at := max(from*a.block, -guess); at+a.span <= to*a.block && v.add(at); at += a.span / 4 {
	}
	return v.result()
}

// fit lets each utterance reach to the middle of the pauses around it, but not beyond
// the degraded signal, nor, there, into one another.
func (a *aligner) fit(all []utterance) {
	first, last := &all[0], &all[len(all)-1]
	first.from, last.to = leadBlocks, len(a.spoken.power)-leadBlocks
	for i := 1; i < len(all); i++ {
		middle := (all[i].from + all[i-1].to) / 2
		all[i].from, all[i-1].to = middle, middle
	}
	if first.from*a.block+first.delay < a.lead {
		first.from = leadBlocks + (a.block-1-first.delay)/a.block
	}
	if last.to*a.block+last.delay > a.deg.n-a.lead {
		last.to = (a.deg.n-last.delay)/a.block - leadBlocks
	}
	for i := 1; i < len(all); i++ {
		u, before := &all[i], &all[i-1]
		begin, end := u.from*a.block+u.delay, before.to*a.block+before.delay
		if begin < end {
			middle := (begin + end) / 2
			u.from = (a.block - 1 + middle - u.delay) / a.block
			before.to = (middle - before.delay) / a.block
		}
	}
}

// split divides utterances in which the delay changes (P.862 §10.1.4.4).
func (a *aligner) split(all []utterance) []utterance {
	for i := 0; i < len(all) && len(all) < mostUtterances; {
		one, two, better := a.divide(all[i])
		if !better {
			i++
			continue
		}
		all[i] = one
		all = slices.Insert(all, i+1, two)
	}
	return all
}

// at is the utterance at a sample of the reference.
func (d *dimensions) at(all []utterance, sample int) *utterance {
	for i := len(all) - 1; i > 0; i-- {
		if all[i].from*d.block <= sample {
			return &all[i]
		}
	}
	return &all[0]
}
