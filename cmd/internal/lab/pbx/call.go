package pbx

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/stream"
	"offhook/media/sdp"
)

const ringTime = 60 * time.Second

// call joins legs. All of its state belongs to the goroutine of run; everybody
// else posts functions to it.
type call struct {
	pbx          *PBX
	id           int
	from, to     string
	inbox        chan func()
	ended        chan struct{}
	over         bool
	caller       *leg   // nil when the exchange itself calls
	forks        []*leg // every phone that is rung
	callee       *leg   // the one that answered
	refusal      refusal
	answered     func(*leg) // what happens when a phone answers a call of the exchange
	ready, begin func()     // what waits for the ACK that brings the answer
	pending      *leg       // whose re-INVITE waits for the other side
	state        string
	digits       string
	why          string // Reason of the caller's CANCEL
	started      time.Time
	since        time.Time // answered
	cleanup      []func()
	view         atomic.Pointer[view]
}

// refusal is the best final response of the forks (RFC 3261 §16.7 step 6).
type refusal struct {
	status int
	phrase string
}

func (r *refusal) offer(status int, phrase string) {
	better := r.status == 0 || status >= 600 && r.status < 600 || r.status < 600 && status < r.status
	if better {
		r.status, r.phrase = status, phrase
	}
}

// view is a snapshot with the ports whose figures are read when it is shown.
type view struct {
	call  Call
	ports []*stream.Port
}

func (p *PBX) newCall(from, to string) *call {
	c := &call{
		pbx: p, from: from, to: to, state: trying, started: time.Now(),
		inbox: make(chan func(), 256), ended: make(chan struct{}),
	}
	p.calls.add(c)
	c.publish()
	return c
}

// run is the call's goroutine.
func (c *call) run() {
	defer c.close()
	for !c.over {
		select {
		case f := <-c.inbox:
			f()
			c.publish()
		case <-c.pbx.ctx.Done():
			c.finish(503, "The exchange is closing")
		}
	}
}

// post has f run in the call's goroutine; false when the call has ended.
func (c *call) post(f func()) bool {
	select {
	case c.inbox <- f:
		return true
	case <-c.ended:
		return false
	}
}

// try is post for callers that must not wait.
func (c *call) try(f func()) {
	select {
	case c.inbox <- f:
	default:
	}
}

// after posts f later, unless the call has ended by then.
func (c *call) after(d time.Duration, f func()) *time.Timer {
	t := time.AfterFunc(d, func() { c.post(f) })
	c.cleanup = append(c.cleanup, func() { t.Stop() })
	return t
}

// close lets everything of the call go.
func (c *call) close() {
	for _, f := range c.cleanup {
		f()
	}
	close(c.ended)
	for _, l := range c.legs() {
		c.pbx.calls.forget(l)
		if l.incoming != nil {
			l.incoming.finish()
		}
		if l.sound != nil {
			l.sound.port.Close()
		}
	}
	c.pbx.calls.remove(c)
	c.pbx.journal.Changed()
}

func (c *call) legs() []*leg {
	var list []*leg
	if c.caller != nil {
		list = append(list, c.caller)
	}
	return append(list, c.forks...)
}

// other is the leg that a leg talks to, nil for the exchange itself.
func (c *call) other(l *leg) *leg {
	if l == c.caller {
		return c.callee
	}
	return c.caller
}

// newLeg opens a port and indexes the dialog.
func (c *call) newLeg(party string, d dialog, policy sdp.Policy) (*leg, error) {
	in, out := c.pbx.config.Network()
	l := &leg{party: party, dialog: d, state: trying}
	port, err := stream.Open(stream.Config{
		Log: c.pbx.log, Host: c.pbx.config.Host, In: in, Out: out,
		OnDigit: func(d stream.Digit) { c.try(func() { c.heard(l, string(d.Symbol), d.Duration) }) },
	})
	if err != nil {
		return nil, err
	}
	l.sound = newSound(port, policy)
	c.pbx.calls.index(l, c)
	return l, nil
}

func (c *call) heard(l *leg, digit string, duration time.Duration) {
	c.digits += digit
	c.pbx.note(journal.DTMF, "call %d: %s dialled %s (%d ms)", c.id, l.party, digit, duration.Milliseconds())
}

// confirm marks the call as answered.
func (c *call) confirm() {
	c.state, c.since = confirmed, time.Now()
	c.pbx.note(journal.Call, "call %d: %s and %s are connected", c.id, c.from, c.to)
}

// finish ends every leg that has not ended; the caller that waits for an
// answer gets this one.
func (c *call) finish(status int, phrase string) {
	if c.over {
		return
	}
	c.over = true
	for _, l := range c.legs() {
		switch {
		case l.state == terminated:
		case l.incoming != nil && !l.incoming.final && l.state != confirmed:
			l.respond(status, phrase, nil)
			l.state = terminated
		case l.state == confirmed:
			l.respond(487, "Request Terminated", nil) // a re-INVITE that waits
			c.pbx.bye(l)
		default:
			c.pbx.revoke(l, c.why)
			l.state = terminated
		}
	}
	c.state = terminated
	c.pbx.note(journal.Call, "call %d: %s → %s has ended (%s)", c.id, c.from, c.to, phrase)
}

// publish renews the snapshot.
func (c *call) publish() {
	v := &view{call: Call{
		ID: c.id, From: c.from, To: c.to, State: c.state, Digits: c.digits, Started: c.started, Answered: c.since,
	}}
	for _, l := range c.legs() {
		if l.sound == nil || l.state == terminated {
			continue
		}
		shown := Leg{Party: l.party, Transport: l.dialog.flow.transport, State: l.state}
		if l.sound.up {
			shown.Suite, shown.Codec = string(l.sound.send.Suite), l.sound.agreed.Send.Encoding
			shown.Direction = l.sound.agreed.Direction.String()
			v.call.Held = v.call.Held || l.sound.held()
		}
		v.call.Legs = append(v.call.Legs, shown)
		v.ports = append(v.ports, l.sound.port)
	}
	c.view.Store(v)
	c.pbx.journal.Changed()
}

func (c *call) snapshot() Call {
	v := c.view.Load()
	shown := v.call
	shown.Legs = append([]Leg{}, v.call.Legs...)
	for i, port := range v.ports {
		shown.Legs[i].Stats = port.Stats()
	}
	return shown
}

// identity tells the called phone who calls (RFC 3325).
func (p *PBX) identity(number string) party {
	return party{name: p.names[number], uri: sip.Uri{Scheme: "sip", User: number, Host: Realm}}
}

func asserted(who party) sip.Header {
	return sip.NewHeader("P-Asserted-Identity", fmt.Sprintf("%q <%s>", who.name, who.uri.String()))
}
