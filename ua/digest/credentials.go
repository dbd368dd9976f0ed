package digest

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"offhook/ua"
)

// Credentials are an Authorization or Proxy-Authorization header.
type Credentials struct {
	User      string
	Realm     string
	Nonce     string
	URI       string
	Response  string
	Algorithm Algorithm
	Opaque    string
	QOP       string // "" as in RFC 2069
	NC        uint32
	CNonce    string
	UserHash  bool // User is hashed (RFC 7616 §3.4.4)
}

// What Verify finds wrong.
var (
	ErrNonce    = errors.New("digest: another nonce") // challenge again, with Stale
	ErrResponse = errors.New("digest: wrong user name or password")
)

// ParseCredentials reads an Authorization or Proxy-Authorization value.
func ParseCredentials(value string) (Credentials, error) {
	for _, c := range parse(value) {
		if !strings.EqualFold(c.scheme, "Digest") {
			continue
		}
		algorithm, ok := Algorithm(c.get("algorithm")).canonical()
		if !ok {
			return Credentials{}, fmt.Errorf("%w: algorithm %q", ErrMalformed, c.get("algorithm"))
		}
		cred := Credentials{
			User: c.get("username"), Realm: c.get("realm"), Nonce: c.get("nonce"), URI: c.get("uri"),
			Response: c.get("response"), Algorithm: algorithm, Opaque: c.get("opaque"),
			QOP: strings.ToLower(c.get("qop")), CNonce: c.get("cnonce"),
			UserHash: strings.EqualFold(c.get("userhash"), "true"),
		}
		if cred.QOP != "" {
			nc, err := strconv.ParseUint(c.get("nc"), 16, 32)
			if err != nil {
				return Credentials{}, fmt.Errorf("%w: nc %q", ErrMalformed, c.get("nc"))
			}
			cred.NC = uint32(nc)
		}
		if cred.Nonce == "" || cred.Response == "" {
			return Credentials{}, fmt.Errorf("%w: no nonce or response", ErrMalformed)
		}
		return cred, nil
	}
	return Credentials{}, ErrMalformed
}

// hidden names the user by a hash, so that nobody on the way reads it.
func (c Credentials) hidden() Credentials {
	c.User, c.UserHash = c.Algorithm.hash(c.User, c.Realm), true
	return c
}

// Of returns the credentials with the user named in clear, and whether they are
// that user's.
func (c Credentials) Of(user string) (Credentials, bool) {
	if !c.UserHash {
		return c, c.User == user
	}
	named := c
	named.User, named.UserHash = user, false
	return named, subtle.ConstantTimeCompare([]byte(named.hidden().User), []byte(strings.ToLower(c.User))) == 1
}

// Verify checks an answer to a challenge, on the server's side; a hashed user is
// to be named before (Of). ErrNonce means that it answers another one; whether a
// count (NC) was seen before is for the caller to know.
func Verify(c Credentials, challenge Challenge, method string, body []byte, password ua.Secret) error {
	if c.Nonce != challenge.Nonce {
		return ErrNonce
	}
	if c.Realm != challenge.Realm || c.named() != challenge.named() || c.Opaque != challenge.Opaque {
		return ErrResponse
	}
	if !challenge.allows(c.QOP) {
		return ErrResponse
	}
	want := response(c, method, body, password.Reveal())
	if subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(c.Response))) != 1 {
		return ErrResponse
	}
	return nil
}

func (c Credentials) named() Algorithm { return named(c.Algorithm) }
func (c Challenge) named() Algorithm   { return named(c.Algorithm) }

func named(a Algorithm) Algorithm {
	if a == "" {
		return MD5
	}
	return a
}

func (c Credentials) count() string { return fmt.Sprintf("%08x", c.NC) }

// String is the header value (RFC 7616 §3.4 and RFC 3261 §25.1 say which values
// are quoted).
func (c Credentials) String() string {
	var b strings.Builder
	b.WriteString("Digest username=" + quoted(c.User) + ", realm=" + quoted(c.Realm) +
		", nonce=" + quoted(c.Nonce) + ", uri=" + quoted(c.URI) + ", response=" + quoted(c.Response))
	if c.Algorithm != "" {
		b.WriteString(", algorithm=" + token(string(c.Algorithm)))
	}
	if c.Opaque != "" {
		b.WriteString(", opaque=" + quoted(c.Opaque))
	}
	if c.QOP != "" {
		b.WriteString(", qop=" + token(c.QOP) + ", nc=" + c.count())
	}
	if c.UserHash {
		b.WriteString(", userhash=true")
	}
	if c.CNonce != "" && (c.QOP != "" || c.Algorithm.session()) {
		b.WriteString(", cnonce=" + quoted(c.CNonce))
	}
	return b.String()
}
