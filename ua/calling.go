package ua

import "errors"

// ErrMessage says that a text cannot be a message: it is empty, too long or
// not UTF-8.
var ErrMessage = errors.New("ua: a message is 1 to 800 octets of UTF-8")

// InviteOptions say how a call is made.
type InviteOptions struct {
	// Anonymous withholds who we are from whom we call; the account's server is
	// told, and asked to keep it (RFC 3323, RFC 3325 §9.3).
	Anonymous bool
	// Emergency marks a call for help: it tells where we are, if the account
	// says so, and nothing is withheld.
	Emergency bool
	// Intercom asks to be answered by itself (RFC 5373).
	Intercom bool
}

// DialogRef names a dialog of two other telephones by one of its sides, as the
// dialog event package tells it (RFC 4235 §4.1.1). An INVITE that picks it up
// goes to Target, the other side (RFC 3891 §3).
type DialogRef struct {
	CallID    string
	LocalTag  string // of Target
	RemoteTag string
	Target    Target
	EarlyOnly bool // not if it was answered meanwhile
}

// Diversion is why a call goes elsewhere (RFC 5806 §4).
type Diversion string

// The reasons.
const (
	DivertAlways   Diversion = "unconditional"
	DivertBusy     Diversion = "user-busy"
	DivertNoAnswer Diversion = "no-answer"
	DivertDND      Diversion = "do-not-disturb"
	DivertByHand   Diversion = "deflection"
)

// Forwarded is the cause of an incoming call's end that was sent elsewhere.
const Forwarded Cause = "forwarded"

// Location is where a telephone stands: a civic address (RFC 5139), a point in
// decimal degrees of WGS 84 (RFC 5491), or both. The zero value is nowhere.
type Location struct {
	Country, State, City, Street, Number, Postcode, Building, Floor, Room string
	Latitude, Longitude                                                   string
}

// MessageID names a message of this agent; never 0, never used twice.
type MessageID uint64

// MessageReceived tells of a text that the account's server brought (RFC 3428).
type MessageReceived struct {
	Account AccountID
	Call    CallID // of one that came in a call, else 0
	From    Party
	Text    string
}

// MessageSent tells what became of a text; it comes once for each.
type MessageSent struct {
	Account AccountID
	ID      MessageID
	Status  int    // 0 when no response came
	Reason  string // for a person, when it was not delivered
}

func (MessageReceived) event() {}
func (MessageSent) event()     {}

// Caller is the part of an Agent by which calls are made and sent elsewhere in
// other ways than the plain one.
type Caller interface {
	InviteWith(AccountID, Target, InviteOptions) (CallID, error)
	// Pickup takes over a call that rings at, or is parked by, somebody else.
	Pickup(AccountID, DialogRef) (CallID, error)
	// Redirect sends an incoming call elsewhere (302).
	Redirect(CallID, Target, Diversion) error
	SendMessage(AccountID, Target, string) (MessageID, error)
	// Withdraw is Hangup because another call of ours was answered: who rings here
	// is told that (RFC 3326), and counts no missed call.
	Withdraw(CallID) error
}
