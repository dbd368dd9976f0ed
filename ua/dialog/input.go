package dialog

import "time"

// Tx names a client transaction of a Machine; the Machine chooses it.
type Tx uint32

// ServerTx names a server transaction; the agent chooses it, never 0.
type ServerTx uint64

// Input is what happens to a call; the concrete types are below.
type Input interface{ input() }

// Dial starts an outgoing call. It counts in a new Machine only.
type Dial struct {
	URI   string   // Request-URI
	Route []string // pre-loaded route set (outbound proxy), header values
	// Replaces and ReferredBy are header values of a call that was asked for
	// by a REFER (RFC 3891, RFC 3892), "" for none.
	Replaces, ReferredBy string
	// Insist: it is to replace that call, or not to be at all (RFC 3891 §4).
	Insist bool
	// Late leaves the offer to the far end (RFC 3261 §13.2.1).
	Late bool
}

// Received is a request of the far end: the first INVITE of an incoming call,
// a request in the dialog, or the ACK to a 2xx.
type Received struct {
	Tx      ServerTx
	Request Request
}

// CancelReceived is a CANCEL for the INVITE that Tx names.
type CancelReceived struct {
	Tx     ServerTx
	Reason []string // Reason header values
}

// Responded is a response to what was sent under Tx.
type Responded struct {
	Tx       Tx
	Response Response
}

// Failed says that there will be no final response to what was sent under Tx.
type Failed struct {
	Tx      Tx
	Timeout bool   // nothing came in 64*T1; else it could not be sent
	Cause   string // for a person: "TCP: connection refused (pbx.example:5060)"
}

// TimerFired brings a StartTimer back.
type TimerFired struct {
	ID  TimerID
	Gen uint32
}

// MediaDone brings back what came of MakeOffer, MakeAnswer or AcceptAnswer.
type MediaDone struct {
	Seq        uint32
	SDP        []byte // of MakeOffer and MakeAnswer
	Err        error
	RemoteHold bool // Session.RemoteHold, after the call
	Early      bool // Session.Early, after the call
}

// Ring asks for 180 Ringing; with Early for 183 with the answer in it, so that
// the caller hears us before we answer.
type Ring struct{ Early bool }

// Accept answers an incoming call.
type Accept struct{}

// Reject refuses an incoming call that was not answered yet.
type Reject struct{ Status int }

// Redirect sends an incoming call that was not answered yet to URI.
type Redirect struct{ URI string }

// Hold holds or resumes.
type Hold struct{ On bool }

// Transfer asks the far end to call another (RFC 5589 §6); a Replaces header in
// the URI makes the transfer an attended one (§7).
type Transfer struct{ URI string }

// SendDigit sends a digit in an INFO; a Duration of 0 means 160 ms.
type SendDigit struct {
	Digit    rune
	Duration time.Duration
}

// Replace ends the call: another one has come in its place (RFC 3891).
type Replace struct{}

// ReferProgress is what becomes of the call that Referred asked for.
type ReferProgress struct {
	Status int
	Reason string
	Over   bool // nothing follows
}

// Reoffer has a new description be offered in the call, with the direction that it has.
type Reoffer struct{}

// Refresh tells the far end our address, which has become another, and refreshes
// the session.
type Refresh struct{}

// Hangup ends the call as its state asks: CANCEL, BYE or 603. Elsewhere: another
// of our calls was answered, and who rings is told so.
type Hangup struct{ Elsewhere bool }

func (Dial) input()           {}
func (Received) input()       {}
func (CancelReceived) input() {}
func (Responded) input()      {}
func (Failed) input()         {}
func (TimerFired) input()     {}
func (MediaDone) input()      {}
func (Ring) input()           {}
func (Accept) input()         {}
func (Reject) input()         {}
func (Redirect) input()       {}
func (Hold) input()           {}
func (Transfer) input()       {}
func (SendDigit) input()      {}
func (Refresh) input()        {}
func (Reoffer) input()        {}
func (Replace) input()        {}
func (ReferProgress) input()  {}
func (Hangup) input()         {}
