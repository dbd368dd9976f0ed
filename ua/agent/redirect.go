package agent

import (
	"fmt"
	"slices"
	"strings"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/wire"
)

// diversion is what an incoming call tells of its way to us, and why we send it on.
type diversion struct {
	reason  ua.Diversion
	target  string   // Request-URI by which it came
	before  []string // Diversion values, latest first (RFC 5806)
	history []string // History-Info values, in order (RFC 7044)
	tells   bool     // the caller's side wants to know the history
}

func diversionOf(m *wire.Message) diversion {
	history := m.List("History-Info")
	return diversion{
		target: m.URI, before: m.List("Diversion"), history: history,
		tells: len(history) > 0 || slices.ContainsFunc(m.List("Supported"), func(tag string) bool { return strings.EqualFold(tag, "histinfo") }),
	}
}

// maxDiversions bounds how often a call may have been sent on before.
const maxDiversions = 5

// loops reports whether sending the call on once more leads nowhere: we did that
// already, or too many have.
func (d diversion) loops(aor string) bool {
	return len(d.before) >= maxDiversions || slices.ContainsFunc(d.before, func(text string) bool {
		address, err := wire.ParseAddress(text)
		return err == nil && partyOf("", address.URI).URI == aor
	})
}

// divertedBy is who sent a call on to us last: by Diversion, else by the entry of
// the history that ours was mapped from (RFC 7044 §5.1).
func divertedBy(m *wire.Message) ua.Party {
	d := diversionOf(m)
	if len(d.before) > 0 {
		if address, err := wire.ParseAddress(d.before[0]); err == nil {
			return partyOf(address.Display, address.URI)
		}
	}
	if len(d.history) < 2 {
		return ua.Party{}
	}
	last, err := wire.ParseAddress(d.history[len(d.history)-1])
	mapped, ok := last.Params.Get("mp")
	if err != nil || !ok {
		return ua.Party{}
	}
	for _, text := range d.history {
		entry, err := wire.ParseAddress(text)
		if index, _ := entry.Params.Get("index"); err == nil && index == mapped {
			return partyOf(entry.Display, entry.URI)
		}
	}
	return ua.Party{}
}

// redirect sends an incoming call elsewhere; one that goes in circles hears busy.
func (o *owner) redirect(id ua.CallID, target ua.Target, why ua.Diversion) {
	c := o.calls[id]
	if c == nil {
		return
	}
	uri, err := resolveTarget(c.line.account, target)
	switch {
	case err != nil:
		o.log.Warn("a call cannot be sent to an impossible target: it is refused", "call", id, "error", err)
		o.step(c, dialog.Reject{Status: 480})
	case c.diversion.loops(c.line.aor()):
		o.log.Warn("a call that was sent on before is not sent on again: it is refused", "call", id)
		o.step(c, dialog.Reject{Status: 482})
	default:
		c.diversion.reason = why
		o.step(c, dialog.Redirect{URI: uri})
	}
}

// fields are what a 302 tells: where, and on whose behalf and why.
func (d diversion) fields(contact, aor string) []wire.Field {
	fields := []wire.Field{
		{Name: "Contact", Value: "<" + contact + ">"},
		{Name: "Diversion", Value: fmt.Sprintf("<%s>;reason=%s;counter=1", aor, d.reason)}, // RFC 5806 §4
	}
	if !d.tells {
		return fields
	}
	history := slices.Clone(d.history)
	if len(history) == 0 {
		history = []string{"<" + d.target + ">;index=1"}
	}
	// Our own entry gets the reason for what comes after it (RFC 7044 §10.2).
	last := len(history) - 1
	if address, err := wire.ParseAddress(history[last]); err == nil {
		uri, _, _ := strings.Cut(address.URI, "?")
		if index, ok := address.Params.Get("index"); ok {
			history[last] = fmt.Sprintf("<%s?Reason=SIP%%3Bcause%%3D302>;index=%s", uri, index)
			fields[0].Value += ";mp=" + index
		}
	}
	for _, entry := range history {
		fields = append(fields, wire.Field{Name: "History-Info", Value: entry})
	}
	return fields
}
