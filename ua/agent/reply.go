package agent

import (
	"strings"

	"github.com/emiago/sipgo/sip"

	"offhook/ua/wire"
)

// phrases are those of the responses that the agent makes itself.
var phrases = map[int]string{
	200: "OK", 202: "Accepted", 400: "Bad Request", 403: "Forbidden", 404: "Not Found",
	405: "Method Not Allowed", 406: "Not Acceptable", 415: "Unsupported Media Type",
	416: "Unsupported URI Scheme", 420: "Bad Extension", 421: "Extension Required",
	422: "Session Interval Too Small", 480: "Temporarily Unavailable",
	481: "Call/Transaction Does Not Exist", 482: "Loop Detected", 486: "Busy Here", 489: "Bad Event", 504: "Server Time-out",
	413: "Request Entity Too Large", 500: "Server Internal Error", 501: "Not Implemented", 503: "Service Unavailable",
	505: "Version Not Supported", 513: "Message Too Large", 603: "Decline",
}

// isStrike reports whether an answer says that a request was malformed or was not
// for us: what a scanner gets, and a telephone that means us does not.
func isStrike(status int) bool {
	switch status {
	case 400, 403, 404, 405, 416, 420, 481, 483, 501, 505:
		return true
	}
	return false
}

// response makes a response (RFC 3261 §8.2.6).
func (a *Agent) response(s *serverTx, status int, reason string, fields []wire.Field, body []byte) *sip.Response {
	if reason == "" {
		reason = phrases[status]
	}
	if isStrike(status) {
		a.gate.Refused(s.from.Addr())
	}
	r := sip.NewResponse(status, clean(reason))
	add := func(name, value string) { r.AppendHeader(sip.NewHeader(name, clean(value))) }
	for _, hop := range s.request.Lines("Via") {
		add("Via", hop)
	}
	if status > 100 && status < 300 {
		for _, route := range s.request.Lines("Record-Route") {
			add("Record-Route", route)
		}
	}
	for _, name := range []string{"From", "To", "Call-ID", "CSeq"} {
		value := s.request.Get(name)
		if value == "" {
			continue // the request was refused for that
		}
		if name == "To" && status > 100 && !hasTag(value) {
			value += ";tag=" + s.tag
		}
		add(name, value)
	}
	if status == 100 && s.request.Has("Timestamp") {
		add("Timestamp", s.request.Get("Timestamp"))
	}
	for _, field := range fields {
		add(field.Name, field.Value)
	}
	add("Server", a.config.UserAgent)
	r.SetBody(body)
	return r
}

func hasTag(to string) bool {
	address, err := wire.ParseAddress(to)
	return err == nil && address.Tag() != ""
}

// clean takes the characters away that would end a header line.
func clean(text string) string {
	if !strings.ContainsAny(text, "\r\n") {
		return text
	}
	return strings.NewReplacer("\r", " ", "\n", " ").Replace(text)
}

// reply answers in the request's transaction.
func (a *Agent) reply(s *serverTx, status int, reason string, fields []wire.Field, body []byte) {
	if s.tx == nil {
		a.replyNow(s, status, reason, fields)
		return
	}
	s.status.Store(int32(status))
	if err := s.tx.Respond(a.response(s, status, reason, fields, body)); err != nil && s.flow.alive() {
		a.log.Debug("response not sent", "status", status, "to", s.replyTo, "error", err)
	}
}

// replyNow answers without a transaction.
func (a *Agent) replyNow(s *serverTx, status int, reason string, fields []wire.Field) {
	r := a.response(s, status, reason, fields, nil)
	if err := s.flow.send([]byte(r.String()), s.replyTo); err != nil && s.flow.alive() {
		a.log.Debug("response not sent", "status", status, "to", s.replyTo, "error", err)
	}
}
