package agent

import (
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/events/dialoginfo"
	"offhook/ua/events/presence"
	"offhook/ua/subscription/notifier"
	"offhook/ua/wire"
)

// subscriber is somebody who watches our dialogs (RFC 4235), or whether we are
// there: a PBX that drives other telephones' lamps.
type subscriber struct {
	line     *line
	filter   dialogFilter
	presence bool // it is told of presence (RFC 3856), not of dialogs
	machine  notifier.Machine
	callID   string
	tag      string // ours
	theirs   string // From value, with their tag
	ours     string // To value without a tag
	target   string
	routes   []string
	flow     *flow
	cseq     uint32 // of our NOTIFYs
	lastCSeq uint32 // of their SUBSCRIBEs
	version  uint32
	until    time.Time
	timers   map[notifier.TimerID]*alarm
	received map[notifier.ServerTx]*serverTx
	lastTx   notifier.ServerTx
}

// maxSubscribers bounds what others can make us remember and tell.
const maxSubscribers = 16

// subscribeCame takes a SUBSCRIBE: for our dialogs, from the account's server,
// where that is allowed; nothing else is served.
func (o *owner) subscribeCame(s *serverTx, toTag string) {
	m := &s.request
	cseq, _ := wire.ParseCSeq(m.Get("CSeq"))
	if toTag != "" {
		for _, sub := range o.subscribers {
			if sub.callID == m.Get("Call-ID") && sub.tag == toTag && sub.theirs == m.Get("From") {
				o.subscriberCame(sub, s, cseq.Number)
				return
			}
		}
		o.reply(s, 481, "", nil, nil)
		return
	}
	l := o.serverLine(s.flow)
	filter, clear := dialogFilterOf(m.Get("Event"))
	event, _, _ := strings.Cut(strings.ToLower(m.Get("Event")), ";")
	event = strings.TrimSpace(event)
	asksPresence, contentType := event == presence.Event, dialoginfo.ContentType
	if asksPresence {
		filter, contentType = dialogFilter{id: filter.id}, presence.ContentType
	}
	switch {
	case event != dialoginfo.Event && !asksPresence || l == nil || !l.account.ShareDialogs || l.removed || o.stopping:
		o.reply(s, 489, "", allowEvents(489), nil)
		return
	case m.Has("Accept") && !accepts(m.List("Accept"), contentType):
		o.reply(s, 406, "", []wire.Field{{Name: "Accept", Value: contentType}}, nil)
		return
	case firstContact(m) == "" || !clear:
		o.reply(s, 400, "", nil, nil)
		return
	case len(o.subscribers) >= maxSubscribers:
		o.reply(s, 503, "", []wire.Field{{Name: "Retry-After", Value: "60"}}, nil)
		return
	}
	sub := &subscriber{
		line: l, filter: filter, presence: asksPresence, machine: notifier.New(notifier.Config{}), callID: m.Get("Call-ID"), tag: s.tag,
		theirs: m.Get("From"), ours: bareAddress(m.Get("To")), routes: m.List("Record-Route"), flow: s.flow,
		cseq: uint32(o.random(1 << 15)), timers: map[notifier.TimerID]*alarm{}, received: map[notifier.ServerTx]*serverTx{},
	}
	o.subscribers = append(o.subscribers, sub)
	o.subscriberCame(sub, s, cseq.Number)
	o.endOfDialogs(sub)
}

// endOfDialogs ends a subscription to dialogs that are over (RFC 6665 §4.1.3:
// noresource), and reports whether it did.
func (o *owner) endOfDialogs(sub *subscriber) bool {
	over := sub.filter.only() && len(sub.filter.of(o.ownDialogs(sub.line))) == 0
	if over {
		o.stepSubscriber(sub, notifier.Stop{Reason: "noresource"})
	}
	return over
}

func (o *owner) subscriberCame(sub *subscriber, s *serverTx, cseq uint32) {
	m := &s.request
	if sub.lastTx > 0 && cseq <= sub.lastCSeq { // RFC 3261 §12.2.2
		o.reply(s, 500, "", nil, nil)
		return
	}
	sub.lastCSeq = cseq
	if target := firstContact(m); target != "" {
		sub.target = target
	}
	sub.lastTx++
	sub.received[sub.lastTx] = s
	expires, has := delta(m.Get("Expires"))
	o.stepSubscriber(sub, notifier.Subscribed{Tx: sub.lastTx, Expires: expires, HasExpires: has})
}

func (o *owner) stepSubscriber(sub *subscriber, in notifier.Input) {
	var actions []notifier.Action
	sub.machine, actions = sub.machine.Step(in)
	for _, action := range actions {
		switch action := action.(type) {
		case notifier.Reply:
			o.replySubscriber(sub, action)
		case notifier.Notify:
			o.notify(sub, action)
		case notifier.StartTimer:
			o.clock.stop(sub.timers[action.ID])
			fired := notifier.TimerFired{ID: action.ID, Gen: action.Gen}
			sub.timers[action.ID] = o.clock.after(action.After, func() { o.stepSubscriber(sub, fired) })
		case notifier.StopTimer:
			o.clock.stop(sub.timers[action.ID])
		case notifier.Done:
			o.subscribers = slices.DeleteFunc(o.subscribers, func(other *subscriber) bool { return other == sub })
		}
	}
}

func (o *owner) replySubscriber(sub *subscriber, action notifier.Reply) {
	s := sub.received[action.Tx]
	delete(sub.received, action.Tx)
	if s == nil {
		return
	}
	var fields []wire.Field
	value := strconv.Itoa(int(action.Expires / time.Second))
	switch action.Status {
	case 200:
		sub.until = time.Now().Add(action.Expires)
		fields = []wire.Field{{Name: "Contact", Value: "<" + o.contact(sub.line, s.flow, s.from) + ">"}, {Name: "Expires", Value: value}}
	case 423:
		fields = []wire.Field{{Name: "Min-Expires", Value: value}}
	}
	s.tag = sub.tag
	o.reply(s, action.Status, "", fields, nil)
}

func (o *owner) notify(sub *subscriber, action notifier.Notify) {
	state := "terminated;reason=" + action.Reason
	if action.Reason == "" {
		state = "active;expires=" + strconv.Itoa(int(max(0, time.Until(sub.until))/time.Second))
	}
	event, contentType, body := o.toldOf(sub)
	s := spec{
		method: "NOTIFY", callID: sub.callID, from: withTag(sub.ours, sub.tag), to: sub.theirs,
		flow: sub.flow, inDialog: true, contentType: contentType, body: body,
		extra: []wire.Field{{Name: "Event", Value: event}, {Name: "Subscription-State", Value: state}},
	}
	s.uri, s.route = dialog.Address(sub.target, sub.routes)
	x := &exchange{line: sub.line, spec: s}
	x.next = func() uint32 { sub.cseq++; return sub.cseq }
	x.answer = func(m wire.Message, _ error) {
		if m.Status >= 200 {
			o.stepSubscriber(sub, notifier.Answered{Tx: action.Tx, Status: m.Status})
		}
	}
	x.failed = func(error) { o.stepSubscriber(sub, notifier.Answered{Tx: action.Tx}) }
	o.send(x)
}

// toldOf is what a subscriber is told, under the name of his package.
func (o *owner) toldOf(sub *subscriber) (event, contentType string, body []byte) {
	calls := o.ownDialogs(sub.line)
	if sub.presence {
		return sub.filter.event(presence.Event), presence.ContentType, o.presence(sub.line, len(calls) > 0)
	}
	info := dialoginfo.Info{Entity: sub.line.aor(), Version: sub.version, Full: true, Dialogs: sub.filter.of(calls)}
	sub.version++
	return sub.filter.event(dialoginfo.Event), dialoginfo.ContentType, info.Encode()
}

// ownDialogs are the account's calls as others may see them.
func (o *owner) ownDialogs(l *line) []dialoginfo.Dialog {
	var dialogs []dialoginfo.Dialog
	calls := slices.Collect(maps.Keys(o.calls))
	sort.Slice(calls, func(i, j int) bool { return calls[i] < calls[j] })
	for _, id := range calls {
		c := o.calls[id]
		call := c.machine.Call()
		if c.line != l || call.State == ua.Terminated {
			continue
		}
		remoteTag, _, _ := c.machine.Dialog()
		if _, tag, incoming := strings.Cut(c.merge, " "); incoming {
			remoteTag = tag
		}
		ours, theirs := c.machine.Descriptions()
		dialogs = append(dialogs, dialoginfo.Dialog{
			ID: strconv.FormatUint(uint64(c.id), 10), CallID: c.callID, LocalTag: c.localTag, RemoteTag: remoteTag,
			Incoming: call.Incoming, State: call.State, Held: call.LocalHold,
			Local:  dialoginfo.Side{Display: l.account.DisplayName, Identity: l.aor(), Target: l.aor(), Description: withoutKeys(ours)},
			Remote: dialoginfo.Side{Display: call.Remote.DisplayName, Identity: call.Remote.URI, Description: withoutKeys(theirs)},
		})
	}
	return dialogs
}

// dialogsChanged tells those who watch the account's calls.
func (o *owner) dialogsChanged(l *line) {
	for _, sub := range slices.Clone(o.subscribers) {
		if sub.line == l {
			if !o.endOfDialogs(sub) {
				o.stepSubscriber(sub, notifier.Changed{})
			}
		}
	}
	o.putPublication(l)
}

// endSubscribers tells those who watch that there is nothing to watch any more.
func (o *owner) endSubscribers(l *line) {
	for _, sub := range slices.Clone(o.subscribers) {
		if sub.line == l {
			o.stepSubscriber(sub, notifier.Stop{Reason: "deactivated"})
		}
	}
}
