package subscription

import (
	"time"
)

// Config is what a Machine is made with.
type Config struct {
	Event      string        // event package; "" means message-summary
	Expires    time.Duration // to ask for; 0 means 1 h
	StopWithin time.Duration // 0 means 2 s
	Seed       uint64        // of the random intervals; the agent draws it
}

// Machine keeps a subscription. It is a value: a Step leaves its receiver as it was.
type Machine struct {
	config   Config
	phase    phase
	dialog   Dialog
	cseq     uint32
	hasCSeq  bool
	asked    time.Duration
	briefs   int
	failures int
	removing bool // the SUBSCRIBE that ends it was sent
	active   bool // as told
	told     bool
	tx       Tx
	lastTx   Tx
	gen      uint32
	timer    bool
	seed     uint64
}

type phase uint8

const (
	phaseIdle phase = iota
	phaseSubscribing
	phaseActive
	phaseWaiting // until the next attempt
	phaseStopping
	phaseDone
)

// New makes a Machine that waits for Start.
func New(config Config) Machine {
	if config.Event == "" {
		config.Event = "message-summary"
	}
	if config.Expires <= 0 {
		config.Expires = time.Hour
	}
	if config.StopWithin <= 0 {
		config.StopWithin = 2 * time.Second
	}
	return Machine{config: config, asked: config.Expires, seed: config.Seed}
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
	case Responded:
		if s.ours(in.Tx) {
			s.responded(in.Response)
		}
	case Failed:
		if s.ours(in.Tx) {
			s.failed(in)
		}
	case Notified:
		s.notified(in.Tx, in.Notify)
	case TimerFired:
		s.timerFired(in.Gen)
	case Stop:
		s.stop()
	}
	return s.Machine, s.out
}
