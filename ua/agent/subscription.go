package agent

import (
	"time"

	"offhook/ua"
	"offhook/ua/subscription"
	"offhook/ua/wire"
)

// watching is what an account subscribes to, publishes and lets itself be asked.
type watching struct {
	watches     []*watch
	publication publication
	demands     []demand
}

// watch is a subscription at work (RFC 6665): the machine, and what is done with
// what it brings.
type watch struct {
	line      *line
	event     string
	accept    string
	supported string // option tags
	resource  string // as configured; "" for the account's own
	uri       string
	expires   time.Duration
	take      func(contentType string, body []byte)
	lost      func() // it does not stand, and will not within a moment; may be nil

	machine  subscription.Machine
	running  bool
	callID   string
	tag      string
	cseq     uint32
	begin    *alarm
	timer    *alarm
	later    *alarm // what take has put off
	x        *exchange
	received map[subscription.ServerTx]*serverTx
	lastTx   subscription.ServerTx
	inputs   []subscription.Input
	stepping bool
}

const (
	// apart keeps the subscriptions of many line keys from going out as one burst.
	apart = 25 * time.Millisecond
	// moment is how soon a subscription has to stand again for its loss not to be
	// told: a server that moves it elsewhere ends it first.
	moment = 5 * time.Second
)

// startSubscriptions subscribes to all that the account is to know, or anew to
// it after all bindings were lost.
func (o *owner) startSubscriptions(l *line) {
	if o.stopping || l.removed {
		return
	}
	if l.watches == nil {
		l.watches = o.watchesOf(l)
	}
	for i, w := range l.watches {
		o.clock.stop(w.begin)
		if i == 0 {
			o.startWatch(w)
			continue
		}
		w.begin = o.clock.after(time.Duration(i)*apart, func() { o.startWatch(w) })
	}
	o.startPublication(l)
}

func (o *owner) startWatch(w *watch) {
	if w.running {
		o.stepWatch(w, subscription.Afresh{})
		return
	}
	w.running = true
	w.received = map[subscription.ServerTx]*serverTx{}
	w.machine = subscription.New(subscription.Config{
		Event: w.event, Expires: w.expires, StopWithin: o.config.ShutdownTimeout, Seed: o.seed(),
	})
	o.stepWatch(w, subscription.Start{})
}

func (o *owner) endSubscriptions(l *line) {
	for _, w := range l.watches {
		o.clock.stop(w.begin)
		o.clock.stop(w.later)
		o.stepWatch(w, subscription.Stop{})
	}
	o.endSubscribers(l)
	o.endPublication(l)
}

// stepWatch feeds the machine; what an action brings about comes after the
// actions that stand beside it.
func (o *owner) stepWatch(w *watch, in subscription.Input) {
	if !w.running {
		return
	}
	w.inputs = append(w.inputs, in)
	if w.stepping {
		return
	}
	w.stepping = true
	defer func() { w.stepping = false }()
	for len(w.inputs) > 0 {
		next := w.inputs[0]
		w.inputs = w.inputs[1:]
		var actions []subscription.Action
		w.machine, actions = w.machine.Step(next)
		for _, action := range actions {
			o.watchAction(w, action)
		}
	}
}

func (o *owner) watchAction(w *watch, action subscription.Action) {
	switch action := action.(type) {
	case subscription.Send:
		o.subscribe(w, action)
	case subscription.Reply:
		if s := w.received[action.Tx]; s != nil {
			delete(w.received, action.Tx)
			o.reply(s, action.Status, "", allowEvents(action.Status), nil)
		}
	case subscription.Notification:
		w.take(action.ContentType, action.Body)
	case subscription.Changed:
		o.watchChanged(w, action)
	case subscription.StartTimer:
		o.clock.stop(w.timer)
		fired := subscription.TimerFired{Gen: action.Gen}
		w.timer = o.clock.after(action.After, func() { o.stepWatch(w, fired) })
	case subscription.StopTimer:
		o.clock.stop(w.timer)
	case subscription.Done:
		w.running = false
		o.clock.stop(w.timer)
		o.clock.stop(w.later)
		if w.x != nil {
			w.x.void = true
			w.x = nil
		}
	}
}

func (o *owner) watchChanged(w *watch, c subscription.Changed) {
	o.log.Debug("subscription", "account", w.line.account.ID, "event", w.event, "resource", w.resource, "active", c.Active, "cause", c.Cause)
	if w.line.removed {
		return // the account goes on as another line, or not at all
	}
	e := ua.SubscriptionChanged{Account: w.line.account.ID, Event: w.event, Resource: w.resource, Active: c.Active, Cause: cut(c.Cause)}
	if !c.Active {
		if c.RetryIn > 0 {
			e.Retry = o.config.Now().Add(c.RetryIn)
		}
		if w.lost != nil && (c.RetryIn == 0 || c.RetryIn > moment) {
			w.lost()
		}
	}
	o.emit(e)
}

// watchNotified takes a NOTIFY of a subscription, by Call-ID and our tag.
func (o *owner) watchNotified(w *watch, s *serverTx) {
	m := &s.request
	if lacking := lackingOptions(m); lacking != "" {
		o.reply(s, 420, "", []wire.Field{{Name: "Unsupported", Value: lacking}}, nil)
		return
	}
	from, _ := wire.ParseAddress(m.Get("From"))
	cseq, _ := wire.ParseCSeq(m.Get("CSeq"))
	w.lastTx++
	w.received[w.lastTx] = s
	forgetOld(w.received, w.lastTx)
	o.stepWatch(w, subscription.Notified{Tx: w.lastTx, Notify: subscription.Notify{
		CSeq: cseq.Number, Event: m.Get("Event"), State: m.Get("Subscription-State"),
		Dialog:      subscription.Dialog{Tag: from.Tag(), Target: firstContact(m), RouteSet: m.List("Record-Route")},
		ContentType: m.Get("Content-Type"), Body: m.Body,
	}})
}
