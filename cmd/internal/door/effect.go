package door

import (
	"time"

	"offhook/ua"
)

// Effect is something to be done; the concrete types are below.
type Effect interface{ effect() }

// Open energises a relay for a time; the relay lets go by itself.
type Open struct {
	Relay string
	Hold  time.Duration
}

// Keep is to be there after a restart: the uses of codes, by Code.ID.
type Keep struct{ Used map[string]int }

// Entry is what was pressed at the station of a code: how many digits, to be
// shown as so many dots. Over: the code was judged, or begun anew.
type Entry struct {
	Digits int
	Over   bool
}

// Shut tells that a code was tried while none counts, each time; a Note tells of the
// first alone.
type Shut struct{ Call ua.CallID }

// Event is what happened, as web servers and the door's log are told.
type Event string

// The events.
const (
	Opened   Event = "opened"
	Refused  Event = "refused"   // a wrong code, or one that does not count now
	Locked   Event = "locked"    // too many wrong ones: no code counts for a while
	Forced   Event = "forced"    // the door opened by itself
	HeldOpen Event = "held-open" // for too long
	Closed   Event = "closed"    // again, after an alarm
	Tampered Event = "tamper"
)

// Note tells what happened, and who did it.
type Note struct {
	Event Event
	Warn  bool
	Text  string
	Relay string
	Call  ua.CallID // 0: nobody's
	Who   string    // the far end
	By    string    // exit, command, keypad, or the code's name
}

func (Open) effect()  {}
func (Keep) effect()  {}
func (Entry) effect() {}
func (Note) effect()  {}
func (Shut) effect()  {}
