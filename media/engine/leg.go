package engine

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/jitter"
	"offhook/media/session"
)

// leg is one stream as the audio thread sees it: what is between its packets
// and the mix.
type leg struct {
	id     media.StreamID
	stream *session.Stream
	plan   atomic.Pointer[plan]
	dials  dials

	// the engine's thread
	current *plan
	active  *receiver // of the payload type that came last
	in      media.Frame
	clock   uint32 // timestamp of the next packet
	rest    int    // of the clock, in 1/rate
	marker  bool   // the next packet of sound follows a pause
	event   eventSender
	rate    int
	levels  struct{ sent, received *dsp.Level }
	periods int

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
	l := &leg{id: id, stream: stream, rate: cfg.SampleRate, in: make(media.Frame, cfg.Period), marker: true}
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
	if next.sender = old.sender; old.sender == nil || old.sender.format != spec.Send {
		if next.sender, err = newSender(spec.Send, cfg); err != nil {
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
		l.active = next.receivers[0]
	}
	return next
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
	l.active.read(l.in, now)
	_ = l.levels.received.WriteFrame(l.in)
	if l.periods++; l.periods%publishEvery == 0 {
		l.publish()
	}
}

// take gives a packet to the receiver of its format; one without sound goes
// with the sound before it.
func (l *leg) take(p *plan, packet *jitter.Packet) {
	if packet.Payload == nil || l.active.takes(packet.PayloadType) {
		l.active.put(packet)
		return
	}
	for _, r := range p.receivers {
		if r.takes(packet.PayloadType) {
			l.active = r
			r.put(packet)
			return
		}
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
	l.published.recovered.Store(int64(recovered))
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
