package engine

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"offhook/media"
	"offhook/media/dsp"
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
	paused   int    // of the clock, since the last packet or longer
	marker   bool   // the next packet of sound follows a pause
	event    eventSender
	inband   inband
	rate     int
	levels   struct{ sent, received *dsp.Level }
	periods  int
	repeated time.Duration // sound that later packets repeated
	gone     figures       // of receivers that are no more

	published published
}

// plan is what was negotiated, with the coders for it. Control makes it; the
// coders in it are the engine thread's, and pass from plan to plan.
type plan struct {
	spec      session.Spec
	sender    *sender
	receivers []*receiver
}

// longestPause is as much of one as needs to be counted: no packet is longer, by
// any clock.
const longestPause = 1 << 16

func newLeg(id media.StreamID, stream *session.Stream, cfg Config) *leg {
	l := &leg{id: id, stream: stream, rate: cfg.SampleRate, marker: true, paused: longestPause,
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
	l.forget(next)
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
	} else if to.restarter != nil {
		to.restarter.Restart()
	}
	l.active = to
}

// hears tells whether what the stream receives is to be heard.
func (l *leg) hears() bool { return l.current != nil && l.current.spec.Direction.Receives() }

const (
	publishEvery = 10 // periods

	// Of a jitter buffer whose format is over; what is in it is little by then.
	longestLeave = 200 * time.Millisecond
)
