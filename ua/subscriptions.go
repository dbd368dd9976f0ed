package ua

import "time"

// Subscriptions are what an account wants to know of its server beside its
// mailbox, and what it lets be known.
type Subscriptions struct {
	// RefuseMWI turns away message-summaries that nobody subscribed to.
	RefuseMWI bool
	// Watch are the resources whose dialogs are told (RFC 4235), users or URIs
	// with spaces between them, so that an Account stays comparable. WatchList is
	// the URI of a list of them (RFC 4662): one subscription for all.
	Watch     string
	WatchList string
	// RegEvent watches the account's own registration (RFC 3680), so that a
	// binding which an administrator removes is made again at once.
	RegEvent bool
	// FeatureSync keeps features the same here and at the server (as-feature-event).
	FeatureSync bool
	// Publish is what is published of the account's calls (RFC 3903).
	Publish Publication
	// ShareDialogs lets the account's server subscribe to our own dialogs.
	ShareDialogs bool
	// RemoteControl lets the account's server answer, hold and resume calls: by
	// NOTIFYs of talk and hold it opens the microphone.
	RemoteControl bool
	// CheckSyncAuth challenges a check-sync for the account's credentials.
	CheckSyncAuth bool
}

// Publication is the event package of what an account publishes.
type Publication string

// What may be published; "" is nothing.
const (
	PublishDialog   Publication = "dialog"   // RFC 4235
	PublishPresence Publication = "presence" // RFC 3856: open, and busy in a call
)

// LineState is what a watched resource does (RFC 4235), as a lamp shows it.
type LineState uint8

// The states.
const (
	LineUnknown   LineState = iota // not told, or not any more
	LineIdle                       // no dialog
	LineTrying                     // it calls somebody
	LineEarly                      // it rings: Incoming says at which end
	LineConfirmed                  // it is in a call
)

func (s LineState) String() string {
	return [...]string{"unknown", "idle", "trying", "early", "confirmed"}[min(s, LineConfirmed)]
}

// DialogsChanged tells of the dialogs of a watched resource; of several, the
// one that a person has to see. Local is the resource's side: an INVITE that
// picks an early dialog up says Replaces: CallID;to-tag=RemoteTag;from-tag=LocalTag
// to RemoteTarget, and the other way about to the resource itself (RFC 3891).
type DialogsChanged struct {
	Account      AccountID
	Resource     string // as Account.Watch names it, or its URI in Account.WatchList
	Name         string // as a list gives it; "" for none
	State        LineState
	Dialogs      int // that are not over
	Incoming     bool
	Held         bool
	Remote       Party
	RemoteTarget string // Contact of the far end, "" when not told
	CallID       string
	LocalTag     string
	RemoteTag    string
}

// Feature is a service of the server's that a key of the telephone switches.
type Feature string

// The features.
const (
	DoNotDisturb    Feature = "dnd"
	ForwardAlways   Feature = "forward-always"
	ForwardBusy     Feature = "forward-busy"
	ForwardNoAnswer Feature = "forward-no-answer"
)

// FeatureState is a feature as the server has it, or shall have it.
type FeatureState struct {
	Feature Feature
	On      bool
	Target  string // of forwarding, as dialled
	Rings   int    // before ForwardNoAnswer; 0 when not told
}

// FeaturesChanged tells of one feature (as-feature-event).
type FeaturesChanged struct {
	Account AccountID
	FeatureState
}

// RemoteControl asks for what a key press would do: the account's server has
// been told so by whoever owns the telephone (NOTIFY of talk or hold).
type RemoteControl struct {
	Call CallID
	Hold bool // hold it; otherwise answer it, or take it up again
}

// SubscriptionChanged tells whether a subscription stands.
type SubscriptionChanged struct {
	Account  AccountID
	Event    string // event package
	Resource string // watched one; "" for the account's own
	Active   bool
	Cause    string    // for a person, when it does not
	Retry    time.Time // of the next attempt; zero when the server wants none
}

func (DialogsChanged) event()      {}
func (FeaturesChanged) event()     {}
func (RemoteControl) event()       {}
func (SubscriptionChanged) event() {}
