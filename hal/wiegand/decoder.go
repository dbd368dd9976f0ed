// Package wiegand makes credentials of the pulses of a Wiegand reader: a pulse on
// one line is a 0, on the other a 1. It knows nothing of lines: times are the
// kernel's, of its interrupts, and the owner says when nothing came for long
// enough.
package wiegand

import (
	"math/bits"
	"slices"
	"time"
)

// Lengths are those of the frames that are known: two bits of them are parity.
func Lengths() []int { return []int{26, 34, 37} }

const (
	// minGap: readers send pulses of 20 to 100 µs, 200 µs to 20 ms from one to the
	// next, and never two at once (SIA's 26-bit Wiegand reader interface standard).
	// What is nearer is a bounce, or both lines disturbed.
	minGap = 100 * time.Microsecond
	// longest is the longest frame's bits.
	longest = 37
)

// Edge is the beginning of a pulse.
type Edge struct {
	One bool
	At  time.Duration // on any clock
	Seq uint32        // counts the edges of both lines from 1; 0: the kernel does not count
}

// Frame is a whole frame whose parity is right.
type Frame struct {
	Bits int    // 26, 34 or 37
	Code uint64 // without the parity: 24, 32 or 35 bits
}

// Drops counts the frames that were not taken, by the reason.
type Drops struct {
	Noise  uint64 // pulses too near to one another
	Length uint64 // too few bits, too many, or a length that was not asked for
	Parity uint64
	Lost   uint64 // edges that did not arrive here, or too late
}

// Decoder has one owner.
type Decoder struct {
	lengths []int
	timeout time.Duration
	drops   Drops

	bits  uint64
	n     int
	last  Edge
	began bool // there was an edge at all
	spoil *uint64
}

// NewDecoder takes the lengths that are wanted, and the time between two bits
// after which they are of different frames.
func NewDecoder(lengths []int, timeout time.Duration) *Decoder {
	return &Decoder{lengths: lengths, timeout: timeout}
}

// Drops are those so far.
func (d *Decoder) Drops() Drops { return d.drops }

// Step takes an edge. The frame is one that ended before it.
func (d *Decoder) Step(e Edge) (f Frame, ok bool) {
	gap, lost := e.At-d.last.At, e.Seq != d.last.Seq+1 && e.Seq != 0
	if d.began && gap >= d.timeout {
		f, ok = d.End()
	}
	switch {
	case d.began && lost:
		d.spoiled(&d.drops.Lost)
	case d.began && gap < minGap:
		d.spoiled(&d.drops.Noise)
	case d.began && gap < d.timeout && d.n == 0:
		// It belongs to a frame that was ended: we were held up.
		d.spoiled(&d.drops.Lost)
	}
	d.began, d.last = true, e
	d.bits <<= 1
	if e.One {
		d.bits |= 1
	}
	if d.n++; d.n > longest {
		d.n = longest + 1
		d.spoiled(&d.drops.Length)
	}
	return f, ok
}

// spoiled keeps the first reason for which the present frame cannot be taken.
func (d *Decoder) spoiled(reason *uint64) {
	if d.spoil == nil {
		d.spoil = reason
	}
}

// Idle tells that no frame is under way.
func (d *Decoder) Idle() bool { return d.n == 0 }

// End ends the frame under way: nothing came for the timeout.
func (d *Decoder) End() (Frame, bool) {
	n, all, spoil := d.n, d.bits, d.spoil
	d.n, d.bits, d.spoil = 0, 0, nil
	switch {
	case n == 0:
		return Frame{}, false
	case spoil != nil:
	case !slices.Contains(d.lengths, n):
		spoil = &d.drops.Length
	case !parity(all, n):
		spoil = &d.drops.Parity
	default:
		return Frame{Bits: n, Code: all >> 1 & (1<<(n-2) - 1)}, true
	}
	*spoil++
	return Frame{}, false
}

// parity: the first bit makes the first half even, the last bit makes the second
// half odd (SIA's standard for 26 bits; 34 and 37 do the same). With 35 bits of
// code the one in the middle is in both.
func parity(all uint64, n int) bool {
	half := (n + 1) / 2
	first := all >> (n - half)
	second := all & (1<<half - 1)
	return bits.OnesCount64(first)%2 == 0 && bits.OnesCount64(second)%2 == 1
}
