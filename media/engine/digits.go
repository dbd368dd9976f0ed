package engine

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"offhook/media/session"
	"offhook/media/tone"
)

const (
	defaultDigit = 160 * time.Millisecond
	shortDigit   = 40 * time.Millisecond // what receivers must detect (ITU-T Q.24)
	longDigit    = 1300 * time.Millisecond
	digitVolume  = 10 // dBm0 below 0
	endPackets   = 3  // RFC 4733 §2.5.1.4
)

// ErrQueue is returned for a digit when too many wait to be sent.
var ErrQueue = errors.New("engine: too many digits wait to be sent: dial more slowly")

// dial is a digit to be sent, in timestamp units of its event format.
type dial struct {
	code  uint8
	units uint16
}

// dials passes digits from control, one caller at a time, to the engine's thread.
type dials struct {
	slots [64]dial
	head  atomic.Uint32
	tail  atomic.Uint32
}

func (d *dials) empty() bool { return d.head.Load() == d.tail.Load() }

func (d *dials) push(x dial) bool {
	head := d.head.Load()
	if head-d.tail.Load() == uint32(len(d.slots)) {
		return false
	}
	d.slots[head%uint32(len(d.slots))] = x
	d.head.Add(1)
	return true
}

func (d *dials) pop() (x dial, ok bool) {
	if d.empty() {
		return x, false
	}
	x = d.slots[d.tail.Load()%uint32(len(d.slots))]
	d.tail.Add(1)
	return x, true
}

// dial queues a digit: control's goroutine, under the engine's mutex.
func (l *leg) dial(code uint8, duration time.Duration) error {
	p := l.plan.Load()
	if p == nil || p.spec.SendEvents.ClockRate == 0 {
		return session.ErrNoEvents
	}
	if !p.spec.Direction.Sends() {
		return fmt.Errorf("engine: stream %d is %s: a call on hold sends no digits", l.id, p.spec.Direction)
	}
	if duration <= 0 {
		duration = defaultDigit
	}
	duration = min(max(duration, shortDigit), longDigit)
	units := int64(duration) * int64(p.spec.SendEvents.ClockRate) / int64(time.Second)
	if !l.dials.push(dial{code: code, units: uint16(min(units, 65535))}) {
		return ErrQueue
	}
	return nil
}

// eventSender sends one telephone-event at a time (RFC 4733 §2.5.1): a packet
// each packet time with the timestamp of its beginning, the last one thrice.
type eventSender struct {
	active    bool
	digit     dial
	timestamp uint32
	elapsed   uint32
	ends      int
	payload   [tone.EventSize]byte
}

// tick takes the place of one packet of sound; false when no event is on.
func (e *eventSender) tick(l *leg, p *plan) bool {
	events := p.spec.SendEvents
	first := false
	if events.ClockRate == 0 {
		// Negotiated away in the middle of a digit: it would never end, and
		// stand in the sound's place.
		*e = eventSender{}
	}
	if !e.active {
		digit, ok := l.dials.pop()
		if !ok || events.ClockRate == 0 {
			return false
		}
		*e = eventSender{active: true, digit: digit, timestamp: l.clock}
		first = true
	}
	if e.ends == 0 {
		e.elapsed += p.sender.units * uint32(events.ClockRate) / uint32(p.sender.format.ClockRate)
	}
	end := e.elapsed >= uint32(e.digit.units)
	n, err := tone.Event{Code: e.digit.code, End: end, Volume: digitVolume, Duration: uint16(min(e.elapsed, 65535))}.Marshal(e.payload[:])
	if err == nil {
		l.stream.Send(session.Outgoing{PayloadType: events.PayloadType, Marker: first, Timestamp: e.timestamp, Payload: e.payload[:n]})
	}
	if end {
		e.ends++
		e.active = e.ends < endPackets
	}
	return true
}

// hangDial forgets digits: nobody hears them any more.
func (l *leg) hangDial() {
	l.event = eventSender{}
	for !l.dials.empty() {
		l.dials.pop()
	}
}
