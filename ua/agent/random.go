package agent

import (
	"encoding/base64"
	"encoding/binary"
	"io"

	"offhook/ua/wire"
)

// token returns n random octets as text that fits tags, branches and Call-IDs.
func (a *Agent) token(n int) string {
	octets := make([]byte, n)
	// crypto/rand does not fail; another source that does gives zeros, which
	// are still a valid message.
	_, _ = io.ReadFull(a.config.Rand, octets)
	return base64.RawURLEncoding.EncodeToString(octets)
}

func (a *Agent) branch() string { return wire.Cookie + "." + a.token(12) }

// seed draws the seed of a machine's random intervals.
func (a *Agent) seed() uint64 {
	var octets [8]byte
	_, _ = io.ReadFull(a.config.Rand, octets[:])
	return binary.LittleEndian.Uint64(octets[:])
}

// random returns a number below n.
func (a *Agent) random(n uint64) uint64 {
	if n == 0 {
		return 0
	}
	return a.seed() % n
}
