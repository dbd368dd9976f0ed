package agent

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime/debug"
	"slices"
	"time"

	"offhook/ua/guard"
	"offhook/ua/wire"
)

var _ reader = (*Agent)(nil)

// allow decides, before anything is parsed, whether a message is looked at. What is
// dropped is told once a minute, and then only.
func (a *Agent) allow(f *flow, from netip.AddrPort, octets int) bool {
	if a.letIn(f, from, octets) {
		return true
	}
	if d, ok := a.gate.Report(); ok {
		a.log.Warn("messages were dropped before they were read", "of one source", d.Source, "of all strangers", d.All,
			"of scanners", d.Muted, "too large", d.Large, "scanners", d.Mutes, "last from", from)
	}
	return false
}

func (a *Agent) letIn(f *flow, from netip.AddrPort, octets int) bool {
	if f.isStream() {
		return a.gate.Allow(from.Addr())
	}
	if a.config.Inbound.Strict && !f.open && !slices.Contains(f.servers, from.Addr()) {
		return false
	}
	return a.gate.Datagram(from.Addr(), octets)
}

// receive takes a message in a flow's reader goroutine, so that messages reach
// the owner in the order in which they came.
func (a *Agent) receive(f *flow, from netip.AddrPort, raw []byte) {
	if isSTUN(raw) {
		a.receiveSTUN(f, from, raw)
		return
	}
	var m wire.Message
	defer a.answerFault(f, from, &m)
	var err error
	m, err = wire.Parse(raw)
	if errors.Is(err, wire.ErrNotSIP) {
		a.log.Debug("not a SIP message", "from", from, "octets", len(raw))
		return
	}
	if !m.IsRequest() {
		a.receiveResponse(f, from, &m, err)
		return
	}
	s := &serverTx{flow: f, from: from, request: m, tag: a.token(9)}
	if fault := faultOf(&m, err); fault != nil {
		a.log.Debug("request refused", "from", from, "method", m.Method, "fault", fault)
		if m.Method != "ACK" && m.Has("Via") && a.heard(f, from, &m) {
			s.replyTo = stampVia(&s.request, from, !f.isStream(), a.config.Inbound.ForceRport)
			a.replyNow(s, fault.Status, "", nil)
		}
		return
	}
	if !a.heard(f, from, &m) {
		return
	}
	s.replyTo = stampVia(&s.request, from, !f.isStream(), a.config.Inbound.ForceRport && f.open)
	if a.notSecure(s) {
		return
	}
	if s.request.Method == "CANCEL" {
		a.receiveCancel(s)
		return
	}
	if f.tx.merged(&s.request) {
		a.replyNow(s, 482, "", nil)
		return
	}
	if s = f.tx.accept(s, a.names.hasDialog(s.request.Get("Call-ID")), a.sipLog); s != nil {
		a.post(func(o *owner) { o.received(s) })
	}
}

func faultOf(m *wire.Message, err error) *guard.Fault {
	var syntax *wire.SyntaxError
	if errors.As(err, &syntax) {
		if m.Version != "SIP/2.0" && m.Version != "" {
			return guard.CheckRequest(m) // 505 says more
		}
		return &guard.Fault{Status: syntax.Status, Why: syntax.What, Section: "RFC 3261 §25"}
	}
	fault := guard.CheckRequest(m)
	if fault != nil && fault.Mismatch && !known(m.Method) {
		fault.Status = 501
	}
	return fault
}

// unframed answers what came over a stream whose messages cannot be told apart
// any more, as far as it can be read, before the stream is closed (RFC 3261
// §18.3). It is written past the queue, which ends with the flow.
func (a *Agent) unframed(f *flow, raw []byte) {
	m, err := wire.Parse(raw)
	if errors.Is(err, wire.ErrNotSIP) || !m.IsRequest() || m.Method == "ACK" || !m.Has("Via") {
		return
	}
	s := &serverTx{flow: f, from: f.remote, replyTo: f.remote, request: m, tag: a.token(9)}
	stampVia(&s.request, f.remote, false, false)
	_ = f.stream.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	_, _ = f.stream.Write([]byte(a.response(s, 400, "Bad Content-Length", nil, nil).String()))
}

// heard reports whether requests of this sender are for us: over a flow that
// listens for all, from a server of ours, or in a call that we have.
func (a *Agent) heard(f *flow, from netip.AddrPort, m *wire.Message) bool {
	if f.open || f.isStream() {
		return true
	}
	return slices.Contains(f.servers, from.Addr()) || a.names.hasDialog(m.Get("Call-ID"))
}

func (a *Agent) receiveResponse(f *flow, from netip.AddrPort, m *wire.Message, err error) {
	if err != nil {
		a.log.Debug("response refused", "from", from, "fault", err)
		return
	}
	if fault := guard.CheckResponse(m); fault != nil {
		a.log.Debug("response refused", "from", from, "fault", fault)
		return
	}
	if f.tx.respond(m) {
		return
	}
	stray := *m
	a.post(func(o *owner) { o.stray(&stray) })
}

// receiveCancel answers a CANCEL, which the owner need not be asked for
// (RFC 3261 §9.2), and passes it on once.
func (a *Agent) receiveCancel(s *serverTx) {
	invite := s.flow.tx.invite(&s.request)
	if invite == nil {
		a.replyNow(s, 481, "", nil)
		return
	}
	s.tag = invite.tag
	a.replyNow(s, 200, "", nil)
	if !invite.cancelled.Swap(true) {
		reason := s.request.List("Reason")
		a.post(func(o *owner) { o.cancelled(invite, reason) })
	}
}

// answerFault is deferred: a fault in reading a message is answered and told.
func (a *Agent) answerFault(f *flow, from netip.AddrPort, m *wire.Message) {
	fault := recover()
	if fault == nil {
		return
	}
	a.log.Error("a fault in the program: please report it",
		"doing", "reading a message", "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
	if m.IsRequest() && m.Method != "ACK" {
		a.replyNow(&serverTx{flow: f, from: from, replyTo: from, request: *m, tag: a.token(9)}, 500, "", nil)
	}
}
