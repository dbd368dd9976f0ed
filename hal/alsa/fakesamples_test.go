package alsa

import "encoding/binary"

func (s *tape) other() direction {
	if s.direction == playback {
		return capture
	}
	return playback
}

// width is the bytes of a sample, and shift how far a 16-bit one is below the top
// of it.
func (s *tape) width() (width, shift int) {
	switch s.format {
	case formatS16LE:
		return 2, 0
	case formatS24LE:
		return 4, 8
	case formatS32LE:
		return 4, 16
	case formatS243LE:
		return 3, 8
	}
	s.m.t.Fatalf("format %d", s.format)
	return 0, 0
}

// frame is the bytes of a frame.
func (s *tape) frame() int {
	width, _ := s.width()
	return width * s.channels
}

func (s *tape) place(frame, channel int) []byte {
	width, _ := s.width()
	return s.ring[frame%s.buffer*s.frame()+channel*width:][:width]
}

// played is a sample that waits to be heard; what is below its 16 bits must be 0.
func (s *tape) played(frame, channel int) int16 {
	var word [4]byte
	copy(word[:], s.place(frame, channel))
	_, shift := s.width()
	v := binary.LittleEndian.Uint32(word[:])
	if v&(1<<shift-1) != 0 {
		s.m.t.Errorf("frame %d, channel %d: %#x was not widened from 16 bits", frame, channel, v)
	}
	return int16(uint16(v >> shift))
}

// record puts what is captured into the ring, with noise below 16 bits that does
// not reach half a step, and in the byte that is nobody's.
func (s *tape) record(frame, channel int) {
	_, shift := s.width()
	v := uint32(uint16(captured(frame, channel))) << shift
	if shift > 0 {
		v += uint32(frame) % (1 << (shift - 1))
	}
	if s.format == formatS24LE {
		v |= 0xa5000000
	}
	var word [4]byte
	binary.LittleEndian.PutUint32(word[:], v)
	copy(s.place(frame, channel), word[:])
}
