// Package ua is the vocabulary of the user agent: accounts, calls, and the
// events by which it tells what happened (RFC 3261).
//
// It imports the standard library alone.
package ua

import (
	"context"
	"errors"
	"time"
)

// Errors of an Agent's commands. What comes of a command that was accepted is
// told by events.
var (
	ErrBusy      = errors.New("ua: agent is busy, try again")
	ErrClosed    = errors.New("ua: agent is closed")
	ErrNoAccount = errors.New("ua: no such account")
	ErrNoCall    = errors.New("ua: no such call")
	ErrTarget    = errors.New("ua: target is neither a number nor a SIP URI")
)

// AccountID names an account; the configuration chooses it.
type AccountID string

// Transport is how an account reaches its server.
type Transport string

// The transports.
const (
	UDP Transport = "udp"
	TCP Transport = "tcp"
	TLS Transport = "tls"
	// Auto is what the server's domain offers (RFC 3263 §4.1). Where TLS is among
	// that, nothing else is used: who can break TLS does not get to hear us.
	Auto Transport = "auto"
)

// Reliability is whether the provisional responses to an INVITE are
// acknowledged (RFC 3262).
type Reliability string

// The policies; "" means ReliableSupported.
const (
	ReliableSupported Reliability = "supported"
	ReliableRequired  Reliability = "required" // no call without
	ReliableOff       Reliability = "off"
)

// Account is an address-of-record and how to use it. A plain value: two equal
// accounts are the same account.
type Account struct {
	ID          AccountID
	User        string // user part of the AOR
	Domain      string // host part of the AOR, and the realm's usual name
	DisplayName string
	AuthUser    string // digest user name; User when empty
	Password    Secret
	RefuseMD5   bool // answer no challenge that offers no stronger algorithm (RFC 8760)
	// Registrar and Proxy are host[:port], or several with commas between: the
	// first is used while it serves, the others stand in for it in their order.
	Registrar   string // Domain when empty
	Proxy       string // outbound proxy; the registrar when empty
	SecondProxy string // another outbound proxy, registered with at the same time (RFC 5626); none when empty
	STUN        string // host[:port] of a server that tells our public address (RFC 8489), for UDP; none when empty
	Transport   Transport
	Expires     time.Duration // asked of the registrar; 0 means 10 min
	Register    bool          // false: peer to peer, no REGISTER
	Reconnect   time.Duration // in which all telephones of a server come back that they lost; 0 means 1 s
	KeepAlive   time.Duration // CRLF interval (RFC 5626 §4.4.1); 0 means 25 s, negative none
	TLS         TLSPolicy
	// SessionExpires is the session timer asked for (RFC 4028): a call whose
	// end was lost ends by itself. 0 means 30 min, negative none.
	SessionExpires time.Duration
	Reliable       Reliability // provisional responses
	GRUU           bool        // ask for a URI that reaches this very telephone (RFC 5627), and use it in calls
	MWI            bool        // subscribe to message-summary (RFC 3842)
	Voicemail      string      // number to dial for messages
	// Anonymous: calls withhold who we are (RFC 3323); see InviteOptions.
	Anonymous bool
	// Identity is the user part that we prefer to be known by, of those that the
	// server knows us to have (RFC 3325 §9.3); User when empty.
	Identity string
	// EmergencyURN: an emergency call asks for urn:service:sos (RFC 5031).
	EmergencyURN bool
	Location     Location // told by emergency calls
	Subscriptions
	Dealings
}

// TLSPolicy says whom to trust. Verification cannot be switched off.
type TLSPolicy struct {
	CA         string // PEM; the system's roots when empty
	ServerName string // expected name; the registrar's or proxy's host when empty
	Cert       string // PEM client certificate chain
	Key        Secret // PEM client key
	// Wildcard takes a certificate for *.example for pbx.example, which SIP does
	// not (RFC 5922 §7.2).
	Wildcard bool
}

// CallID names a call of this agent; never 0, never used twice.
type CallID uint64

// Party is who is on the other end, as far as the signalling tells.
type Party struct {
	URI         string // sip:1002@pbx.example
	User        string // 1002, decoded
	DisplayName string
	Verified    bool // asserted by a trusted server (RFC 3325)
}

// CallState is where a call is (names of RFC 4235 §3.7.1).
type CallState uint8

// The states.
const (
	Trying     CallState = iota // outgoing, no response yet
	Proceeding                  // outgoing: provisional without a tag; incoming: being prepared
	Early                       // ringing
	Confirmed
	Terminated
)

func (s CallState) String() string {
	return [...]string{"trying", "proceeding", "early", "confirmed", "terminated"}[min(s, Terminated)]
}

// Cause is why a call ended (names of RFC 4235 §4.1.5.1 where it has one).
type Cause string

// The causes.
const (
	CauseNone      Cause = ""
	LocalBye       Cause = "local-bye"
	RemoteBye      Cause = "remote-bye"
	Rejected       Cause = "rejected"
	Cancelled      Cause = "cancelled"
	Replaced       Cause = "replaced"
	Timeout        Cause = "timeout"
	CauseError     Cause = "error"
	AnsweredOther  Cause = "answered-elsewhere" // cancelled with Reason: SIP;cause=200 (RFC 3326)
	CauseSetupFail Cause = "setup-failed"       // could not be sent at all: DNS, TCP, TLS
)

// Call is a snapshot of a call, not a handle on it.
type Call struct {
	ID         CallID
	Account    AccountID
	Incoming   bool
	State      CallState
	Remote     Party
	EarlyMedia bool // the far end sends sound before it answers
	LocalHold  bool // held by us
	RemoteHold bool // held by them
	SecureSIP  bool // this hop's signalling is TLS
	// Served: we called, or the call came through the account's own server. Who else
	// calls is whoever he says.
	Served bool
	// Transferring: a blind transfer of this call has no outcome yet. When it
	// ends and the call goes on, the transfer failed and Reason says why.
	Transferring bool
	// Replaces is our call in whose place this one came, because the far end
	// transferred it; 0 for none. It takes over what that call had.
	Replaces   CallID
	AutoAnswer bool // asked for by Call-Info, Alert-Info or Answer-Mode, by who may (Account.AutoAnswer)
	// AnswerByHand: the caller wants a person to answer (Answer-Mode: Manual).
	AnswerByHand bool
	DivertedBy   Party // who sent the call on to us, if anybody (RFC 5806, RFC 7044)
	CallBack     bool  // an emergency centre calls back (RFC 7090)
	AlertInfo    string
	Status       int    // last final or provisional status code
	Reason       string // its reason phrase, or what went wrong in words for a person
	Cause        Cause  // when Terminated
	Started      time.Time
	Answered     time.Time // zero until confirmed
	SIPCallID    string    // Call-ID header, for logs
}

// RegistrationState is where a binding is.
type RegistrationState uint8

// The states.
const (
	Unregistered RegistrationState = iota
	Registering
	Registered
	RegistrationFailed // will be tried again at Retry
)

func (s RegistrationState) String() string {
	return [...]string{"unregistered", "registering", "registered", "failed"}[min(s, RegistrationFailed)]
}

// Target is whom to call: digits, user@host, or a SIP URI.
type Target string

// Event is what an Agent tells; the concrete types are below.
type Event interface{ event() }

// RegistrationChanged tells of a binding.
type RegistrationChanged struct {
	Account AccountID
	State   RegistrationState
	Status  int       // status code, 0 when none came
	Cause   string    // for a person: "TLS: certificate signed by unknown authority (pbx.example)"
	Expires time.Time // of the binding, when Registered
	Retry   time.Time // of the next attempt, when RegistrationFailed
	Server  string    // address reached
}

// CallChanged tells a call's new snapshot. Terminated comes exactly once, last.
type CallChanged struct{ Call Call }

// DigitReceived tells of a digit that came by SIP INFO (RFC 6086).
type DigitReceived struct {
	Call     CallID
	Digit    rune // 0-9, *, #, A-D, or ! for a hook flash
	Duration time.Duration
}

// MessageWaiting tells of the mailbox (RFC 3842).
type MessageWaiting struct {
	Account  AccountID
	Waiting  bool
	New, Old int // voice messages; -1 when not told
}

// CheckSync asks to fetch the configuration again, and perhaps to restart.
type CheckSync struct {
	Account AccountID
	Reboot  bool
}

func (RegistrationChanged) event() {}
func (CallChanged) event()         {}
func (DigitReceived) event()       {}
func (MessageWaiting) event()      {}
func (CheckSync) event()           {}

// Agent is a SIP user agent. Commands never block; results are events, in order.
type Agent interface {
	Invite(AccountID, Target) (CallID, error)
	Caller
	Ringing(CallID) error // send 180
	Answer(CallID) error
	Reject(CallID, int) error // with a status code, 486 for busy
	Hold(CallID, bool) error
	// Reoffer has the call's Session make a new offer: its keys are nearly used up.
	// One that is refused leaves the call as it was.
	Reoffer(CallID) error
	Transfer(CallID, Target) error // blind transfer (RFC 3515, RFC 5589)
	// TransferTo joins the far ends of two confirmed calls: attended transfer
	// (RFC 5589 §7). Both calls end when it has succeeded.
	TransferTo(call, consult CallID) error
	// SendDigit sends a digit by SIP INFO; a duration of 0 means 160 ms.
	SendDigit(CallID, rune, time.Duration) error
	// SetFeature asks the server for a feature; what comes of it is told by
	// FeaturesChanged.
	SetFeature(AccountID, FeatureState) error
	Hangup(CallID) error // CANCEL, BYE or 603, as the state asks
	// SetAccounts makes the accounts these; calls of an account that stays go on.
	SetAccounts([]Account) error
	Events() <-chan Event // closed when Run returns
	// Run serves until the context ends, then ends the calls, removes the
	// bindings (both within a bounded time) and returns.
	Run(context.Context) error
}

// Session is the media side of a call, as the INVITE usage needs it. The agent
// neither parses nor makes descriptions (RFC 3264 stays on the other side).
// Its methods may be called from the agent's goroutine and must not block on
// the network.
type Session interface {
	// Offer makes a description for an INVITE or re-INVITE; hold asks the far
	// end to be quiet (sendonly).
	Offer(hold bool) ([]byte, error)
	// Answer takes a remote offer and makes the answer. An error means 488.
	Answer(offer []byte) ([]byte, error)
	// Accept takes the answer to the last Offer. It may come more than once
	// (early media, forks): the last one counts.
	Accept(answer []byte) error
	// Rollback drops an Offer that was refused: what stood before stands.
	Rollback()
	// RemoteHold tells whether the far end holds us, by the last description.
	RemoteHold() bool
	// Early tells whether a description was accepted, so that early media may come.
	Early() bool
	Close() error
}
