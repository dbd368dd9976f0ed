package provisioning

import (
	"strings"
	"time"
)

// State is what the phone works by.
type State string

// The states.
const (
	Unprovisioned State = "unprovisioned" // no document ever came, and none is kept here with accounts
	Local         State = "local"         // the document kept with the agent
	Provisioned   State = "provisioned"   // a server's document
)

// Activity is what the Manager is doing.
type Activity string

// The activities.
const (
	Resting  Activity = "resting"
	Fetching Activity = "fetching"
	Applying Activity = "applying"
	Storing  Activity = "storing"
	Proving  Activity = "proving" // looks whether the document on trial works
)

// Attempt is what became of one step of discovery.
type Attempt struct {
	Step  string
	URL   string // empty: passed over
	Why   string
	Error string // of the fetch; empty when it went well or was not tried
	Waits string // server that a person has to accept first: https://host
}

// withoutQuery is an address as it is shown: its query may hold what only the
// server is to know.
func withoutQuery(url string) string {
	before, _, found := strings.Cut(url, "?")
	if found {
		before += "?…"
	}
	return before
}

// Status is a snapshot of the Manager.
type Status struct {
	State       State
	Activity    Activity
	InForce     Meta // of the document in force; zero when it is not a server's
	Attempts    []Attempt
	LastFetch   time.Time // when a server last answered with a document, or that ours is the newest
	LastAttempt time.Time
	Error       string // of the last attempt; empty when it went well
	Faults      []*FaultError
	LeftOut     []*FaultError // parameters of another maker's files that the document in force could not take
	StoreError  string        // the document in force is not kept, and why
	Failures    int           // attempts that failed, in a row
	Next        time.Time
	Pending     string // hash of a document that waits for the phone to be idle

	// OnTrial is until when the document in force has to prove itself; calls
	// prolong it. Zero: it need not, or has.
	OnTrial time.Time
	Missing string // what it has not proven yet
	// RolledBack tells why the newest document was taken back; empty when none was.
	RolledBack string
	Refused    string // hash of the server's document that is not taken
	Pinned     bool   // a person rolled back, and the server has the same document still
}
