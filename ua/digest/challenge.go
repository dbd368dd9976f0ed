package digest

import (
	"errors"
	"slices"
	"strings"
)

// Challenge is a server's demand for credentials.
type Challenge struct {
	Realm     string
	Nonce     string
	Opaque    string
	Algorithm Algorithm
	QOP       []string // "auth", "auth-int"; none as in RFC 2069
	Stale     bool     // the credentials were right, the nonce was old
	UserHash  bool     // the user's name may come hashed (RFC 7616 §3.4.4)
	UTF8      bool     // charset=UTF-8 was said (§4); we encode so in any case
}

// ErrMalformed is returned for a header that is no Digest challenge or answer.
var ErrMalformed = errors.New("digest: malformed header")

// ParseChallenges reads the Digest challenges of one WWW-Authenticate or
// Proxy-Authenticate value, which may hold several. Other schemes are left out;
// a value without any Digest challenge is ErrMalformed.
func ParseChallenges(value string) ([]Challenge, error) {
	var challenges []Challenge
	for _, c := range parse(value) {
		if !strings.EqualFold(c.scheme, "Digest") || c.get("nonce") == "" {
			continue
		}
		algorithm, _ := Algorithm(c.get("algorithm")).canonical()
		challenge := Challenge{
			Realm: c.get("realm"), Nonce: c.get("nonce"), Opaque: c.get("opaque"),
			Algorithm: algorithm, Stale: strings.EqualFold(c.get("stale"), "true"),
			UserHash: strings.EqualFold(c.get("userhash"), "true"), UTF8: strings.EqualFold(c.get("charset"), "utf-8"),
		}
		for _, qop := range strings.FieldsFunc(c.get("qop"), func(r rune) bool { return r == ',' || r == ' ' }) {
			challenge.QOP = append(challenge.QOP, strings.ToLower(qop))
		}
		challenges = append(challenges, challenge)
	}
	if challenges == nil {
		return nil, ErrMalformed
	}
	return challenges, nil
}

// Supported reports whether a Client can answer.
func (c Challenge) Supported() bool {
	_, known := c.Algorithm.canonical()
	_, ok := c.chooseQOP()
	return known && ok
}

// stronger reports whether c is better to answer than other: by its hash, then
// by whether a count protects it from being replayed.
func (c Challenge) stronger(other Challenge) bool {
	if a, b := c.Algorithm.strength(), other.Algorithm.strength(); a != b {
		return a > b
	}
	return len(c.QOP) > 0 && len(other.QOP) == 0
}

// chooseQOP prefers auth: bodies are changed on the way by many a proxy.
func (c Challenge) chooseQOP() (string, bool) {
	if len(c.QOP) == 0 {
		return "", true
	}
	for _, qop := range []string{"auth", "auth-int"} {
		if slices.Contains(c.QOP, qop) {
			return qop, true
		}
	}
	return "", false
}

// allows: an answer without a qop is good only where none was asked for, or the
// protection could be talked down.
func (c Challenge) allows(qop string) bool {
	if len(c.QOP) == 0 {
		return qop == ""
	}
	return slices.Contains(c.QOP, qop)
}

// String is the header value.
func (c Challenge) String() string {
	var b strings.Builder
	b.WriteString("Digest realm=" + quoted(c.Realm) + ", nonce=" + quoted(c.Nonce))
	if c.Opaque != "" {
		b.WriteString(", opaque=" + quoted(c.Opaque))
	}
	if c.Algorithm != "" {
		b.WriteString(", algorithm=" + token(string(c.Algorithm)))
	}
	if len(c.QOP) > 0 {
		b.WriteString(", qop=" + quoted(strings.Join(c.QOP, ",")))
	}
	if c.Stale {
		b.WriteString(", stale=true")
	}
	if c.UTF8 {
		b.WriteString(", charset=UTF-8")
	}
	if c.UserHash {
		b.WriteString(", userhash=true")
	}
	return b.String()
}
