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
	AllowHTTP   bool // let http:// be used at all
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
	Proceed bool // when the fetch fails, go on to the next step
	Waits   bool // there is a server, but a person has to accept it first; URL is empty
}

// Discoverer yields findings in order; a later step runs only when asked for.
type Discoverer interface {
	Discover(ctx context.Context, current Document, last Meta) iter.Seq[Finding]
}

// Meta tells where a stored document came from.
type Meta struct {
	Step         string    `json:"step"` // of discovery
	URL          string    `json:"url"`
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"last_modified,omitempty"`
	Hash         string    `json:"hash"` // SHA-256 of the bytes, hexadecimal
	Fetched      time.Time `json:"fetched"`
	Applied      time.Time `json:"applied"`
}

// Record is a document as it was fetched, with where it came from.
type Record struct {
	Meta Meta
	Data []byte
}

// Store keeps the documents that worked.
type Store interface {
	// Load returns the whole records, newest first, at most two. The error
	// tells of damaged ones and may come beside records.
	Load() ([]Record, error)
	// Save makes the record the newest; the one before becomes the previous.
	// After a power cut at any instant Load finds the old or the new one.
	Save(Record) error
}

// ErrLater is returned by an Applier that must not change anything now, because
// a call is up. The Manager tries again when told by Idle, and now and then.
var ErrLater = errors.New("provisioning: to be applied when the phone is idle")

// Applier makes the phone work as a document says.
type Applier interface {
	// Apply is told the whole document and what is different from the one
	// applied before. It returns ErrLater (wrapped or not) having changed
	// nothing, or another error if the phone cannot work so: the Manager then
	// applies the one before again. It must not drop a call.
	Apply(ctx context.Context, doc Document, changes []Change) error
}
