package dialog

import (
	"time"

	"offhook/ua"
)

// Config is what a Machine is made with.
type Config struct {
	// Call is the first snapshot: ID, Account, Remote, SecureSIP and SIPCallID
	// are taken from it.
	Call ua.Call
	// T1 and T2 are the timers of RFC 3261 §17.1.1.1; 0 means 500 ms and 4 s.
	T1, T2 time.Duration
	// FinalAfter bounds the wait for a final response to an INVITE after a
	// provisional one; 0 means 3 min, negative without bound.
	FinalAfter time.Duration
	// RingFor bounds how long an incoming call rings, then it is answered 480;
	// 0 means 2 min, negative without bound.
	RingFor time.Duration
	// Supported are the option tags that an incoming request may require.
	Supported []string
	// Seed makes the random intervals; the agent draws it for each call.
	Seed uint64
}

// Machine is one call. The zero Machine is not useful; see New.
type Machine struct {
	config Config
}

// New makes a Machine that waits for a Dial or for a Received INVITE.
func New(config Config) Machine {
	return Machine{config: config}
}

// Step takes an input and returns the Machine after it, and what to do.
func (m Machine) Step(in Input) (Machine, []Action) { return m, nil }

// Call returns the snapshot as last told (or the first one).
func (m Machine) Call() ua.Call { return m.config.Call }

// Busy reports whether requests of ours wait for a final response. An agent
// that must exit waits, for a bounded time, until no Machine is Busy.
func (m Machine) Busy() bool { return false }
