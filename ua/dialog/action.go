package dialog

import (
	"time"

	"offhook/ua"
)

// Action is what an agent has to do; the concrete types are below and the
// package's documentation says how each is executed.
type Action interface{ action() }

// Send sends a request in a client transaction of its own.
type Send struct {
	Tx      Tx
	Request Outgoing
}

// Ack sends an ACK for a 2xx of the INVITE that Tx names.
type Ack struct {
	Tx      Tx
	Request Outgoing
}

// Cancel sends a CANCEL for the INVITE that Tx names.
type Cancel struct {
	Tx     Tx
	Reason string // Reason header, "" for none
}

// Reply sends a response.
type Reply struct {
	Tx     ServerTx
	Answer Answer
}

// MakeOffer asks for Session.Offer(Hold).
type MakeOffer struct {
	Seq  uint32
	Hold bool
}

// MakeAnswer asks for Session.Answer(Offer).
type MakeAnswer struct {
	Seq   uint32
	Offer []byte
}

// AcceptAnswer asks for Session.Accept(Answer).
type AcceptAnswer struct {
	Seq    uint32
	Answer []byte
}

// Rollback asks for Session.Rollback.
type Rollback struct{}

// CloseMedia asks for Session.Close. It comes exactly once, before Terminated.
type CloseMedia struct{}

// TimerID names a timer of a Machine.
type TimerID uint8

// The timers.
const (
	TimerFinal    TimerID = iota // waits for a final response; or rings too long
	TimerCancel                  // waits for what a CANCEL brings (RFC 3261 §9.1)
	TimerForks                   // other forks may answer (RFC 3261 §13.2.2.4)
	TimerResend                  // repeats a 2xx (RFC 3261 §13.3.1.4)
	TimerAck                     // gives up waiting for the ACK
	TimerGlare                   // tries a re-INVITE again (RFC 3261 §14.1)
	TimerTransfer                // waits for what a REFER brings
	TimerPrack                   // gives up waiting for the PRACK (RFC 3262 §3)
	TimerRefresh                 // refreshes the session (RFC 4028 §10)
	TimerExpire                  // the session expires
	TimerLinger                  // the last resort after Terminated
	timerCount
)

func (t TimerID) String() string {
	names := [...]string{"final", "cancel", "forks", "resend", "ack", "glare", "transfer", "prack", "refresh", "expire", "linger", "unknown"}
	return names[min(t, timerCount)]
}

// StartTimer starts a timer, in the place of one with the same ID.
type StartTimer struct {
	ID    TimerID
	Gen   uint32
	After time.Duration
}

// StopTimer stops a timer.
type StopTimer struct{ ID TimerID }

// Changed tells the new snapshot.
type Changed struct{ Call ua.Call }

// Digit is a digit that came in an INFO: 0-9, *, #, A-D, and ! for a hook flash.
type Digit struct {
	Digit    rune
	Duration time.Duration
}

// Text is what a MESSAGE in the call said.
type Text struct{ Text string }

// Control asks for what a key press would do: hold the call, or else answer it or
// take it up again.
type Control struct{ Hold bool }

// Referred asks for a call to URI, which may have a Replaces header in it; By is
// the Referred-By value, "" for none. What becomes of the call is told by
// ReferProgress.
type Referred struct{ URI, By string }

// Log is a remark for the agent's debug log: what was ignored, and why.
type Log struct{ Text string }

// Done ends the Machine; it is the last action.
type Done struct{}

func (Send) action()         {}
func (Ack) action()          {}
func (Cancel) action()       {}
func (Reply) action()        {}
func (MakeOffer) action()    {}
func (MakeAnswer) action()   {}
func (AcceptAnswer) action() {}
func (Rollback) action()     {}
func (CloseMedia) action()   {}
func (StartTimer) action()   {}
func (StopTimer) action()    {}
func (Changed) action()      {}
func (Digit) action()        {}
func (Text) action()         {}
func (Control) action()      {}
func (Referred) action()     {}
func (Log) action()          {}
func (Done) action()         {}
