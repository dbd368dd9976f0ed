package agent

import (
	"crypto/tls"
	"strings"

	"offhook/ua"
	"offhook/ua/locate"
	"offhook/ua/wire"
)

// sentBy is how a connection's far end is called by its own word.
type sentBy struct {
	host string
	port uint16
}

// aliasOf is the alias that a request asks for in its Via (RFC 5923), false for
// none.
func aliasOf(m *wire.Message) (sentBy, bool) {
	hops := m.List("Via")
	if len(hops) == 0 {
		return sentBy{}, false
	}
	via, err := wire.ParseVia(hops[0])
	_, asked := via.Params.Get("alias")
	return sentByOf(via.Host, via.Port), err == nil && asked
}

func sentByOf(host string, port uint16) sentBy {
	if port == 0 {
		port = locate.StandardPort(ua.TLS)
	}
	return sentBy{strings.ToLower(strings.Trim(host, "[]")), port}
}

// noteAlias remembers that a guest wants requests over the connection that it has
// made. Whether it is who it says is seen when that is used.
func (o *owner) noteAlias(s *serverTx) {
	if !s.flow.open || s.flow.transport != ua.TLS {
		return
	}
	if alias, ok := aliasOf(&s.request); ok {
		s.flow.alias = alias
	}
}

// aliasFor is a guest's connection by which an account reaches a server: one whose
// certificate would be taken if we had opened it to there (RFC 5923).
func (o *owner) aliasFor(l *line, query Query) *flow {
	if !l.account.ConnectionReuse || query.Transport != ua.TLS {
		return nil
	}
	want := sentByOf(query.Host, query.Port)
	for f := range o.flows {
		if f.open && f.alive() && f.alias == want && o.isHost(l, f, query.Host) {
			return f
		}
	}
	return nil
}

// isHost reports whether the certificate of a connection's far end is a host's.
func (o *owner) isHost(l *line, f *flow, host string) bool {
	secure, ok := f.stream.(*tls.Conn)
	if !ok {
		return false
	}
	config := l.tls
	if config == nil {
		var err error
		if config, err = tlsConfig(l.account.TLS, host, o.config.Roots, o.config.today); err != nil {
			return false
		}
	}
	name := host
	if l.account.TLS.ServerName != "" {
		name = l.account.TLS.ServerName
	}
	v := verifier{name: name, wildcard: l.account.TLS.Wildcard, roots: config.RootCAs, now: o.config.today}
	return v.proved(secure.ConnectionState()) == nil
}

// aliasVia is the sent-by and the parameter by which a request offers its own
// connection for what comes back (RFC 5923): with a certificate, where we are
// known by the name that is in it.
func (o *owner) aliasVia(l *line, f *flow, at wire.URI) (wire.URI, string) {
	if !l.account.ConnectionReuse || l.account.TLS.Cert == "" || f.transport != ua.TLS || f.open {
		return at, ""
	}
	if port := o.doorPort(ua.TLS); port > 0 && !hasServer(l.account) {
		host, _, _ := splitServer(l.account.Domain)
		at.Host, at.Port = host, port
	}
	return at, ";alias"
}
