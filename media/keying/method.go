package keying

import (
	"errors"
	"fmt"
	"strings"
)

// Method is how keys are exchanged.
type Method uint8

// The methods; the zero value means RTP in the clear.
const (
	Clear Method = iota
	SDES         // in the description (RFC 4568)
	DTLS         // in the sound's own path (RFC 5763)
)

func (m Method) String() string { return [...]string{"none", "SDES", "DTLS"}[min(m, DTLS)] }

// ErrSetup is returned, wrapped, for roles of a handshake that do not go together.
var ErrSetup = errors.New("keying: no role in the DTLS handshake that goes with the far end's")

// Setup is a side's role in a handshake (RFC 4145 §4): who begins.
type Setup uint8

// The roles.
const (
	NoSetup Setup = iota
	ActPass       // either
	Active        // the client
	Passive       // the server
	HoldConn
)

func (s Setup) String() string {
	return [...]string{"", "actpass", "active", "passive", "holdconn"}[min(s, HoldConn)]
}

// ParseSetup reads the value of a=setup; NoSetup for an unknown one.
func ParseSetup(value string) Setup {
	for s := ActPass; s <= HoldConn; s++ {
		if strings.EqualFold(strings.TrimSpace(value), s.String()) {
			return s
		}
	}
	return NoSetup
}

// Reply is the role of an answer to an offer's: current is the one that was
// agreed before, which stays where it can (RFC 5763 §5 and §6.6).
func (s Setup) Reply(current Setup) (Setup, error) {
	switch s {
	case ActPass:
		if current == Passive {
			return Passive, nil
		}
		return Active, nil // §5: the answerer begins, so that the answer need not have come
	case Active, NoSetup: // RFC 4145 §4.1: an offer without says active
		return Passive, nil
	case Passive:
		return Active, nil
	}
	return NoSetup, fmt.Errorf("%w: it says %s", ErrSetup, s)
}

// Role is ours by the answer to our actpass.
func (s Setup) Role() (Setup, error) {
	switch s {
	case Active:
		return Passive, nil
	case Passive, NoSetup: // RFC 4145 §4.1: an answer without says passive
		return Active, nil
	}
	return NoSetup, fmt.Errorf("%w: it answers %s", ErrSetup, s)
}
