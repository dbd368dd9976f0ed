package agent

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/ua/dialog"
	"offhook/ua/subscription"
	"offhook/ua/wire"
)

func (o *owner) subscribe(w *watch, action subscription.Send) {
	if w.x != nil {
		w.x.void = true
	}
	l := w.line
	s := spec{
		method: "SUBSCRIBE", uri: w.uri, contentType: action.Content.Type, body: action.Content.Body,
		extra: filled([]wire.Field{
			{Name: "Event", Value: w.event},
			{Name: "Accept", Value: w.accept},
			{Name: "Supported", Value: w.supported},
			{Name: "Expires", Value: strconv.Itoa(int(action.Expires / time.Second))},
			{Name: "Allow-Events", Value: events},
		}),
	}
	if action.Dialog.Tag == "" {
		w.callID, w.tag, w.cseq = o.token(18), o.token(9), uint32(o.random(1<<15))
		s.route = o.initialRoute(l)
	} else {
		s.uri, s.route = dialog.Address(action.Dialog.Target, action.Dialog.RouteSet)
		s.inDialog = true
	}
	s.callID = w.callID
	to := "<" + w.uri + ">"
	if w.resource == "" {
		to = l.identity()
	}
	s.from, s.to = withTag(l.identity(), w.tag), withTag(to, action.Dialog.Tag)
	x := &exchange{line: l, spec: s}
	x.next = func() uint32 { w.cseq++; return w.cseq }
	x.answer = func(m wire.Message, refusal error) {
		if m.Status < 200 {
			return
		}
		w.x = nil
		o.subscribed(w, action.Tx, &m, refusal)
	}
	x.failed = func(err error) {
		w.x = nil
		o.stepWatch(w, subscription.Failed{Tx: action.Tx, Timeout: errors.Is(err, errTimeout), Cause: err.Error()})
	}
	w.x = x
	o.send(x)
}

func (o *owner) subscribed(w *watch, tx subscription.Tx, m *wire.Message, refusal error) {
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
	o.stepWatch(w, subscription.Responded{Tx: tx, Response: response})
}

// lackingOptions are the option tags that a NOTIFY requires and we do not have
// (RFC 3261 §8.2.2.3). A list's requires eventlist (RFC 4662 §4.5).
func lackingOptions(m *wire.Message) string {
	var lacking []string
	for _, tag := range m.List("Require") {
		if !strings.EqualFold(tag, "eventlist") {
			lacking = append(lacking, tag)
		}
	}
	return strings.Join(lacking, ", ")
}
