package phone

import (
	"time"

	"offhook/hal"
	"offhook/ua"
)

// Effect is something to be done; the concrete types are below. Effects are
// carried out in order.
type Effect interface{ effect() }

// Invite calls somebody. It is answered by Invited or CommandFailed.
type Invite struct {
	Ref     uint64 // comes back in Invited
	Account ua.AccountID
	Target  ua.Target
	// Anonymous withholds our number; Emergency is a call for help; Intercom asks
	// to be answered by itself.
	Anonymous, Emergency, Intercom bool
	// Pickup is the call to take over; with one, Target only says who calls there.
	Pickup ua.DialogRef
}

// Ringing tells the caller that it rings here (180).
type Ringing struct{ Call ua.CallID }

// Answer answers an incoming call.
type Answer struct{ Call ua.CallID }

// Reject refuses an incoming call.
type Reject struct {
	Call ua.CallID
	Code int // status code
}

// Redirect sends an incoming call elsewhere.
type Redirect struct {
	Call   ua.CallID
	Target ua.Target
	Why    ua.Diversion
}

// Hangup ends a call in any state. Elsewhere: another of those that rang at once
// was answered.
type Hangup struct {
	Call      ua.CallID
	Elsewhere bool
}

// Hold holds or resumes a call.
type Hold struct {
	Call ua.CallID
	On   bool
}

// Transfer transfers a call blindly.
type Transfer struct {
	Call   ua.CallID
	Target ua.Target
}

// TransferTo joins the far ends of two calls. A consult that is not answered
// yet ends, and the call goes where that went.
type TransferTo struct{ Call, Consult ua.CallID }

// SetFeature asks an account's server for what was switched here.
type SetFeature struct {
	Account ua.AccountID
	State   ua.FeatureState
}

// SendDigit sends one telephone-event into a call.
type SendDigit struct {
	Call  ua.CallID
	Digit byte
}

// Route says what is heard where. With Call 0 only tones are heard, if any.
// An idle phone has Output Ringer. Mute silences what is sent to the far end.
// With is the other call of a conference, which hears Call and is heard with it.
type Route struct {
	Call   ua.CallID
	With   ua.CallID
	Output hal.Output
	Mute   bool
}

// ToneKind is what a tone means; how it sounds is the country's tone plan's.
type ToneKind string

// The tones. All but Confirm, Error and DTMF go on, in their cadence, until
// the next Tone; so does DTMF, which the phone ends by itself.
const (
	ToneNone        ToneKind = ""
	ToneDial        ToneKind = "dial"
	ToneStutterDial ToneKind = "stutter-dial" // messages wait
	ToneRingBack    ToneKind = "ring-back"
	ToneBusy        ToneKind = "busy"
	ToneCongestion  ToneKind = "congestion"
	ToneInfo        ToneKind = "info"         // special information: there is no such number
	ToneCallWaiting ToneKind = "call-waiting" // mixed into the call
	ToneHowler      ToneKind = "howler"
	ToneConfirm     ToneKind = "confirm" // one short, pleasant beep
	ToneError       ToneKind = "error"   // one short, unpleasant beep
	ToneDTMF        ToneKind = "dtmf"    // a key's sound
)

// Tone plays a tone at the route's output, in place of the last one.
type Tone struct {
	Kind  ToneKind
	Digit byte // of ToneDTMF
}

// Ring starts or ends ringing on the ringer. AlertInfo is what the caller's
// server asked for, for distinctive ringing.
type Ring struct {
	On        bool
	AlertInfo string
}

// LampName names a lamp as board files do.
type LampName string

// The lamps; line keys have LampLine1 to LampLine8.
const (
	LampMessage    LampName = "message"
	LampRegistered LampName = "registered"
	LampSpeaker    LampName = "speaker"
	LampMute       LampName = "mute"
	LampHeadset    LampName = "headset"
	LampRing       LampName = "ring"
	LampHold       LampName = "hold"
	LampLine1      LampName = "line1"
	LampLine2      LampName = "line2"
	LampLine3      LampName = "line3"
	LampLine4      LampName = "line4"
	LampLine5      LampName = "line5"
	LampLine6      LampName = "line6"
	LampLine7      LampName = "line7"
	LampLine8      LampName = "line8"
)

// Lamp sets a lamp. A board without that lamp ignores it.
type Lamp struct {
	Name    LampName
	Pattern hal.Pattern
}

// Volume sets an output's level.
type Volume struct {
	Output  hal.Output
	Percent int
}

// Backlight sets the panel's light, 0 to 100 percent.
type Backlight struct{ Percent int }

// Show draws a View.
type Show struct{ View View }

// TimerID names a timer of the phone; each runs once at a time.
type TimerID uint8

// StartTimer asks for Timer{ID, Gen} after a while. It takes the place of a
// timer with the same ID that still runs.
type StartTimer struct {
	ID    TimerID
	Gen   uint64
	After time.Duration
}

// History replaces the call history to be kept over a restart, newest first.
type History struct{ Entries []Entry }

// Keep replaces the settings to be kept over a restart.
type Keep struct{ Settings Settings }

// Record begins a recording of what is said, or ends it. It is answered by
// Recorded when it is over.
type Record struct{ On bool }

// Log tells an administrator what happened.
type Log struct {
	Warn bool
	Text string
}

func (Invite) effect()     {}
func (Ringing) effect()    {}
func (Answer) effect()     {}
func (Reject) effect()     {}
func (Redirect) effect()   {}
func (Hangup) effect()     {}
func (Hold) effect()       {}
func (Transfer) effect()   {}
func (TransferTo) effect() {}
func (SetFeature) effect() {}
func (SendDigit) effect()  {}
func (Route) effect()      {}
func (Tone) effect()       {}
func (Ring) effect()       {}
func (Lamp) effect()       {}
func (Volume) effect()     {}
func (Backlight) effect()  {}
func (Show) effect()       {}
func (StartTimer) effect() {}
func (History) effect()    {}
func (Keep) effect()       {}
func (Record) effect()     {}
func (Log) effect()        {}
