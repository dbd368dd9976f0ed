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
	_       [0]func()     // never compared: code for that would be larger than same
	Kind    EntryKind     `json:"kind"`
	Account ua.AccountID  `json:"account,omitempty"`
	Name    string        `json:"name,omitempty"`
	Number  string        `json:"number"`
	Time    time.Time     `json:"time"`
	Length  time.Duration `json:"length,omitempty"` // of the talk, in nanoseconds
	New     bool          `json:"new,omitempty"`    // missed and not yet looked at
	Text    string        `json:"text,omitempty"`
}

func (e *Entry) same(o *Entry) bool {
	return e.Time.Equal(o.Time) && e.Kind == o.Kind && e.Number == o.Number && e.Text == o.Text
}

// historyLimit is how many calls are kept.
const historyLimit = 100
