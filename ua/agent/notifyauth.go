package agent

import (
	"time"

	"offhook/ua/digest"
	"offhook/ua/wire"
)

// demand is a challenge of ours: a nonce is good once, for a short while.
type demand struct {
	nonce string
	until time.Time
}

const (
	demandFor  = 30 * time.Second
	maxDemands = 8
)

// challenged verifies the account's own credentials in a request of its server,
// which knows them, or answers with a challenge (RFC 3261 §22.2): the address of
// a datagram is no proof of who sent it.
func (o *owner) challenged(l *line, s *serverTx) bool {
	m := &s.request
	for _, value := range m.Lines("Authorization") {
		credentials, err := digest.ParseCredentials(value)
		if err == nil && o.proves(l, m, credentials) {
			return true
		}
	}
	d := demand{o.token(24), time.Now().Add(demandFor)}
	if l.demands = append(l.demands, d); len(l.demands) > maxDemands {
		l.demands = l.demands[1:]
	}
	algorithms := []digest.Algorithm{digest.SHA256, digest.MD5} // strongest first (RFC 8760 §2.4)
	if l.account.RefuseMD5 {
		algorithms = algorithms[:1]
	}
	var fields []wire.Field
	for _, algorithm := range algorithms {
		fields = append(fields, wire.Field{Name: "WWW-Authenticate", Value: l.challenge(d.nonce, algorithm).String()})
	}
	o.reply(s, 401, "Unauthorized", fields, nil)
	return false
}

func (l *line) challenge(nonce string, algorithm digest.Algorithm) digest.Challenge {
	return digest.Challenge{Realm: l.account.Domain, Nonce: nonce, Algorithm: algorithm, QOP: []string{"auth"}}
}

func (o *owner) proves(l *line, m *wire.Message, c digest.Credentials) bool {
	if l.account.RefuseMD5 && c.Algorithm != digest.SHA256 {
		return false
	}
	user := l.account.AuthUser
	if user == "" {
		user = l.account.User
	}
	for i, d := range l.demands {
		if d.nonce != c.Nonce || time.Now().After(d.until) {
			continue
		}
		l.demands = append(l.demands[:i:i], l.demands[i+1:]...)
		// The URI may be another than ours: a proxy between may have changed that.
		return c.User == user && digest.Verify(c, l.challenge(d.nonce, c.Algorithm), m.Method, m.Body, l.account.Password) == nil
	}
	return false
}
