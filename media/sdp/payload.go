package sdp

import (
	"slices"

	"offhook/media"
)

// rebind finds our payload type for a format in an offer: what it was bound to
// before in this session (RFC 3264 §8.3.2), else its customary one.
func (n *Negotiator) rebind(f media.Format) uint8 {
	if number, ok := n.bindingOf(f); ok {
		return number
	}
	return n.bind(f)
}

// bind makes the format's payload type stand for it, if that number does not
// stand for something else already; else it finds another. An answer so takes
// the offer's number wherever it can.
func (n *Negotiator) bind(f media.Format) uint8 {
	if !n.free(f) {
		if number, ok := n.bindingOf(f); ok {
			return number
		}
		for f.PayloadType = 96; !n.free(f) && f.PayloadType < 127; {
			f.PayloadType++
		}
	}
	n.bound = slices.DeleteFunc(n.bound, func(b media.Format) bool {
		return b.PayloadType == f.PayloadType && SameCodec(b, f)
	})
	n.bound = append(n.bound, f)
	return f.PayloadType
}

// bindingOf is the latest payload type of a codec in this session.
func (n *Negotiator) bindingOf(f media.Format) (uint8, bool) {
	for _, b := range slices.Backward(n.bound) {
		if SameCodec(b, f) {
			return b.PayloadType, true
		}
	}
	return 0, false
}

func (n *Negotiator) free(f media.Format) bool {
	for _, b := range n.bound {
		if b.PayloadType == f.PayloadType && !SameCodec(b, f) {
			return false
		}
	}
	return true
}
