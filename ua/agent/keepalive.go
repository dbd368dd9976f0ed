package agent

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// keepAlive pings the server so that a NAT keeps its mapping and a dead
// connection is found out (RFC 5626 §3.5.1 and §4.4.1).
func (o *owner) keepAlive(e *edge) {
	o.clock.stop(e.ping)
	every := e.pingEvery()
	if every <= 0 {
		return
	}
	// Between 80 and 100 % of the interval, so that telephones do not march in step.
	wait := every*4/5 + time.Duration(o.random(uint64(every/5)+1))
	f := e.flow
	e.ping = o.clock.after(wait, func() { o.sendPing(e, f) })
}

// pingEvery is the account's interval, or what the edge proxy needs if that is
// more often; 0 for never. What the proxy needs it gets even from an account
// without keep-alives: it would drop the flow (RFC 5626 §4.4).
func (e *edge) pingEvery() time.Duration {
	every, needs := e.line.account.KeepAlive, cmp.Or(e.binding.flowTimer, e.binding.keep)
	if every == 0 {
		every = 25 * time.Second
	}
	if needs > 0 && (every < 0 || needs < every) {
		return needs
	}
	return max(every, 0)
}

func (o *owner) sendPing(e *edge, f *flow) {
	if e.flow != f || !f.alive() {
		return
	}
	for _, former := range e.former {
		_ = former.send([]byte("\r\n\r\n"), former.remote)
	}
	o.keepAlive(e)
	if e.binding.keepsFlow() && !f.isStream() && !e.deaf {
		o.pingSTUN(e, f)
		return
	}
	seen := f.pongs.Load()
	_ = f.send([]byte("\r\n\r\n"), f.remote)
	// A server that never answered a ping may not know them; one that did must,
	// and one that keeps flows (RFC 5626 §4.4.1).
	if !f.isStream() || seen == 0 && !e.binding.outbound || e.pong.pending() {
		return
	}
	e.pong = o.clock.after(o.config.PongTimeout, func() {
		if f.pongs.Load() == seen {
			f.close(fmt.Errorf("no answer to keep-alive: %w", context.DeadlineExceeded))
		}
	})
}

// keepsFlow reports whether the server told that it answers keep-alives: by
// outbound (RFC 5626 §4.4) or by the Via parameter of RFC 6223.
func (b *binding) keepsFlow() bool { return b.outbound || b.keep > 0 }

// keepParam offers keep-alives for as long as a registration lasts (RFC 6223
// §4.2.1).
func keepParam(method string) string {
	if method != "REGISTER" {
		return ""
	}
	return ";keep"
}
