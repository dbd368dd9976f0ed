package jitter

const (
	slotCount = 128     // packets held at most; a power of two
	arenaSize = 1 << 16 // bytes of payload held at most
)

type slotState uint8

const (
	vacant slotState = iota
	holding
	skipped // received, no sound in it
	done    // played
)

type slot struct {
	seq   int64 // extended
	ts    int64 // extended
	pos   uint64
	size  int
	state slotState
}

// store keeps packets by sequence number, their payloads in one ring of bytes:
// when either is full, the oldest make room.
type store struct {
	slots [slotCount]slot
	arena []byte
	pos   uint64 // bytes ever laid out
}

func newStore() *store { return &store{arena: make([]byte, arenaSize)} }

// clear empties the store and returns how many packets were in it.
func (s *store) clear() (held uint64) {
	for i := range s.slots {
		if s.slots[i].state == holding {
			held++
		}
		s.slots[i] = slot{}
	}
	return held
}

// at is the slot of a sequence number, nil if another or none is in it.
func (s *store) at(seq int64) *slot {
	p := &s.slots[seq&(slotCount-1)]
	if p.state == vacant || p.seq != seq {
		return nil
	}
	return p
}

// put lays a packet down; size 0 makes it a skipped one.
func (s *store) put(seq, ts int64, payload []byte) *slot {
	p := &s.slots[seq&(slotCount-1)]
	*p = slot{seq: seq, ts: ts, size: len(payload), state: holding}
	if len(payload) == 0 {
		p.state = skipped
		return p
	}
	off := int(s.pos % arenaSize)
	if off+len(payload) > arenaSize { // never split a payload
		s.pos += uint64(arenaSize - off)
		off = 0
	}
	p.pos = s.pos
	s.pos += uint64(copy(s.arena[off:], payload))
	return p
}

// mark notes that a packet came, if its slot is not another's by now.
func (s *store) mark(seq int64) {
	if p := &s.slots[seq&(slotCount-1)]; p.state == vacant || p.seq < seq {
		*p = slot{seq: seq, state: done}
	}
}

// payload is what a slot holds, nil if it was overrun.
func (s *store) payload(p *slot) []byte {
	if p.state != holding || s.pos-p.pos > arenaSize {
		return nil
	}
	off := int(p.pos % arenaSize)
	return s.arena[off : off+p.size]
}
