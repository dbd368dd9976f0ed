package agent

import (
	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/wire"
)

var _ ua.Caller = (*Agent)(nil)

// manner is how an outgoing call is made.
type manner struct {
	ua.InviteOptions
	replaces string // of the call to pick up
}

// Invite starts a call. What comes of it is told by events.
func (a *Agent) Invite(id ua.AccountID, target ua.Target) (ua.CallID, error) {
	return a.InviteWith(id, target, ua.InviteOptions{})
}

// InviteWith is Invite in another way than the usual one.
func (a *Agent) InviteWith(id ua.AccountID, target ua.Target, options ua.InviteOptions) (ua.CallID, error) {
	return a.begin(id, target, manner{InviteOptions: options})
}

// Pickup takes over a call of somebody else's (RFC 3891 §3). Who rings there is
// told that it was answered elsewhere.
func (a *Agent) Pickup(id ua.AccountID, dialog ua.DialogRef) (ua.CallID, error) {
	r := replaces{dialog.CallID, dialog.LocalTag, dialog.RemoteTag, dialog.EarlyOnly}
	if _, ok := parseReplaces(r.String()); !ok || hasControl(r.String()) {
		return 0, ua.ErrTarget
	}
	return a.begin(id, dialog.Target, manner{replaces: r.String()})
}

// target is the URI of whom an account is to reach.
func (a *Agent) target(id ua.AccountID, target ua.Target) (string, error) {
	account, ok := a.names.account(id)
	if !ok {
		return "", ua.ErrNoAccount
	}
	return resolveTarget(account, target)
}

func (a *Agent) begin(id ua.AccountID, target ua.Target, how manner) (ua.CallID, error) {
	uri, err := a.target(id, target)
	if err != nil {
		return 0, err
	}
	call := ua.CallID(a.lastID.Add(1))
	a.names.addCall(call)
	if err := a.command(func(o *owner) { o.invite(call, id, uri, how) }); err != nil {
		a.names.dropCall(call)
		return 0, err
	}
	return call, nil
}

// invite starts an outgoing call.
func (o *owner) invite(id ua.CallID, account ua.AccountID, uri string, how manner) {
	l := o.lines[account]
	if l == nil || o.stopping {
		o.refused(id, account, uri, "the account is not there any more")
		return
	}
	c := o.newCall(id, l)
	party := partyOf("", uri)
	if how.Emergency && l.account.EmergencyURN && hasServer(l.account) {
		uri = serviceURN
	}
	o.outgoing(c, uri, how)
	if err := o.open(c, party); err != nil {
		o.refused(id, account, party.URI, "sound could not be prepared: "+err.Error())
		return
	}
	o.step(c, dialog.Dial{
		URI: uri, Route: o.initialRoute(l), Replaces: how.replaces, Insist: how.replaces != "",
		Late: l.account.LateOffer && !how.Emergency, // who helps shall hear us at once
	})
}

// outgoing says who calls whom.
func (o *owner) outgoing(c *call, uri string, how manner) {
	c.callID, c.localTag = o.token(18), o.token(9)
	c.uri, c.how = uri, how
	c.local, c.remote = c.line.identity(), "<"+uri+">"
	c.withheld = (how.Anonymous || c.line.account.Anonymous) && !how.Emergency
	if c.withheld {
		c.local = anonymous
	}
}

// mannerFields mark the first INVITE of a call.
func (o *owner) mannerFields(c *call, s *spec) {
	if c.how.Emergency {
		o.emergency(c, s)
	}
	if c.how.Intercom { // by RFC 5373, and in the ways that telephones knew before
		s.extra = append(s.extra,
			wire.Field{Name: "Answer-Mode", Value: "Auto"},
			wire.Field{Name: "Supported", Value: "answermode"},
			wire.Field{Name: "Call-Info", Value: "<" + c.localURI() + ">;answer-after=0"},
			wire.Field{Name: "Alert-Info", Value: "<http://localhost>;info=alert-autoanswer;delay=0"},
		)
	}
}

// localURI is who we say that we are.
func (c *call) localURI() string {
	address, _ := wire.ParseAddress(c.local)
	return address.URI
}
