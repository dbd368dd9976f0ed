package phone

import (
	"maps"
	"slices"
	"time"

	"offhook/hal"
	"offhook/ua"
)

// State is the telephone. The zero value is one that boots. It is a value:
// Step never changes the one it was given.
type State struct {
	config Config
	words  *Texts // of the language; filled when first needed, never changed
	now    time.Time

	provisioning Provisioning
	servers      Servers
	about        about // about a server
	read         read
	confirmed    bool // a trial ended well, a moment ago
	network      Network
	device       Device
	firmware     Firmware
	audio        Audio
	echo         string // figures of hands-free
	metered      bool   // they are shown in calls
	bindings     []binding
	mailboxes    []ua.MessageWaiting
	watched      []ua.DialogsChanged
	unwatched    []ua.SubscriptionChanged // subscriptions to them that do not stand

	hook    hal.HookState
	path    hal.Output   // what a person listens to, "" when on-hook
	headset bool         // handsfree means the headset
	line    ua.AccountID // chosen by a line key for the next call
	mute    bool         // of the microphone
	quiet   bool         // ringing was silenced
	chosen  Settings     // what a person has set here
	// helpSought is when a call for help was made last.
	helpSought time.Time

	calls  []call // never a terminated one
	focus  int    // serial of the call that is shown, 0 for none
	serial int    // of the last call
	gone   []ua.CallID

	entry  entry
	list   list
	ended  ended
	stage  int // how long nobody did anything off-hook
	volume hal.Output
	notice string
	beep   Tone // of a key or a remark, until its timer
	dim    bool

	recording bool

	history  []Entry
	reading  Entry // a text on the screen
	sending  ua.MessageID
	contacts []Contact // in the order of the phone book; replaced, never changed

	again []Effect // refused as busy, to be tried again
	tries int

	gens [timerCount]uint64
	out  outputs
}

// binding is what is known of an account's registration.
type binding struct {
	ua.RegistrationChanged
	good bool // there is one that is not known to have failed
}

// View is what the screen shows.
func (s State) View() View { return s.out.view }

// Calls lists the calls as the user agent last told of them, oldest first. A
// call that has no ID yet is not in it.
func (s State) Calls() []ua.Call {
	var out []ua.Call
	for _, c := range s.calls {
		if c.ID != 0 {
			out = append(out, c.Call)
		}
	}
	return out
}

// Busy tells whether there is any call, one that is being placed included.
func (s State) Busy() bool { return len(s.calls) > 0 }

// Registrations lists the bindings as the user agent last told of them.
func (s State) Registrations() []ua.RegistrationChanged {
	var out []ua.RegistrationChanged
	for _, b := range s.bindings {
		out = append(out, b.RegistrationChanged)
	}
	return out
}

// Idle reports whether there is no call and nobody uses the phone: the moment
// for a restart.
func (s State) Idle() bool { return len(s.calls) == 0 && s.path == "" && !s.entry.on }

func (s State) clone() State {
	s.bindings = slices.Clone(s.bindings)
	s.mailboxes = slices.Clone(s.mailboxes)
	s.watched = slices.Clone(s.watched)
	s.unwatched = slices.Clone(s.unwatched)
	s.calls = slices.Clone(s.calls)
	s.gone = slices.Clone(s.gone)
	s.again = slices.Clone(s.again)
	s.history = slices.Clone(s.history)
	s.chosen.Volumes = maps.Clone(s.chosen.Volumes)
	return s
}
