package publish

import (
	"time"

	"offhook/ua/refresh"
)

// Config is what a Machine is made with.
type Config struct {
	Expires    time.Duration // to ask for; 0 means 1 h
	StopWithin time.Duration // 0 means 2 s
	Seed       uint64        // of the random intervals
}

// Machine keeps a state published. It is a value.
type Machine struct {
	config Config
	phase  phase
	body   []byte
	sent   []byte // what the PUBLISH in work says; nil for a refresh
	stale  bool   // the server does not have body
	etag   string
	expiry refresh.Expiry
	pace   refresh.Pace
	tx     refresh.Transaction[Tx]
	timer  refresh.Timer
	active bool // as told
	told   bool
	// removing says that the PUBLISH that takes the state away was sent.
	removing bool
}

type phase uint8

const (
	phaseIdle phase = iota
	phasePublished
	phaseWaiting // until the next attempt
	phaseStopping
	phaseDone
)

// Tx names a PUBLISH; the Machine chooses it.
type Tx uint32

// Input is what happens; the concrete types are below.
type Input interface{ input() }

// Put publishes a state, or another one in its place.
type Put struct{ Body []byte }

// Responded is the final response to a Send.
type Responded struct {
	Tx       Tx
	Response Response
}

// Response is what the machine reads of it.
type Response struct {
	Status     int
	Reason     string
	ETag       string // SIP-ETag
	Expires    time.Duration
	HasExpires bool
	MinExpires time.Duration
	RetryAfter time.Duration
	Cause      string // what the agent knows better, for a person
}

// Failed says that there will be no final response.
type Failed struct {
	Tx    Tx
	Cause string
}

// TimerFired brings a StartTimer back.
type TimerFired struct{ Gen uint32 }

// Afresh publishes anew: the network is another, or a registration came back.
type Afresh struct{}

// Stop takes the state away and ends the Machine within Config.StopWithin.
type Stop struct{}

func (Put) input()        {}
func (Responded) input()  {}
func (Failed) input()     {}
func (TimerFired) input() {}
func (Afresh) input()     {}
func (Stop) input()       {}

// Action is what the agent has to do; the concrete types are below.
type Action interface{ action() }

// Send sends a PUBLISH. Expires of 0 takes the state away.
type Send struct {
	Tx      Tx
	Expires time.Duration
	ETag    string // "" publishes for the first time
	Body    []byte // nil refreshes or removes
}

// Changed tells whether the state is published.
type Changed struct {
	Active  bool
	Cause   string
	RetryIn time.Duration
}

// StartTimer starts the timer anew.
type StartTimer struct {
	Gen   uint32
	After time.Duration
}

// StopTimer stops it.
type StopTimer struct{}

// Done ends the Machine.
type Done struct{}

func (Send) action()       {}
func (Changed) action()    {}
func (StartTimer) action() {}
func (StopTimer) action()  {}
func (Done) action()       {}

// New makes a Machine that waits for Put.
func New(config Config) Machine {
	if config.Expires <= 0 {
		config.Expires = time.Hour
	}
	if config.StopWithin <= 0 {
		config.StopWithin = 2 * time.Second
	}
	return Machine{config: config, expiry: refresh.Ask(config.Expires), pace: refresh.Pace{Random: refresh.Random(config.Seed)}}
}

// Step takes an input and returns the Machine after it, and what to do.
func (m Machine) Step(in Input) (Machine, []Action) {
	s := step{Machine: m}
	switch in := in.(type) {
	case Put:
		s.put(in.Body)
	case Afresh:
		s.afresh()
	case Responded:
		if s.tx.End(in.Tx) {
			s.responded(in.Response)
		}
	case Failed:
		if s.tx.End(in.Tx) {
			s.failed(in.Cause)
		}
	case TimerFired:
		if s.timer.Fired(in.Gen) {
			s.timerFired()
		}
	case Stop:
		s.stop()
	}
	return s.Machine, s.out
}
