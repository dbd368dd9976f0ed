package provisioning

import (
	"fmt"
	"strings"
)

// ICE is how an account's sound finds its way (RFC 8445).
type ICE string

// The ways.
const (
	ICEOff  ICE = "off"
	ICELite ICE = "lite" // answers who tries; for a telephone with a public address
	ICEFull ICE = "full"
)

// matchTURN checks a TURN server: host, host:port, or its URI (RFC 7065).
func matchTURN(s string) string {
	server, query, _ := strings.Cut(s, "?")
	switch {
	case strings.HasPrefix(server, "turns:"), query != "" && query != "transport=udp":
		return fmt.Sprintf("%q is not by UDP, which is the only way that sound is relayed here; give turn:host:port", clip(s))
	case strings.HasPrefix(server, "stun:"), strings.HasPrefix(server, "stuns:"):
		return fmt.Sprintf("%q is no TURN server; a STUN server is given by stun", clip(s))
	}
	if wrong := matchServer(TURNServer(s)); wrong != "" {
		return fmt.Sprintf("%q is not a TURN server; give turn:host:port", clip(s))
	}
	return ""
}

// TURNServer is the host, or host:port, of a TURN server as it is configured.
func TURNServer(s string) string {
	server, _, _ := strings.Cut(s, "?")
	return strings.TrimPrefix(server, "turn:")
}

// ice checks an account's servers against its way.
func (c *checker) ice(at string, a Account) {
	switch {
	case len(a.TURN) == 0 && (a.TURNUser != "" || !a.TURNPassword.IsZero()):
		c.fault(at+".turn", "is missing; turn-user and turn-password need the server that they are for")
	case len(a.TURN) == 0:
	case a.ICE != ICEFull:
		c.fault(at+".turn", "is of no use with ice: %s; set ice: full, or remove turn", a.ICE)
	case a.TURNUser == "":
		c.fault(at+".turn-user", "is missing; a TURN server relays for users alone")
	}
}
