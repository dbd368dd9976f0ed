package agent

import (
	"offhook/ua"
	"offhook/ua/events/summary"
)

// summary tells what a message-summary says (RFC 3842).
func (o *owner) summary(l *line, body []byte) {
	box, err := summary.Parse(body)
	if err != nil {
		o.log.Debug("message-summary not understood", "account", l.account.ID, "error", err)
		return
	}
	o.emit(ua.MessageWaiting{Account: l.account.ID, Waiting: box.Waiting, New: box.New, Old: box.Old})
}
