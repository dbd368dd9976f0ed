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
	longDigit    = 30 * time.Second
	digitGap     = 60 * time.Millisecond // between two: receivers must tell them apart at 40 ms (Q.24)
	digitVolume  = 10                    // dBm0 below 0
	endPackets   = 3                     // RFC 4733 §2.5.1.4
	fullSegment  = 0xFFFF                // of an event that lasts longer (§2.5.1.3)
)

// ErrQueue is returned for a digit when too many wait to be sent.
var ErrQueue = errors.New("engine: too many digits wait to be sent: dial more slowly")

// dial is a digit to be sent: as an event, in timestamp units of its format, or
// as sound.
type dial struct {
	code  uint8
	units uint32
	sound *tone.Generator // nil: an event
	rate  int             // of the sound
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
	slot := &d.slots[d.tail.Load()%uint32(len(d.slots))]
	x, *slot = *slot, dial{}
	d.tail.Add(1)
	return x, true
}

// next is the oldest digit if it is of that kind; it stays in the queue.
func (d *dials) next(sound bool) bool {
	return !d.empty() && (d.slots[d.tail.Load()%uint32(len(d.slots))].sound != nil) == sound
}

// dial queues a digit: control's goroutine, under the engine's mutex.
func (l *leg) dial(code uint8, duration time.Duration) error {
	p := l.plan.Load()
	if p == nil || p.spec.SendEvents.ClockRate == 0 && !p.spec.InBand {
		return session.ErrNoEvents
	}
	if !p.spec.Direction.Sends() {
		return fmt.Errorf("engine: stream %d is %s: a call on hold sends no digits", l.id, p.spec.Direction)
	}
	if duration <= 0 {
		duration = defaultDigit
	}
	duration = min(max(duration, shortDigit), longDigit)
	x := dial{code: code, units: uint32(int64(duration) * int64(p.spec.SendEvents.ClockRate) / int64(time.Second))}
	if p.spec.InBand {
		digit, _ := tone.Digit(code)
		sound := tone.DTMF(digit)
		if sound.Zero() {
			return session.ErrNoEvents // a hook flash is no sound
		}
		sound.Parts[0].On, sound.Parts[0].Off = duration, digitGap
		x.rate = p.spec.Send.SampleRate
		x.sound = tone.NewGenerator(x.rate)
		x.sound.Set(sound)
	}
	if !l.dials.push(x) {
		return ErrQueue
	}
	return nil
}

// eventSender sends one telephone-event at a time (RFC 4733 §2.5.1): a packet
// each packet time, which is the natural interval (§2.5.1.2), with the timestamp
// of its beginning, the last one thrice.
type eventSender struct {
	active    bool
	digit     dial
	timestamp uint32
	elapsed   uint32 // in this segment
	ends      int
	gap       uint32 // that has to pass before the next digit, in units
	payload   [tone.EventSize]byte
}

// tick takes the place of one packet of sound; false when no event is on.
func (e *eventSender) tick(l *leg, p *plan) bool {
	events := p.spec.SendEvents
	if events.ClockRate == 0 {
		// Negotiated away in the middle of a digit: it would never end, and
		// stand in the sound's place.
		*e = eventSender{}
		if l.dials.next(false) {
			l.dials.pop()
		}
		return false
	}
	step := p.sender.units * uint32(events.ClockRate) / uint32(p.sender.format.ClockRate)
	first := false
	if !e.active {
		if e.gap > 0 {
			e.gap -= min(e.gap, step)
			return false
		}
		if !l.dials.next(false) {
			return false
		}
		digit, _ := l.dials.pop()
		*e = eventSender{active: true, digit: digit, timestamp: l.clock}
		first = true
	}
	if e.ends == 0 {
		e.elapsed += step
	}
	end := e.elapsed >= e.digit.units
	e.send(l, events.PayloadType, first, end)
	switch {
	case end:
		if e.ends++; e.ends == endPackets {
			// The repeated ends were a part of the pause.
			pause := uint32(int64(digitGap) * int64(events.ClockRate) / int64(time.Second))
			e.active, e.gap = false, pause-min(pause, (endPackets-1)*step)
		}
	case e.elapsed >= fullSegment: // what is left of it is another segment
		e.timestamp += fullSegment
		e.elapsed -= fullSegment
		e.digit.units -= fullSegment
	}
	return true
}

func (e *eventSender) send(l *leg, payloadType uint8, first, end bool) {
	event := tone.Event{Code: e.digit.code, End: end, Volume: digitVolume, Duration: uint16(min(e.elapsed, fullSegment))}
	if n, err := event.Marshal(e.payload[:]); err == nil {
		l.stream.Send(session.Outgoing{PayloadType: payloadType, Marker: first, Timestamp: e.timestamp, Payload: e.payload[:n]})
	}
}

// hangDial forgets digits: nobody hears them any more.
func (l *leg) hangDial() {
	l.event = eventSender{}
	l.inband = inband{}
	for !l.dials.empty() {
		l.dials.pop()
	}
}

// inband sends digits as sound.
type inband struct {
	digit dial // with no sound: none is on
}

// active tells whether a digit sounds.
func (b *inband) active() bool { return b.digit.sound != nil }

// fill puts a digit in the place of the sound to be sent, with its pause: whoever
// speaks meanwhile is not to spoil it.
func (b *inband) fill(l *leg, rate int, frame []int16) {
	if !b.active() && l.dials.next(true) {
		b.digit, _ = l.dials.pop()
	}
	if !b.active() {
		return
	}
	if b.digit.rate != rate || b.digit.sound.Done() { // or the codec has changed since
		b.digit = dial{}
		return
	}
	_ = b.digit.sound.ReadFrame(frame)
}
