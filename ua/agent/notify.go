package agent

import (
	"strings"

	"offhook/ua"
	"offhook/ua/events/checksync"
	"offhook/ua/events/summary"
	"offhook/ua/wire"
)

// events are the packages that we know (RFC 6665 §8.2.2).
const events = "dialog, presence, message-summary, reg, refer, talk, hold, check-sync, as-feature-event"

func allowEvents(status int) []wire.Field {
	if status != 489 {
		return nil
	}
	return []wire.Field{{Name: "Allow-Events", Value: events}}
}

// notified takes a NOTIFY that belongs to no call.
func (o *owner) notified(s *serverTx, toTag string) {
	m := &s.request
	if w := o.watchOf(m.Get("Call-ID"), toTag); w != nil {
		o.watchNotified(w, s)
		return
	}
	l := o.serverLine(s.flow)
	if l == nil {
		o.reply(s, 403, "", nil, nil) // only the server of an account is heard
		return
	}
	if toTag != "" {
		o.reply(s, 481, "", nil, nil) // of a subscription that is over
		return
	}
	o.unsolicited(l, s)
}

// watchOf finds the subscription of a NOTIFY, of an account that has just been
// removed, too.
func (o *owner) watchOf(callID, tag string) *watch {
	for _, l := range o.lines {
		if w := l.watchOf(callID, tag); w != nil {
			return w
		}
	}
	for l := range o.leaving {
		if w := l.watchOf(callID, tag); w != nil {
			return w
		}
	}
	return nil
}

func (l *line) watchOf(callID, tag string) *watch {
	for _, w := range l.watches {
		if w.running && w.callID == callID && w.tag == tag {
			return w
		}
	}
	return nil
}

// unsolicited takes what nobody subscribed to, from the account's server. No RFC
// allows it (RFC 6665 §4.1.3 wants 481), and most PBXs do it.
func (o *owner) unsolicited(l *line, s *serverTx) {
	m := &s.request
	event := m.Get("Event")
	name, _, _ := strings.Cut(strings.ToLower(event), ";")
	name = strings.TrimSpace(name)
	sync, isSync := checksync.Parse(event, m.Body)
	switch {
	case isSync:
		if l.account.CheckSyncAuth && !o.challenged(l, s) {
			return
		}
		o.reply(s, 200, "", nil, nil)
		o.log.Info("asked to fetch the configuration again", "account", l.account.ID, "event", cut(event))
		o.emit(ua.CheckSync{Account: l.account.ID, Reboot: sync.Reboot})
	case name == summary.Event && l.account.RefuseMWI:
		o.reply(s, 481, "", nil, nil)
	case name == summary.Event:
		o.reply(s, 200, "", nil, nil)
		o.summary(l, m.Body)
	case name == "keep-alive":
		o.reply(s, 200, "", nil, nil)
	case knownEvent(name):
		o.reply(s, 481, "", nil, nil)
	default:
		o.reply(s, 489, "", allowEvents(489), nil)
	}
}

// knownEvent reports whether it is the subscription that is missing, and not the
// package.
func knownEvent(name string) bool {
	for known := range strings.SplitSeq(events, ", ") {
		if name == known {
			return true
		}
	}
	return false
}
