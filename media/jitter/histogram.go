package jitter

import "time"

const (
	binWidth = 500 * time.Microsecond
	binCount = 2048 // a window of about a second
	// By simulation: slower forgetting hears out a delay that has long passed,
	// faster forgetting meets rare delays unprepared.
	forget = 0.97
	// What a packet that comes too late costs, in time of delay. By the E-model
	// (ITU-T G.107) a loss of 1 % costs 3.6 R, and 1 ms of delay 0.024 R: 15 s for a loss.
	// A late packet is mostly waited for, which is less.
	lateCost = 10 * time.Second
)

// histogram is how late packets come: the mass of offsets (arrival minus the
// time of the timestamp, an arbitrary zero), the old forgotten little by
// little. Offsets are absolute, so that a change of the base moves nothing.
type histogram struct {
	bins   [binCount]float32 // ring: bin b is at b mod binCount
	edge   [binCount]int32   // the latest in the bin, ns from its beginning
	lo     int64             // lowest bin of the window
	weight float32           // of the next packet: growing, instead of all bins shrinking
	total  float32
	strays int
}

func binOf(offset time.Duration) int64 {
	b := int64(offset / binWidth)
	if offset < 0 && offset%binWidth != 0 {
		b--
	}
	return b
}

func (h *histogram) at(bin int64) *float32 { return &h.bins[bin&(binCount-1)] }

// reset begins anew at an offset.
func (h *histogram) reset(offset time.Duration) {
	*h = histogram{lo: binOf(offset) - binCount/2, weight: 1}
}

// add notes a packet. It reports false for an offset that no allowed delay could
// serve; it is not noted.
func (h *histogram) add(offset time.Duration, weight float32) bool {
	b := binOf(offset)
	switch {
	case b < h.lo:
		h.slide(b - binCount/4)
	case b >= h.lo+binCount:
		// Make room if it is clock drift; never forget the base for a stray.
		if room := h.base() - binCount/64 - h.lo; b < h.lo+room+binCount {
			h.slide(h.lo + room)
		} else {
			h.strays++
			return false
		}
	}
	h.strays = 0
	if h.total == 0 { // all was forgotten: this is what there is
		weight = 1
	}
	w := weight * h.weight
	if edge := int32(offset - time.Duration(b)*binWidth); *h.at(b) == 0 || edge > h.edge[b&(binCount-1)] {
		h.edge[b&(binCount-1)] = edge
	}
	*h.at(b) += w
	h.total += w
	h.weight /= forget
	if h.weight > 1e6 {
		h.scale(1 / h.weight)
	}
	return true
}

func (h *histogram) scale(f float32) {
	h.total = 0
	for i := range h.bins {
		if h.bins[i] *= f; h.bins[i] < 1e-9 {
			h.bins[i] = 0 // denormal numbers are slow
		}
		h.total += h.bins[i]
	}
	h.weight = 1
}

// slide moves the window; what falls out is forgotten.
func (h *histogram) slide(lo int64) {
	d := lo - h.lo
	switch {
	case d >= binCount || d <= -binCount:
		h.bins = [binCount]float32{}
	case d > 0:
		for b := h.lo; b < lo; b++ {
			*h.at(b) = 0
		}
	default:
		for b := lo + binCount; b < h.lo+binCount; b++ {
			*h.at(b) = 0
		}
	}
	h.lo = lo
	h.scale(1 / h.weight)
}

// base is the bin of the fastest recent packets.
func (h *histogram) base() int64 {
	least := h.total * 1e-3
	var sum float32
	for b := h.lo; b < h.lo+binCount; b++ {
		if sum += *h.at(b); sum > least {
			return b
		}
	}
	return h.lo
}

// target is the offset at which packets are cheapest to play: late packets
// against delay, not below least nor above most beyond the base.
func (h *histogram) target(least, most time.Duration) (target, base time.Duration) {
	first := h.base()
	late := h.total
	for b := h.lo; b < first; b++ {
		late -= *h.at(b)
	}
	best, cheapest := first, float32(-1)
	last := min(first+int64(most/binWidth), h.lo+binCount-1)
	perMass := float32(lateCost/binWidth) / max(h.total, 1e-9)
	for b := first; b <= last; b++ {
		late -= *h.at(b) // later than the end of bin b
		cost := float32(b-first) + max(late, 0)*perMass
		if cheapest < 0 || cost < cheapest {
			best, cheapest = b, cost
		}
	}
	base = time.Duration(first) * binWidth
	// The latest packet of the bin is to be in time, too.
	latest := time.Duration(best)*binWidth + time.Duration(h.edge[best&(binCount-1)])
	return max(latest, base+least), base
}
