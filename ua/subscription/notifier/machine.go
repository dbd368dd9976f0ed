package notifier

import (
	"time"

	"offhook/ua/refresh"
)

// Config is what a Machine is made with; zero values have a meaning.
type Config struct {
	Min      time.Duration // less is refused with 423; 0 means 60 s
	Max      time.Duration // granted at most, and when nothing is asked for; 0 means 1 h
	Interval time.Duration // between two NOTIFYs; 0 means 1 s
}

// Machine serves a subscription. It is a value.
type Machine struct {
	config Config
	phase  phase
	dirty  bool // the state has changed since the last NOTIFY
	tx     refresh.Transaction[Tx]
	expiry refresh.Timer
	pace   refresh.Timer
	paced  bool   // the interval since the last NOTIFY is not over
	reason string // of the end
	parted bool   // the last NOTIFY is under way
}

type phase uint8

const (
	phaseNew phase = iota
	phaseActive
	phaseEnding // the last NOTIFY is under way, or has to wait for the one before
	phaseDone
)

// Tx names a NOTIFY; the Machine chooses it. ServerTx names a SUBSCRIBE; the
// agent does.
type (
	Tx       uint32
	ServerTx uint64
)

// Input is what happens; the concrete types are below.
type Input interface{ input() }

// Subscribed is a SUBSCRIBE: the first, a refresh, or one that ends it.
type Subscribed struct {
	Tx         ServerTx
	Expires    time.Duration
	HasExpires bool
}

// Changed says that the state is another.
type Changed struct{}

// Answered is the final response to a NOTIFY; Status 0 says that none came.
type Answered struct {
	Tx     Tx
	Status int
}

// TimerFired brings a StartTimer back.
type TimerFired struct {
	ID  TimerID
	Gen uint32
}

// Stop ends the subscription, for a reason of RFC 6665 §4.1.3.
type Stop struct{ Reason string }

func (Subscribed) input() {}
func (Changed) input()    {}
func (Answered) input()   {}
func (TimerFired) input() {}
func (Stop) input()       {}

// TimerID names one of the two timers.
type TimerID uint8

// The timers.
const (
	TimerExpiry TimerID = iota
	TimerPace
)

// Action is what the agent has to do; the concrete types are below.
type Action interface{ action() }

// Reply answers a SUBSCRIBE: 200 with Expires, 423 with Min-Expires, 481.
type Reply struct {
	Tx      ServerTx
	Status  int
	Expires time.Duration // granted, or the least that would be
}

// Notify sends the state. With a Reason it is the last one.
type Notify struct {
	Tx     Tx
	Reason string
}

// StartTimer starts a timer anew.
type StartTimer struct {
	ID    TimerID
	Gen   uint32
	After time.Duration
}

// StopTimer stops one.
type StopTimer struct{ ID TimerID }

// Done ends the Machine.
type Done struct{}

func (Reply) action()      {}
func (Notify) action()     {}
func (StartTimer) action() {}
func (StopTimer) action()  {}
func (Done) action()       {}

// New makes a Machine that waits for the first SUBSCRIBE.
func New(config Config) Machine {
	for _, d := range []struct {
		field    *time.Duration
		standard time.Duration
	}{{&config.Min, time.Minute}, {&config.Max, time.Hour}, {&config.Interval, time.Second}} {
		if *d.field <= 0 {
			*d.field = d.standard
		}
	}
	return Machine{config: config}
}

// Step takes an input and returns the Machine after it, and what to do.
func (m Machine) Step(in Input) (Machine, []Action) {
	s := step{Machine: m}
	switch in := in.(type) {
	case Subscribed:
		s.subscribed(in)
	case Changed:
		s.dirty = true
		s.settle()
	case Answered:
		if s.tx.End(in.Tx) {
			s.answered(in.Status)
		}
	case TimerFired:
		s.timerFired(in)
	case Stop:
		s.end(in.Reason)
	}
	return s.Machine, s.out
}
