package agent

import (
	"strconv"
	"time"

	"offhook/ua"
	"offhook/ua/events/dialoginfo"
	"offhook/ua/events/presence"
	"offhook/ua/publish"
	"offhook/ua/wire"
)

// publication is what an account publishes of its calls (RFC 3903).
type publication struct {
	machine publish.Machine
	running bool
	callID  string
	tag     string
	cseq    uint32
	timer   *alarm
	x       *exchange
}

func (o *owner) startPublication(l *line) {
	p := &l.publication
	if l.account.Publish == "" {
		return
	}
	if p.running {
		o.stepPublication(l, publish.Afresh{})
		return
	}
	p.running = true
	p.callID, p.tag, p.cseq = o.token(18), o.token(9), uint32(o.random(1<<15))
	p.machine = publish.New(publish.Config{StopWithin: o.config.ShutdownTimeout, Seed: o.seed()})
	o.putPublication(l)
}

// putPublication publishes what is now; the machine knows whether it is news.
func (o *owner) putPublication(l *line) {
	if !l.publication.running {
		return
	}
	calls := dialogFilter{}.of(o.ownDialogs(l))
	body := dialoginfo.Info{Entity: l.aor(), Full: true, Dialogs: calls}.Encode
	if l.account.Publish == ua.PublishPresence {
		body = func() []byte { return o.presence(l, len(calls) > 0) }
	}
	o.stepPublication(l, publish.Put{Body: body()})
}

func (o *owner) endPublication(l *line) { o.stepPublication(l, publish.Stop{}) }

func (o *owner) stepPublication(l *line, in publish.Input) {
	p := &l.publication
	if !p.running {
		return
	}
	var actions []publish.Action
	p.machine, actions = p.machine.Step(in)
	for _, action := range actions {
		switch action := action.(type) {
		case publish.Send:
			o.publish(l, action)
		case publish.Changed:
			o.publicationChanged(l, action)
		case publish.StartTimer:
			o.clock.stop(p.timer)
			fired := publish.TimerFired{Gen: action.Gen}
			p.timer = o.clock.after(action.After, func() { o.stepPublication(l, fired) })
		case publish.StopTimer:
			o.clock.stop(p.timer)
		case publish.Done:
			p.running = false
			o.clock.stop(p.timer)
		}
	}
}

func (o *owner) publicationChanged(l *line, c publish.Changed) {
	if c.Active {
		o.log.Debug("published", "account", l.account.ID, "event", l.account.Publish)
		return
	}
	o.log.Info("the state of this telephone is not published", "account", l.account.ID, "event", l.account.Publish, "cause", c.Cause, "again in", c.RetryIn.Round(time.Second))
}

func (o *owner) publish(l *line, action publish.Send) {
	p := &l.publication
	if p.x != nil {
		p.x.void = true
	}
	s := spec{
		method: "PUBLISH", uri: l.aor(), from: withTag(l.identity(), p.tag), to: l.identity(), callID: p.callID,
		contact: "-", route: o.initialRoute(l), body: action.Body, contentType: publicationType(l.account.Publish),
		extra: filled([]wire.Field{
			{Name: "Event", Value: string(l.account.Publish)},
			{Name: "SIP-If-Match", Value: action.ETag},
			{Name: "Expires", Value: strconv.Itoa(int(action.Expires / time.Second))},
		}),
	}
	x := &exchange{line: l, spec: s}
	x.next = func() uint32 { p.cseq++; return p.cseq }
	x.answer = func(m wire.Message, refusal error) {
		if m.Status < 200 {
			return
		}
		p.x = nil
		response := publish.Response{Status: m.Status, Reason: m.Reason, ETag: m.Get("SIP-ETag"), RetryAfter: retryAfter(&m)}
		response.Expires, response.HasExpires = delta(m.Get("Expires"))
		response.MinExpires, _ = delta(m.Get("Min-Expires"))
		if refusal != nil {
			response.Cause = refusal.Error()
		}
		o.stepPublication(l, publish.Responded{Tx: action.Tx, Response: response})
	}
	x.failed = func(err error) {
		p.x = nil
		o.stepPublication(l, publish.Failed{Tx: action.Tx, Cause: err.Error()})
	}
	p.x = x
	o.send(x)
}

func publicationType(what ua.Publication) string {
	if what == ua.PublishPresence {
		return presence.ContentType
	}
	return dialoginfo.ContentType
}
