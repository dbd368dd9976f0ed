package locate

import (
	"net/netip"
	"strings"

	"offhook/ua"
)

// Query is a server's name as configured, or the host of a URI.
type Query struct {
	Host      string
	Port      uint16       // 0: by NAPTR and SRV, or the transport's standard one
	Transport ua.Transport // the only one that will do; "" for any
	Secure    bool         // nothing but TLS, as of a sips URI
}

// Target is where a request can be sent.
type Target struct {
	Transport ua.Transport
	Address   netip.AddrPort
	Name      string // the server as configured: whom TLS has to meet (RFC 5922 §4)
	Host      string // whose address this is, SRV's target; a literal's own text
	Rank      int    // 0 is to be preferred; equal ranks share the load
}

// Server is what of a Target makes it the same server at another lookup.
type Server struct {
	Transport ua.Transport
	Address   netip.AddrPort
	Name      string
}

// Server names the target without its rank.
func (t Target) Server() Server { return Server{t.Transport, t.Address, t.Name} }

// StandardPort is a transport's own (RFC 3261 §19.1.2).
func StandardPort(transport ua.Transport) uint16 {
	if transport == ua.TLS {
		return 5061
	}
	return 5060
}

// Literal is the target of a query whose host is an IP address: there is
// nothing to ask (RFC 3263 §4.2).
func Literal(q Query) (Target, bool) {
	address, err := netip.ParseAddr(strings.Trim(q.Host, "[]"))
	if err != nil {
		return Target{}, false
	}
	transport := q.transports()[0]
	port := q.Port
	if port == 0 {
		port = StandardPort(transport)
	}
	return Target{
		Transport: transport, Address: netip.AddrPortFrom(address.Unmap(), port), Name: q.Host, Host: q.Host,
	}, true
}

// transports are those that will do. The first one is for a host that says
// nothing about itself: UDP, or TLS where it is demanded (RFC 3263 §4.1).
func (q Query) transports() []ua.Transport {
	switch {
	case q.Secure:
		return []ua.Transport{ua.TLS}
	case q.Transport != "":
		return []ua.Transport{q.Transport}
	}
	return []ua.Transport{ua.UDP, ua.TCP, ua.TLS}
}

// serviceName is where SRV tells of a transport (RFC 3263 §4.2, RFC 2782).
func serviceName(transport ua.Transport, domain string) string {
	switch transport {
	case ua.TLS:
		return "_sips._tcp." + domain
	case ua.TCP:
		return "_sip._tcp." + domain
	}
	return "_sip._udp." + domain
}
