package phone

import (
	"time"

	"offhook/ua"
)

// EntryKind is what became of a call.
type EntryKind string

// The kinds.
const (
	Missed   EntryKind = "missed"
	Received EntryKind = "received"
	Dialled  EntryKind = "dialled"
	Texted   EntryKind = "text" // no call: a message (RFC 3428)
)

// Entry is one call of the history, or a text.
type Entry struct {
	Kind    EntryKind     `json:"kind"`
	Account ua.AccountID  `json:"account,omitempty"`
	Name    string        `json:"name,omitempty"`
	Number  string        `json:"number"`
	Time    time.Time     `json:"time"`
	Length  time.Duration `json:"length,omitempty"` // of the talk, in nanoseconds
	New     bool          `json:"new,omitempty"`    // missed and not yet looked at
	Text    string        `json:"text,omitempty"`
}

// historyLimit is how many calls are kept.
const historyLimit = 100
