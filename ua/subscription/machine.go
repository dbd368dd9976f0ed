package subscription

import (
	"time"

	"offhook/ua/refresh"
)

// Config is what a Machine is made with.
type Config struct {
	Event      string        // event package; "" means message-summary
	Expires    time.Duration // to ask for; 0 means 1 h
	Once       bool          // fetch the state and be done (RFC 6665 §4.4.3)
	StopWithin time.Duration // 0 means 2 s
	// NotifyWithin is Timer N of RFC 6665 §4.1.2: a subscription of which nothing
	// is told is none. 0 means 32 s.
	NotifyWithin time.Duration
	Seed         uint64 // of the random intervals; the agent draws it
}

// Machine keeps a subscription. It is a value: a Step leaves its receiver as it was.
type Machine struct {
	config   Config
	phase    phase
	dialog   Dialog
	cseq     uint32 // of the last NOTIFY in the dialog
	hasCSeq  bool
	heard    bool // a NOTIFY has come in the dialog
	expiry   refresh.Expiry
	pace     refresh.Pace
	left     time.Duration // of the subscription, when the timer fires
	gaps     int           // full states asked for since the last refresh
	news     []Content     // to be sent
	removing bool          // the SUBSCRIBE that ends it was sent
	active   bool          // as told
	told     bool
	tx       refresh.Transaction[Tx]
	timer    refresh.Timer
}

type phase uint8

const (
	phaseIdle phase = iota
	phaseSubscribing
	phaseActive
	phaseSilent  // accepted, but no NOTIFY yet: Timer N runs
	phaseWaiting // until the next attempt
	phaseRefused // the server has said not to ask again
	phaseStopping
	phaseDone
)

// New makes a Machine that waits for Start.
func New(config Config) Machine {
	if config.Event == "" {
		config.Event = "message-summary"
	}
	for _, d := range []struct {
		field    *time.Duration
		standard time.Duration
	}{{&config.Expires, time.Hour}, {&config.StopWithin, 2 * time.Second}, {&config.NotifyWithin, 32 * time.Second}} {
		if *d.field <= 0 {
			*d.field = d.standard
		}
	}
	return Machine{config: config, expiry: refresh.Ask(config.Expires), pace: refresh.Pace{Random: refresh.Random(config.Seed)}}
}

// Active reports whether the subscription stands.
func (m Machine) Active() bool { return m.active }

// Step takes an input and returns the Machine after it, and what to do.
func (m Machine) Step(in Input) (Machine, []Action) {
	s := step{Machine: m}
	switch in := in.(type) {
	case Start:
		if s.phase == phaseIdle {
			s.subscribe()
		}
	case Afresh:
		s.afresh()
	case Refetch:
		s.refetch()
	case Tell:
		s.tellServer(in.Content)
	case Responded:
		if s.tx.End(in.Tx) {
			s.responded(in.Response)
		}
	case Failed:
		if s.tx.End(in.Tx) {
			s.failed(in)
		}
	case Notified:
		s.notified(in.Tx, in.Notify)
	case TimerFired:
		if s.timer.Fired(in.Gen) {
			s.timerFired()
		}
	case Stop:
		s.stop()
	}
	return s.Machine, s.out
}
