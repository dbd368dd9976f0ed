package countermode

// source is what is known of an SSRC.
type source struct {
	ssrc    uint32
	started bool
	highest uint64 // packet index; before the start its roll-over counter alone counts
	window  uint64 // bit k: the packet k before the highest was received
}

// index is the packet index of a sequence number (§3.3.1).
func (s *source) index(sequence uint16) uint64 {
	if !s.started {
		return s.highest&^0xffff | uint64(sequence)
	}
	return Nearest(s.highest, sequence)
}

// received reports whether a packet was, or is older than anybody knows.
func (s *source) received(index uint64) bool {
	if !s.started || index > s.highest {
		return false
	}
	ago := s.highest - index
	return ago >= Window || s.window>>ago&1 == 1
}

// note marks a packet as sent or received.
func (s *source) note(index uint64) {
	switch {
	case !s.started:
		s.started, s.highest, s.window = true, index, 1
	case index > s.highest:
		s.window = s.window<<(index-s.highest) | 1
		s.highest = index
	default:
		s.window |= 1 << (s.highest - index)
	}
}

// Nearest is the packet index of a sequence number that is nearest to the highest
// index so far (§3.3.1).
func Nearest(highest uint64, sequence uint16) uint64 {
	step := int64(int16(sequence - uint16(highest)))
	if step < 0 && highest < uint64(-step) {
		return uint64(sequence)
	}
	return highest + uint64(step)
}
