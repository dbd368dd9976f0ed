package echo

import (
	"math"
	"math/bits"
)

// Of the search for the bulk delay.
const (
	lowest      = 250.0 // Hz, of the first band
	bandwidth   = 100.0 // Hz
	bands       = 32    // a bit each
	unlike      = bands / 2
	meanMemory  = 0.95 // of a band's mean power, a block of 10 ms
	scoreMemory = 0.98 // of how unlike each other both sides are at a delay, a block of 10 ms
	firstPart   = 0.1  // of the score, that a delay learns from the first block
	contrast    = 3.0  // bits by which the best delay is better than the usual one
	lonely      = 1.5  // and than those that are not nearby
	nearby      = 5    // blocks
	steadfast   = 10   // blocks of 10 ms in a row for which one delay is the best
	careful     = 4    // times as long, when an echo would have been found
	searched    = 150  // blocks of 10 ms with sound of both sides after which an echo would have been found
	holdMemory  = 0.97 // of what was played in a bin, a block of 10 ms
	silentFar   = 1e-7
	ahead       = 1 // blocks: the echo begins before it is most like what was played
)

// finder finds by how many blocks the echo is late. Of both sides it keeps which
// bands are louder than they were lately: a word of bits for each block, so that half
// a second is compared at little cost, and neither level nor room matter. It
// knows nothing of the filter, and finds a delay that is beyond it.
type finder struct {
	edges     [bands + 1]int // bins
	far       []uint32       // words, a ring of one a block; 0 is silence
	at        int
	score     []float32 // by delay, the mean distance in bits
	part      []float32 // by delay, how much it learns from a block: less and less
	farMean   [bands]float32
	nearMean  [bands]float32
	meanPart  float32
	leastPart float32
	best      int       // delay at present
	since     int       // blocks for which it has been
	patience  int       // blocks for which it must be
	found     int       // delay in blocks; -1 as long as there is none
	compared  int       // blocks
	calm      int       // blocks since the path changed
	enough    int       // blocks after which an echo would have been found
	hold      []float32 // of each bin, what was played within the most delay
	holdPart  float32
}

func newFinder(most, block, rate, n int) *finder {
	f := &finder{far: make([]uint32, most+1), score: make([]float32, most+1), part: make([]float32, most+1)}
	for i := range f.edges {
		f.edges[i] = int((lowest + bandwidth*float64(i)) * float64(n) / float64(rate))
	}
	perTen := float32(rate/100) / float32(block) // blocks in 10 ms
	f.meanPart, f.leastPart = (1-meanMemory)/perTen, (1-scoreMemory)/perTen
	f.patience = int(steadfast * perTen)
	f.enough = int(searched * perTen)
	f.hold, f.holdPart = make([]float32, n/2+1), float32(math.Pow(holdMemory, 1/float64(perTen)))
	f.forget()
	return f
}

func (f *finder) forget() {
	for i := range f.score {
		f.score[i], f.part[i] = unlike, firstPart
	}
	f.since, f.found = 0, -1
}

// hurry has every delay be judged by what comes: the echo may be another time late.
func (f *finder) hurry() {
	for i := range f.part {
		f.part[i] = max(f.part[i], firstPart)
	}
	f.since, f.calm = 0, 0
}

// restart begins another call: what was found stays, for the devices are the same.
func (f *finder) restart() {
	clear(f.far)
	f.farMean, f.nearMean = [bands]float32{}, [bands]float32{}
}

// hear takes a block of both sides: the powers of their bins.
func (f *finder) hear(far, near []float32) {
	if f.at++; f.at == len(f.far) {
		f.at = 0
	}
	f.far[f.at] = f.word(&f.farMean, far, silentFar)
	if f.searching() {
		for k, p := range far {
			f.hold[k] = larger(p, f.holdPart*f.hold[k])
		}
	}
	word := f.word(&f.nearMean, near, 0)
	if word != 0 {
		f.compare(word)
	}
}

// word has a bit for each band that is louder than it was lately, none when all is quieter than least.
func (f *finder) word(mean *[bands]float32, powers []float32, least float32) (w uint32) {
	var all float32
	for b := range bands {
		var p float32
		for _, power := range powers[f.edges[b]:f.edges[b+1]] {
			p += power
		}
		all += p
		if p > mean[b] {
			w |= 1 << b
		}
		mean[b] += f.meanPart * (p - mean[b])
	}
	if all <= least {
		return 0
	}
	return w
}

// searching tells whether an echo may be anywhere: nothing was found yet, and it
// is not yet likely that there is none.
func (f *finder) searching() bool { return f.found < 0 && f.compared < f.enough }

// compare scores each delay, as far as something was played then.
func (f *finder) compare(word uint32) {
	best, sum := 0, float32(0)
	i := f.at
	for d, part := range f.part {
		if w := f.far[i]; w != 0 {
			f.score[d] += part * (float32(bits.OnesCount32(w^word)) - f.score[d])
			f.part[d] = larger(part/(1+part), f.leastPart) // a mean at first, then one that forgets
		}
		sum += f.score[d]
		if f.score[d] < f.score[best] {
			best = d
		}
		if i--; i < 0 {
			i = len(f.far) - 1
		}
	}
	usual := sum / float32(len(f.score))
	f.since++
	if best != f.best || usual-f.score[best] < contrast || !f.alone(best) {
		f.since = 0
	}
	f.best = best
	f.calm++
	patience := f.patience
	if f.calm > f.enough {
		patience *= careful
	}
	if f.since >= patience {
		f.found = best
	}
	f.compared++
}

// alone tells whether no delay elsewhere is nearly as good: two voices that pause
// alike are alike at many.
func (f *finder) alone(best int) bool {
	least := f.score[best] + lonely
	for d, score := range f.score {
		if score < least && (d < best-nearby || d > best+nearby) {
			return false
		}
	}
	return true
}
