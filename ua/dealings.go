package ua

import (
	"net/netip"
	"time"
)

// Dealings are how an account deals with its servers and with those who call, in
// what few have to choose. The zero value is what suits most.
type Dealings struct {
	// AutoAnswer says who may ask to be answered by itself; AutoAnswerFrom are
	// those whom AnswerListed means, users or URIs with spaces between them, so
	// that an Account stays comparable.
	AutoAnswer     AnswerPolicy
	AutoAnswerFrom string
	// LateOffer makes calls without a description: what the far end offers is
	// answered in the ACK, or in the PRACK (RFC 3261 §13.2.1, RFC 3262 §5).
	LateOffer bool
	// NoReferSub has a far end that can do so tell nothing of a transfer
	// (RFC 4488): it is done as soon as it was accepted.
	NoReferSub bool
	// ConnectionReuse lets who we connect to by TLS send requests back over that
	// connection, where we have shown a certificate of the account's, and has us do
	// so with those who connect to us and are who they say (RFC 5923).
	ConnectionReuse bool
	// Silence is how long a server may leave a new request without any response
	// before the next server is asked; Failback is how often a better server that
	// has failed is looked at. 0 means the agent's.
	Silence, Failback time.Duration
}

// AnswerPolicy says on whose word an account's calls are answered without a
// person: by Answer-Mode (RFC 5373), or by what exchanges send instead.
type AnswerPolicy string

// The policies; "" means AnswerServer.
const (
	AnswerNobody   AnswerPolicy = "nobody"
	AnswerServer   AnswerPolicy = "server"   // whoever calls through the account's own server
	AnswerAsserted AnswerPolicy = "asserted" // of those, whom the server asserts (RFC 3325)
	AnswerListed   AnswerPolicy = "listed"   // of those, whom AutoAnswerFrom names
	AnswerAll      AnswerPolicy = "all"      // strangers, too
)

// Listener is a socket that anyone may call: UDP, TCP or TLS.
type Listener struct {
	Transport Transport
	Address   netip.AddrPort
}
