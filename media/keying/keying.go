// Package keying is what a session description says of SRTP keys: the a=crypto
// lines of SDES (RFC 4568), for the suites of RFC 3711, 6188 and 7714, and the
// fingerprints and roles of DTLS-SRTP (RFC 5763, 8122). The handshake itself is in
// package dtls beneath.
package keying

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
)

// Errors; they come wrapped with what was found. None shows a key.
var (
	ErrSyntax      = errors.New("keying: malformed crypto attribute")
	ErrUnsupported = errors.New("keying: crypto attribute asks for what is not supported")
	ErrNoSuite     = errors.New("keying: no crypto suite in common with the far end")
)

// Suite is a crypto suite by its registered name.
type Suite string

// The suites.
const (
	AES128GCM       Suite = "AEAD_AES_128_GCM"
	AES256GCM       Suite = "AEAD_AES_256_GCM"
	AES128CMSHA1_80 Suite = "AES_CM_128_HMAC_SHA1_80"
	AES128CMSHA1_32 Suite = "AES_CM_128_HMAC_SHA1_32"
	AES256CMSHA1_80 Suite = "AES_256_CM_HMAC_SHA1_80"
)

// Suites lists what is supported, in order of preference. AES-128-CM with the
// long tag is what RFC 4568 makes mandatory; the short tag is accepted, not
// offered (Offered).
func Suites() []Suite {
	return []Suite{AES128GCM, AES256GCM, AES128CMSHA1_80, AES256CMSHA1_80, AES128CMSHA1_32}
}

// Offered lists what an offer has by default: short enough for small far ends.
func Offered() []Suite { return []Suite{AES128GCM, AES128CMSHA1_80} }

// lengths are the octets of master key and salt.
func (s Suite) lengths() (key, salt int) {
	switch s {
	case AES128GCM:
		return 16, 12
	case AES256GCM:
		return 32, 12
	case AES128CMSHA1_80, AES128CMSHA1_32:
		return 16, 14
	case AES256CMSHA1_80:
		return 32, 14
	}
	return 0, 0
}

// Key is a master key with its salt. It prints, logs and marshals as "***".
type Key struct{ material string }

// Reveal returns the master key and salt of a suite; nil if the length is not
// that suite's.
func (k Key) Reveal(s Suite) (key, salt []byte) {
	n, m := s.lengths()
	if len(k.material) != n+m || n == 0 {
		return nil, nil
	}
	return []byte(k.material[:n]), []byte(k.material[n:])
}

// IsZero reports whether there is no key.
func (k Key) IsZero() bool { return k.material == "" }

// String hides the key.
func (k Key) String() string { return "***" }

// Format hides the key from every verb of fmt.
func (k Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("***")) }

// LogValue hides the key from slog.
func (k Key) LogValue() slog.Value { return slog.StringValue("***") }

// MarshalText hides the key from encoders.
func (k Key) MarshalText() ([]byte, error) { return []byte("***"), nil }

// Crypto is one crypto attribute: a suite and the key by which its sender
// encrypts. Comparable; the zero value means no encryption.
type Crypto struct {
	Tag   int
	Suite Suite
	Key   Key
	MKI   string // octets that follow each packet, "" for none
	// Lifetime is how many packets its sender says the key is for; 0: as many as
	// the suite bears.
	Lifetime uint64
}

// IsZero reports whether this means no encryption.
func (c Crypto) IsZero() bool { return c.Suite == "" }

// Generate makes a crypto attribute with a fresh random key.
func Generate(tag int, suite Suite) (Crypto, error) {
	n, m := suite.lengths()
	if n == 0 {
		return Crypto{}, fmt.Errorf("%w: crypto suite %q", ErrUnsupported, suite)
	}
	material := make([]byte, n+m)
	if _, err := rand.Read(material); err != nil {
		return Crypto{}, fmt.Errorf("keying: no random key: %w", err)
	}
	return Crypto{Tag: tag, Suite: suite, Key: Key{string(material)}}, nil
}

// Supported reports whether the value of an a=crypto line can be used.
func Supported(value string) bool {
	_, err := Parse(value)
	return err == nil
}

// Choose picks from the crypto lines of an offer the one whose suite this side
// prefers most. Lines that cannot be used are passed over (RFC 4568 §5.1.2).
func Choose(offered []string, preference []Suite) (Crypto, error) {
	var best Crypto
	rank := len(preference)
	var found []string
	for _, value := range offered {
		c, err := Parse(value)
		if err != nil {
			found = append(found, name(value))
			continue
		}
		found = append(found, string(c.Suite))
		if i := slices.Index(preference, c.Suite); i >= 0 && i < rank {
			best, rank = c, i
		}
	}
	if best.IsZero() {
		return best, fmt.Errorf("%w: it offers %s", ErrNoSuite, strings.Join(found, ", "))
	}
	return best, nil
}

// Match finds in the crypto lines of an answer the one that takes up a line of
// ours: same tag, same suite (RFC 4568 §5.1.3). It returns ours and theirs.
func Match(answered []string, offered []Crypto) (ours, theirs Crypto, err error) {
	for _, value := range answered {
		c, parseErr := Parse(value)
		if parseErr != nil {
			err = parseErr
			continue
		}
		for _, o := range offered {
			if o.Tag == c.Tag && o.Suite == c.Suite {
				return o, c, nil
			}
		}
	}
	if err == nil {
		err = fmt.Errorf("%w: the answer takes up none of the crypto lines offered", ErrNoSuite)
	}
	return Crypto{}, Crypto{}, err
}
