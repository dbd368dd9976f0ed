package agent

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/wire"
)

func withTag(address, tag string) string {
	if tag == "" {
		return address
	}
	return address + ";tag=" + tag
}

// callEvents are the event packages that may be of use in a call. The others are
// not named there: an INVITE should fit a datagram (RFC 3261 §18.1.1).
const callEvents = "refer, talk, hold"

// callSpec is an Outgoing with what the agent adds.
func (c *call) spec(out dialog.Outgoing) spec {
	s := spec{
		method: out.Method, uri: out.URI, route: out.Route,
		from: withTag(c.local, c.localTag), to: withTag(c.remote, out.ToTag),
		callID: c.callID, contentType: out.ContentType, body: out.Body,
		flow: c.flow, inDialog: out.ToTag != "",
	}
	if out.Method == "BYE" || out.Method == "PRACK" {
		s.contact = "-"
	}
	if out.Reason != "" {
		s.extra = append(s.extra, wire.Field{Name: "Reason", Value: out.Reason})
	}
	if out.ReferTo != "" {
		s.extra = append(s.extra, wire.Field{Name: "Refer-To", Value: "<" + out.ReferTo + ">"})
		if !c.withheld {
			s.extra = append(s.extra, wire.Field{Name: "Referred-By", Value: "<" + c.line.aor() + ">"}) // RFC 3892 §2
		}
	}
	if out.Method == "INVITE" || out.Method == "UPDATE" {
		s.extra = append(s.extra, wire.Field{Name: "Allow", Value: allow}, wire.Field{Name: "Allow-Events", Value: callEvents})
		s.extra = append(s.extra, c.identityFields()...)
	}
	s.extra = append(s.extra, outgoingFields(out)...)
	return s
}

func (o *owner) callSend(c *call, action dialog.Send) {
	x := &exchange{line: c.line, spec: c.spec(action.Request)}
	if action.Request.Method == "INVITE" && action.Request.ToTag == "" {
		o.mannerFields(c, &x.spec)
	}
	if invite := c.sent[action.Request.For]; invite != nil && action.Request.RSeq > 0 {
		rack := fmt.Sprintf("%d %d INVITE", action.Request.RSeq, invite.spec.cseq) // RFC 3262 §7.2
		x.spec.extra = append(x.spec.extra, wire.Field{Name: "RAck", Value: rack})
	}
	x.next = func() uint32 { c.cseq++; return c.cseq }
	x.unwanted = func() bool { return c.told && action.Request.Method == "INVITE" }
	x.prepared = func(f *flow, to netip.AddrPort) {
		if method := action.Request.Method; method == "INVITE" || method == "UPDATE" {
			o.tell(c, f, to)
			o.stayOn(c, f)
		}
		if c.withheld {
			x.spec.contactURI = c.contact
		}
	}
	x.answer = func(m wire.Message, refusal error) {
		response := o.dialogResponse(c, &m)
		if refusal != nil {
			response.Reason = refusal.Error()
		}
		o.step(c, dialog.Responded{Tx: action.Tx, Response: response})
	}
	x.failed = func(err error) {
		o.step(c, dialog.Failed{Tx: action.Tx, Timeout: errors.Is(err, errTimeout), Cause: err.Error()})
	}
	c.sent[action.Tx] = x
	forgetOld(c.sent, action.Tx)
	o.send(x)
}

func (o *owner) callAck(c *call, action dialog.Ack) {
	if invite := c.sent[action.Tx]; invite != nil {
		s := c.spec(action.Request)
		o.sendAck(invite, s)
	}
}

func (o *owner) callReply(c *call, action dialog.Reply) {
	s := c.received[action.Tx]
	if s == nil {
		return
	}
	a := action.Answer
	var fields []wire.Field
	method := s.request.Method
	if method == "INVITE" && a.Status/100 == 2 && s.flow.open && !c.guest.IsValid() {
		c.guest = s.from.Addr()
		o.gate.Trust(c.guest)
	}
	if a.Status > 100 && a.Status < 300 && (method == "INVITE" || method == "UPDATE") {
		o.tell(c, s.flow, s.from)
		contact := c.contact
		if s.flow.transport == ua.TLS && asksSecure(&s.request) {
			contact = secured(contact)
		}
		fields = append(fields, wire.Field{Name: "Contact", Value: "<" + contact + ">"})
	}
	if a.Contact != "" {
		fields = append(fields, c.diversion.fields(a.Contact, c.line.aor())...)
	}
	if a.Status == 405 || a.RSeq > 0 || a.Status >= 200 && a.Status < 300 {
		fields = append(fields, wire.Field{Name: "Allow", Value: allow}, wire.Field{Name: "Allow-Events", Value: events})
	}
	fields = append(fields, answerFields(a)...)
	if len(a.Body) > 0 {
		fields = append(fields, wire.Field{Name: "Content-Type", Value: a.ContentType})
	}
	o.reply(s, a.Status, a.Reason, fields, a.Body)
	if a.Status >= 200 && method != "INVITE" || a.Status >= 300 {
		delete(c.received, action.Tx) // an INVITE's 2xx may come again
	}
}

// remembered is how many transactions of a call may still matter: a call that
// lasts for a day must not grow.
const remembered = 16

func forgetOld[K ~uint32 | ~uint64, V any](all map[K]V, newest K) {
	if newest > remembered {
		delete(all, newest-remembered)
	}
}

func seconds(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}

// dialogResponse is what the machine reads of a response.
func (o *owner) dialogResponse(c *call, m *wire.Message) dialog.Response {
	to, _ := wire.ParseAddress(m.Get("To"))
	return dialog.Response{
		Status: m.Status, Reason: m.Reason, ToTag: to.Tag(),
		Contact: firstContact(m), RecordRoute: m.List("Record-Route"),
		ContentType: m.Get("Content-Type"), Body: m.Body,
		RetryAfter: retryAfter(m), Party: o.party(m, "To", hasServer(c.line.account)),
		Allow: m.List("Allow"), Session: sessionTimer(m),
		Require: m.List("Require"), RSeq: number(m.Get("RSeq")), ReferSub: m.Get("Refer-Sub"), Contacts: targets(m), Warning: warning(m),
		Gate: gate(m, hasServer(c.line.account)),
	}
}

// dialogRequest is what the machine reads of a request.
func (o *owner) dialogRequest(s *serverTx, trusted bool) dialog.Request {
	m := &s.request
	from, _ := wire.ParseAddress(m.Get("From"))
	to, _ := wire.ParseAddress(m.Get("To"))
	cseq, _ := wire.ParseCSeq(m.Get("CSeq"))
	contact := firstContact(m)
	if contact == "" && from.Tag() == "" {
		contact = from.URI // RFC 2543 callers (RFC 4475 §3.4.1)
	}
	r := dialog.Request{
		Method: m.Method, CSeq: cseq.Number, FromTag: from.Tag(), ToTag: to.Tag(),
		Contact: contact, RecordRoute: m.List("Record-Route"), Require: m.List("Require"),
		ContentType: m.Get("Content-Type"), Body: m.Body, Party: o.party(m, "From", trusted),
		AlertInfo: m.List("Alert-Info"), CallInfo: m.List("Call-Info"), AnswerMode: m.Get("Answer-Mode"), PrivAnswerMode: m.Get("Priv-Answer-Mode"),
		DivertedBy: divertedBy(m), CallBack: trusted && strings.EqualFold(strings.TrimSpace(m.Get("Priority")), "psap-callback"),
		Reason: m.List("Reason"), Event: m.Get("Event"),
		SubscriptionState: m.Get("Subscription-State"),
		Supported:         m.List("Supported"), Allow: m.List("Allow"), Session: sessionTimer(m),
		RAck: rack(m.Get("RAck")),
	}
	if refer, err := wire.ParseAddress(m.Get("Refer-To")); err == nil && m.Count("Refer-To") == 1 {
		r.ReferTo = refer.URI
	}
	r.ReferredBy, r.ReferSub = m.Get("Referred-By"), m.Get("Refer-Sub")
	if n, err := strconv.ParseUint(m.Get("Expires"), 10, 31); err == nil {
		r.Expires = time.Duration(n) * time.Second
	}
	return r
}

func firstContact(m *wire.Message) string {
	for _, text := range m.List("Contact") {
		if contact, err := wire.ParseAddress(text); err == nil {
			return contact.URI
		}
	}
	return ""
}

// retryAfter reads the delay before its comment and parameters.
func retryAfter(m *wire.Message) time.Duration {
	digits := strings.TrimSpace(m.Get("Retry-After"))
	end := 0
	for end < len(digits) && digits[end] >= '0' && digits[end] <= '9' {
		end++
	}
	n, err := strconv.ParseUint(digits[:end], 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// party is who is on the other end: what a server of ours asserts (RFC 3325
// §9.1), or else what the header says.
func (o *owner) party(m *wire.Message, header string, trusted bool) ua.Party {
	if trusted {
		if party, ok := asserted(m); ok {
			return party
		}
	}
	address, err := wire.ParseAddress(m.Get(header))
	if err != nil {
		return ua.Party{}
	}
	return partyOf(address.Display, address.URI)
}

func partyOf(display, text string) ua.Party {
	party := ua.Party{DisplayName: display, URI: text}
	if uri, err := wire.ParseURI(text); err == nil {
		party.User = wire.UnescapeUser(uri.User)
		uri.Params, uri.Headers, uri.Password = "", "", ""
		party.URI = uri.String()
	} else if scheme, rest, ok := strings.Cut(text, ":"); ok && strings.EqualFold(scheme, "tel") {
		party.User, _, _ = strings.Cut(rest, ";")
	}
	return party
}
