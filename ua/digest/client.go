package digest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"offhook/ua"
)

// Header is a header to put on a request.
type Header struct{ Name, Value string }

// ErrUnsupported is returned when no challenge can be answered.
var ErrUnsupported = errors.New("digest: the server asks for an authentication that is not supported")

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
	spaces   []*space
	cnonce   func() string
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

// NewClient makes a Client.
func NewClient(user string, password ua.Secret) *Client {
	return &Client{user: user, password: password, cnonce: rand.Text}
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

func (c *Client) authorize(s *space, method, uri string, body []byte) Header {
	qop, _ := s.challenge.chooseQOP()
	s.nc++
	credentials := Credentials{
		User: c.user, Realm: s.challenge.Realm, Nonce: s.challenge.Nonce, URI: uri,
		Algorithm: s.challenge.Algorithm, Opaque: s.challenge.Opaque,
		QOP: qop, NC: s.nc, CNonce: s.cnonce,
	}
	credentials.Response = response(credentials, method, body, c.password.Reveal())
	name := "Authorization"
	if s.proxy {
		name = "Proxy-Authorization"
	}
	return Header{name, credentials.String()}
}

// nextNonce takes Authentication-Info (RFC 7616 §3.5). A session algorithm has
// its key from the first nonce and waits for the next challenge instead.
func (c *Client) nextNonce(proxy bool, info string) {
	nonce := ""
	for _, p := range parse("info " + info) {
		nonce = or(nonce, p.get("nextnonce"))
	}
	if nonce == "" {
		return
	}
	for i := len(c.spaces) - 1; i >= 0; i-- {
		s := c.spaces[i]
		if s.proxy == proxy && !s.challenge.Algorithm.session() {
			s.challenge.Nonce, s.nc, s.cnonce = nonce, 0, c.cnonce()
			return
		}
	}
}

func or(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return a
	}
	return b
}
