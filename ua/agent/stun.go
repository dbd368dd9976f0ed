package agent

import (
	"errors"
	"io"
	"net/netip"
	"time"

	"offhook/ua"
)

// errSTUN says that a STUN server did not answer.
var errSTUN = errors.New("agent: no answer to STUN")

// Retransmissions of a Binding request (RFC 8489 §6.2.1): after 0.5, 1, 2 … s,
// seven times, and eight seconds for the last answer: 39.5 s. A question that
// others wait for is asked three times, for 3.5 s.
const (
	stunRTO     = 500 * time.Millisecond
	stunSends   = 7
	stunLast    = 16 * stunRTO
	stunHurried = 3
)

// stunQuestion is a Binding request under way.
type stunQuestion struct {
	flow  *flow
	to    netip.AddrPort
	raw   []byte
	left  int // sendings
	wait  time.Duration
	last  time.Duration
	timer *alarm
	then  func(*owner, netip.AddrPort, error)
}

// askSTUN asks a server how it sees a datagram flow. then is called once, with
// the address or an error.
func (o *owner) askSTUN(f *flow, to netip.AddrPort, hurried bool, then func(*owner, netip.AddrPort, error)) {
	var id stunID
	_, _ = io.ReadFull(o.config.Rand, id[:])
	q := &stunQuestion{flow: f, to: to, raw: bindingRequest(id), left: stunSends, wait: stunRTO, last: stunLast, then: then}
	if hurried {
		q.left, q.last = stunHurried, 4*stunRTO
	}
	o.questions[id] = q
	o.sendSTUN(id, q)
}

func (o *owner) sendSTUN(id stunID, q *stunQuestion) {
	if q.left == 0 || !q.flow.alive() {
		delete(o.questions, id)
		q.then(o, netip.AddrPort{}, errSTUN)
		return
	}
	_ = q.flow.send(q.raw, q.to)
	q.left--
	wait := q.wait
	q.wait *= 2
	if q.left == 0 {
		wait = q.last
	}
	q.timer = o.clock.after(wait, func() { o.sendSTUN(id, q) })
}

// receiveSTUN takes an answer in a flow's reader goroutine. Nobody is answered:
// a telephone is no STUN server.
func (a *Agent) receiveSTUN(f *flow, from netip.AddrPort, raw []byte) {
	id, mapped, ok := readSTUN(raw)
	if !ok {
		return
	}
	a.post(func(o *owner) {
		q := o.questions[id]
		if q == nil || q.flow != f || q.to != from {
			return // late, or not from whom was asked
		}
		delete(o.questions, id)
		o.clock.stop(q.timer)
		q.then(o, mapped, nil)
	})
}

// pingSTUN keeps a datagram flow alive by STUN and watches how it is seen: when
// that changes, or nobody answers, the flow has failed (RFC 5626 §4.4.2).
func (o *owner) pingSTUN(e *edge, f *flow) {
	o.askSTUN(f, f.remote, false, func(o *owner, mapped netip.AddrPort, err error) {
		switch {
		case e.flow != f:
		case err != nil && !e.mapped.IsValid():
			e.deaf = true
			o.log.Debug("the server knows no STUN, keep-alives are empty lines", "account", e.line.account.ID)
		case err != nil:
			f.close(err)
		case e.mapped.IsValid() && mapped != e.mapped:
			o.log.Info("the server sees us at another address", "account", e.line.account.ID, "was", e.mapped, "is", mapped)
			o.renew(e, errMapped)
		default:
			e.mapped = mapped
		}
	})
}

// errMapped is why a flow ends whose public address has become another.
var errMapped = errors.New("the public address has changed")

// findPublic asks the account's STUN server how it sees a new datagram flow,
// before anything is sent over it that names our address.
func (o *owner) findPublic(e *edge, f *flow, then func()) {
	text := e.line.account.STUN
	if text == "" || f.isStream() {
		then()
		return
	}
	host, port, _ := splitServer(text)
	if port == 0 {
		port = 3478
	}
	o.resolve(Query{Host: host, Port: port, Transport: ua.UDP}, func(o *owner, server netip.AddrPort, err error) {
		if err != nil {
			o.log.Warn("the STUN server is not found", "account", e.line.account.ID, "server", text, "error", err)
			then()
			return
		}
		o.askSTUN(f, server, true, func(o *owner, mapped netip.AddrPort, err error) {
			if err != nil {
				o.log.Warn("the STUN server does not answer", "account", e.line.account.ID, "server", text)
			} else if e.flow == f {
				e.public = mapped
			}
			then()
		})
	})
}
