// Package turn is a client of a TURN server (RFC 8656) over UDP: a pure machine,
// without clock, socket or goroutine. One allocation, a channel for each peer.
package turn

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"time"
)

// Errors; they come wrapped with what the server said.
var (
	ErrCredentials = errors.New("turn: the TURN server refuses the user or the password: check accounts[].turn-user and turn-password")
	ErrCapacity    = errors.New("turn: the TURN server has no room for another call")
	ErrRefused     = errors.New("turn: the TURN server refuses")
	ErrSilent      = errors.New("turn: the TURN server does not answer: check accounts[].turn, and whether its UDP port is filtered on the way")
	ErrGone        = errors.New("turn: the TURN server has let go of the allocation")
)

// Config says how a Client is to be.
type Config struct {
	Server         netip.AddrPort
	User, Password string
	Family6        bool // ask for an IPv6 address to be relayed (RFC 8656 §7.1)
}

// Send is a packet for the server.
type Send struct {
	Packet []byte
	To     netip.AddrPort
}

// Times.
const (
	firstRTO  = 250 * time.Millisecond
	transmits = 7
	lifetime  = 10 * time.Minute // RFC 8656 §3.2
	margin    = time.Minute      // before its end an allocation is refreshed
	rebind    = 4 * time.Minute  // a permission ends after 5 (§9), a channel after 10 (§12)
)

// Channels are what RFC 8656 §12 leaves to clients.
const (
	firstChannel = 0x4000
	lastChannel  = 0x4fff
	mostPeers    = 64
)

// HeaderSize precedes what goes through a channel.
const HeaderSize = 4

// PutHeader writes the header of ChannelData (RFC 8656 §12.4).
func PutHeader(b []byte, channel uint16, size int) {
	binary.BigEndian.PutUint16(b, channel)
	binary.BigEndian.PutUint16(b[2:], uint16(size))
}

// Unwrap reads ChannelData; over UDP there may be padding after it.
func Unwrap(packet []byte) (channel uint16, data []byte, ok bool) {
	if len(packet) < HeaderSize || packet[0] < 0x40 || packet[0] > 0x4f {
		return 0, nil, false
	}
	n := int(binary.BigEndian.Uint16(packet[2:]))
	if HeaderSize+n > len(packet) {
		return 0, nil, false
	}
	return binary.BigEndian.Uint16(packet), packet[HeaderSize : HeaderSize+n], true
}
