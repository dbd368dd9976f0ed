// Package hal is the vocabulary of the hardware: what a telephone needs of a
// board, as interfaces that block and that Close unblocks.
//
// Drivers live in sub-packages and know only this package and their library.
// The package imports the standard library alone.
package hal

import (
	"errors"
	"io"
	"time"
)

// ErrClosed is returned by a blocked or later call after Close.
var ErrClosed = errors.New("hal: device closed")

// ErrGone is returned (wrapped) when a device was unplugged; the owner may
// open it again later.
var ErrGone = errors.New("hal: device gone")

// Key names a key of the telephone, as a board's keymap spells it.
type Key string

// The keys. A digit key's name is its digit.
const (
	Key0          Key = "0"
	Key1          Key = "1"
	Key2          Key = "2"
	Key3          Key = "3"
	Key4          Key = "4"
	Key5          Key = "5"
	Key6          Key = "6"
	Key7          Key = "7"
	Key8          Key = "8"
	Key9          Key = "9"
	KeyStar       Key = "*"
	KeyPound      Key = "#"
	KeySoft1      Key = "soft1"
	KeySoft2      Key = "soft2"
	KeySoft3      Key = "soft3"
	KeySoft4      Key = "soft4"
	KeyLine1      Key = "line1"
	KeyLine2      Key = "line2"
	KeyLine3      Key = "line3"
	KeyLine4      Key = "line4"
	KeyLine5      Key = "line5"
	KeyLine6      Key = "line6"
	KeyLine7      Key = "line7"
	KeyLine8      Key = "line8"
	KeyUp         Key = "up"
	KeyDown       Key = "down"
	KeyLeft       Key = "left"
	KeyRight      Key = "right"
	KeyOK         Key = "ok"
	KeyCancel     Key = "cancel"
	KeyMenu       Key = "menu"
	KeySpeaker    Key = "speaker"
	KeyHeadset    Key = "headset"
	KeyMute       Key = "mute"
	KeyHold       Key = "hold"
	KeyTransfer   Key = "transfer"
	KeyConference Key = "conference"
	KeyRedial     Key = "redial"
	KeyMessages   Key = "messages"
	KeyVolumeUp   Key = "volume-up"
	KeyVolumeDown Key = "volume-down"
	KeyCall       Key = "call" // the bell button of a door station
	KeyExit       Key = "exit" // request-to-exit (REX) button
	// Contacts of a door station are keys, too: pressed while the door, or the
	// station's housing, is open.
	KeyDoorOpen Key = "door-open"
	KeyTamper   Key = "tamper"
	// KeyHeadsetPlug is pressed while a plug is in the headset's jack.
	KeyHeadsetPlug Key = "headset-plug"
)

// Keys lists every key that a keymap may name.
func Keys() []Key {
	return []Key{
		Key0, Key1, Key2, Key3, Key4, Key5, Key6, Key7, Key8, Key9, KeyStar, KeyPound,
		KeySoft1, KeySoft2, KeySoft3, KeySoft4,
		KeyLine1, KeyLine2, KeyLine3, KeyLine4, KeyLine5, KeyLine6, KeyLine7, KeyLine8,
		KeyUp, KeyDown, KeyLeft, KeyRight, KeyOK, KeyCancel, KeyMenu,
		KeySpeaker, KeyHeadset, KeyMute, KeyHold, KeyTransfer, KeyConference, KeyRedial, KeyMessages,
		KeyVolumeUp, KeyVolumeDown, KeyCall, KeyExit, KeyDoorOpen, KeyTamper, KeyHeadsetPlug,
	}
}

// KeyAction is what happened to a key.
type KeyAction uint8

// A key goes down, may be held past the driver's long-press time (once), and
// comes up.
const (
	KeyPress KeyAction = iota
	KeyLong
	KeyRelease
)

// KeyEvent is one change of one key, debounced.
type KeyEvent struct {
	Key    Key
	Action KeyAction
	Time   time.Time
}

// Keypad is a set of keys: a matrix, single lines, an input device.
type Keypad interface {
	// ReadKey blocks for the next event.
	ReadKey() (KeyEvent, error)
	io.Closer
}

// HookState is where the handset is.
type HookState uint8

// On-hook: the handset rests in its cradle. A flash is a short on-hook that a
// driver was told to take for a key: the handset is off-hook before and after.
const (
	OnHook HookState = iota
	OffHook
	HookFlash
)

// Hook is the cradle's switch.
type Hook interface {
	// ReadHook returns the present state at its first call and blocks for a
	// change, debounced, at every later one.
	ReadHook() (HookState, error)
	io.Closer
}

// Pattern is how a lamp shines.
type Pattern uint8

// The patterns; a driver without blinking hardware blinks in its own goroutine.
const (
	LampOff     Pattern = iota
	LampOn              // steady
	LampSlow            // 1 s on, 1 s off: held
	LampFast            // 250 ms on, 250 ms off: ringing
	LampFlutter         // 100 ms on, 900 ms off: waiting, attention
)

// Indicator is one lamp.
type Indicator interface {
	Set(Pattern) error
	io.Closer
}

// Relay is a contact that does something in the world, such as a door opener.
// Its resting state is the safe one: before Open returns, after Release and
// Close, and when the program dies, the contact is at rest.
type Relay interface {
	// Pulse energises the contact for the time given, at most the board
	// file's max-hold. The driver itself lets go, whatever its caller does.
	// A Pulse while energised extends the time; it never adds up past
	// max-hold from now.
	Pulse(time.Duration) error
	Release() error
	io.Closer
}

// Credential is what a reader read of a card or key fob. Who may pass is decided
// elsewhere; one that is older than a moment was shown by somebody who left.
type Credential struct {
	Bits int    // of the frame, by which readers' formats are told apart: 26, 34, 37
	Code uint64 // without the parity: 24, 32 or 35 bits, the highest sent first
	Time time.Time
}

// Reader is a reader of credentials.
type Reader interface {
	// ReadCredential blocks for the next credential that arrived whole. What came
	// while nobody read is forgotten but for the last.
	ReadCredential() (Credential, error)
	io.Closer
}

// Expander is a controller of GPIO lines that is not the kernel's. Other parts
// name its lines; it is opened before them and closed after them.
type Expander interface {
	// Lines is how many it has, numbered from 0.
	Lines() int
	io.Closer
}

// Output is where a person hears the telephone.
type Output string

// The outputs.
const (
	Handset Output = "handset"
	Speaker Output = "speaker"
	Headset Output = "headset"
	Ringer  Output = "ringer"
)

// PCMFormat is what an AudioIO moves: 16-bit signed samples in the machine's
// byte order, one channel (a driver maps its card's channels to one).
type PCMFormat struct {
	SampleRate int // Hz
	Period     int // samples a ReadPeriod or WritePeriod moves
}

// AudioIO is the sound device and the clock of the audio path. Its methods
// allocate nothing. ReadPeriod and WritePeriod are called by one goroutine.
type AudioIO interface {
	Format() PCMFormat
	// ReadPeriod blocks for the next period of captured samples.
	// The error is ErrGone when the device went away.
	ReadPeriod([]int16) error
	// WritePeriod queues one period for playback.
	WritePeriod([]int16) error
	// Xruns counts overruns of capture and underruns of playback so far.
	Xruns() (capture, playback uint64)
	io.Closer
}

// Rester is an AudioIO that can stop its clock while there is nothing to capture
// or to play.
type Rester interface {
	// Rest stops the clock and waits until Rouse is called; it is called by the
	// goroutine that reads and writes periods. With soon the device makes itself
	// ready to start at once. The next ReadPeriod starts the clock and returns
	// without waiting for a period: what was captured before then is silence.
	// The error is ErrClosed after Close, and ErrGone when the device went away.
	Rest(soon bool) error
	// Rouse ends a Rest, or the next one if none is under way. Any goroutine may
	// call it.
	Rouse()
}

// Channels is an AudioIO whose card has several channels, each perhaps wired to
// something else: earpiece left, loudspeaker right.
type Channels interface {
	PlaybackChannels() int
	// PlayOn plays on one channel alone, counted from 0; -1 on all again.
	PlayOn(channel int)
}

// Mixer sets levels and the path of the sound.
type Mixer interface {
	// Route selects the output (and the microphone that belongs to it).
	Route(Output) error
	// Volume sets an output's level, 0 to 100 percent of its useful range.
	Volume(Output, int) error
	// Mute cuts the microphone in hardware where the codec can.
	Mute(bool) error
	io.Closer
}

// Watchdog reboots the board unless it is kicked within its timeout.
type Watchdog interface {
	Kick() error
	Timeout() time.Duration
	// Close disarms the watchdog where the kernel allows it.
	io.Closer
}
