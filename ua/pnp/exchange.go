package pnp

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"offhook/ua/wire"
)

// exchange is one SUBSCRIBE and what came of it.
type exchange struct {
	cfg     Config
	link    Link
	contact netip.AddrPort
	callID  string
	tag     string
	branch  string

	answered bool // somebody has heard it
	profiles []Profile
}

func newExchange(cfg Config, link Link, contact netip.AddrPort) *exchange {
	return &exchange{cfg: cfg, link: link, contact: contact, callID: token(), tag: token(), branch: "z9hG4bK" + token()}
}

// subscribe is the question: once, for now (RFC 6080 §5.2, Expires: 0).
func (e *exchange) subscribe() []byte {
	mac := strings.ToUpper(strings.NewReplacer(":", "", "-", "", ".", "").Replace(e.cfg.MAC))
	who := "sip:" + wire.EscapeUser("MAC") + "%3a" + wire.EscapeUser(mac) + "@" + Group.Addr().String()
	return wire.Message{Method: "SUBSCRIBE", URI: who, Fields: []wire.Field{
		{Name: "Via", Value: fmt.Sprintf("SIP/2.0/UDP %s;branch=%s;rport", e.contact, e.branch)},
		{Name: "Max-Forwards", Value: "70"},
		{Name: "From", Value: "<" + who + ">;tag=" + e.tag},
		{Name: "To", Value: "<" + who + ">"},
		{Name: "Call-ID", Value: e.callID},
		{Name: "CSeq", Value: "1 SUBSCRIBE"},
		{Name: "Contact", Value: fmt.Sprintf("<sip:%s>", e.contact)},
		{Name: "Event", Value: fmt.Sprintf("ua-profile;profile-type=\"device\";vendor=%s;model=%s;version=%s",
			quoted(e.cfg.Vendor), quoted(e.cfg.Model), quoted(e.cfg.Version))},
		{Name: "Accept", Value: "application/url"},
		{Name: "Expires", Value: "0"},
		{Name: "User-Agent", Value: e.cfg.UserAgent},
	}}.Encode()
}

// quoted is a parameter in quotation marks, always: the servers in use look for
// them.
func quoted(s string) string { return `"` + strings.NewReplacer(`"`, "", `\`, "").Replace(s) + `"` }

// hear takes an answer and returns what to answer to it, nil for nothing.
func (e *exchange) hear(d datagram) []byte {
	m, err := wire.Parse(d.raw)
	if err != nil || m.Get("Call-ID") != e.callID {
		if err == nil && m.Method == "NOTIFY" {
			e.cfg.Log.Debug("PnP: a NOTIFY that nobody asked for", "from", d.from)
			return response(m, 481, "Subscription Does Not Exist")
		}
		return nil
	}
	if !m.IsRequest() {
		e.answered = e.answered || m.Status < 300
		if m.Status >= 300 {
			e.cfg.Log.Debug("PnP: refused", "from", d.from, "status", m.Status, "reason", m.Reason)
		}
		return nil
	}
	if m.Method != "NOTIFY" {
		return response(m, 405, "Method Not Allowed")
	}
	return e.notified(m, d.from)
}

func (e *exchange) notified(m wire.Message, from netip.AddrPort) []byte {
	to, err := wire.ParseAddress(m.Get("To"))
	if err != nil || to.Tag() != e.tag {
		return response(m, 481, "Subscription Does Not Exist")
	}
	event, _, _ := strings.Cut(m.Get("Event"), ";")
	if strings.TrimSpace(event) != "ua-profile" {
		return response(m, 489, "Bad Event")
	}
	e.answered = true
	source := from.Addr().Unmap()
	known := slices.ContainsFunc(e.profiles, func(p Profile) bool { return p.From == source })
	if known || len(e.profiles) == most {
		return response(m, 200, "OK") // repeated, or one more than is wanted
	}
	kind, _, _ := strings.Cut(m.Get("Content-Type"), ";")
	if kind = strings.TrimSpace(kind); kind != "" && !strings.EqualFold(kind, "application/url") {
		e.cfg.Log.Warn("PnP: an answer that is no URL", "from", source, "type", kind)
		return response(m, 415, "Unsupported Media Type")
	}
	line, _, _ := bytes.Cut(bytes.TrimSpace(m.Body), []byte("\n"))
	if len(line) == 0 {
		e.cfg.Log.Debug("PnP: an answer without a URL", "from", source)
		return response(m, 200, "OK")
	}
	e.profiles = append(e.profiles, Profile{URL: strings.TrimSpace(string(line)), From: source})
	return response(m, 200, "OK")
}

// response answers a request (RFC 3261 §8.2.6).
func response(m wire.Message, status int, reason string) []byte {
	out := wire.Message{Status: status, Reason: reason}
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		for _, value := range m.Lines(name) {
			out.Fields = append(out.Fields, wire.Field{Name: name, Value: value})
		}
	}
	if status == 415 {
		out.Fields = append(out.Fields, wire.Field{Name: "Accept", Value: "application/url"})
	}
	return out.Encode()
}
