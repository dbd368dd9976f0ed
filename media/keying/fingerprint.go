package keying

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// ErrFingerprint is returned, wrapped, for a certificate that is not the one
// that was described.
var ErrFingerprint = errors.New("keying: the far end's DTLS certificate is not the one that its signalling names: somebody may be listening in")

// Fingerprint names a certificate by its hash (RFC 8122 §5).
type Fingerprint struct {
	Hash  string // "sha-256", "sha-384" or "sha-512"
	Value string // octets
}

// hashes are those that are trusted, the strongest first. RFC 8122 §5 forbids
// MD5 and MD2; SHA-1 is broken.
var hashes = [...]struct {
	name string
	size int
	sum  func([]byte) []byte
}{
	{"sha-512", sha512.Size, func(b []byte) []byte { s := sha512.Sum512(b); return s[:] }},
	{"sha-384", sha512.Size384, func(b []byte) []byte { s := sha512.Sum384(b); return s[:] }},
	{"sha-256", sha256.Size, func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }},
}

// ParseFingerprint reads the value of a=fingerprint.
func ParseFingerprint(value string) (Fingerprint, error) {
	fields := strings.Fields(value)
	if len(fields) != 2 {
		return Fingerprint{}, fmt.Errorf("%w: a fingerprint is a hash function and a hash", ErrSyntax)
	}
	for _, h := range hashes {
		if !strings.EqualFold(h.name, fields[0]) {
			continue
		}
		octets, err := hex.DecodeString(strings.ReplaceAll(fields[1], ":", ""))
		if err != nil || len(octets) != h.size {
			return Fingerprint{}, fmt.Errorf("%w: the fingerprint is no %s", ErrSyntax, h.name)
		}
		return Fingerprint{Hash: h.name, Value: string(octets)}, nil
	}
	return Fingerprint{}, fmt.Errorf("%w: a fingerprint by %q", ErrUnsupported, fields[0])
}

// Attribute is the value of the a=fingerprint line.
func (f Fingerprint) Attribute() string {
	var b strings.Builder
	b.WriteString(f.Hash)
	for i := range len(f.Value) {
		fmt.Fprintf(&b, "%c%02X", ": "[btoi(i == 0)], f.Value[i])
	}
	return b.String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Fingerprints reads all values of a=fingerprint; what cannot be used is passed over.
func Fingerprints(values []string) []Fingerprint {
	var list []Fingerprint
	for _, value := range values {
		if f, err := ParseFingerprint(value); err == nil {
			list = append(list, f)
		}
	}
	return list
}

// Verify tells whether a certificate (DER) is one of those described. Of several
// hash functions the strongest one counts (RFC 8122 §5.1).
func Verify(certificate []byte, described []Fingerprint) error {
	for _, h := range hashes {
		some := false
		sum := h.sum(certificate)
		for _, f := range described {
			if f.Hash != h.name {
				continue
			}
			if some = true; bytes.Equal(sum, []byte(f.Value)) {
				return nil
			}
		}
		if some {
			break
		}
	}
	return ErrFingerprint
}
