package keying

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// How many packets of RTP and RTCP one master key may protect in each of the
// suites (RFC 3711 §9.2, RFC 4568 §6.2).
const (
	mostPackets = 1 << 48
	mostReports = 1 << 31
)

// Packets is how many packets of RTP the key is for.
func (c Crypto) Packets() uint64 { return c.atMost(mostPackets) }

// Reports is how many packets of RTCP the key is for.
func (c Crypto) Reports() uint64 { return c.atMost(mostReports) }

func (c Crypto) atMost(most uint64) uint64 {
	if c.Lifetime > 0 {
		return min(c.Lifetime, most)
	}
	return most
}

// SameKey tells whether two attributes are one key, however long it is said to live.
func (c Crypto) SameKey(o Crypto) bool {
	o.Lifetime = c.Lifetime
	return c == o
}

// lifetime reads how many packets a key is for (RFC 4568 §6.1): a number, or a
// power of two. What the suite does not bear makes the attribute invalid.
func lifetime(text string) (uint64, error) {
	var n uint64
	var err error
	if power, ok := strings.CutPrefix(text, "2^"); ok {
		if n, err = strconv.ParseUint(power, 10, 8); err == nil && n <= 48 {
			return 1 << n, nil
		}
	} else if n, err = strconv.ParseUint(text, 10, 64); err == nil && n > 0 && n <= mostPackets {
		return n, nil
	}
	return 0, fmt.Errorf("%w: key lifetime %q", ErrSyntax, text)
}

func lifetimeText(n uint64) string {
	if bits.OnesCount64(n) == 1 {
		return "2^" + strconv.Itoa(bits.TrailingZeros64(n))
	}
	return strconv.FormatUint(n, 10)
}
