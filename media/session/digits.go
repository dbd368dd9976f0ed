package session

import "offhook/media/tone"

// digits finds the digits among telephone-event packets (RFC 4733 §2.5.2): one
// a timestamp, told once, when it has ended.
type digits struct {
	known     bool // an event was seen
	told      bool // and told
	timestamp uint32
	code      uint8
	before    uint32 // duration of earlier segments (§2.5.1.3)
	duration  uint16
}

func (d *digits) units() uint32 { return d.before + uint32(d.duration) }

// event takes a packet; ok tells of a digit that has ended.
func (d *digits) event(timestamp uint32, e tone.Event) (code uint8, units uint32, ok bool) {
	step := int32(timestamp - d.timestamp)
	switch {
	case d.known && step < 0: // late
		return 0, 0, false
	case !d.known || step > 0:
		next := digits{known: true, timestamp: timestamp, code: e.Code}
		if d.known && !d.told {
			if e.Code == d.code && uint32(step) == uint32(d.duration) {
				next.before = d.units() // the same key, held longer than a packet can say
			} else {
				code, units, ok = d.code, d.units(), true // all its end packets were lost
			}
		}
		*d = next
	}
	d.duration = max(d.duration, e.Duration)
	if e.End && !d.told {
		d.told = true
		if !ok {
			return d.code, d.units(), true
		}
		d.told = false // two at once: this one is told by its next packet
	}
	return code, units, ok
}

// sound takes the timestamp of a packet of sound: an event before it is over.
func (d *digits) sound(timestamp uint32) (code uint8, units uint32, ok bool) {
	if !d.known || d.told || int32(timestamp-d.timestamp-uint32(d.duration)) < 0 {
		return 0, 0, false
	}
	d.told = true
	return d.code, d.units(), true
}
