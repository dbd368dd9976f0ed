package uatest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"offhook/ua/wire"
)

// forward sends a request on (RFC 3261 §16.6, without state).
func (p *Proxy) forward(from *link, m *wire.Message) {
	inDialog := strings.Contains(m.Get("To"), "tag=")
	if p.config.Challenge && m.Method != "ACK" && m.Method != "CANCEL" && !p.known(from, m) && !p.check(from, m, 407) {
		return
	}
	p.stripRoute(m)
	to := p.find(m.URI)
	if to.link == nil {
		if m.Method != "ACK" {
			p.answer(from, m, 404, "Not Found")
		}
		return
	}
	m.URI = to.contact
	via := fmt.Sprintf("SIP/2.0/%s %s;branch=%sp-%d-%s", strings.ToUpper(string(to.link.transport)),
		p.addresses[to.link.transport], wire.Cookie, from.id, topBranch(m))
	fields := []wire.Field{{Name: "Via", Value: via}}
	if !inDialog && m.Method == "INVITE" {
		// Twice when the transports differ (RFC 5658).
		fields = append(fields, wire.Field{Name: "Record-Route", Value: p.route(to.link)}, wire.Field{Name: "Record-Route", Value: p.route(from)})
	}
	m.Fields = append(fields, m.Fields...)
	for i := range m.Fields {
		if m.Fields[i].Name == "Max-Forwards" {
			n, _ := strconv.Atoi(m.Fields[i].Value)
			m.Fields[i].Value = strconv.Itoa(n - 1)
		}
	}
	_ = to.link.write(m.Encode())
}

// known reports whether the request comes from the callee's side of a dialog,
// who has no credentials for this realm in a test of the caller.
func (p *Proxy) known(from *link, m *wire.Message) bool {
	address, _ := wire.ParseAddress(m.Get("From"))
	uri, _ := wire.ParseURI(address.URI)
	return p.config.Passwords[uri.User] == ""
}

func (p *Proxy) route(l *link) string {
	return fmt.Sprintf("<sip:%s;transport=%s;lr>", p.addresses[l.transport], l.transport)
}

func (p *Proxy) stripRoute(m *wire.Message) {
	m.Fields = slices.DeleteFunc(m.Fields, func(f wire.Field) bool {
		if f.Name != "Route" {
			return false
		}
		for _, address := range p.addresses {
			if strings.Contains(f.Value, address.String()) {
				return true
			}
		}
		return false
	})
}

// find looks a target up: the Contact of a binding, or an address of record.
func (p *Proxy) find(target string) bound {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.bindings {
		if b.contact == target {
			return b
		}
	}
	uri, err := wire.ParseURI(target)
	if err != nil {
		return bound{}
	}
	for _, b := range p.bindings { // who withholds himself has another user there
		if at, err := wire.ParseURI(b.contact); err == nil && at.Host == uri.Host && at.Port == uri.Port {
			return b
		}
	}
	return p.bindings[uri.User]
}

// back sends a response the way that its request came.
func (p *Proxy) back(m *wire.Message) {
	branch := topBranch(m)
	rest, ok := strings.CutPrefix(branch, wire.Cookie+"p-")
	number, _, _ := strings.Cut(rest, "-")
	id, err := strconv.Atoi(number)
	if !ok || err != nil {
		if p.config.ServiceNote != nil {
			p.config.ServiceNote(*m) // to a request that the proxy sent itself
		}
		return
	}
	first := slices.IndexFunc(m.Fields, func(f wire.Field) bool { return f.Name == "Via" })
	m.Fields = slices.Delete(m.Fields, first, first+1)
	p.mu.Lock()
	to := p.links[id]
	p.mu.Unlock()
	if to != nil {
		_ = to.write(m.Encode())
	}
}

func topBranch(m *wire.Message) string {
	via, err := wire.ParseVia(m.List("Via")[0])
	if err != nil {
		return ""
	}
	return via.Branch()
}
