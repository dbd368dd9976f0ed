package engine

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"offhook/media"
	"offhook/media/cn"
	"offhook/media/dsp"
	"offhook/media/jitter"
	"offhook/media/red"
	"offhook/media/session"
)

// leg is one stream as the audio thread sees it: what is between its packets
// and the mix.
type leg struct {
	id     media.StreamID
	stream *session.Stream
	plan   atomic.Pointer[plan]
	dials  dials
	ear    ears

	// the engine's thread
	current *plan
	active  *receiver // of the payload type that came last
	leaving *receiver // of the one before, until its sound is over
	staying int       // periods for which it may
	left    int       // for which it has
	in      media.Frame
	scratch media.Frame
	heard   fade // of what is received
	added   bool // to the mix of this step
	came    window
	blocks  red.Packet

	sender   *sender
	voice    fade   // of what is sent
	trailing bool   // the packet in which sending ends is not full yet
	clock    uint32 // timestamp of the next packet
	rest     int    // of the clock, in 1/rate
	marker   bool   // the next packet of sound follows a pause
	event    eventSender
	inband   inband
	rate     int
	levels   struct{ sent, received *dsp.Level }
	periods  int
	repeated time.Duration // sound that later packets repeated

	published published
}

// plan is what was negotiated, with the coders for it. Control makes it; the
// coders in it are the engine thread's, and pass from plan to plan.
type plan struct {
	spec      session.Spec
	sender    *sender
	receivers []*receiver
}

// published are figures that the engine's thread lays out for others.
type published struct {
	late, concealed, expanded, accelerated, delay atomic.Int64
	recovered                                     atomic.Int64
	discarded                                     atomic.Int64
	levelSent, levelReceived                      atomic.Uint64
}

func newLeg(id media.StreamID, stream *session.Stream, cfg Config) *leg {
	l := &leg{id: id, stream: stream, rate: cfg.SampleRate, marker: true,
		in: make(media.Frame, cfg.Period), scratch: make(media.Frame, cfg.Period),
		heard: newFade(cfg.SampleRate, streamRamp), voice: newFade(cfg.SampleRate, streamRamp)}
	l.staying = int(longestLeave * time.Duration(cfg.SampleRate) / time.Second / time.Duration(cfg.Period))
	l.levels.sent = dsp.NewLevel(cfg.SampleRate, time.Second)
	l.levels.received = dsp.NewLevel(cfg.SampleRate, time.Second)
	l.publish()
	return l
}

// update takes what was negotiated: control's goroutine.
func (l *leg) update(spec session.Spec, cfg Config) error {
	old := l.plan.Load()
	if old == nil {
		old = &plan{}
	}
	next := &plan{spec: spec}
	var err error
	if next.sender = old.sender; old.sender == nil || old.sender.spec != sendingOf(spec) {
		if next.sender, err = newSender(sendingOf(spec), old.sender, cfg); err != nil {
			return err
		}
	}
	for _, formats := range group(spec.Receive) {
		r := old.receiver(formats)
		if r == nil {
			if r, err = newReceiver(formats, spec, cfg); err != nil {
				return err
			}
		}
		next.receivers = append(next.receivers, r)
	}
	if len(next.receivers) == 0 {
		return fmt.Errorf("engine: stream %d has no format to receive", l.id)
	}
	if err := l.stream.Update(spec); err != nil {
		return err
	}
	l.plan.Store(next)
	return nil
}

func (p *plan) receiver(formats []media.Format) *receiver {
	for _, r := range p.receivers {
		if slices.Equal(r.formats, formats) {
			return r
		}
	}
	return nil
}

// codec finds who codes a format.
func codec(f media.Format, cfg Config) (media.Codec, error) {
	for _, c := range cfg.Codecs {
		for _, own := range c.Formats() {
			if own.Encoding == f.Encoding && own.ClockRate == f.ClockRate {
				return c, nil
			}
		}
	}
	return nil, fmt.Errorf("engine: no codec for %s/%d", f.Encoding, f.ClockRate)
}

// adopt takes up a new plan: the engine's thread.
func (l *leg) adopt() *plan {
	next := l.plan.Load()
	if next == l.current || next == nil {
		return next
	}
	l.current = next
	if l.active == nil || !slices.Contains(next.receivers, l.active) {
		l.turn(next.receivers[0])
	}
	// Packets are full before another format begins, but for another clock: that is
	// another source, too.
	if l.sender == nil || l.sender.spec.ClockRate != next.sender.spec.ClockRate {
		l.handOver(next.sender)
	}
	return next
}

// turn listens to another receiver. What the one before has to say yet is heard out.
func (l *leg) turn(to *receiver) {
	if l.active != nil {
		l.leaving = l.active
		l.left = 0
	}
	if to == l.leaving {
		l.leaving = nil
	}
	l.active = to
}

// hears tells whether what the stream receives is to be heard.
func (l *leg) hears() bool { return l.current != nil && l.current.spec.Direction.Receives() }

// receive takes all packets that came and makes one period of sound of them.
func (l *leg) receive(now time.Duration) {
	p := l.adopt()
	if p == nil {
		l.flush()
		return
	}
	for range mostPackets {
		packet := l.stream.Next()
		if packet == nil {
			break
		}
		l.take(p, packet)
		l.stream.Pop()
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

// flush drops what was received.
func (l *leg) flush() {
	for range mostPackets {
		if l.stream.Next() == nil {
			return
		}
		l.stream.Pop()
	}
}

const (
	publishEvery = 10 // periods
	mostPackets  = 64 // taken in one step: a flood must not hold up the sound

	// Of a jitter buffer whose format is over; what is in it is little by then.
	longestLeave = 200 * time.Millisecond
)

func (l *leg) publish() {
	l.published.levelSent.Store(math.Float64bits(l.levels.sent.DB()))
	l.published.levelReceived.Store(math.Float64bits(l.levels.received.DB()))
	if l.current == nil {
		return
	}
	var late, discarded uint64
	var concealed, recovered, expanded, accelerated time.Duration
	for _, r := range l.current.receivers {
		c := r.buffer.Counters()
		late, discarded = late+c.Late, discarded+c.Discarded+c.Duplicate
		concealed, expanded, accelerated = concealed+c.Concealed, expanded+c.Expanded, accelerated+c.Accelerated
		recovered += c.Recovered
	}
	l.published.late.Store(int64(late))
	l.published.discarded.Store(int64(discarded))
	l.published.concealed.Store(int64(concealed))
	l.published.recovered.Store(int64(recovered + l.repeated))
	l.published.expanded.Store(int64(expanded))
	l.published.accelerated.Store(int64(accelerated))
	l.published.delay.Store(int64(l.active.buffer.Counters().Delay))
}

// stats joins the network's figures and the sound's: any goroutine.
func (l *leg) stats() media.Stats {
	s := l.stream.Stats()
	p := &l.published
	s.Late = uint64(p.late.Load())
	s.Discarded += uint64(p.discarded.Load())
	s.Concealed, s.Expanded = time.Duration(p.concealed.Load()), time.Duration(p.expanded.Load())
	s.Recovered = time.Duration(p.recovered.Load())
	s.Accelerated, s.PlayoutDelay = time.Duration(p.accelerated.Load()), time.Duration(p.delay.Load())
	s.LevelSent, s.LevelReceived = math.Float64frombits(p.levelSent.Load()), math.Float64frombits(p.levelReceived.Load())
	if plan := l.plan.Load(); plan != nil {
		s.Encoding = plan.spec.Send.Encoding
	}
	return s
}
