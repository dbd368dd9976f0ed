// Package ice finds the way of a call's sound (RFC 8445): pure machines, without
// clock, socket or goroutine. Gatherer learns what addresses this side has, Agent
// tries them against the far end's, and goes on asking for its consent (RFC 7675).
//
// There is one component: RTP, with RTCP beside it (RFC 5761). All candidates of one
// IP family share one socket, so the kernel's routes choose the interface, and of
// pairs with the same remote candidate only one is left (RFC 8445 §6.1.2.4).
package ice

import (
	"crypto/rand"
	"errors"
	"net/netip"
	"time"
)

// Errors; they come wrapped with what was found.
var (
	ErrSyntax   = errors.New("ice: malformed candidate")
	ErrForeign  = errors.New("ice: a candidate of a kind that is not used here")
	ErrFailed   = errors.New("ice: no way to the far end was found: of all pairs of addresses none let packets through both ways; a TURN server would help (accounts[].turn)")
	ErrConsent  = errors.New("ice: the far end does not answer any more where its sound came from, so nothing is sent there any more (RFC 7675)")
	ErrMismatch = errors.New("ice: something on the way changed the address of the far end's sound (a router's SIP helper?): the call goes without ICE")
)

// Mode is how a side does ICE.
type Mode uint8

// The modes.
const (
	Off  Mode = iota
	Lite      // answers checks, makes none: for a side with a public address
	Full
)

// Description is what a side says of itself (RFC 8839).
type Description struct {
	Ufrag, Pwd string
	Lite       bool
	Candidates []Candidate
}

// Same tells whether two descriptions are of one ICE session: another ufrag or
// password is a restart (RFC 8839 §4.4.1.1.1).
func (d Description) Same(o Description) bool { return d.Ufrag == o.Ufrag && d.Pwd == o.Pwd }

// Via is the way a packet goes out or came in: from the socket itself, or
// through a TURN server.
type Via uint8

// The ways.
const (
	Direct Via = iota
	Relayed
)

// Send is a packet to be sent.
type Send struct {
	Packet []byte
	To     netip.AddrPort
	Via    Via
}

// Path is where media goes; the zero value is nowhere.
type Path struct {
	Remote netip.AddrPort
	Via    Via
}

// Times, RFC 8445 §14 and RFC 7675 §5.1.
const (
	pace      = 50 * time.Millisecond // Ta
	firstRTO  = 500 * time.Millisecond
	transmits = 7  // Rc
	lastRTOs  = 16 // Rm
	consent   = 5 * time.Second
	expiry    = 30 * time.Second
	keepAlive = 15 * time.Second // Tr
	// RFC 8863 §3: a far end whose candidates are all bad may still be heard from.
	patience = 39500 * time.Millisecond
)

// Credentials are a new ufrag and password (RFC 8445 §5.3: 24 and 128 bits at least).
func Credentials() (ufrag, pwd string) { return rand.Text()[:8], rand.Text() }
