package agent

import (
	"errors"
	"slices"
	"strings"

	"offhook/ua"
	"offhook/ua/wire"
)

var errNotSecure = errors.New("a sips address needs TLS on the way, and this account's server is not reached by it: set transport: tls")

func isSecure(uri string) bool {
	return len(uri) > 5 && strings.EqualFold(uri[:5], "sips:")
}

// secure reports whether a request asks for sips: by its target, or by the next
// hop of its route (RFC 3261 §8.1.1.8).
func (s *spec) secure() bool {
	if isSecure(s.uri) {
		return true
	}
	if len(s.route) == 0 {
		return false
	}
	address, err := wire.ParseAddress(s.route[0])
	return err == nil && isSecure(address.URI)
}

// asksSecure is the same of a request of the far end (RFC 3261 §12.1.1).
func asksSecure(m *wire.Message) bool {
	if isSecure(m.URI) {
		return true
	}
	hops := m.List("Record-Route")
	if len(hops) == 0 {
		hops = m.List("Contact")
	}
	if len(hops) == 0 {
		return false
	}
	address, err := wire.ParseAddress(hops[0])
	return err == nil && isSecure(address.URI)
}

// secured is a Contact where sips was asked for: TLS is said by the scheme, not
// by a parameter (RFC 5630 §3.1.4).
func secured(uri string) string {
	rest, ok := strings.CutPrefix(uri, "sip:")
	if !ok {
		return uri
	}
	parts := strings.Split(rest, ";")
	parts = slices.DeleteFunc(parts, func(part string) bool { return strings.EqualFold(part, "transport=tls") })
	return "sips:" + strings.Join(parts, ";")
}

// notSecure answers a sips request that came in the clear: somebody on the way
// did not keep the promise (RFC 3261 §26.2.2; the warning is RFC 5630's).
func (a *Agent) notSecure(s *serverTx) bool {
	if s.flow.transport == ua.TLS || !isSecure(s.request.URI) || s.request.Method == "ACK" {
		return false
	}
	a.replyNow(s, 480, "", []wire.Field{{Name: "Warning", Value: `380 offhook "SIPS Not Allowed"`}})
	return true
}
