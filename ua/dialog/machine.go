package dialog

import (
	"time"

	"offhook/ua"
)

// Config is what a Machine is made with.
type Config struct {
	// Call is the first snapshot: ID, Account, Remote, SecureSIP, Served and SIPCallID
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
	// SessionExpires is asked for (RFC 4028); 0 means 30 min, negative no timer.
	SessionExpires time.Duration
	Reliable       ua.Reliability // provisional responses (RFC 3262)
	// RemoteControl obeys NOTIFYs of talk and hold from whom the agent trusts.
	RemoteControl bool
	// NoReferSub asks whom a call is transferred to tell nothing of it (RFC 4488).
	NoReferSub bool
	// Supported are further the option tags that an incoming request may require.
	Supported []string
	// Seed makes the random intervals; the agent draws it for each call.
	Seed uint64
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.T1, 500 * time.Millisecond}, {&c.T2, 4 * time.Second},
		{&c.FinalAfter, 3 * time.Minute}, {&c.RingFor, 2 * time.Minute}, {&c.SessionExpires, defaultSession},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.SessionExpires > 0 {
		c.SessionExpires = max(c.SessionExpires, minSession)
	}
	return c
}

// Machine is one call. The zero Machine is not useful; see New.
// It is a value: a Step leaves its receiver as it was.
type Machine struct {
	config Config
	phase  phase
	caller bool // we sent the INVITE
	call   ua.Call
	told   ua.Call
	spoken bool // something was told
	quiet  bool // nothing is told: a description is being looked at
	seed   uint64

	timers [timerCount]timer
	gens   uint32

	lastTx Tx
	open   []clientTx // no final response yet
	acks   []sentAck  // to be repeated when a 2xx is
	invite clientInvite
	late   lateOffer

	lastSeq uint32
	waits   []wait

	legs   []leg // one a remote tag
	early  int   // index of the leg whose early media is heard, if any is
	chosen int   // index of the leg that the call is on; -1 while there is none

	server   serverInvite
	rel      reliable
	local    reinvite
	wantHold bool
	held     bool
	transfer transferState
	infos    infos
	referral referral
	keep     keeping
	offered  []byte // our last offer
	stands   descriptions
}

// phase is where the machine is; CallState is what a person is told.
type phase uint8

const (
	phaseNew       phase = iota
	phaseOffering        // outgoing: waits for the media side's offer
	phaseInviting        // outgoing: INVITE sent, no 2xx
	phaseIncoming        // incoming: no final response sent
	phaseConfirmed       // 2xx received or sent
	phaseEnded           // Terminated told, work left
	phaseDone
)

type timer struct {
	gen uint32
	on  bool
}

type txKind uint8

const (
	txInvite txKind = iota
	txReinvite
	txBye
	txRefer
	txUpdate
	txPrack
	txNotify
	txInfo
)

type clientTx struct {
	tx   Tx
	kind txKind
}

type sentAck struct {
	tx  Tx
	ack Outgoing // its ToTag names the fork
}

// New makes a Machine that waits for a Dial or for a Received INVITE.
func New(config Config) Machine {
	config = config.withDefaults()
	call := ua.Call{
		ID: config.Call.ID, Account: config.Call.Account, Remote: config.Call.Remote,
		SecureSIP: config.Call.SecureSIP, SIPCallID: config.Call.SIPCallID,
		Served: config.Call.Served, Replaces: config.Call.Replaces,
	}
	return Machine{config: config, call: call, seed: config.Seed, chosen: -1}
}

// Call returns the snapshot after the last Step.
func (m Machine) Call() ua.Call { return m.call }

// Busy reports whether something of ours waits for the far end: a request for
// its final response, or a 2xx for its ACK. An agent that must exit waits, for a
// bounded time, until no Machine is Busy.
func (m Machine) Busy() bool {
	return m.phase != phaseDone && (len(m.open) > 0 || m.server.state == serverAnswered)
}

// Step takes an input and returns the Machine after it, and what to do.
func (m Machine) Step(in Input) (Machine, []Action) {
	s := step{Machine: m}
	s.own()
	if m.phase == phaseDone {
		s.afterDone(in)
		return m, s.out
	}
	s.take(in)
	s.settle()
	return s.Machine, s.out
}

func (s *step) take(in Input) {
	switch in := in.(type) {
	case Dial:
		s.dial(in)
	case Received:
		s.received(in.Tx, in.Request)
	case CancelReceived:
		s.cancelReceived(in)
	case Responded:
		s.responded(in.Tx, in.Response)
	case Failed:
		s.failed(in)
	case TimerFired:
		s.timerFired(in)
	case MediaDone:
		s.mediaDone(in)
	case Ring:
		s.ring(in.Early)
	case Accept:
		s.accept()
	case Reject:
		s.reject(in.Status)
	case Redirect:
		s.sendElsewhere(in.URI)
	case Hold:
		s.wantHold = in.On
	case Transfer:
		s.startTransfer(in.URI)
	case SendDigit:
		s.sendDigit(in)
	case Replace:
		s.replaced()
	case ReferProgress:
		s.tellReferrer(in.Status, in.Reason, in.Over)
	case Refresh:
		s.moved()
	case Reoffer:
		s.keep.reoffer = s.keep.reoffer || s.phase == phaseConfirmed
	case Hangup:
		s.hangup(in.Elsewhere)
	default:
		s.log("nothing was handed in")
	}
}
