// Package pbx is the workbench's telephone exchange: a registrar and a
// back-to-back user agent on loopback, on sipgo.
//
// It is for people and for tests: it challenges, forks, relays sound with SRTP
// ended on each leg, loses packets on purpose, and answers a handful of
// numbers itself. It is not a product and never goes into firmware.
package pbx

import (
	"log/slog"
	"time"

	"crypto/tls"
	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/stream"
)

// Realm is the digest realm and the domain of every address-of-record.
const Realm = "pbx.offhook.test"

// Extension is a number that may register.
type Extension struct {
	Number   string
	Name     string // display name
	Password string
}

// Extensions are 1001 to 1009; the password of 1001 is "offhook-1001".
func Extensions() []Extension {
	names := []string{"Ada", "Alan", "Grace", "Edsger", "Barbara", "Donald", "Radia", "Dennis", "Margaret"}
	extensions := make([]Extension, len(names))
	for i, name := range names {
		number := "100" + string(rune('1'+i))
		extensions[i] = Extension{Number: number, Name: name, Password: "offhook-" + number}
	}
	return extensions
}

// Config says how an exchange is started.
type Config struct {
	Log           *slog.Logger
	Journal       *journal.Journal
	Host          string // the loopback address to listen on
	TLS, TCP, UDP int    // ports; 0 is any free one
	Certificate   tls.Certificate
	Extensions    []Extension
	Algorithms    []string      // of digest, best first; nil is SHA-256 and MD5
	Network       Network       // nil is a perfect one
	NonceLife     time.Duration // after which a nonce is stale; 0 means 5 min
	CallBackAfter time.Duration // of 602; 0 means 3 s
}

// Network makes the impaired network of a new leg, phone to PBX and back.
type Network func() (in, out stream.Fates)

// Registration is a binding (RFC 3261 §10).
type Registration struct {
	Extension string    `json:"extension"`
	Contact   string    `json:"contact"`
	Transport string    `json:"transport"` // udp, tcp or tls
	Source    string    `json:"source"`    // address that it came from
	UserAgent string    `json:"user_agent"`
	Algorithm string    `json:"algorithm"` // of the digest that was accepted
	Since     time.Time `json:"since"`
	Expires   time.Time `json:"expires"`
}

// Call is a call as the exchange sees it.
type Call struct {
	ID       int       `json:"id"`
	From     string    `json:"from"`
	To       string    `json:"to"`
	State    string    `json:"state"` // names of RFC 4235: trying, early, confirmed, terminated
	Held     bool      `json:"held"`
	Digits   string    `json:"digits"` // telephone-events received (RFC 4733)
	Started  time.Time `json:"started"`
	Answered time.Time `json:"answered"` // zero until confirmed
	Legs     []Leg     `json:"legs"`
}

// Leg is one side of a call.
type Leg struct {
	Party     string       `json:"party"`
	Transport string       `json:"transport"` // of the signalling
	State     string       `json:"state"`
	Suite     string       `json:"suite"` // SRTP crypto suite, "" for plain RTP
	Codec     string       `json:"codec"`
	Direction string       `json:"direction"` // as the PBX sees it
	Stats     stream.Stats `json:"stats"`
}

// Mailbox is the message count of an extension (RFC 3842).
type Mailbox struct {
	New int `json:"new"`
	Old int `json:"old"`
}
