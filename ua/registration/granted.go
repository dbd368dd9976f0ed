package registration

import (
	"strings"
	"time"
)

// Granted is how long the binding stands, by a 2xx to REGISTER: the expires of
// our own Contact, else the Expires header, else what was asked (RFC 3261
// §10.2.4, §10.3). Bindings of other telephones are not looked at.
func Granted(r Response, asked time.Duration) time.Duration {
	own, found := Own(r)
	if found && own.HasExpires {
		return own.Expires
	}
	if r.HasExpires {
		return r.Expires
	}
	return asked
}

// Own picks our binding: by instance and reg-id (RFC 5626), by URI, by instance
// alone, or because there is just one (a registrar behind NAT may have
// rewritten it).
func Own(r Response) (Contact, bool) {
	for _, c := range r.Contacts {
		if sameInstance(c, r) && c.RegID == r.RegID {
			return c, true
		}
	}
	for _, c := range r.Contacts {
		if sameContact(c.URI, r.Own) {
			return c, true
		}
	}
	for _, c := range r.Contacts {
		if sameInstance(c, r) && (c.RegID == 0 || r.RegID == 0) {
			return c, true
		}
	}
	if len(r.Contacts) == 1 {
		return r.Contacts[0], true
	}
	return Contact{}, false
}

func sameInstance(c Contact, r Response) bool {
	return r.Instance != "" && strings.EqualFold(strings.Trim(c.Instance, `"`), strings.Trim(r.Instance, `"`))
}

// sameContact compares user, host, port and transport; what else a registrar
// adds to a URI does not make it another's (more lenient than RFC 3261 §19.1.4).
func sameContact(a, b string) bool {
	return a == b || address(a) == address(b)
}

type contactAddress struct{ user, host, port, transport string }

func address(uri string) contactAddress {
	uri, _, _ = strings.Cut(strings.Trim(strings.TrimSpace(uri), "<>"), "?")
	scheme, rest, _ := strings.Cut(uri, ":")
	parts := strings.Split(rest, ";")
	user, hostPort, ok := strings.Cut(parts[0], "@")
	if !ok {
		user, hostPort = "", parts[0]
	}
	a := contactAddress{user: user, host: strings.ToLower(hostPort), transport: "udp", port: "5060"}
	if strings.EqualFold(scheme, "sips") {
		a.port, a.transport = "5061", "tls"
	}
	for _, p := range parts[1:] {
		if name, value, _ := strings.Cut(p, "="); strings.EqualFold(strings.TrimSpace(name), "transport") {
			a.transport = strings.ToLower(strings.TrimSpace(value))
		}
	}
	if a.transport == "tls" {
		a.port = "5061"
	}
	if i := strings.LastIndexByte(a.host, ':'); i > strings.LastIndexByte(a.host, ']') {
		a.host, a.port = a.host[:i], a.host[i+1:]
	}
	return a
}
