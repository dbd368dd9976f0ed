package agent

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/wire"
)

// call is a dialog machine at work.
type call struct {
	id       ua.CallID
	line     *line
	machine  dialog.Machine
	session  ua.Session
	callID   string // Call-ID header
	localTag string
	local    string // From or To value of our side, without the tag
	remote   string // of theirs
	flow     *flow  // that its dialog was made over
	merge    string // its From tag and CSeq
	cseq     uint32
	replaces ua.CallID // the call that this one takes over
	referrer ua.CallID // the call whose far end asked for this one
	consult  ua.CallID // the other call of our attended transfer
	contact  string    // our address as the far end knows it
	host     string    // of it, or what it would be without GRUU
	progress int       // status told to the referrer
	incoming bool
	uri      string // whom we called
	how      manner // in which we called
	withheld bool   // our identity is
	diversion
	guest    netip.Addr // a stranger that we talk to: flooding must not keep him from hanging up
	started  time.Time
	answered time.Time

	timers   map[dialog.TimerID]*alarm
	sent     map[dialog.Tx]*exchange
	received map[dialog.ServerTx]*serverTx
	lastTx   dialog.ServerTx

	media    []dialog.Input // go first
	inputs   []dialog.Input
	stepping bool
	told     bool // Terminated was told
	closed   bool // the session was closed
}

func (o *owner) newCall(id ua.CallID, l *line) *call {
	return &call{
		id: id, line: l, cseq: uint32(o.random(1 << 15)),
		timers: map[dialog.TimerID]*alarm{}, sent: map[dialog.Tx]*exchange{},
		received: map[dialog.ServerTx]*serverTx{},
	}
}

// open gives the call its media and its machine.
func (o *owner) open(c *call, party ua.Party) error {
	session, err := o.newSession(c)
	if err != nil {
		return err
	}
	c.session = session
	config := o.dialogConfig(c.line)
	config.Seed = o.seed()
	config.Call = ua.Call{
		ID: c.id, Account: c.line.account.ID, Remote: party,
		SecureSIP: c.overTLS(), SIPCallID: c.callID,
		Served: !c.incoming || c.line.servedBy(c.flow), Replaces: c.replaces,
	}
	c.machine = dialog.New(config)
	o.calls[c.id] = c
	o.dialogs[c.callID] = append(o.dialogs[c.callID], c)
	o.names.addCall(c.id)
	o.names.addDialog(c.callID)
	return nil
}

// overTLS reports whether the call's next hop is, or will be, spoken to by TLS.
func (c *call) overTLS() bool {
	f := c.flow
	if f == nil {
		f = c.line.leading().flow
	}
	return c.line.account.Transport == ua.TLS || f != nil && f.transport == ua.TLS
}

// dialogConfig is what all calls of an account have in common.
func (o *owner) dialogConfig(l *line) dialog.Config {
	return dialog.Config{
		FinalAfter: o.config.FinalAfter, RingFor: o.config.RingFor, SessionExpires: l.account.SessionExpires,
		Reliable: l.account.Reliable, RemoteControl: l.account.RemoteControl, NoReferSub: l.account.NoReferSub,
	}
}

func (o *owner) newSession(c *call) (session ua.Session, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("agent: NewSession: %v", fault)
		}
	}()
	session, err = o.config.NewSession(c.line.account.ID, c.id)
	if err == nil && session == nil {
		err = errors.New("agent: NewSession gave no session")
	}
	return session, err
}

// initialRoute is the pre-loaded route: the outbound proxy and what the
// registrar wants between (RFC 3261 §8.1.2, RFC 3608).
func (o *owner) initialRoute(l *line) []string {
	var route []string
	e := l.leading()
	if l.account.Proxy != "" || e.regID > 1 {
		route = append(route, o.proxyRoute(e.server(e.flow)))
	}
	return append(route, e.binding.service...)
}

func mergeKey(fromTag string, cseq uint32) string { return fmt.Sprint(cseq, " ", fromTag) }

// proxyRoute is the pre-loaded route of an outbound proxy (RFC 3261 §8.1.2).
func (o *owner) proxyRoute(server Query) string {
	uri := wire.URI{Host: server.Host, Port: server.Port, Params: "lr"}
	if server.Transport != ua.UDP && server.Transport != "" {
		uri.Params = "transport=" + string(server.Transport) + ";lr"
	}
	return "<" + uri.String() + ">"
}

// refused tells of a call that never began.
func (o *owner) refused(id ua.CallID, account ua.AccountID, uri, reason string) {
	now := o.config.Now()
	o.names.dropCall(id)
	o.emit(ua.CallChanged{Call: ua.Call{
		ID: id, Account: account, State: ua.Terminated, Remote: partyOf("", uri),
		Cause: ua.CauseSetupFail, Reason: reason, Started: now,
	}})
}

func (o *owner) transfer(id ua.CallID, target ua.Target) {
	c := o.calls[id]
	if c == nil {
		return
	}
	uri, err := resolveTarget(c.line.account, target)
	if err != nil {
		o.log.Warn("transfer to an impossible target", "call", id, "error", err)
		uri = "" // it is told as impossible
	}
	o.step(c, dialog.Transfer{URI: uri})
}

// step feeds the machine. What an action brings about comes after the actions
// that stand beside it: media first, then all else.
func (o *owner) step(c *call, in dialog.Input) {
	c.inputs = append(c.inputs, in)
	if c.stepping {
		return
	}
	c.stepping = true
	defer func() { c.stepping = false }()
	for {
		var next dialog.Input
		switch {
		case len(c.media) > 0:
			next, c.media = c.media[0], c.media[1:]
		case len(c.inputs) > 0:
			next, c.inputs = c.inputs[0], c.inputs[1:]
		default:
			return
		}
		var actions []dialog.Action
		c.machine, actions = c.machine.Step(next)
		for _, action := range actions {
			o.act(c, action)
		}
	}
}

func (o *owner) act(c *call, action dialog.Action) {
	switch action := action.(type) {
	case dialog.Send:
		o.callSend(c, action)
	case dialog.Ack:
		o.callAck(c, action)
	case dialog.Cancel:
		if x := c.sent[action.Tx]; x != nil {
			o.sendCancel(x, action.Reason)
		}
	case dialog.Reply:
		o.callReply(c, action)
	case dialog.StartTimer:
		o.clock.stop(c.timers[action.ID])
		fired := dialog.TimerFired{ID: action.ID, Gen: action.Gen}
		c.timers[action.ID] = o.clock.after(action.After, func() { o.step(c, fired) })
	case dialog.StopTimer:
		o.clock.stop(c.timers[action.ID])
		delete(c.timers, action.ID)
	case dialog.Changed:
		o.callChanged(c, action.Call)
	case dialog.Digit:
		o.emit(ua.DigitReceived{Call: c.id, Digit: action.Digit, Duration: action.Duration})
	case dialog.Text:
		o.emit(ua.MessageReceived{Account: c.line.account.ID, Call: c.id, From: c.machine.Call().Remote, Text: action.Text})
	case dialog.Control:
		o.emit(ua.RemoteControl{Call: c.id, Hold: action.Hold})
	case dialog.Referred:
		o.referred(c, action)
	case dialog.Log:
		o.log.Debug(action.Text, "call", c.id)
	case dialog.Done:
		o.forget(c)
	default:
		o.callMedia(c, action)
	}
}

// callChanged stamps and tells a snapshot.
func (o *owner) callChanged(c *call, snapshot ua.Call) {
	now := o.config.Now()
	if c.started.IsZero() {
		c.started = now
	}
	if snapshot.State == ua.Confirmed && c.answered.IsZero() {
		c.answered = now
	}
	snapshot.Started, snapshot.Answered = c.started, c.answered
	if snapshot.State == ua.Terminated {
		c.told = true
		o.names.dropCall(c.id)
	}
	o.emit(ua.CallChanged{Call: snapshot})
	o.dialogsChanged(c.line)
	o.passOn(c, snapshot)
}

// callMedia calls the session; a fault in it is the call's, not the agent's.
func (o *owner) callMedia(c *call, action dialog.Action) {
	done := dialog.MediaDone{}
	answer := true
	func() {
		defer func() {
			if fault := recover(); fault != nil {
				o.log.Error("a fault in the program: please report it", "doing", "media", "fault", fmt.Sprint(fault))
				done.Err = errors.New("agent: a fault in the media session")
			}
		}()
		switch action := action.(type) {
		case dialog.MakeOffer:
			done.Seq = action.Seq
			done.SDP, done.Err = c.session.Offer(action.Hold)
		case dialog.MakeAnswer:
			done.Seq = action.Seq
			done.SDP, done.Err = c.session.Answer(action.Offer)
		case dialog.AcceptAnswer:
			done.Seq = action.Seq
			done.Err = c.session.Accept(action.Answer)
		case dialog.Rollback:
			answer = false
			c.session.Rollback()
		case dialog.CloseMedia:
			answer = false
			o.closeMedia(c)
		default:
			answer = false
			o.log.Error("an action that the agent does not know", "action", fmt.Sprintf("%T", action))
		}
		if answer && done.Err == nil {
			done.RemoteHold, done.Early = c.session.RemoteHold(), c.session.Early()
		}
	}()
	if answer {
		c.media = append(c.media, done)
	}
}

func (o *owner) closeMedia(c *call) {
	if c.closed {
		return
	}
	c.closed = true
	if err := c.session.Close(); err != nil {
		o.log.Warn("the sound of a call did not close", "call", c.id, "error", err)
	}
}

// forget ends what is left of a call.
func (o *owner) forget(c *call) {
	if o.calls[c.id] != c {
		return
	}
	delete(o.calls, c.id)
	if c.guest.IsValid() {
		o.gate.Distrust(c.guest)
	}
	o.names.dropDialog(c.callID)
	rest := o.dialogs[c.callID][:0:0]
	for _, other := range o.dialogs[c.callID] {
		if other != c {
			rest = append(rest, other)
		}
	}
	if o.dialogs[c.callID] = rest; len(rest) == 0 {
		delete(o.dialogs, c.callID)
	}
	for _, timer := range c.timers {
		o.clock.stop(timer)
	}
	for _, x := range c.sent {
		x.void = true
		if !x.final && x.tx != nil { // an INVITE that never got its final response
			x.tx.tx.Terminate()
		}
	}
	o.closeMedia(c)
	if !c.told {
		snapshot := c.machine.Call()
		snapshot.State, snapshot.Cause = ua.Terminated, ua.LocalBye
		o.callChanged(c, snapshot)
	}
	o.settle(c.line)
}
