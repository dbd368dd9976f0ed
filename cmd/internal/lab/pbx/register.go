package pbx

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"offhook/cmd/internal/lab/journal"
)

const allowed = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, REGISTER, SUBSCRIBE, NOTIFY"

// answer sends a final response; its loss is the phone's to notice.
func (p *PBX) answer(req *sip.Request, tx sip.ServerTransaction, status int, reason string, headers ...sip.Header) {
	res := sip.NewResponseFromRequest(req, status, reason, nil)
	for _, h := range headers {
		res.AppendHeader(h)
	}
	res.AppendHeader(sip.NewHeader("Server", product))
	if err := tx.Respond(res); err != nil {
		p.log.Debug("a response was not sent", "status", status, "error", err)
	}
}

// flowOf tells the way that a request came.
func flowOf(req *sip.Request) flow { return flow{strings.ToLower(req.Transport()), req.Source()} }

// admit returns the extension whose credentials a request carries, or answers
// with a challenge: 401 as the registrar, 407 as a proxy would.
func (p *PBX) admit(req *sip.Request, tx sip.ServerTransaction, proxy bool) (extension, algorithm string, ok bool) {
	status, reason, ask, reply := 401, "Unauthorized", "WWW-Authenticate", "Authorization"
	if proxy {
		status, reason, ask, reply = 407, "Proxy Authentication Required", "Proxy-Authenticate", "Proxy-Authorization"
	}
	extension, algorithm, err := p.doorman.check(req, reply)
	if err == nil {
		return extension, algorithm, true
	}
	if errors.Is(err, errWrong) {
		p.note(journal.Fault, "%s from %s (%s): %v", req.Method, req.From().Address.User, req.Source(), err)
	}
	p.answer(req, tx, status, reason, p.doorman.challenge(ask, errors.Is(err, errStale))...)
	return "", "", false
}

// onRegister is RFC 3261 §10.3.
func (p *PBX) onRegister(req *sip.Request, tx sip.ServerTransaction) {
	extension, algorithm, ok := p.admit(req, tx, false)
	if !ok {
		return
	}
	if aor := req.To().Address.User; aor != extension {
		p.note(journal.Fault, "%s may not register %s", extension, aor)
		p.answer(req, tx, 403, "Forbidden: these credentials are not of this address-of-record")
		return
	}
	if wildcard(req) {
		if expires(req, nil) != 0 || len(req.GetHeaders("contact")) != 1 {
			p.answer(req, tx, 400, "Contact: * goes with Expires: 0 alone")
			return
		}
		p.registrar.clear(extension)
		p.note(journal.SIP, "%s: every registration removed", extension)
		p.registered(req, tx, nil)
		return
	}
	changes, brief, err := p.changes(req, extension, algorithm, time.Now())
	if err != nil {
		p.answer(req, tx, 400, err.Error())
		return
	}
	if brief {
		p.answer(req, tx, 423, "Interval Too Brief", sip.NewHeader("Min-Expires", strconv.Itoa(int(minExpires/time.Second))))
		return
	}
	p.apply(req, tx, extension, changes)
}

func (p *PBX) apply(req *sip.Request, tx sip.ServerTransaction, extension string, changes []binding) {
	bindings, added, err := p.registrar.update(extension, changes, time.Now())
	switch {
	case errors.Is(err, errOldRequest):
		p.answer(req, tx, 500, "An older request than the last one")
		return
	case err != nil:
		p.answer(req, tx, 403, err.Error())
		return
	}
	p.registered(req, tx, bindings)
	for _, change := range changes {
		if !change.Expires.After(time.Now()) {
			p.note(journal.SIP, "%s: %s unregistered", extension, change.Contact)
		}
	}
	if added {
		last := changes[len(changes)-1]
		p.note(journal.SIP, "%s registered by %s from %s, digest %s", extension, last.Transport, last.Source, last.Algorithm)
		p.tellBinding(last)
	}
	p.journal.Changed()
}

// changes reads the Contact headers. Brief tells that one asks for too short a
// time.
func (p *PBX) changes(req *sip.Request, extension, algorithm string, now time.Time) (list []binding, brief bool, err error) {
	agent := ""
	if h := req.GetHeader("user-agent"); h != nil {
		agent = h.Value()
	}
	for _, h := range req.GetHeaders("contact") {
		contact, ok := h.(*sip.ContactHeader)
		if !ok {
			return nil, false, fmt.Errorf("the Contact header cannot be read")
		}
		lifetime := expires(req, contact)
		if lifetime < 0 {
			return nil, false, fmt.Errorf("the expires parameter cannot be read")
		}
		if lifetime > 0 && lifetime < minExpires {
			return nil, true, nil
		}
		way := flowOf(req)
		list = append(list, binding{
			Registration: Registration{Extension: extension, Contact: contact.Address.String(), Transport: way.transport, Source: way.source,
				UserAgent: agent, Algorithm: algorithm, Since: now, Expires: now.Add(min(lifetime, maxExpires))},
			key: contactKey(contact), target: *contact.Address.Clone(), flow: way,
			callID: req.CallID().Value(), cseq: req.CSeq().SeqNo,
		})
	}
	return list, false, nil
}

// contactKey makes an instance with its reg-id one binding, whatever address
// it has today (RFC 5626 §6).
func contactKey(c *sip.ContactHeader) string {
	instance, _ := c.Params.Get("+sip.instance")
	id, _ := c.Params.Get("reg-id")
	if instance != "" && id != "" {
		return instance + ";" + id
	}
	return c.Address.String()
}

// expires is the contact's parameter, else the header, else our default; -1
// when it is not a number (RFC 3261 §10.3 step 7).
func expires(req *sip.Request, contact *sip.ContactHeader) time.Duration {
	text := ""
	if h := req.GetHeader("expires"); h != nil {
		text = h.Value()
	}
	if contact != nil {
		if value, ok := contact.Params.Get("expires"); ok {
			text = value
		}
	}
	if text == "" {
		return defaultExpires
	}
	seconds, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
	if err != nil {
		return -1
	}
	return time.Duration(seconds) * time.Second
}

func wildcard(req *sip.Request) bool {
	for _, h := range req.GetHeaders("contact") {
		if strings.TrimSpace(h.Value()) == "*" {
			return true
		}
	}
	return false
}

// registered answers 200 with every binding of the address-of-record.
func (p *PBX) registered(req *sip.Request, tx sip.ServerTransaction, bindings []binding) {
	headers := []sip.Header{sip.NewHeader("Date", time.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))}
	for _, b := range bindings {
		left := max(0, int(time.Until(b.Expires).Round(time.Second)/time.Second))
		headers = append(headers, sip.NewHeader("Contact", fmt.Sprintf("<%s>;expires=%d", b.Contact, left)))
	}
	p.answer(req, tx, 200, "OK", headers...)
}

func (p *PBX) onOptions(req *sip.Request, tx sip.ServerTransaction) {
	p.answer(req, tx, 200, "OK", sip.NewHeader("Allow", allowed), sip.NewHeader("Accept", "application/sdp"))
}

func (p *PBX) onUnknown(req *sip.Request, tx sip.ServerTransaction) {
	p.answer(req, tx, 405, "Method Not Allowed", sip.NewHeader("Allow", allowed))
}

func (p *PBX) onStray(req *sip.Request, tx sip.ServerTransaction) {
	p.answer(req, tx, 481, "Call/Transaction Does Not Exist")
}

// reachable tells whether a flow still stands. A stream's connection must not
// be dialled anew: the port at its other end belongs to nobody.
func (p *PBX) reachable(f flow) bool {
	pool := p.agent.TransportLayer().Pool(f.transport)
	if pool == nil {
		return false
	}
	if _, _, err := net.SplitHostPort(f.source); err != nil {
		return false
	}
	c := pool.Get(f.source)
	if c == nil {
		return false
	}
	_, _ = c.TryClose()
	return true
}
