package agent

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"offhook/ua"
	"offhook/ua/digest"
	"offhook/ua/locate"
	"offhook/ua/wire"
)

// errInjection says that a value would have ended its header line.
var errInjection = errors.New("agent: a control character in a header value")

// spec is a request to be sent, but for what depends on the flow.
type spec struct {
	method, uri string
	route       []string
	from, to    string // header values with their tags
	callID      string
	cseq        uint32
	contact     string // added parameters of the Contact; "-" for no Contact
	contactURI  string // "" for the flow's own
	edge        *edge  // the one way to go, of a REGISTER
	via         *flow  // this flow and no other
	extra       []wire.Field
	contentType string
	body        []byte
	flow        *flow // where the dialog came in, if it is to be used again
	inDialog    bool
	elsewhere   bool // a redirection leads away from the account's server
}

// exchange is a request with its repetitions after challenges. Its fields
// belong to the owner.
type exchange struct {
	line     *line
	spec     spec
	next     func() uint32 // the CSeq of each repetition
	answer   func(wire.Message, error)
	failed   func(error)
	prepared func(f *flow, to netip.AddrPort) // before each sending
	unwanted func() bool                      // nil for never

	digest      *digest.Exchange
	credentials []wire.Field
	tx          *clientTx
	request     *sip.Request
	flow        *flow
	to          netip.AddrPort
	provisional bool
	final       bool
	void        bool // nobody waits any more
	cancel      func()

	edge     *edge           // that it was sent by; nil without a server
	tried    []locate.Server // that did not serve it
	lost     []*lostSending  // to those
	patience *alarm          // for the first response
	again    bool            // it was counted on after a 482
	reopened bool            // it was sent by a new connection to the same server
}

// allow are the methods that we take part in.
const allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, INFO, UPDATE, PRACK, REFER, MESSAGE"

// send sends a request and answers challenges. answer gets every response but
// those challenges; its error says why credentials did not help. failed comes
// when there will be no final response.
func (o *owner) send(x *exchange) {
	o.route(x.line, &x.spec, func(f *flow, to netip.AddrPort, err error) {
		if x.void {
			return
		}
		o.sendBy(x, f, to, err)
	})
}

// repeat sends a request again to who challenged it.
func (o *owner) repeat(x *exchange) {
	if x.line.stays(x.flow) {
		o.sendBy(x, x.flow, x.to, nil) // not to the server that the account has gone on to
		return
	}
	o.send(x)
}

func (o *owner) sendBy(x *exchange, f *flow, to netip.AddrPort, err error) {
	if err == nil {
		err = o.transmit(x, f, to)
	}
	if err != nil {
		x.final = true
		x.failed(err)
	}
}

func (o *owner) transmit(x *exchange, f *flow, to netip.AddrPort) error {
	x.spec.cseq = x.next()
	x.flow, x.to, x.provisional = f, to, false
	if x.prepared != nil {
		x.prepared(f, to)
	}
	o.headFor(x, f)
	uri, err := requestURI(x.spec.uri)
	if err != nil {
		return err
	}
	if x.digest == nil {
		x.digest = x.line.digest.Begin(x.spec.method, uri.String(), x.spec.body)
	}
	x.credentials = x.credentials[:0]
	if x.toServer() {
		for _, h := range x.digest.Headers() {
			x.credentials = append(x.credentials, wire.Field{Name: h.Name, Value: h.Value})
		}
	}
	request, err := o.encode(x.line, f, to, x.spec, x.credentials, o.branch())
	if err != nil {
		return err
	}
	if o.widen(x, f, to, len(request.String())) {
		return nil
	}
	tx, err := f.tx.begin(request, to, o.sipLog)
	if err != nil {
		return err
	}
	x.tx, x.request = tx, request
	o.awaitSign(x)
	o.spawn(func() {
		tx.pump(
			func(m wire.Message) { o.post(func(o *owner) { o.responded(x, tx, m) }) },
			func(err error) { o.post(func(o *owner) { o.ended(x, tx, err) }) })
	})
	return nil
}

// toServer reports whether credentials may be shown where the request goes: to
// the account's server, not to whoever is on the other end of a dialog.
func (x *exchange) toServer() bool {
	return !hasServer(x.line.account) || x.to == x.flow.remote
}

// responded takes a response to any sending of x.
func (o *owner) responded(x *exchange, tx *clientTx, m wire.Message) {
	if x.tx != tx || x.void {
		return // to a sending that was challenged
	}
	o.clock.stop(x.patience)
	if o.refusedService(x, &m) {
		return
	}
	var refusal error
	switch {
	case m.Status < 200:
		x.provisional = true
		if x.cancel != nil {
			cancel := x.cancel
			x.cancel = nil
			cancel()
		}
	case (m.Status == 401 || m.Status == 407) && !x.final && x.toServer():
		refusal = x.digest.Challenged(m.Lines("WWW-Authenticate"), m.Lines("Proxy-Authenticate"))
		if refusal == nil {
			o.learnAddress(x, &m)
			o.repeat(x)
			return
		}
		x.final = true
	default:
		if !x.final {
			if err := x.digest.Done(m.Get("Authentication-Info"), m.Get("Proxy-Authentication-Info"), m.Body); err != nil {
				o.log.Warn("the server is not proved", "account", x.line.account.ID, "error", err)
			}
		}
		x.final = true
	}
	o.learnAddress(x, &m)
	x.answer(m, refusal)
}

func (o *owner) ended(x *exchange, tx *clientTx, err error) {
	if x.tx != tx || x.final || x.void {
		return
	}
	o.clock.stop(x.patience)
	if o.failOver(x, err, 0) {
		return
	}
	x.final = true
	x.failed(err)
}

// learnAddress notes how the server sees our datagrams (RFC 3581 §4).
func (o *owner) learnAddress(x *exchange, m *wire.Message) {
	e := x.line.edgeOf(x.flow)
	if e == nil || x.flow != e.flow || x.flow.isStream() {
		return
	}
	via, err := wire.ParseVia(m.Get("Via"))
	if err != nil {
		return
	}
	received, _ := via.Params.Get("received")
	rport, _ := via.Params.Get("rport")
	port, err := strconv.ParseUint(rport, 10, 16)
	if err != nil || port == 0 {
		return
	}
	address, err := netip.ParseAddr(strings.Trim(received, "[]"))
	if err != nil {
		address = x.flow.local.Addr()
	}
	e.public = netip.AddrPortFrom(address.Unmap(), uint16(port))
}

func requestURI(text string) (sip.Uri, error) {
	var uri sip.Uri
	if hasControl(text) || strings.ContainsAny(text, " <>\"") {
		return uri, errInjection
	}
	err := sip.ParseUri(text, &uri)
	return uri, err
}

// encode writes the request for a flow.
func (o *owner) encode(l *line, f *flow, to netip.AddrPort, s spec, credentials []wire.Field, branch string) (*sip.Request, error) {
	uri, err := requestURI(s.uri)
	if err != nil {
		return nil, err
	}
	if s.secure() && f.transport != ua.TLS {
		return nil, errNotSecure
	}
	local := o.localAddress(f, to)
	by, alias := o.aliasVia(l, f, wire.URI{Host: local.Addr().WithZone("").String(), Port: local.Port()})
	r := sip.NewRequest(sip.RequestMethod(s.method), uri)
	r.SetTransport(transportName(f.transport))
	fields := []wire.Field{
		{Name: "Via", Value: "SIP/2.0/" + transportName(f.transport) + " " +
			wire.JoinHostPort(by.Host, by.Port) + ";branch=" + branch + ";rport" + alias + keepParam(s.method)},
	}
	for _, route := range s.route {
		fields = append(fields, wire.Field{Name: "Route", Value: route})
	}
	fields = append(fields,
		wire.Field{Name: "Max-Forwards", Value: "70"},
		wire.Field{Name: "From", Value: s.from},
		wire.Field{Name: "To", Value: s.to},
		wire.Field{Name: "Call-ID", Value: s.callID},
		wire.Field{Name: "CSeq", Value: strconv.FormatUint(uint64(s.cseq), 10) + " " + s.method},
	)
	if s.contact != "-" {
		uri := s.contactURI
		if uri == "" {
			uri = o.contact(l, f, to)
		}
		if s.secure() {
			uri = secured(uri)
		}
		fields = append(fields, wire.Field{Name: "Contact", Value: "<" + uri + ">" + s.contact})
	}
	fields = append(fields, credentials...)
	fields = append(fields, s.extra...)
	fields = append(fields, wire.Field{Name: "User-Agent", Value: o.config.UserAgent})
	if len(s.body) > 0 {
		fields = append(fields, wire.Field{Name: "Content-Type", Value: s.contentType})
	}
	for _, field := range fields {
		if hasControl(field.Value) {
			return nil, errInjection
		}
		r.AppendHeader(sip.NewHeader(field.Name, field.Value))
	}
	r.SetBody(s.body)
	return r, nil
}

// sendAck sends an ACK to a 2xx: no transaction, the INVITE's CSeq and
// credentials (RFC 3261 §13.2.2.4).
func (o *owner) sendAck(invite *exchange, s spec) {
	s.cseq, s.contact = invite.spec.cseq, "-"
	o.route(invite.line, &s, func(f *flow, to netip.AddrPort, err error) {
		if err == nil {
			if to == f.remote {
				f = f.inOrder()
			}
			var ack *sip.Request
			if ack, err = o.encode(invite.line, f, to, s, invite.credentials, o.branch()); err == nil {
				err = f.send([]byte(ack.String()), to)
			}
		}
		if err != nil {
			o.log.Warn("ACK could not be sent", "account", invite.line.account.ID, "error", err)
		}
	})
}

// sendCancel cancels an INVITE, once a provisional response has come
// (RFC 3261 §9.1).
func (o *owner) sendCancel(invite *exchange, reason string) {
	if invite.final {
		return
	}
	if !invite.provisional {
		invite.cancel = func() { o.sendCancel(invite, reason) }
		return
	}
	s := invite.spec
	s.method, s.contact, s.extra, s.body = "CANCEL", "-", nil, nil
	if reason != "" {
		s.extra = []wire.Field{{Name: "Reason", Value: reason}}
	}
	via, err := wire.ParseVia(invite.request.GetHeader("Via").Value())
	if err != nil {
		return
	}
	cancel, err := o.encode(invite.line, invite.flow, invite.to, s, nil, via.Branch())
	if err != nil {
		return
	}
	tx, err := invite.flow.tx.begin(cancel, invite.to, o.sipLog)
	if err != nil {
		return
	}
	o.spawn(func() { tx.pump(func(wire.Message) {}, func(error) {}) })
}

// nextHop is the URI that a request goes to: the first Route or the target.
func (s *spec) nextHop() (wire.URI, error) {
	text := s.uri
	if len(s.route) > 0 {
		address, err := wire.ParseAddress(s.route[0])
		if err != nil {
			return wire.URI{}, err
		}
		text = address.URI
	}
	return wire.ParseURI(text)
}

func hopTransport(uri wire.URI, standard ua.Transport) ua.Transport {
	value, _ := uri.Param("transport")
	switch t := ua.Transport(strings.ToLower(value)); {
	case uri.Secure:
		return ua.TLS
	case t == ua.UDP, t == ua.TCP, t == ua.TLS:
		return t
	}
	return standard
}
