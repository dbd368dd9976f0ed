package agent

import (
	"strings"

	"offhook/ua"
	"offhook/ua/events/checksync"
)

// notified takes a NOTIFY that belongs to no call.
func (o *owner) notified(s *serverTx, toTag string) {
	m := &s.request
	for _, l := range o.lines {
		if l.mailbox.running && l.mailbox.callID == m.Get("Call-ID") && l.mailbox.tag == toTag {
			o.mailboxNotified(l, s)
			return
		}
	}
	event := m.Get("Event")
	l := o.serverLine(s.flow)
	sync, isSync := checksync.Parse(event, m.Body)
	name, _, _ := strings.Cut(strings.ToLower(event), ";")
	switch {
	case l == nil:
		o.reply(s, 403, "", nil, nil) // only the server of an account is heard
	case isSync:
		o.reply(s, 200, "", nil, nil)
		o.log.Info("asked to fetch the configuration again", "account", l.account.ID, "event", cut(event))
		o.emit(ua.CheckSync{Account: l.account.ID, Reboot: sync.Reboot})
	case strings.TrimSpace(name) == "message-summary" && (toTag == "" || !l.mailbox.running):
		o.reply(s, 200, "", nil, nil) // unsolicited, as many servers do
		o.summary(l, m.Body)
	case strings.TrimSpace(name) == "message-summary":
		o.reply(s, 481, "", nil, nil)
	case event == "keep-alive":
		o.reply(s, 200, "", nil, nil)
	case toTag != "":
		o.reply(s, 481, "", nil, nil)
	default:
		o.reply(s, 489, "", allowEvents(489), nil)
	}
}
