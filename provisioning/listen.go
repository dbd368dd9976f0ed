package provisioning

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"offhook/ua"
)

// Listeners are the sockets that anyone may call, as a ua.Agent takes them.
func (d Document) Listeners() []ua.Listener {
	var all []ua.Listener
	for _, text := range d.Network.Listen {
		if l, ok := parseListener(text); ok {
			all = append(all, l)
		}
	}
	return all
}

// ListenIdentity is who the phone is to those who call it by TLS.
func (d Document) ListenIdentity() (Identity, bool) {
	name, _ := strings.CutPrefix(d.Network.ListenCertificate, "$")
	return d.TLS.identity(name)
}

// parseListener reads udp:5060 or tcp:192.0.2.1:5060; without an address every
// one of the phone's.
func parseListener(text string) (ua.Listener, bool) {
	transport, where, _ := strings.Cut(text, ":")
	l := ua.Listener{Transport: ua.Transport(transport)}
	if l.Transport != ua.UDP && l.Transport != ua.TCP && l.Transport != ua.TLS {
		return l, false
	}
	if port, err := strconv.ParseUint(where, 10, 16); err == nil {
		l.Address = netip.AddrPortFrom(netip.IPv6Unspecified(), uint16(port))
	} else if l.Address, err = netip.ParseAddrPort(where); err != nil {
		return l, false
	}
	return l, l.Address.Port() > 0
}

func matchListen(s string) string {
	if _, ok := parseListener(s); ok {
		return ""
	}
	return fmt.Sprintf("%q is not a place to listen; use udp, tcp or tls with a port, such as udp:5060, or with an address of this phone: tls:192.0.2.7:5061", clip(s))
}

// listening checks that whoever comes in is somebody's, and sees who we are.
func (c *checker) listening(d Document) {
	direct, certified := false, d.Network.ListenCertificate != ""
	for _, a := range d.Accounts {
		direct = direct || !a.Register
		certified = certified || !a.Register && a.Certificate != ""
	}
	if name, ok := strings.CutPrefix(d.Network.ListenCertificate, "$"); ok {
		if _, found := d.TLS.identity(name); !found {
			c.fault("network.listen-certificate", "there is no identity %q; add it under tls.identities", clip(name))
		}
	}
	seen := map[ua.Listener]bool{}
	for i, text := range d.Network.Listen {
		at := fmt.Sprintf("network.listen[%d]", i)
		l, ok := parseListener(text)
		switch {
		case !ok: // told already
		case seen[l]:
			c.fault(at, "%s is there already; remove one of them", text)
		case !direct:
			c.fault(at, "nobody can be called there; add an account with register: false, or remove this")
		case l.Transport == ua.TLS && !certified:
			c.fault("network.listen-certificate", "is missing; %s needs a certificate to show: $name of one under tls.identities", text)
		}
		seen[l] = true
	}
}
