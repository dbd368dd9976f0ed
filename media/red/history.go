package red

import "encoding/binary"

// History keeps the last payloads sent, to be repeated. The zero History repeats
// none: see Keep.
type History struct {
	keep  int
	count int // of past that hold something
	past  [Most]entry
}

type entry struct {
	payloadType uint8
	timestamp   uint32
	size        int
	payload     [maxLength]byte
}

// Keep sets how many payloads each packet repeats, at most Most; 0 begins anew.
func (h *History) Keep(generations int) {
	h.keep = min(max(generations, 0), Most)
	h.count = min(h.count, h.keep)
}

// Forget has the next packet repeat nothing: after a silence the sound before it
// is of no use to anybody.
func (h *History) Forget() { h.count = 0 }

// Pack writes a packet's payload to dst and returns its length: the sound of
// timestamp, behind as much of what was sent before it as has room, the oldest
// first. 0 means that there is no room for the sound itself.
func (h *History) Pack(dst []byte, payloadType uint8, timestamp uint32, sound []byte) int {
	repeated := h.fitting(timestamp, len(dst)-1-len(sound))
	n, data := 0, 0
	for i := repeated; i > 0; i-- {
		n += header
		data += h.past[i-1].size
	}
	size := n + 1 + data + len(sound)
	if size > len(dst) {
		return 0
	}
	at := n + 1
	for i := repeated; i > 0; i-- {
		e := &h.past[i-1]
		word := 1<<31 | uint32(e.payloadType)<<24 | (timestamp-e.timestamp)<<10 | uint32(e.size)
		binary.BigEndian.PutUint32(dst[(repeated-i)*header:], word)
		at += copy(dst[at:], e.payload[:e.size])
	}
	dst[n] = payloadType & 0x7f
	copy(dst[at:], sound)
	h.add(payloadType, timestamp, sound)
	return size
}

// fitting is how many of the last payloads can be repeated in some octets.
func (h *History) fitting(timestamp uint32, room int) (n int) {
	for n < h.count {
		e := &h.past[n]
		if room -= header + e.size; room < 0 || timestamp-e.timestamp > maxOffset {
			break
		}
		n++
	}
	return n
}

// add remembers a payload as the newest. One too long to be repeated ends what
// can be.
func (h *History) add(payloadType uint8, timestamp uint32, sound []byte) {
	if h.keep == 0 || len(sound) > maxLength {
		h.count = 0
		return
	}
	h.count = min(h.count+1, h.keep)
	for i := h.count - 1; i > 0; i-- {
		e := &h.past[i]
		*e = h.past[i-1]
	}
	e := &h.past[0]
	e.payloadType, e.timestamp, e.size = payloadType&0x7f, timestamp, copy(e.payload[:], sound)
}
