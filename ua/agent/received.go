package agent

import (
	"strings"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/wire"
)

// received takes a request of the far end, in the order of arrival.
func (o *owner) received(s *serverTx) {
	answered := false
	defer func() {
		if !answered && s.request.Method != "ACK" && s.status.Load() == 0 && recoveredNow(o, recover()) {
			o.reply(s, 500, "", nil, nil)
		}
	}()
	o.noteAlias(s)
	m := &s.request
	to, _ := wire.ParseAddress(m.Get("To"))
	if c := o.callOf(m, to.Tag()); c != nil {
		o.callReceived(c, s)
		answered = true
		return
	}
	switch {
	case m.Method == "ACK": // to nothing that we know; never answered
	case m.Method == "NOTIFY":
		o.notified(s, to.Tag())
	case m.Method == "SUBSCRIBE":
		o.subscribeCame(s, to.Tag())
	case to.Tag() != "" && known(m.Method):
		o.reply(s, 481, "", nil, nil) // RFC 3261 §12.2.2
	default:
		o.outOfDialog(s)
	}
	answered = true
}

func recoveredNow(o *owner, fault any) bool {
	if fault == nil {
		return false
	}
	o.log.Error("a fault in the program: please report it", "doing", "a request", "fault", fault)
	return true
}

// known are the methods that we have a meaning for; others are 501
// (RFC 3261 §21.5.2).
func known(method string) bool {
	switch method {
	case "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "NOTIFY", "INFO", "UPDATE",
		"PRACK", "REFER", "SUBSCRIBE", "REGISTER", "MESSAGE", "PUBLISH":
		return true
	}
	return false
}

// callOf finds the call of a request in a dialog, and of an INVITE that came
// by two ways (RFC 3261 §8.2.2.2).
func (o *owner) callOf(m *wire.Message, toTag string) *call {
	from, _ := wire.ParseAddress(m.Get("From"))
	cseq, _ := wire.ParseCSeq(m.Get("CSeq"))
	for _, c := range o.dialogs[m.Get("Call-ID")] {
		if toTag != "" && c.localTag == toTag {
			return c
		}
		if toTag == "" && m.Method == "INVITE" && c.merge == mergeKey(from.Tag(), cseq.Number) {
			return c
		}
	}
	return nil
}

func (o *owner) callReceived(c *call, s *serverTx) {
	c.lastTx++
	if s.request.Method != "ACK" {
		c.received[c.lastTx] = s
	}
	forgetOld(c.received, c.lastTx)
	request := o.dialogRequest(s, c.line.servedBy(s.flow)) // whose assertions count (RFC 3325 §3)
	request.Trusted = o.obeys(c.line, s.flow)
	request.MayAutoAnswer, request.MayCommand = o.mayAutoAnswer(c.line, s)
	if s.request.Method == "MESSAGE" {
		request.Trusted = c.line.servedBy(s.flow)
	}
	o.step(c, dialog.Received{Tx: c.lastTx, Request: request})
}

// cancelled takes a CANCEL that was answered already.
func (o *owner) cancelled(invite *serverTx, reason []string) {
	for _, c := range o.dialogs[invite.request.Get("Call-ID")] {
		for tx, s := range c.received {
			if s == invite {
				o.step(c, dialog.CancelReceived{Tx: tx, Reason: reason})
				return
			}
		}
	}
}

// stray takes a response that no transaction waits for: a 2xx to INVITE that
// comes late is to be acknowledged all the same (RFC 3261 §13.2.2.4).
func (o *owner) stray(m *wire.Message) {
	cseq, _ := wire.ParseCSeq(m.Get("CSeq"))
	from, _ := wire.ParseAddress(m.Get("From"))
	if cseq.Method != "INVITE" || m.Status >= 300 {
		return
	}
	for _, c := range o.dialogs[m.Get("Call-ID")] {
		if c.localTag != from.Tag() {
			continue
		}
		for tx, x := range c.sent {
			if lost := x.lostBy(m); lost != nil {
				o.late(c, tx, x, lost, m)
				return
			}
			if m.Status >= 200 && x.spec.cseq == cseq.Number && x.spec.method == "INVITE" {
				o.step(c, dialog.Responded{Tx: tx, Response: o.dialogResponse(c, m)})
				return
			}
		}
	}
}

// outOfDialog inspects in the order of RFC 3261 §8.2.
func (o *owner) outOfDialog(s *serverTx) {
	m := &s.request
	if !known(m.Method) {
		o.reply(s, 501, "", []wire.Field{{Name: "Allow", Value: allow}}, nil)
		return
	}
	switch m.Method {
	case "MESSAGE":
		o.messageReceived(s)
		return
	case "REFER": // nobody has us call others but in a call (RFC 3515 §5.2)
		o.reply(s, 603, "", nil, nil)
		return
	case "REGISTER", "PUBLISH":
		o.reply(s, 405, "", []wire.Field{{Name: "Allow", Value: allow}}, nil)
		return
	case "BYE", "UPDATE", "INFO", "PRACK", "CANCEL":
		o.reply(s, 481, "", nil, nil)
		return
	}
	uri, err := wire.ParseURI(m.URI)
	if err != nil {
		o.reply(s, 416, "", nil, nil)
		return
	}
	l := o.lineOf(s.flow, uri.User)
	if l == nil && m.Method == "INVITE" {
		o.reply(s, 404, "", nil, nil)
		return
	}
	config := dialog.Config{}
	if l != nil {
		config = o.dialogConfig(l)
	}
	request := o.dialogRequest(s, false)
	request.MayAutoAnswer, request.MayCommand = o.mayAutoAnswer(l, s)
	if answer, refused := config.Refuses(request); refused && (m.Method == "INVITE" || answer.Status == 420) {
		o.reply(s, answer.Status, answer.Reason, answerFields(answer), nil)
		return
	}
	if m.Method == "OPTIONS" {
		o.reply(s, 200, "", []wire.Field{
			{Name: "Allow", Value: allow}, {Name: "Accept", Value: "application/sdp"},
			{Name: "Accept-Encoding", Value: "identity"}, {Name: "Accept-Language", Value: "en"},
			{Name: "Supported", Value: strings.Join(config.Extensions(), ", ")},
		}, nil)
		return
	}
	o.incoming(s, l)
}

// lineOf finds the account that a request is for: the flow's own, or, on a
// socket that listens for all, the one without registration whose user is
// meant.
func (o *owner) lineOf(f *flow, user string) *line {
	var any *line
	for _, l := range o.lines {
		if l.edgeOf(f) != nil {
			return l
		}
		for _, peer := range l.peers {
			if peer == f {
				return l
			}
		}
		if f.open && !l.account.Register {
			if l.account.User == wire.UnescapeUser(user) {
				return l
			}
			if any == nil || l.account.ID < any.account.ID {
				any = l
			}
		}
	}
	if f.open && (o.config.Inbound.AnyUser || user == "") {
		return any
	}
	return nil
}

// maxCalls bounds what callers can make a telephone do at once.
const maxCalls = 16

func (o *owner) incoming(s *serverTx, l *line) {
	m := &s.request
	if m.Has("Accept") && !acceptsSDP(m.List("Accept")) {
		o.reply(s, 406, "", []wire.Field{{Name: "Accept", Value: "application/sdp"}}, nil)
		return
	}
	if o.stopping || l.removed {
		o.reply(s, 480, "", nil, nil)
		return
	}
	if len(o.calls) >= maxCalls {
		o.reply(s, 486, "", nil, nil)
		return
	}
	old, status := o.replacedBy(s, l)
	if status != 0 {
		o.reply(s, status, "", nil, nil)
		return
	}
	from, _ := wire.ParseAddress(m.Get("From"))
	cseq, _ := wire.ParseCSeq(m.Get("CSeq"))
	c := o.newCall(ua.CallID(o.lastID.Add(1)), l)
	c.callID, c.localTag, c.flow = m.Get("Call-ID"), s.tag, s.flow
	c.local, c.remote = bareAddress(m.Get("To")), bareAddress(m.Get("From"))
	c.merge = mergeKey(from.Tag(), cseq.Number)
	c.incoming, c.diversion = true, diversionOf(m)
	if old != nil {
		c.replaces = old.id
	}
	if err := o.open(c, o.party(m, "From", l.servedBy(s.flow))); err != nil {
		o.log.Error("an incoming call could not be prepared", "account", l.account.ID, "error", err)
		o.reply(s, 500, "", nil, nil)
		return
	}
	o.callReceived(c, s)
	if old != nil {
		o.step(c, dialog.Accept{})
	}
}

func acceptsSDP(accepted []string) bool { return accepts(accepted, "application/sdp") }

func accepts(accepted []string, contentType string) bool {
	for _, media := range accepted {
		media, _, _ = strings.Cut(strings.ToLower(media), ";")
		switch strings.TrimSpace(media) {
		case contentType, "application/*", "*/*":
			return true
		}
	}
	return false
}

// bareAddress is a From or To value without its parameters, for our requests.
func bareAddress(text string) string {
	address, err := wire.ParseAddress(text)
	if err != nil {
		return "<sip:anonymous@anonymous.invalid>"
	}
	return nameAddr(address.Display, address.URI)
}

// serverLine is the account whose server has this flow.
func (o *owner) serverLine(f *flow) *line {
	for _, l := range o.lines {
		if l.servedBy(f) {
			return l
		}
	}
	return nil
}
