package engine

import (
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/red"
	"offhook/media/session"
)

// sender turns the device's samples into payloads of one format.
type sender struct {
	spec      sending
	format    media.Format // of spec
	encoder   media.Encoder
	resampler *dsp.Resampler
	fifo      media.Frame
	n         int
	packet    int    // samples
	units     uint32 // of the timestamp, in a packet
	payload   []byte
	loss      lossWatch
	silence   *silencer // nil: silence is sent like sound
	repeat    repeater
	history   *red.History // of what repeat repeats
}

// sending is what of a Spec makes a sender another one.
type sending struct {
	media.Format
	noise, redundant media.Format
	generations      int
}

func sendingOf(spec session.Spec) sending {
	return sending{Format: spec.Send, noise: spec.SendNoise, redundant: spec.SendRedundant, generations: int(spec.Redundancy)}
}

const maxPayload = 1200

// newSender makes a sender that follows old, which may be nil: with the same sample
// rate its resampler goes on.
func newSender(spec sending, old *sender, cfg Config) (*sender, error) {
	f := spec.Format
	c, err := codec(f, cfg)
	if err != nil {
		return nil, err
	}
	encoder, err := c.NewEncoder(f)
	if err != nil {
		return nil, err
	}
	ptime := f.PTime
	if ptime == 0 {
		ptime = 20 * time.Millisecond
	}
	packet := int(ptime * time.Duration(f.SampleRate) / time.Second)
	period := cfg.Period*f.SampleRate/cfg.SampleRate + 1
	aware, _ := encoder.(media.LossAware)
	s := &sender{
		loss: lossWatch{encoder: aware}, spec: spec, format: f, encoder: encoder, resampler: dsp.NewResampler(cfg.SampleRate, f.SampleRate),
		fifo: make(media.Frame, packet+period), packet: packet,
		units:   uint32(ptime * time.Duration(f.ClockRate) / time.Second),
		payload: make([]byte, maxPayload), history: new(red.History),
	}
	if old != nil && old.spec.SampleRate == f.SampleRate {
		s.resampler = old.resampler
	}
	if spec.noise.ClockRate > 0 {
		s.silence = newSilencer(f.SampleRate, ptime)
	}
	if spec.redundant.ClockRate > 0 && spec.generations > 0 {
		s.history.Keep(spec.generations)
		s.repeat.payload = make([]byte, maxPayload)
	}
	return s, nil
}

// send packs one period of sound. A stream that is not routed, or may not
// send, keeps its timestamps going, so that a resumed one is in time.
func (l *leg) send(frame media.Frame, routed bool) {
	p := l.adopt()
	if p == nil {
		return
	}
	sends := p.spec.Direction.Sends()
	if !sends {
		l.hangDial()
	}
	l.voice.to(sends && routed)
	l.trailing = sends && (routed || l.trailing)
	if !sends || !l.trailing && !l.event.active && !l.inband.active() && l.dials.empty() {
		l.pause(len(frame))
		return
	}
	frame = l.ramped(frame)
	_ = l.levels.sent.WriteFrame(frame)
	s := l.sender
	s.n += s.resampler.Process(s.fifo[s.n:], frame)
	l.lead(s)
	for s.n >= s.packet {
		l.pack(p, s, s.fifo[:s.packet])
		s.n = copy(s.fifo, s.fifo[s.packet:s.n])
		l.clock += s.units
		l.trailing = l.trailing && !l.voice.silent()
		if p.sender != s {
			l.handOver(p.sender)
			s = p.sender
		}
	}
}

// lead puts silence before the first sound after a pause, so much that its packet
// is full and leaves at once. No sound waits longer for it: every packet leaves
// in the period in which it ends, and the timestamps count the silence as a part
// of the pause.
func (l *leg) lead(s *sender) {
	if l.paused == 0 {
		return
	}
	rate, clock := s.spec.SampleRate, s.spec.ClockRate
	units := min((max(0, s.packet-s.n)*clock+rate-1)/rate, l.paused)
	silence := units * rate / clock
	copy(s.fifo[silence:], s.fifo[:s.n])
	clear(s.fifo[:silence])
	s.n += silence
	l.clock -= uint32(units)
	l.paused = 0
}

// ramped is the frame, with a ramp where sending begins or ends: the packet in
// which it ends is sent to its end.
func (l *leg) ramped(frame media.Frame) media.Frame {
	if l.voice.steady() {
		return frame
	}
	frame = l.scratch[:copy(l.scratch, frame)]
	l.voice.process(frame)
	return frame
}

// handOver goes on with another sender, between two packets of the one before.
func (l *leg) handOver(next *sender) {
	if s := l.sender; s != nil && s != next {
		if s.spec.SampleRate == next.spec.SampleRate && s.n <= len(next.fifo)-next.packet {
			next.n = copy(next.fifo, s.fifo[:s.n])
		} else {
			l.clock += uint32(s.n * s.spec.ClockRate / s.spec.SampleRate)
		}
		s.n = 0
	}
	l.sender = next
}

// pack sends one packet: of an event while there is one, else of sound, or of the
// noise that stands for it.
func (l *leg) pack(p *plan, s *sender, frame media.Frame) {
	if l.event.tick(l, p) {
		l.pausedSound(s)
		return
	}
	l.inband.fill(l, s.spec.SampleRate, frame)
	s.loss.heed(l.stream.RemoteLoss())
	if s.silence != nil && s.silence.hushes(frame) {
		if noise, due := s.silence.noise(); due {
			l.stream.Send(session.Outgoing{PayloadType: s.spec.noise.PayloadType, Timestamp: l.clock, Payload: noise})
		}
		l.pausedSound(s)
		return
	}
	n, err := s.encoder.Encode(s.payload, frame)
	if err != nil || n == 0 { // DTX
		l.pausedSound(s)
		return
	}
	if l.stream.Send(l.dress(s, s.payload[:n])) {
		l.marker = false
	}
}

// pausedSound has the next packet of sound begin a talkspurt (RFC 3551 §4.1).
func (l *leg) pausedSound(s *sender) {
	l.marker = true
	s.history.Forget()
}

// pause lets one period go by without sending it.
func (l *leg) pause(samples int) {
	s, before := l.sender, l.clock
	l.clock += uint32(s.n * s.spec.ClockRate / s.spec.SampleRate)
	s.n = 0
	if l.current.sender != s {
		l.handOver(l.current.sender)
		s = l.sender
	}
	l.rest += samples * s.spec.ClockRate
	l.clock += uint32(l.rest / l.rate)
	l.rest %= l.rate
	l.paused = min(l.paused+int(l.clock-before), longestPause)
	l.voice.cut()
	l.pausedSound(s)
}

// skip lets a time go by in which nothing ran.
func (l *leg) skip(d time.Duration) {
	if l.current != nil && d > 0 {
		l.clock += uint32(d.Seconds() * float64(l.current.sender.spec.ClockRate))
		l.marker = true
	}
}
