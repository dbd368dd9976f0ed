package agent

import (
	"strings"
	"unicode/utf8"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/wire"
)

// maxMessage leaves room for the header fields: a MESSAGE of more than 1300
// octets may meet a link on its way that has no control of congestion (RFC 3428 §8).
const maxMessage = 800

// SendMessage sends a text. What becomes of it is told by ua.MessageSent.
func (a *Agent) SendMessage(id ua.AccountID, target ua.Target, text string) (ua.MessageID, error) {
	uri, err := a.target(id, target)
	if err != nil {
		return 0, err
	}
	if strings.TrimSpace(text) == "" || len(text) > maxMessage || !utf8.ValidString(text) {
		return 0, ua.ErrMessage
	}
	message := ua.MessageID(a.lastMessage.Add(1))
	if err := a.command(func(o *owner) { o.sendMessage(message, id, uri, text) }); err != nil {
		return 0, err
	}
	return message, nil
}

func (o *owner) sendMessage(id ua.MessageID, account ua.AccountID, uri, text string) {
	sent := func(status int, reason string) {
		o.emit(ua.MessageSent{Account: account, ID: id, Status: status, Reason: reason})
	}
	l := o.lines[account]
	if l == nil || o.stopping {
		sent(0, "the account is not there any more")
		return
	}
	cseq := uint32(o.random(1 << 15))
	x := &exchange{line: l, spec: spec{
		method: "MESSAGE", uri: uri, route: o.initialRoute(l),
		from: withTag(l.identity(), o.token(9)), to: "<" + uri + ">", callID: o.token(18),
		contact:     "-", // RFC 3428 §4
		contentType: "text/plain;charset=utf-8", body: []byte(text),
	}}
	x.next = func() uint32 { cseq++; return cseq }
	x.answer = func(m wire.Message, refusal error) {
		switch {
		case m.Status < 200:
		case refusal != nil:
			sent(m.Status, refusal.Error())
		case m.Status < 300:
			sent(m.Status, "")
		default:
			sent(m.Status, cut(m.Reason))
		}
	}
	x.failed = func(err error) { sent(0, err.Error()) }
	o.send(x)
}

// messageReceived takes a MESSAGE out of a call: from the account's server alone,
// which is the one to keep senders in check.
func (o *owner) messageReceived(s *serverTx) {
	l := o.serverLine(s.flow)
	if l == nil {
		o.reply(s, 403, "", nil, nil)
		return
	}
	text, status := dialog.ReadText(s.request.Get("Content-Type"), s.request.Body)
	switch {
	case s.request.Has("Content-Encoding") || status == 415:
		o.reply(s, 415, "", []wire.Field{{Name: "Accept", Value: "text/plain"}, {Name: "Accept-Encoding", Value: "identity"}}, nil)
	case status != 0:
		o.reply(s, status, "", nil, nil)
	default:
		o.reply(s, 200, "", nil, nil)
		o.emit(ua.MessageReceived{Account: l.account.ID, From: o.party(&s.request, "From", true), Text: text})
	}
}
