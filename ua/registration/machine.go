package registration

import (
	"time"

	"offhook/ua"
	"offhook/ua/refresh"
)

// Config is what a Machine is made with.
type Config struct {
	Expires    time.Duration // to ask for; 0 means 10 min
	Server     string        // name of the registrar, for texts
	StopWithin time.Duration // for the removal at exit; 0 means 2 s
	Seed       uint64        // of the random intervals; the agent draws it
	Reconnect  time.Duration // in which all come back that lost the same server; 0 means 1 s
	Spread     uint64        // names this device: its place among others that lost the same server
	RegID      int           // of the flow (RFC 5626 §4.2); 0: without outbound
}

// Machine keeps a binding. It is a value: a Step leaves its receiver as it was.
type Machine struct {
	config    Config
	phase     phase
	told      Changed
	expiry    refresh.Expiry
	target    string
	redirects int
	refused   int  // quick attempts in a row
	losses    int  // of the flow, since a binding lasted until its refresh
	bound     bool // the registrar may have a binding of ours
	plain     bool // the way to the registrar knows no outbound (439)
	other     bool // another flow of the account stands
	tx        refresh.Transaction[Tx]
	timer     refresh.Timer
	pace      refresh.Pace
}

type phase uint8

const (
	phaseIdle phase = iota
	phaseRegistering
	phaseRegistered
	phaseFailed   // the timer runs until the next attempt
	phaseStopping // the binding is being removed
	phaseDone
)

// maxTurns bounds 3xxs and losses that follow each other.
const maxTurns = 3

// New makes a Machine that waits for Start.
func New(config Config) Machine {
	if config.Expires <= 0 {
		config.Expires = 10 * time.Minute
	}
	config.Reconnect = max(config.Reconnect, refusedBase)
	if config.StopWithin <= 0 {
		config.StopWithin = 2 * time.Second
	}
	return Machine{
		config: config, expiry: refresh.Ask(config.Expires),
		pace: refresh.Pace{Random: refresh.Random(config.Seed)},
	}
}

// State is what was told last.
func (m Machine) State() ua.RegistrationState { return m.told.State }

// Step takes an input and returns the Machine after it, and what to do.
func (m Machine) Step(in Input) (Machine, []Action) {
	if m.phase == phaseDone {
		return m, nil
	}
	s := step{Machine: m}
	switch in := in.(type) {
	case Start:
		if s.phase == phaseIdle {
			s.register()
		}
	case Refresh:
		s.afresh()
	case Reconfigure:
		if in.Expires > 0 {
			s.config.Expires = in.Expires
		}
		s.afresh()
	case NetworkChanged:
		s.afresh()
	case OtherFlow:
		s.other = in.Stands
	case FlowLost:
		s.flowLost(in.Cause)
	case Responded:
		if s.tx.End(in.Tx) {
			s.responded(in.Response)
		}
	case Failed:
		if s.tx.End(in.Tx) {
			s.failed(in)
		}
	case TimerFired:
		s.timerFired(in.Gen)
	case Stop:
		s.stop()
	}
	return s.Machine, s.out
}
