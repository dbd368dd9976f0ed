package agent

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/events/summary"
	"offhook/ua/subscription"
	"offhook/ua/wire"
)

// mailbox is a subscription to message-summary at work (RFC 3842).
type mailbox struct {
	machine  subscription.Machine
	running  bool
	callID   string
	tag      string
	cseq     uint32
	timer    *alarm
	x        *exchange
	received map[subscription.ServerTx]*serverTx
	lastTx   subscription.ServerTx
}

// startMailbox subscribes, or subscribes anew after a binding was lost.
func (o *owner) startMailbox(l *line) {
	b := &l.mailbox
	if !l.account.MWI || o.stopping || l.removed {
		return
	}
	if b.running {
		o.stepMailbox(l, subscription.Afresh{})
		return
	}
	b.running = true
	b.received = map[subscription.ServerTx]*serverTx{}
	b.machine = subscription.New(subscription.Config{StopWithin: o.config.ShutdownTimeout, Seed: o.seed()})
	o.stepMailbox(l, subscription.Start{})
}

func (o *owner) endMailbox(l *line) {
	if l.mailbox.running {
		o.stepMailbox(l, subscription.Stop{})
	}
}

func (o *owner) stepMailbox(l *line, in subscription.Input) {
	b := &l.mailbox
	if !b.running {
		return
	}
	var actions []subscription.Action
	b.machine, actions = b.machine.Step(in)
	for _, action := range actions {
		switch action := action.(type) {
		case subscription.Send:
			o.subscribe(l, action)
		case subscription.Reply:
			if s := b.received[action.Tx]; s != nil {
				delete(b.received, action.Tx)
				o.reply(s, action.Status, "", allowEvents(action.Status), nil)
			}
		case subscription.Notification:
			o.summary(l, action.Body)
		case subscription.Changed:
			o.log.Debug("message-summary", "account", l.account.ID, "active", action.Active, "cause", action.Cause)
		case subscription.StartTimer:
			o.clock.stop(b.timer)
			fired := subscription.TimerFired{Gen: action.Gen}
			b.timer = o.clock.after(action.After, func() { o.stepMailbox(l, fired) })
		case subscription.StopTimer:
			o.clock.stop(b.timer)
		case subscription.Done:
			b.running = false
			o.clock.stop(b.timer)
		}
	}
}

func allowEvents(status int) []wire.Field {
	if status != 489 {
		return nil
	}
	return []wire.Field{{Name: "Allow-Events", Value: "message-summary, check-sync"}}
}

func (o *owner) subscribe(l *line, action subscription.Send) {
	b := &l.mailbox
	if b.x != nil {
		b.x.void = true
	}
	s := spec{
		method: "SUBSCRIBE", uri: l.aor(), contentType: "",
		extra: []wire.Field{
			{Name: "Event", Value: "message-summary"},
			{Name: "Accept", Value: "application/simple-message-summary"},
			{Name: "Expires", Value: strconv.Itoa(int(action.Expires / time.Second))},
		},
	}
	if action.Dialog.Tag == "" {
		b.callID, b.tag, b.cseq = o.token(18), o.token(9), uint32(o.random(1<<15))
		s.route = o.initialRoute(l)
	} else {
		s.uri, s.route = dialog.Address(action.Dialog.Target, action.Dialog.RouteSet)
		s.inDialog = true
	}
	s.callID = b.callID
	s.from, s.to = withTag(l.identity(), b.tag), withTag(l.identity(), action.Dialog.Tag)
	x := &exchange{line: l, spec: s}
	x.next = func() uint32 { b.cseq++; return b.cseq }
	x.answer = func(m wire.Message, refusal error) {
		if m.Status < 200 {
			return
		}
		b.x = nil
		o.subscribed(l, action.Tx, &m, refusal)
	}
	x.failed = func(err error) {
		b.x = nil
		o.stepMailbox(l, subscription.Failed{Tx: action.Tx, Timeout: errors.Is(err, errTimeout), Cause: err.Error()})
	}
	b.x = x
	o.send(x)
}

func (o *owner) subscribed(l *line, tx subscription.Tx, m *wire.Message, refusal error) {
	to, _ := wire.ParseAddress(m.Get("To"))
	routes := m.List("Record-Route")
	slices.Reverse(routes)
	response := subscription.Response{
		Status: m.Status, Reason: m.Reason, RetryAfter: retryAfter(m),
		Dialog: subscription.Dialog{Tag: to.Tag(), Target: firstContact(m), RouteSet: routes},
	}
	response.Expires, response.HasExpires = delta(m.Get("Expires"))
	response.MinExpires, _ = delta(m.Get("Min-Expires"))
	if refusal != nil {
		response.Cause = refusal.Error()
	}
	o.stepMailbox(l, subscription.Responded{Tx: tx, Response: response})
}

// notified takes a NOTIFY of the subscription, by Call-ID and our tag.
func (o *owner) mailboxNotified(l *line, s *serverTx) {
	b := &l.mailbox
	m := &s.request
	from, _ := wire.ParseAddress(m.Get("From"))
	cseq, _ := wire.ParseCSeq(m.Get("CSeq"))
	b.lastTx++
	b.received[b.lastTx] = s
	o.stepMailbox(l, subscription.Notified{Tx: b.lastTx, Notify: subscription.Notify{
		CSeq: cseq.Number, Event: m.Get("Event"), State: m.Get("Subscription-State"),
		Dialog:      subscription.Dialog{Tag: from.Tag(), Target: firstContact(m), RouteSet: m.List("Record-Route")},
		ContentType: m.Get("Content-Type"), Body: m.Body,
	}})
}

// summary tells what a message-summary says.
func (o *owner) summary(l *line, body []byte) {
	box, err := summary.Parse(body)
	if err != nil {
		o.log.Debug("message-summary not understood", "account", l.account.ID, "error", err)
		return
	}
	o.emit(ua.MessageWaiting{Account: l.account.ID, Waiting: box.Waiting, New: box.New, Old: box.Old})
}
