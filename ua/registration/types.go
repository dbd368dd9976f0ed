package registration

import (
	"time"

	"offhook/ua"
)

// Tx names a REGISTER; the Machine chooses it.
type Tx uint32

// Input is what happens to a binding; the concrete types are below.
type Input interface{ input() }

// Start registers.
type Start struct{}

// Responded is the final response to a Send.
type Responded struct {
	Tx       Tx
	Response Response
}

// Response is what the machine reads of it.
type Response struct {
	Status     int
	Reason     string        // reason phrase
	Own        string        // URI of our Contact as it was sent
	Instance   string        // our +sip.instance, "" for none
	RegID      int           // as it was sent
	Outbound   bool          // Require: outbound; the registrar keeps several flows (RFC 5626 §4.2.1)
	FlowTimer  time.Duration // of the edge proxy; 0 when absent (RFC 5626 §4.4)
	Contacts   []Contact     // of a 200: all bindings; of a 3xx: where to go
	Expires    time.Duration
	HasExpires bool // there was an Expires header
	MinExpires time.Duration
	RetryAfter time.Duration // 0 when absent
	Cause      string        // what the agent knows better, for a person
}

// Contact is a Contact header value.
type Contact struct {
	URI        string
	Instance   string        // +sip.instance parameter
	RegID      int           // reg-id parameter; 0 when absent
	PubGRUU    string        // pub-gruu parameter (RFC 5627 §5.2)
	TempGRUU   string        // temp-gruu parameter
	Expires    time.Duration // its parameter
	HasExpires bool
}

// Failed says that there will be no final response.
type Failed struct {
	Tx      Tx
	Timeout bool   // nothing came in 64*T1; else it could not be sent
	Refused bool   // the connection was refused or broke: the server may be back in a moment
	Cause   string // for a person: "TLS: certificate signed by unknown authority (pbx.example)"
}

// TimerFired brings a StartTimer back.
type TimerFired struct{ Gen uint32 }

// FlowLost says that the connection to the server has broken.
type FlowLost struct{ Cause string }

// NetworkChanged says that the device has another address or link.
type NetworkChanged struct{}

// OtherFlow says whether another flow of the account is registered: what has
// failed can wait longer then (RFC 5626 §4.5).
type OtherFlow struct{ Stands bool }

// Refresh registers again now, because a person asks.
type Refresh struct{}

// Reconfigure changes the expiry that is asked for.
type Reconfigure struct{ Expires time.Duration }

// Stop removes the binding and ends the Machine within Config.StopWithin.
type Stop struct{}

func (Start) input()          {}
func (Responded) input()      {}
func (Failed) input()         {}
func (TimerFired) input()     {}
func (FlowLost) input()       {}
func (NetworkChanged) input() {}
func (OtherFlow) input()      {}
func (Refresh) input()        {}
func (Reconfigure) input()    {}
func (Stop) input()           {}

// Action is what an agent has to do; the concrete types are below.
type Action interface{ action() }

// Send sends a REGISTER. Expires of 0 removes the binding.
type Send struct {
	Tx      Tx
	Expires time.Duration
	Target  string // where a 3xx pointed; "" for the account's registrar
	RegID   int    // of the Contact; 0: none, and no outbound in Supported
}

// StartTimer starts the timer anew.
type StartTimer struct {
	Gen   uint32
	After time.Duration
}

// StopTimer stops it.
type StopTimer struct{}

// Changed tells where the binding is.
type Changed struct {
	State     ua.RegistrationState
	Status    int
	Cause     string
	ExpiresIn time.Duration // when Registered
	RetryIn   time.Duration // when RegistrationFailed
	Outbound  bool          // when Registered: the registrar keeps several flows
	KeepAlive time.Duration // when Registered: at least so often; 0: as configured
}

// Done ends the Machine.
type Done struct{}

func (Send) action()       {}
func (StartTimer) action() {}
func (StopTimer) action()  {}
func (Changed) action()    {}
func (Done) action()       {}
