package engine

import (
	"time"

	"offhook/media/cn"
	"offhook/media/jitter"
)

// receive takes all packets that came and makes one period of sound of them.
func (l *leg) receive(now time.Duration) {
	p := l.adopt()
	if p == nil {
		l.stream.Flush()
		return
	}
	for packet := l.stream.Next(); packet != nil; packet = l.stream.Next() {
		l.take(p, packet)
	}
	l.listen(now)
	if ear := l.ear.Load(); ear != nil {
		ear.listen(l.in, l.inband.active())
	}
	_ = l.levels.received.WriteFrame(l.in)
	if l.periods++; l.periods%publishEvery == 0 {
		l.publish()
	}
}

// listen makes one period of sound.
func (l *leg) listen(now time.Duration) {
	if l.leaving == nil {
		l.active.read(l.in, now)
		return
	}
	kind := l.leaving.read(l.in, now)
	if l.left++; l.left <= l.staying && (kind == jitter.Played || kind == jitter.Accelerated) {
		return
	}
	l.leaving = nil
	l.active.read(l.scratch, now)
	n := float32(len(l.in))
	for i, s := range l.scratch {
		t := float32(i) / n
		l.in[i] = int16((1-t)*float32(l.in[i]) + t*float32(s))
	}
}

// take gives a packet to the receiver of its format; one without sound goes
// with the sound before it.
func (l *leg) take(p *plan, packet *jitter.Packet) {
	l.came.mark(packet.SSRC, packet.Sequence)
	switch {
	case packet.Payload == nil:
		l.active.put(packet)
	case l.noise(p, packet):
	case p.spec.ReceiveRedundant.ClockRate > 0 && packet.PayloadType == p.spec.ReceiveRedundant.PayloadType:
		l.unwrap(p, packet)
	default:
		if r := p.taker(l.active, packet.PayloadType); r != nil {
			l.play(r, packet)
		}
	}
}

// noise takes a description of the silence that begins, or goes on; false if the
// packet is none.
func (l *leg) noise(p *plan, packet *jitter.Packet) bool {
	wanted := uint8(cn.PayloadType)
	if p.spec.ReceiveNoise.ClockRate > 0 {
		wanted = p.spec.ReceiveNoise.PayloadType
	}
	if packet.PayloadType != wanted || p.taker(nil, wanted) != nil {
		return false
	}
	l.active.noise.describe(packet.Payload)
	packet.Payload = nil
	l.active.put(packet)
	return true
}

// taker is the receiver of a payload type: the active one if it can, nil if none can.
func (p *plan) taker(active *receiver, payloadType uint8) *receiver {
	if active != nil && active.takes(payloadType) {
		return active
	}
	for _, r := range p.receivers {
		if r.takes(payloadType) {
			return r
		}
	}
	return nil
}

// play gives sound to a receiver.
func (l *leg) play(r *receiver, packet *jitter.Packet) {
	if r != l.active {
		l.turn(r)
	}
	r.put(packet)
}

// mix adds what is received, with a ramp where it begins or ends to be heard.
func (l *leg) mix(sum []int32, routed bool) {
	l.heard.to(routed && l.hears())
	if l.added = !l.heard.silent(); !l.added {
		return
	}
	l.heard.process(l.in)
	for i, s := range l.in {
		sum[i] += int32(s)
	}
}
