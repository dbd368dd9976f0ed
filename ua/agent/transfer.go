package agent

import (
	"net/url"
	"strings"
	"time"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/wire"
)

// leaveAfter is how long a far end that had itself replaced may take to hang
// up, before we do (RFC 5589 §6.1 leaves it to the one who transfers).
const leaveAfter = 5 * time.Second

// transferTo asks the far end of one call to take the place that we have in
// the other (RFC 5589 §7).
func (o *owner) transferTo(id, consult ua.CallID) {
	c, other := o.calls[id], o.calls[consult]
	if c == nil || other == nil {
		return
	}
	tag, target, ok := other.machine.Dialog()
	if !ok {
		o.transferOn(c, other)
		return
	}
	// The address of record, for a proxy knows the way to it; Replaces finds the
	// telephone that has the call.
	if address, err := wire.ParseAddress(other.remote); err == nil {
		if uri, err := wire.ParseURI(address.URI); err == nil && !strings.HasSuffix(uri.Host, ".invalid") {
			uri.Headers, uri.Password = "", ""
			target = uri.String()
		}
	}
	target, _, _ = strings.Cut(target, "?")
	c.consult = consult
	o.step(c, dialog.Transfer{URI: target + "?Replaces=" + url.QueryEscape(replaces{other.callID, tag, other.localTag, false}.String())})
}

// transferOn is a transfer to one who has not answered yet. Replaces could not
// name that dialog, for it began elsewhere than at its receiver (RFC 3891 §3): ours
// is given up, and the far end calls there anew.
func (o *owner) transferOn(c, other *call) {
	uri := other.uri
	if other.machine.Call().State == ua.Terminated {
		uri = "" // it is told as impossible
	}
	o.step(other, dialog.Hangup{})
	o.step(c, dialog.Transfer{URI: uri})
}

// replaces is a Replaces header as its receiver reads it (RFC 3891 §6.1).
type replaces struct {
	callID    string
	toTag     string // the receiver's own
	fromTag   string
	earlyOnly bool
}

func (r replaces) String() string {
	text := r.callID + ";to-tag=" + r.toTag + ";from-tag=" + r.fromTag
	if r.earlyOnly {
		text += ";early-only"
	}
	return text
}

func parseReplaces(text string) (replaces, bool) {
	callID, rest, _ := strings.Cut(text, ";")
	params, err := wire.ParseParams(rest)
	r := replaces{callID: strings.TrimSpace(callID)}
	var to, from bool
	r.toTag, to = params.Get("to-tag")
	r.fromTag, from = params.Get("from-tag")
	_, r.earlyOnly = params.Get("early-only")
	return r, err == nil && r.callID != "" && to && from
}

// obeys reports whether a far end that speaks over this flow may have us call
// somebody, or take a call of ours over: only through the account's own server,
// which knows whom it lets do that.
func (o *owner) obeys(l *line, f *flow) bool {
	return !o.config.Inbound.RefuseRefer && l.servedBy(f)
}

// servedBy reports whether the flow leads to the account's own server.
func (l *line) servedBy(f *flow) bool { return hasServer(l.account) && f != nil && l.edgeOf(f) != nil }

// replacedBy finds the call that an INVITE is to take over, nil for none, or
// the status that refuses it (RFC 3891 §3).
func (o *owner) replacedBy(s *serverTx, l *line) (*call, int) {
	m := &s.request
	if !m.Has("Replaces") {
		return nil, 0
	}
	r, ok := parseReplaces(m.Get("Replaces"))
	if !ok || m.Count("Replaces") > 1 {
		return nil, 400
	}
	if !o.obeys(l, s.flow) {
		return nil, 603
	}
	for _, c := range o.dialogs[r.callID] {
		if c.localTag == r.toTag && c.line == l {
			return c, c.machine.Replaceable(r.fromTag, r.earlyOnly)
		}
	}
	return nil, 481
}

// referred makes the call that the far end of another one asks for.
func (o *owner) referred(c *call, action dialog.Referred) {
	refuse := func(status int, reason string) {
		o.step(c, dialog.ReferProgress{Status: status, Reason: reason, Over: true})
	}
	uri, err := wire.ParseURI(action.URI)
	if err != nil {
		refuse(400, "")
		return
	}
	if method, ok := uri.Param("method"); ok && !strings.EqualFold(method, "INVITE") {
		refuse(501, "")
		return
	}
	headers := uri.Headers
	uri.Headers = ""
	target, err := resolveTarget(c.line.account, ua.Target(uri.String()))
	if err != nil || o.stopping || c.line.removed || len(o.calls) >= maxCalls {
		refuse(603, "")
		return
	}
	next := o.newCall(ua.CallID(o.lastID.Add(1)), c.line)
	o.outgoing(next, target, manner{})
	next.replaces, next.referrer = c.id, c.id
	if err := o.open(next, partyOf("", target)); err != nil {
		o.log.Error("a transferred call could not be prepared", "call", c.id, "error", err)
		refuse(500, "")
		return
	}
	o.step(next, dialog.Dial{
		URI: target, Route: o.initialRoute(c.line),
		Replaces: replacesIn(headers), ReferredBy: cleanHeader(action.By),
	})
}

// replacesIn is the Replaces header among those of a URI; other ones are not
// asked for (RFC 3261 §19.1.5).
func replacesIn(headers string) string {
	for _, header := range strings.Split(headers, "&") {
		name, value, _ := strings.Cut(header, "=")
		if !strings.EqualFold(name, "Replaces") {
			continue
		}
		text, err := url.PathUnescape(value) // a plus is a plus here
		if r, ok := parseReplaces(text); err == nil && ok && !hasControl(text) {
			return r.String()
		}
	}
	return ""
}

func cleanHeader(text string) string {
	if hasControl(text) {
		return ""
	}
	return text
}

// passOn tells other calls what becomes of this one.
func (o *owner) passOn(c *call, snapshot ua.Call) {
	over := snapshot.State >= ua.Confirmed
	if old := o.calls[c.referrer]; old != nil && c.referrer != 0 && (over || snapshot.Status > c.progress) {
		status := snapshot.Status
		if snapshot.State == ua.Terminated && status < 300 {
			status = 487
		}
		if c.progress = max(status, 100); status > 100 {
			o.step(old, dialog.ReferProgress{Status: status, Over: over})
		}
		if over {
			c.referrer = 0
		}
	}
	switch {
	case snapshot.State == ua.Confirmed && c.replaces != 0:
		old := c.replaces
		c.replaces = 0
		if snapshot.Incoming {
			o.replace(old)
		} else {
			o.clock.after(leaveAfter, func() { o.replace(old) })
		}
	case snapshot.State == ua.Terminated && snapshot.Cause == ua.LocalBye && snapshot.Reason == "transferred" && c.consult != 0:
		if other := o.calls[c.consult]; other != nil {
			o.step(other, dialog.Hangup{})
		}
	}
}

func (o *owner) replace(id ua.CallID) {
	if old := o.calls[id]; old != nil {
		o.step(old, dialog.Replace{})
	}
}
