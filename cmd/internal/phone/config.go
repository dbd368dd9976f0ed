package phone

import (
	"time"

	"offhook/hal"
	"offhook/ua"
)

// Config is how the phone is set up. It is an Input: a new one takes the
// place of the last and ends no call. The zero value is a phone without
// accounts.
type Config struct {
	Name      string    // shown when idle; the first account's label when empty
	Accounts  []Account // the first is the usual one
	LineKeys  []LineKey // line1 and on; the accounts in order when empty
	DialPlan  DialPlan
	Emergency []string // numbers dialled at once and on any account
	// TransferOnHook: putting the handset back in a consultation transfers.
	TransferOnHook bool
	NoWaiting      bool          // a second call gets 486 instead of the call-waiting tone
	DND            bool          // unless a person chose otherwise
	DNDStatus      int           // that callers get then; 0 means 486
	CallBack       time.Duration // after a call for help nobody is kept away
	Withhold       string        // prefix that withholds our number, "" for none
	AutoAnswer     AutoAnswer
	CallKey        string       // number that the call key dials, "" for none
	Bell           []Bell       // whom it calls instead, one after another
	CallLine       ua.AccountID // that it is dialled by, "" for the usual one
	Recording      bool         // calls may be recorded
	Street         bool         // whoever stands here is a stranger: he sees no lists of people, and changes nothing
	DoorCode       bool         // what the far end presses may be a door's code: it is not shown
	Volumes        map[hal.Output]int
	Hour12         bool   // 2:05 pm instead of 14:05
	Language       string // of the screen: "en"; English when not known
	Backlight      BacklightConfig
	RingTone       string
	Locked         []string // of UserPaths, what the administrator keeps
}

// Account is an account as the phone needs it.
type Account struct {
	ID        ua.AccountID
	Label     string // on the screen: "Reception"
	Number    string // its own: "1001"
	Domain    string // of the watched telephones that are named without one
	WatchList string // that they are on, "" for none
	Voicemail string // number to dial for messages, "" for none
	Register  bool   // false: peer to peer, always ready
	Forward   Forward
	// FeatureSync: do not disturb and Always are the same here and at the server.
	FeatureSync bool
	// NoAnonymous: who withholds himself is refused.
	NoAnonymous bool
	// Pickup is the exchange's code for picking up, "" for none: with a number
	// behind it what rings there, alone whatever rings in the group.
	Pickup string
}

// LineKey is what a line key does: it opens its account's line, or dials
// Number if there is one.
type LineKey struct {
	Label   string // of whom it calls, or the account's, when empty
	Account ua.AccountID
	Number  string // speed dial; of KeyForward and KeyPark whereto; who is watched
	Use     KeyUse
}

// KeyUse is what else than a line a line key is.
type KeyUse uint8

// The uses.
const (
	KeyLine     KeyUse = iota // a line, or a speed dial
	KeyDND                    // do not disturb
	KeyForward                // sends every call to Number
	KeyPark                   // parks the call at Number, or takes it up from there
	KeyWatch                  // calls Number, whose calls it shows, or picks up what rings there
	KeyPickup                 // picks up what rings at Number, anywhere without one
	KeyIntercom               // calls Number, to be answered by itself
)

// DialPlan says when a number is complete.
type DialPlan struct {
	Map     DigitMap      // of ParseDigitMap; the zero value waits for the time-out
	Timeout time.Duration // after the last digit; 0 means 4 s
}

// AutoAnswer is the policy for answering without a key.
type AutoAnswer uint8

// The policies. A phone that is in use never answers by itself.
const (
	AutoAnswerOff     AutoAnswer = iota // always rings
	AutoAnswerAllowed                   // if the caller's server asks for it
	AutoAnswerAlways
)

// BacklightConfig is the panel's light. The zero value leaves it at 100.
type BacklightConfig struct {
	Active int           // percent when in use; 0 means 100
	Idle   int           // percent when not
	After  time.Duration // of rest; 0 means never dim
}
