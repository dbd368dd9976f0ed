// Package provisioning is the vocabulary of the phone's configuration: the
// native Document, its strict decoding from a neutral tree, validation,
// differences and provenance, and the Manager that keeps a phone at the newest
// document that works.
//
// Bytes become a tree in leaves (native reads YAML and JSON). A Document is a
// plain value and is never changed once decoded.
//
// It imports the standard library, and ua for the accounts it makes.
package provisioning

import (
	"context"
	"errors"
	"iter"
	"time"

	"offhook/ua"
)

// Access is how to reach a server: whom to trust and who to be. The server is
// always verified.
type Access struct {
	CA          string // PEM; the system's roots when empty
	Certificate string // PEM client chain
	Key         ua.Secret
	Username    string // Basic or Digest, as the server asks
	Password    ua.Secret
	AllowHTTP   bool   // let http:// be used at all
	AllowTFTP   bool   // let tftp:// be used at all
	Proxy       string // URL of an HTTP proxy; empty: the environment's
}

// Request asks a Source for a document.
type Request struct {
	URL          string // macros already expanded
	Access       Access
	ETag         string // of the document we have, for If-None-Match
	LastModified string // of the document we have, for If-Modified-Since
	UserAgent    string
}

// Response is what a Source brought.
type Response struct {
	NotModified  bool // the document we have is still the newest; Data is empty
	Data         []byte
	URL          string // where it was in the end, after redirects
	ETag         string
	LastModified string
	// ClockBehind: the time is not set yet, so the server's certificate was judged
	// as of the day the program was made. Ask again when the clock is set.
	ClockBehind bool
}

// Source fetches documents of one or more URL schemes. Its errors are sentences
// for a person and never carry a secret.
type Source interface {
	Fetch(context.Context, Request) (Response, error)
}

// Finding is the outcome of one step of discovery.
type Finding struct {
	Step    string // "pinned", "document", "dhcp" …
	URL     string // where to fetch; empty when the step was passed over
	Why     string // why it has something, or why it was passed over
	Access  Access
	Proceed bool   // when the fetch fails, go on to the next step
	Waits   bool   // there is a server, but a person has to accept it first; URL is empty
	Server  string // that waits: https://host
}

// Discoverer yields findings in order; a later step runs only when asked for.
type Discoverer interface {
	Discover(ctx context.Context, current Document, last Meta) iter.Seq[Finding]
}

// Meta tells where a stored document came from, and what became of it.
type Meta struct {
	Step         string    `json:"step"`            // of discovery
	Found        string    `json:"found,omitempty"` // how the step found it: "option 66 of the lease of eth0"
	URL          string    `json:"url"`
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"last_modified,omitempty"`
	Hash         string    `json:"hash"` // SHA-256 of the bytes, hexadecimal
	Fetched      time.Time `json:"fetched"`
	Applied      time.Time `json:"applied"`

	Number  int       `json:"-"` // in the history, from 1 up; 0: not stored
	Verdict Verdict   `json:"verdict,omitempty"`
	Why     string    `json:"why,omitempty"` // of the verdict, for a person
	Decided time.Time `json:"decided,omitzero"`
	Cut     int       `json:"cut,omitempty"`     // trials that the end of the program cut short
	Boots   int       `json:"boots,omitempty"`   // starts with it in a row of which nothing good is known yet
	Refuses string    `json:"refuses,omitempty"` // hash of the server's document that a person rolled back from
}

// Verdict is what became of a document.
type Verdict string

// The verdicts. A record without one is of a version that kept only what worked.
const (
	OnTrial    Verdict = "on trial"
	Confirmed  Verdict = "confirmed"
	RolledBack Verdict = "rolled back"
	Broken     Verdict = "broken off" // its trial, by an end of the program that was asked for
)

// Good reports whether a phone may start with the document.
func (m Meta) Good() bool { return m.Verdict == Confirmed || m.Verdict == "" }

// Record is a document as it was fetched, with where it came from.
type Record struct {
	Meta Meta
	Data []byte
}

// Store keeps the last documents, and what the phone's user has set.
type Store interface {
	// Load returns the whole records, newest first, with their numbers. The
	// error tells of damaged ones and may come beside records.
	Load() ([]Record, error)
	// Save makes a record without a number the newest and returns the number it
	// has got; one with a number takes the place of the one that had it. After a
	// power cut at any instant Load finds what was there before, or this.
	Save(Record) (number int, err error)
	LoadUser() ([]UserSetting, error)
	SaveUser([]UserSetting) error
}

// ErrLater is returned by an Applier that must not change anything now, because
// a call is up. The Manager tries again when told by Idle, and now and then.
var ErrLater = errors.New("provisioning: to be applied when the phone is idle")

// Applier makes the phone work as a document says.
type Applier interface {
	// Ready returns ErrLater (wrapped or not) when the document has to wait for
	// the end of a call. It changes nothing.
	Ready(doc Document, changes []Change) error
	// Apply is told the whole document and what is different from the one
	// applied before. It returns ErrLater (wrapped or not) having changed
	// nothing, or another error if the phone cannot work so: the Manager then
	// applies the one before again. It must not drop a call.
	Apply(ctx context.Context, doc Document, changes []Change) error
}

// Prover tells how the phone is while a new document is on trial.
type Prover interface {
	Vitals(context.Context) Vitals
}

// Vitals is how the phone is.
type Vitals struct {
	Registered []ua.AccountID
	Busy       bool   // a call is up
	Stuck      string // which part of the program has not moved; empty: all have
}
