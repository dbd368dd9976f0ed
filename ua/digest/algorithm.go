package digest

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"strings"
)

// Algorithm is a digest algorithm by its registered name; "" means MD5 that was
// not named.
type Algorithm string

// The algorithms.
const (
	MD5           Algorithm = "MD5"
	MD5Sess       Algorithm = "MD5-sess"
	SHA256        Algorithm = "SHA-256"
	SHA256Sess    Algorithm = "SHA-256-sess"
	SHA512256     Algorithm = "SHA-512-256"
	SHA512256Sess Algorithm = "SHA-512-256-sess"
)

// canonical returns the registered spelling; ok is false for one we lack.
func (a Algorithm) canonical() (Algorithm, bool) {
	for _, known := range []Algorithm{"", MD5, MD5Sess, SHA256, SHA256Sess, SHA512256, SHA512256Sess} {
		if strings.EqualFold(string(a), string(known)) {
			return known, true
		}
	}
	return a, false
}

// strength orders algorithms; those of one hash are equal.
func (a Algorithm) strength() int {
	switch a {
	case SHA512256, SHA512256Sess:
		return 3
	case SHA256, SHA256Sess:
		return 2
	}
	return 1
}

// like reports whether both are of one hash: MD5, MD5-sess and the unnamed.
func (a Algorithm) like(b Algorithm) bool { return a.strength() == b.strength() }

func (a Algorithm) session() bool {
	return a == MD5Sess || a == SHA256Sess || a == SHA512256Sess
}

// hash is H of RFC 7616 §3.3, in hexadecimal.
func (a Algorithm) hash(parts ...string) string {
	data := []byte(strings.Join(parts, ":"))
	switch a {
	case SHA256, SHA256Sess:
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:])
	case SHA512256, SHA512256Sess:
		sum := sha512.Sum512_256(data)
		return hex.EncodeToString(sum[:])
	}
	sum := md5.Sum(data)
	return hex.EncodeToString(sum[:])
}

// response computes request-digest (RFC 7616 §3.4.1; RFC 2069 without a qop),
// or, without a method, rspauth (§3.5).
func response(c Credentials, method string, body []byte, password string) string {
	h := c.Algorithm.hash
	a1 := h(c.User, c.Realm, password)
	if c.Algorithm.session() {
		a1 = h(a1, c.Nonce, c.CNonce)
	}
	a2 := h(method, c.URI)
	if c.QOP == "auth-int" {
		a2 = h(method, c.URI, h(string(body)))
	}
	if c.QOP == "" {
		return h(a1, c.Nonce, a2)
	}
	return h(a1, c.Nonce, c.count(), c.CNonce, c.QOP, a2)
}
