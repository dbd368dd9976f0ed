package phone

import (
	"time"

	"offhook/hal"
	"offhook/ua"
)

// Input is what Step takes in; the concrete types are below, and Config.
type Input interface{ input() }

// Key is an event of the keypad.
type Key struct{ hal.KeyEvent }

// Hook tells where the handset is.
type Hook struct{ State hal.HookState }

// UA is an event of the user agent.
type UA struct{ Event ua.Event }

// Timer is a StartTimer that ran out. A stale generation changes nothing.
type Timer struct {
	ID  TimerID
	Gen uint64
}

// Clock tells the time, in the phone's zone. The app sends it before every other
// input, each second of a call, and at rest as often as the minute needs it.
type Clock struct{ Now time.Time }

// Invited answers an Invite: the call that it became.
type Invited struct {
	Ref  uint64
	Call ua.CallID
}

// CommandFailed answers an effect that was refused at once. An error that is
// ua.ErrBusy is tried again by the phone.
type CommandFailed struct {
	Effect Effect
	Err    error
}

// ProvisioningState is how far the configuration has come.
type ProvisioningState uint8

// The states.
const (
	Booting ProvisioningState = iota
	Discovering
	Fetching
	Provisioned
	ProvisioningFailed
)

func (s ProvisioningState) String() string {
	return [...]string{"booting", "discovering", "fetching", "provisioned", "failed"}[min(s, ProvisioningFailed)]
}

// Echo is how hands-free goes, "" while it is not at work.
type Echo struct{ Figures string }

// Provisioning tells how far the configuration has come.
type Provisioning struct {
	State    ProvisioningState
	Detail   string // for a person: the address that is asked
	Cause    string // for a person, when failed
	Progress int    // percent; 0 when not known

	Trial      bool   // a new document has to prove itself
	RolledBack string // why the newest document was taken back; "" when none was
	Refused    string // what is wrong with the server's document; "" when nothing is
}

// Firmware tells what becomes of another version of the program.
type Firmware struct {
	State   FirmwareState
	Percent int    // of its download
	Failed  string // why the last one was given up; "" when none was
}

// FirmwareState is how far another version has come.
type FirmwareState int

// The states.
const (
	FirmwareNone FirmwareState = iota
	FirmwareLoading
	FirmwareReady // starts soon
	FirmwareTrial // this is it
)

func (Firmware) input() {}

// Network tells of the network connection.
type Network struct {
	Up      bool
	Address string // the phone's own
	Cause   string // for a person, when down: "cable unplugged"
}

// Audio tells of the sound device.
type Audio struct {
	Gone  bool
	Cause string // for a person, when gone
}

// Media tells how a call's sound travels.
type Media struct {
	Call     ua.CallID
	Encoding string // "G722"
	Suite    string // SRTP crypto suite, "" for plain RTP
}

// Digit is a key that the far end pressed.
type Digit struct {
	Call  ua.CallID
	Digit byte // '0'-'9', '*', '#', 'A'-'D', '!' for a hook flash
	By    DigitWay
}

// DigitWay is how a digit came.
type DigitWay uint8

// The ways.
const (
	ByEvent DigitWay = iota // a telephone-event
	ByInfo                  // a SIP INFO
	BySound                 // it was found in the sound
)

// Recorded tells that a recording is over.
type Recorded struct {
	File  string
	Cause string // for a person; "" when it was asked to end
}

// RemoteRecord begins or ends a recording.
type RemoteRecord struct{ On bool }

// RemoteConference joins the talk and the held call, or splits the conference.
type RemoteConference struct{ On bool }

// DoorSaid is what a door station has to tell who stands before it.
type DoorSaid struct {
	Kind   DoorWord
	Digits int // of DoorDigits
}

// DoorWord is what the door says.
type DoorWord uint8

// The words.
const (
	DoorDigits DoorWord = iota // so many digits of a code were pressed
	DoorOpen
	DoorWrong  // no such code, or not now
	DoorLocked // no code counts for a while
)

// Restore gives back the call history of before a restart, newest first.
type Restore struct{ Entries []Entry }

// RemoteDial dials for a person who is not at the keys, handsfree if the
// handset is in its cradle. An empty Account means the usual one.
type RemoteDial struct {
	Account  ua.AccountID
	Number   string
	Intercom bool // to be answered by itself
}

// RemoteAnswer answers a ringing call; 0 means the one that is shown.
type RemoteAnswer struct{ Call ua.CallID }

// RemoteReject rejects a ringing call with 486; 0 means the one that is shown.
type RemoteReject struct{ Call ua.CallID }

// RemoteHangup ends a call; 0 means all of them.
type RemoteHangup struct{ Call ua.CallID }

// RemoteHold holds or resumes a call; 0 means the one that is shown.
type RemoteHold struct {
	Call ua.CallID
	On   bool
}

// RemoteTransfer transfers a call blindly; 0 means the one that is shown.
type RemoteTransfer struct {
	Call   ua.CallID
	Number string
}

// RemoteDND begins or ends do not disturb.
type RemoteDND struct{ On bool }

// RemoteForward sends every call to Number; "" ends it.
type RemoteForward struct{ Number string }

// RemoteDigits sends telephone-events into the call that is heard.
type RemoteDigits struct{ Digits string }

func (Config) input()           {}
func (Settings) input()         {}
func (Key) input()              {}
func (Hook) input()             {}
func (UA) input()               {}
func (Timer) input()            {}
func (Clock) input()            {}
func (Invited) input()          {}
func (CommandFailed) input()    {}
func (Provisioning) input()     {}
func (Network) input()          {}
func (Audio) input()            {}
func (Media) input()            {}
func (Echo) input()             {}
func (Digit) input()            {}
func (Restore) input()          {}
func (RemoteDial) input()       {}
func (RemoteAnswer) input()     {}
func (RemoteReject) input()     {}
func (RemoteHangup) input()     {}
func (RemoteHold) input()       {}
func (RemoteTransfer) input()   {}
func (RemoteDND) input()        {}
func (RemoteForward) input()    {}
func (RemoteDigits) input()     {}
func (Recorded) input()         {}
func (RemoteRecord) input()     {}
func (RemoteConference) input() {}
func (DoorSaid) input()         {}
