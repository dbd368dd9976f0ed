package guard

import (
	"strings"

	"offhook/ua/wire"
)

// Fault says why a message is refused. Requests are answered with Status, but
// an ACK never is; responses are dropped.
type Fault struct {
	Status  int
	Why     string
	Section string // of the RFC that asks for it
	// Mismatch: the method is not the one of CSeq. Where it is unknown as well,
	// 501 says more (RFC 4475 §3.1.2.18).
	Mismatch bool
}

func (f *Fault) Error() string { return "guard: " + f.Why + " (" + f.Section + ")" }

func bad(why, section string) *Fault { return &Fault{Status: 400, Why: why, Section: section} }

// once are the fields that a message has one of, or at most one
// (RFC 3261 §7.3.1, RFC 4475 §3.3.8 and §3.3.9).
var once = []string{
	"From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type",
	"Event", "Refer-To", "Replaces", "Subscription-State", "Expires",
}

// needed are the fields without which a request is nothing (RFC 3261 §8.1.1).
// Max-Forwards is missing in RFC 2543 requests.
var needed = []string{"Via", "From", "To", "Call-ID", "CSeq"}

// CheckRequest returns nil when the request may be acted on.
func CheckRequest(m *wire.Message) *Fault {
	if m.Version != "SIP/2.0" {
		return &Fault{Status: 505, Why: "version " + m.Version, Section: "RFC 3261 §21.5.6"}
	}
	if fault := checkFields(m); fault != nil {
		return fault
	}
	if fault := checkRequestURI(m.URI); fault != nil {
		return fault
	}
	cseq, err := wire.ParseCSeq(m.Get("CSeq"))
	if err != nil {
		return bad(err.Error(), "RFC 3261 §20.16")
	}
	if cseq.Method != m.Method {
		fault := bad("CSeq names another method", "RFC 3261 §8.1.1.5")
		fault.Mismatch = true
		return fault
	}
	if fault := checkContacts(m); fault != nil {
		return fault
	}
	return checkMaxForwards(m)
}

// CheckResponse returns nil when the response may be acted on.
func CheckResponse(m *wire.Message) *Fault {
	if m.Version != "SIP/2.0" {
		return bad("version "+m.Version, "RFC 3261 §7.2")
	}
	if fault := checkFields(m); fault != nil {
		return fault
	}
	if _, err := wire.ParseCSeq(m.Get("CSeq")); err != nil {
		return bad(err.Error(), "RFC 3261 §20.16")
	}
	// RFC 3261 §8.1.3.3: a response with more than one Via came astray.
	if len(m.List("Via")) != 1 {
		return bad("a response with more than one Via", "RFC 3261 §8.1.3.3")
	}
	return nil
}

func checkFields(m *wire.Message) *Fault {
	for _, name := range needed {
		if !m.Has(name) {
			return bad("no "+name, "RFC 3261 §8.1.1")
		}
	}
	for _, name := range once {
		if m.Count(name) > 1 {
			return bad("more than one "+name, "RFC 3261 §7.3.1")
		}
	}
	if m.Get("Call-ID") == "" || strings.ContainsAny(m.Get("Call-ID"), " \t") {
		return bad("a wrong Call-ID", "RFC 3261 §20.8")
	}
	for _, name := range []string{"From", "To"} {
		if _, err := wire.ParseAddress(m.Get(name)); err != nil {
			return bad(name+": "+err.Error(), "RFC 3261 §20.10")
		}
	}
	return checkVias(m)
}

func checkVias(m *wire.Message) *Fault {
	hops := m.List("Via")
	if len(hops) == 0 {
		return bad("no Via", "RFC 3261 §8.1.1")
	}
	top, err := wire.ParseVia(hops[0])
	if err != nil {
		return bad(err.Error(), "RFC 3261 §20.42")
	}
	if top.Branch() == wire.Cookie {
		return bad("the branch is the cookie alone", "RFC 4475 §3.2.1")
	}
	return nil
}

func checkRequestURI(text string) *Fault {
	uri, err := wire.ParseURI(text)
	if err == wire.ErrScheme {
		return nil // 416, but only once the method is known (RFC 3261 §8.2)
	}
	if err != nil {
		return bad("Request-URI: "+err.Error(), "RFC 3261 §8.1.1.1")
	}
	for rest := text; ; {
		at := strings.IndexByte(rest, '%')
		if at < 0 {
			break
		}
		if len(rest) < at+3 || !isHex(rest[at+1]) || !isHex(rest[at+2]) {
			return bad("a % without two hexadecimal digits in the Request-URI", "RFC 3261 §25.1")
		}
		rest = rest[at+3:]
	}
	if uri.Headers != "" {
		return bad("headers in the Request-URI", "RFC 4475 §3.1.2.11")
	}
	return nil
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func checkContacts(m *wire.Message) *Fault {
	for _, contact := range m.List("Contact") {
		if contact == "*" && m.Method == "REGISTER" {
			continue
		}
		if _, err := wire.ParseAddress(contact); err != nil {
			return bad("Contact: "+err.Error(), "RFC 3261 §20.10")
		}
	}
	return nil
}

// checkMaxForwards wants digits. A value over 255 counts as 70, as RFC 4475
// §3.1.2.4 allows; 0 is fine for a user agent (RFC 4475 §3.3.11).
func checkMaxForwards(m *wire.Message) *Fault {
	if !m.Has("Max-Forwards") {
		return nil
	}
	for _, c := range m.Get("Max-Forwards") {
		if c < '0' || c > '9' {
			return bad("a wrong Max-Forwards", "RFC 3261 §20.22")
		}
	}
	return nil
}
