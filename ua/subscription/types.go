package subscription

import "time"

// Tx names a SUBSCRIBE; the Machine chooses it.
type Tx uint32

// ServerTx names the transaction of a NOTIFY; the agent chooses it.
type ServerTx uint64

// Dialog is where the requests of a subscription go. The zero value is none yet.
type Dialog struct {
	Tag      string // remote tag
	Target   string // URI of the remote Contact
	RouteSet []string
}

// Input is what happens to a subscription; the concrete types are below.
type Input interface{ input() }

// Start subscribes.
type Start struct{}

// Responded is the final response to a Send.
type Responded struct {
	Tx       Tx
	Response Response
}

// Response is what the machine reads of it. RouteSet is its Record-Route
// reversed (RFC 3261 §12.1.2).
type Response struct {
	Status     int
	Reason     string
	Dialog     Dialog
	Expires    time.Duration
	HasExpires bool
	MinExpires time.Duration
	RetryAfter time.Duration
	Cause      string // what the agent knows better, for a person
}

// Failed says that there will be no final response.
type Failed struct {
	Tx      Tx
	Timeout bool
	Cause   string
}

// Notified is a NOTIFY.
type Notified struct {
	Tx     ServerTx
	Notify Notify
}

// Notify is what the machine reads of it. RouteSet is its Record-Route as it is
// (RFC 3261 §12.1.1), Tag is its From tag.
type Notify struct {
	CSeq        uint32
	Dialog      Dialog
	Event       string // header value
	State       string // Subscription-State header value
	ContentType string
	Body        []byte
}

// TimerFired brings a StartTimer back.
type TimerFired struct{ Gen uint32 }

// Afresh subscribes anew: the network is another, or a registration came back.
type Afresh struct{}

// Refetch asks for the full state: what came does not fit what is known.
type Refetch struct{}

// Tell tells the server something: the body of a SUBSCRIBE in the dialog, now or
// as soon as there is one. At most eight wait.
type Tell struct{ Content Content }

// Content is a body.
type Content struct {
	Type string
	Body []byte
}

// Stop unsubscribes and ends the Machine within Config.StopWithin.
type Stop struct{}

func (Start) input()      {}
func (Responded) input()  {}
func (Failed) input()     {}
func (Notified) input()   {}
func (TimerFired) input() {}
func (Afresh) input()     {}
func (Refetch) input()    {}
func (Tell) input()       {}
func (Stop) input()       {}

// Action is what an agent has to do; the concrete types are below.
type Action interface{ action() }

// Send sends a SUBSCRIBE. Expires of 0 unsubscribes.
type Send struct {
	Tx      Tx
	Expires time.Duration
	Dialog  Dialog
	Content Content // none when its Type is empty
}

// Reply answers a NOTIFY.
type Reply struct {
	Tx     ServerTx
	Status int // with AllowEvents of the package when 489
}

// Notification is a body that came.
type Notification struct {
	ContentType string
	Body        []byte
}

// Changed tells whether the subscription stands.
type Changed struct {
	Active  bool
	Cause   string        // for a person, when it does not
	RetryIn time.Duration // of the next attempt; 0 for none
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

func (Send) action()         {}
func (Reply) action()        {}
func (Notification) action() {}
func (Changed) action()      {}
func (StartTimer) action()   {}
func (StopTimer) action()    {}
func (Done) action()         {}
