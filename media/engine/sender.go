package engine

import (
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/session"
)

// sender turns the device's samples into payloads of one format.
type sender struct {
	format    media.Format
	encoder   media.Encoder
	resampler *dsp.Resampler
	fifo      media.Frame
	n         int
	packet    int    // samples
	units     uint32 // of the timestamp, in a packet
	payload   []byte
	loss      lossWatch
}

const maxPayload = 1200

func newSender(f media.Format, cfg Config) (*sender, error) {
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
	return &sender{
		loss: lossWatch{encoder: aware}, format: f, encoder: encoder, resampler: dsp.NewResampler(cfg.SampleRate, f.SampleRate),
		fifo: make(media.Frame, packet+period), packet: packet,
		units:   uint32(ptime * time.Duration(f.ClockRate) / time.Second),
		payload: make([]byte, maxPayload),
	}, nil
}

// send packs one period of sound. A stream that is not routed, or may not
// send, keeps its timestamps going, so that a resumed one is in time.
func (l *leg) send(frame media.Frame, routed bool) {
	p := l.current
	if p == nil {
		return
	}
	s := p.sender
	sends := p.spec.Direction.Sends()
	if !sends {
		l.hangDial()
	}
	if !sends || !routed && !l.event.active && l.dials.empty() {
		l.pause(s, len(frame))
		return
	}
	_ = l.levels.sent.WriteFrame(frame)
	s.n += s.resampler.Process(s.fifo[s.n:], frame)
	for s.n >= s.packet {
		l.pack(p, s.fifo[:s.packet])
		s.n = copy(s.fifo, s.fifo[s.packet:s.n])
		l.clock += s.units
	}
}

// pack sends one packet: of an event while there is one, else of sound.
func (l *leg) pack(p *plan, frame media.Frame) {
	if l.event.tick(l, p) {
		l.marker = true
		return
	}
	s := p.sender
	s.loss.heed(l.stream.RemoteLoss())
	n, err := s.encoder.Encode(s.payload, frame)
	if err != nil || n == 0 {
		l.marker = true // DTX: the next packet begins a talkspurt (RFC 3551 §4.1)
		return
	}
	if l.stream.Send(session.Outgoing{
		PayloadType: s.format.PayloadType, Marker: l.marker, Timestamp: l.clock, Payload: s.payload[:n],
	}) {
		l.marker = false
	}
}

// pause lets one period go by without sending it.
func (l *leg) pause(s *sender, samples int) {
	l.clock += uint32(s.n * s.format.ClockRate / s.format.SampleRate)
	s.n = 0
	l.rest += samples * s.format.ClockRate
	l.clock += uint32(l.rest / l.rate)
	l.rest %= l.rate
	l.marker = true
}

// skip lets a time go by in which nothing ran.
func (l *leg) skip(d time.Duration) {
	if l.current != nil && d > 0 {
		l.clock += uint32(d.Seconds() * float64(l.current.sender.format.ClockRate))
		l.marker = true
	}
}
