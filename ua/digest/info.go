package digest

import (
	"crypto/subtle"
	"strings"
)

// sent are the credentials of one request for one space.
type sent struct {
	space       *space
	credentials Credentials
}

// Done takes the Authentication-Info and Proxy-Authentication-Info values of the
// final response, "" when there are none, and its body (RFC 7616 §3.5). An
// error is for a log: the response counts all the same.
func (e *Exchange) Done(info, proxyInfo string, body []byte) error {
	err := e.informed(false, info, body)
	if proxy := e.informed(true, proxyInfo, body); err == nil {
		err = proxy
	}
	if err == nil || e.client.doubted {
		return nil
	}
	e.client.doubted = true
	return err
}

// informed believes a nextnonce only of who does not fail to prove what it knows.
func (e *Exchange) informed(proxy bool, info string, body []byte) error {
	nonce, proof := "", ""
	for _, p := range parse("info " + info) {
		nonce, proof = or(nonce, p.get("nextnonce")), or(proof, p.get("rspauth"))
	}
	var who *space
	for _, s := range e.sent {
		if s.space.proxy == proxy && (proof == "" || e.proves(s, proof, body)) {
			who = s.space
		}
	}
	switch {
	case who == nil && proof != "" && len(e.sent) > 0:
		return ErrProof
	case who == nil:
		return nil
	case proof != "":
		e.client.doubted = false
	}
	// A session algorithm has its key from the first nonce; a challenge will say
	// when that is over.
	if nonce != "" && !who.challenge.Algorithm.session() {
		who.challenge.Nonce, who.nc, who.cnonce = nonce, 0, e.client.cnonce()
	}
	return nil
}

func (e *Exchange) proves(s sent, proof string, body []byte) bool {
	want := response(s.credentials, "", body, e.client.password.Reveal())
	return subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(proof))) == 1
}

func or(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return a
	}
	return b
}
