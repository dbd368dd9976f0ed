package agent

import (
	"context"
	"time"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/locate"
)

// owner holds what the one goroutine owns. Its methods run there alone.
type owner struct {
	*Agent
	clock       *alarms
	outbox      []ua.Event
	undisturbed bool // SetDoNotDisturb
	lines       map[ua.AccountID]*line
	leaving     map[*line]struct{} // removed accounts whose binding is being removed
	calls       map[ua.CallID]*call
	dialogs     map[string][]*call // by Call-ID header
	subscribers []*subscriber
	flows       map[*flow]struct{}
	ears        []*ear // that anyone may call
	health      locate.Health
	stopping    bool

	questions map[stunID]*stunQuestion // Binding requests under way
}

func newOwner(a *Agent) *owner {
	return &owner{
		Agent: a, clock: newAlarms(),
		questions: map[stunID]*stunQuestion{},
		lines:     map[ua.AccountID]*line{}, leaving: map[*line]struct{}{},
		calls: map[ua.CallID]*call{}, dialogs: map[string][]*call{}, flows: map[*flow]struct{}{},
	}
}

// serve is the owner's loop.
func (o *owner) serve(ctx context.Context) {
	ending := ctx.Done()
	var deadline <-chan time.Time
	for !o.stopping || !o.idle() {
		inbox := o.inbox
		if len(o.outbox) >= outboxSize {
			inbox = nil // whoever reads the events is slow: let the network wait
		}
		var events chan<- ua.Event
		var next ua.Event
		if len(o.outbox) > 0 {
			events, next = o.events, o.outbox[0]
		}
		select {
		case next := <-inbox:
			o.guarded(next.work)
		case events <- next:
			o.outbox = o.outbox[1:]
		case <-o.clock.timer.C:
			o.guarded(func(o *owner) { o.clock.due() })
		case <-ending:
			ending = nil
			timer := time.NewTimer(o.config.ShutdownTimeout)
			defer timer.Stop()
			deadline = timer.C
			o.guarded((*owner).stop)
		case <-deadline:
			o.abandon()
			o.flush()
			return
		}
	}
	o.abandon()
	o.flush()
}

// guarded keeps a fault in one thing from ending all.
func (o *owner) guarded(work func(*owner)) {
	defer o.recovered("the agent's work")
	work(o)
}

// stop begins the end: calls are hung up, bindings removed.
func (o *owner) stop() {
	o.stopping = true
	for _, c := range o.calls {
		o.step(c, dialog.Hangup{})
	}
	for _, l := range o.lines {
		o.unregister(l)
	}
}

// idle reports whether nothing of ours waits for an answer.
func (o *owner) idle() bool {
	for _, c := range o.calls {
		if c.machine.Busy() {
			return false
		}
	}
	for _, l := range o.lines {
		if l.leaving() {
			return false
		}
	}
	return len(o.leaving) == 0
}

// abandon ends what did not end by itself.
func (o *owner) abandon() {
	o.stopping = true
	for _, c := range o.calls {
		o.forget(c)
	}
}

// flush gives the last events to whoever still reads.
func (o *owner) flush() {
	patience := time.NewTimer(200 * time.Millisecond)
	defer patience.Stop()
	for _, event := range o.outbox {
		select {
		case o.events <- event:
		case <-patience.C:
			return
		}
	}
}

func (o *owner) emit(event ua.Event) { o.outbox = append(o.outbox, event) }

// adopt starts a flow's goroutines.
func (o *owner) adopt(f *flow) {
	o.flows[f] = struct{}{}
	for _, address := range f.servers {
		o.gate.Trust(address)
	}
	o.spawn(f.write)
	o.spawn(func() {
		cause := f.read(o.Agent)
		o.post(func(o *owner) { o.lost(f, cause) })
	})
}

// lost tidies up after a flow.
func (o *owner) lost(f *flow, cause error) {
	if _, ok := o.flows[f]; !ok {
		return
	}
	delete(o.flows, f)
	if f.wide != nil {
		f.wide.finish()
	}
	if f.base != nil && f.base.wide == f {
		f.base.wide = nil
	}
	for _, address := range f.servers {
		o.gate.Distrust(address)
	}
	for _, l := range o.lines {
		o.lineLost(l, f, cause)
	}
	for l := range o.leaving {
		o.lineLost(l, f, cause)
	}
}

func (o *owner) closeFlows() {
	for _, e := range o.ears {
		if e.door != nil {
			e.door.listener.Close()
		}
	}
	for f := range o.flows {
		f.finish()
	}
}
