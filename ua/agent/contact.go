package agent

import (
	"net/netip"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/wire"
)

// address is our URI for a flow, as others shall send to.
func (o *owner) address(l *line, f *flow, to netip.AddrPort) wire.URI {
	e := l.edgeOf(f)
	f = f.root() // the detour of a large request is not where we listen
	address := o.localAddress(f, to)
	if e != nil && e.public.IsValid() && f == e.flow && !f.isStream() {
		address = e.public
	} else if f.public.IsValid() {
		address = f.public
	}
	if f.isStream() && !hasServer(l.account) {
		if port := o.doorPort(f.transport); port > 0 { // a caller cannot come back on our outgoing port
			address = netip.AddrPortFrom(address.Addr(), port)
		}
	}
	uri := wire.URI{User: wire.EscapeUser(l.account.User), Host: address.Addr().WithZone("").String(), Port: address.Port()}
	if f.transport != ua.UDP {
		uri.Params = "transport=" + string(f.transport)
	}
	return uri
}

// contact is where requests of a dialog shall go: the GRUU that the registrar
// gave us (RFC 5627 §4.4.1), else our address, which asks for the flow that the
// dialog was made over where the server keeps flows (RFC 5626 §4.3).
func (o *owner) contact(l *line, f *flow, to netip.AddrPort) string {
	e := l.edgeOf(f)
	if e != nil && e.binding.gruu != "" {
		return e.binding.gruu
	}
	uri := o.address(l, f, to)
	if e != nil && e.binding.outbound {
		uri.Params = withParam(uri.Params, "ob")
	}
	return uri.String()
}

// callContact is the contact of a call. Who withholds himself has a temporary GRUU
// (RFC 5627 §3.2), or else an address without a name (RFC 3323 §4.1.1.3); the
// public GRUU would tell who he is.
func (o *owner) callContact(c *call, f *flow, to netip.AddrPort) string {
	if !c.withheld {
		return o.contact(c.line, f, to)
	}
	uri := o.address(c.line, f, to)
	if e := c.line.edgeOf(f); e != nil {
		if gruu := e.binding.temporaryFor(c.contact); gruu != "" {
			return gruu
		}
		if e.binding.outbound {
			uri.Params = withParam(uri.Params, "ob")
		}
	}
	uri.User = "anonymous"
	return uri.String()
}

func withParam(params, more string) string {
	if params == "" {
		return more
	}
	return params + ";" + more
}

// tell notes where the far end of a call is told to find us.
func (o *owner) tell(c *call, f *flow, to netip.AddrPort) {
	c.contact, c.host = o.callContact(c, f, to), o.address(c.line, f, to).Host
}

// tellMove tells the far end of a call our new address, and offers our sound
// from there if it is not a new port alone. With a GRUU the first stays the same.
func (o *owner) tellMove(c *call, f *flow) {
	host := o.address(c.line, f, f.remote).Host
	if c.contact != o.callContact(c, f, f.remote) {
		o.step(c, dialog.Refresh{})
	}
	if c.host != host {
		c.host = host
		o.step(c, dialog.Reoffer{})
	}
}
