package session

import "offhook/media/tone"

// digits finds the events among telephone-event packets (RFC 4733 §2.5.2): one
// a timestamp, told once, when it has ended.
type digits struct {
	known     bool // an event was seen
	told      bool // and told
	timestamp uint32
	code      uint8
	before    uint32 // duration of earlier segments (§2.5.1.3)
	duration  uint16
}

// pressed is an event that has ended.
type pressed struct {
	code  uint8
	units uint32 // of its clock
}

// pressedNow are what one packet has ended: its own event, and one before it
// whose end packets were all lost.
type pressedNow struct {
	events [2]pressed
	n      int
}

func (p *pressedNow) add(e pressed) {
	p.events[p.n] = e
	p.n++
}

// fullSegment is the duration of a segment that another one follows (§2.5.1.3).
const fullSegment = 0xFFFF

// event takes a packet.
func (d *digits) event(timestamp uint32, e tone.Event) (ended pressedNow) {
	step := timestamp - d.timestamp
	switch {
	case d.known && int32(step) < 0: // late
		return ended
	case !d.known || step > 0:
		next := digits{known: true, timestamp: timestamp, code: e.Code}
		if d.known && !d.told {
			if e.Code == d.code && (step == uint32(d.duration) || step == fullSegment) {
				next.before = d.before + step // the same key, held longer than a packet can say
			} else {
				ended.add(d.end())
			}
		}
		*d = next
	}
	d.duration = max(d.duration, e.Duration)
	if e.End && !d.told {
		ended.add(d.end())
	}
	return ended
}

func (d *digits) end() pressed {
	d.told = true
	return pressed{d.code, d.before + uint32(d.duration)}
}

// sound takes the timestamp of a packet of sound: an event before it is over.
func (d *digits) sound(timestamp uint32) (ended pressedNow) {
	step := timestamp - d.timestamp
	switch {
	case !d.known:
	case d.told && step > 1<<30 && step < 1<<31:
		*d = digits{} // hours ago: soon it would seem to be ahead
	case !d.told && int32(step-uint32(d.duration)) >= 0:
		ended.add(d.end())
	}
	return ended
}
