package digest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"offhook/ua"
)

// Header is a header to put on a request.
type Header struct{ Name, Value string }

// Why no challenge is answered, or a server is not believed.
var (
	ErrUnsupported = errors.New("digest: the server asks for an authentication that is not supported")
	ErrWeak        = errors.New("digest: the server offers no algorithm but MD5, which this account refuses: " +
		"let the server offer SHA-256 (RFC 8760), or allow MD5")
	// ErrProof is told once, until a server shows its knowledge again.
	ErrProof = errors.New("digest: the server's rspauth does not show that it knows the password: " +
		"it is another server, or counts wrongly")
)

// RefusedError says that credentials for a fresh nonce were not accepted.
type RefusedError struct{ User, Realm string }

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the server does not accept user name %q with this password (realm %q)", e.User, e.Realm)
}

// Client is the digest memory of an account. One goroutine owns it, and its
// Exchanges with it.
type Client struct {
	user     string
	password ua.Secret
	refused  []Algorithm
	spaces   []*space
	cnonce   func() string
	doubted  bool // ErrProof was told
}

// space is a protection space: who asks, and the nonce that is in use with it.
type space struct {
	proxy     bool
	challenge Challenge
	cnonce    string
	nc        uint32
}

// maxSpaces bounds the memory of realms; the oldest goes first.
const maxSpaces = 8

// NewClient makes a Client. Challenges of refused algorithms, with a session or
// without, are not answered.
func NewClient(user string, password ua.Secret, refused ...Algorithm) *Client {
	return &Client{user: user, password: password, refused: refused, cnonce: rand.Text}
}

func (c *Client) refuses(challenge Challenge) bool {
	return slices.ContainsFunc(c.refused, challenge.Algorithm.like)
}

// Begin starts the exchange of one request and its repetitions. The URI is the
// Request-URI as it is sent.
func (c *Client) Begin(method, uri string, body []byte) *Exchange {
	return &Exchange{client: c, method: method, uri: uri, body: body}
}

// learn keeps the newest challenge of a protection space.
func (c *Client) learn(proxy bool, challenge Challenge) *space {
	fresh := &space{proxy: proxy, challenge: challenge, cnonce: c.cnonce()}
	for i, s := range c.spaces {
		if s.proxy == proxy && s.challenge.Realm == challenge.Realm {
			c.spaces[i] = fresh
			return fresh
		}
	}
	if len(c.spaces) == maxSpaces {
		c.spaces = c.spaces[1:]
	}
	c.spaces = append(c.spaces, fresh)
	return fresh
}

func (c *Client) forget(proxy bool, realm string) {
	c.spaces = slices.DeleteFunc(c.spaces, func(s *space) bool {
		return s.proxy == proxy && s.challenge.Realm == realm
	})
}

// authorize answers a space's challenge. The credentials name the user in clear.
func (c *Client) authorize(s *space, method, uri string, body []byte) Credentials {
	qop, _ := s.challenge.chooseQOP()
	s.nc++ // each request counts, those that are under way at once too
	credentials := Credentials{
		User: c.user, Realm: s.challenge.Realm, Nonce: s.challenge.Nonce, URI: uri,
		Algorithm: s.challenge.Algorithm, Opaque: s.challenge.Opaque,
		QOP: qop, NC: s.nc, CNonce: s.cnonce,
	}
	credentials.Response = response(credentials, method, body, c.password.Reveal())
	return credentials
}

// header writes the credentials for a space.
func (s *space) header(credentials Credentials) Header {
	if s.challenge.UserHash {
		credentials = credentials.hidden()
	}
	name := "Authorization"
	if s.proxy {
		name = "Proxy-Authorization"
	}
	return Header{name, credentials.String()}
}
