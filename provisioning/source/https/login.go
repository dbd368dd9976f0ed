package https

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/icholy/digest"

	"offhook/provisioning"
)

// login answers the challenges of the server that the request was for, and of
// no other: a redirect does not carry the password away.
type login struct {
	next   http.RoundTripper
	origin *url.URL
	access provisioning.Access
}

// strength orders digest algorithms; the server may offer several (RFC 7616 §3.7).
var strength = []string{"", "MD5", "SHA-256", "SHA-512-256", "SHA-512"}

func (l *login) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := l.next.RoundTrip(request)
	same := request.URL.Scheme == l.origin.Scheme && request.URL.Host == l.origin.Host
	if err != nil || !same || l.access.Username == "" {
		return response, err
	}
	// A second time only if the nonce was stale (RFC 7616 §3.3).
	for try := range 2 {
		if response.StatusCode != http.StatusUnauthorized {
			return response, nil
		}
		value, stale := l.answer(request, response.Header.Values("WWW-Authenticate"))
		if value == "" || try > 0 && !stale {
			return response, nil
		}
		_, _ = io.CopyN(io.Discard, response.Body, 64<<10)
		_ = response.Body.Close()
		again := request.Clone(request.Context())
		again.Header.Set("Authorization", value)
		if response, err = l.next.RoundTrip(again); err != nil {
			return nil, err
		}
	}
	return response, nil
}

// answer makes the Authorization header for the best challenge: Digest before
// Basic. It is empty when there is none that we can answer.
func (l *login) answer(request *http.Request, challenges []string) (value string, stale bool) {
	var best *digest.Challenge
	rank := func(c *digest.Challenge) int { return slices.Index(strength, strings.ToUpper(c.Algorithm)) }
	basic := false
	for _, challenge := range challenges {
		scheme, _, _ := strings.Cut(challenge, " ")
		if strings.EqualFold(scheme, "Basic") {
			basic = true
		}
		c, err := digest.ParseChallenge(challenge)
		if err != nil {
			continue
		}
		for i := range c.QOP {
			c.QOP[i] = strings.TrimSpace(c.QOP[i]) // "auth, auth-int"
		}
		if digest.CanDigest(c) && (best == nil || rank(c) > rank(best)) {
			best = c
		}
	}
	if best == nil {
		if !basic {
			return "", false
		}
		var r http.Request
		r.Header = http.Header{}
		r.SetBasicAuth(l.access.Username, l.access.Password.Reveal())
		return r.Header.Get("Authorization"), false
	}
	credentials, err := digest.Digest(best, digest.Options{
		Method: request.Method, URI: request.URL.RequestURI(), Count: 1,
		GetBody:  func() (io.ReadCloser, error) { return http.NoBody, nil },
		Username: l.access.Username, Password: l.access.Password.Reveal(),
	})
	if err != nil {
		return "", false
	}
	return credentials.String(), best.Stale
}
