package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"offhook/ua"
	"offhook/ua/digest"
	"offhook/ua/wire"
)

// line is an account at work.
type line struct {
	account ua.Account
	query   Query // its server
	tls     *tls.Config
	digest  *digest.Client
	removed bool

	flow    *flow // to the server; nil before the first and after a lost one
	dialing bool
	waiting []func(*flow, error)

	peers  map[string]*flow // of an account without a server, by transport and address
	wide   *flow            // TCP to a UDP account's server, for large requests
	narrow bool             // that server takes no TCP

	public netip.AddrPort // as the server sees our datagrams (RFC 3581)
	ping   *alarm
	pong   *alarm

	binding binding
	mailbox mailbox
}

var errRemoved = errors.New("the account was removed")

func (o *owner) newLine(account ua.Account) *line {
	user := account.AuthUser
	if user == "" {
		user = account.User
	}
	l := &line{account: account, query: server(account), digest: digest.NewClient(user, account.Password), peers: map[string]*flow{}}
	if account.Transport == ua.TLS {
		l.tls, _ = tlsConfig(account.TLS, l.query.Host, o.config.Roots) // was checked by SetAccounts
	}
	return l
}

// setAccounts starts what is new, ends what is gone, and does both for what
// has changed.
func (o *owner) setAccounts(accounts []ua.Account) {
	keep := map[ua.AccountID]bool{}
	for _, account := range accounts {
		if l := o.lines[account.ID]; l != nil && l.account == account {
			keep[account.ID] = true
		}
	}
	for id, l := range o.lines {
		if !keep[id] {
			delete(o.lines, id)
			o.remove(l)
		}
	}
	for _, account := range accounts {
		if keep[account.ID] || o.stopping {
			continue
		}
		l := o.newLine(account)
		o.lines[account.ID] = l
		o.startBinding(l)
	}
}

// remove ends a line. Its calls go on over its flow until they end.
func (o *owner) remove(l *line) {
	l.removed = true
	o.leaving[l] = struct{}{}
	o.endMailbox(l)
	o.unregister(l)
	o.settle(l)
}

// settle closes a removed line once nothing needs it.
func (o *owner) settle(l *line) {
	if !l.removed || l.leaving() {
		return
	}
	for _, c := range o.calls {
		if c.line == l {
			return
		}
	}
	delete(o.leaving, l)
	o.clock.stop(l.ping)
	o.clock.stop(l.pong)
	for _, f := range append([]*flow{l.flow, l.wide}, values(l.peers)...) {
		if f != nil {
			f.finish()
		}
	}
	for _, waiting := range l.waiting {
		waiting(nil, errRemoved)
	}
	l.waiting = nil
}

func values(peers map[string]*flow) []*flow {
	var out []*flow
	for _, f := range peers {
		out = append(out, f)
	}
	return out
}

// withFlow calls with the flow to the server, which it opens if need be.
func (o *owner) withFlow(l *line, then func(*flow, error)) {
	if l.flow != nil && l.flow.alive() {
		then(l.flow, nil)
		return
	}
	l.waiting = append(l.waiting, then)
	if l.dialing {
		return
	}
	l.dialing = true
	o.dial(l.query, l.tls, func(o *owner, f *flow, err error) {
		l.dialing = false
		if err == nil && (l.removed && !l.leaving()) {
			f.close(errRemoved)
			return
		}
		if err == nil {
			l.flow = f
			o.keepAlive(l)
			if !l.account.Register {
				o.moveCalls(l)
			}
		}
		waiting := l.waiting
		l.waiting = nil
		for _, then := range waiting {
			then(f, err)
		}
	})
}

// dial opens a flow in a goroutine and calls back in the owner's.
func (o *owner) dial(query Query, config *tls.Config, then func(*owner, *flow, error)) {
	d := dialer{query: query, bind: o.config.Bind, tls: config, locate: o.config.Locate, timeout: o.config.DialTimeout, dscp: o.config.DSCP()}
	o.spawn(func() {
		out, err := d.dial(o.life)
		if err != nil {
			o.post(func(o *owner) { then(o, nil, err) })
			return
		}
		f := newFlow(query.Transport, out, query.Host)
		o.postOr(func(o *owner) {
			o.adopt(f)
			then(o, f, nil)
		}, f.discard)
	})
}

// lineLost tells the line that a flow is gone.
func (o *owner) lineLost(l *line, f *flow, cause error) {
	for key, peer := range l.peers {
		if peer == f {
			delete(l.peers, key)
		}
	}
	if l.wide == f {
		l.wide = nil
	}
	if l.flow != f {
		return
	}
	l.flow = nil
	o.clock.stop(l.ping)
	o.clock.stop(l.pong)
	o.log.Info("connection lost", "account", l.account.ID, "cause", cause)
	o.bindingLost(l, cause)
}

// keepAlive pings the server so that a NAT keeps its mapping and a dead
// connection is found out (RFC 5626 §3.5.1 and §4.4.1).
func (o *owner) keepAlive(l *line) {
	every := l.account.KeepAlive
	if every < 0 {
		return
	}
	if every == 0 {
		every = 25 * time.Second
	}
	// Between 80 and 100 % of the interval, so that telephones do not march in step.
	wait := every*4/5 + time.Duration(o.random(uint64(every/5)+1))
	f := l.flow
	l.ping = o.clock.after(wait, func() { o.sendPing(l, f) })
}

func (o *owner) sendPing(l *line, f *flow) {
	if l.flow != f || !f.alive() {
		return
	}
	seen := f.pongs.Load()
	_ = f.send([]byte("\r\n\r\n"), f.remote)
	o.keepAlive(l)
	// A server that never answered a ping may not know them; one that did must.
	if !f.isStream() || seen == 0 || l.pong.pending() {
		return
	}
	l.pong = o.clock.after(o.config.PongTimeout, func() {
		if f.pongs.Load() == seen {
			f.close(fmt.Errorf("no answer to keep-alive: %w", context.DeadlineExceeded))
		}
	})
}

// contact is our address for a flow, as others shall send to.
func (o *owner) contact(l *line, f *flow, to netip.AddrPort) string {
	if f == l.wide && l.flow != nil {
		f = l.flow // the detour of a large request is not where we listen
	}
	address := o.localAddress(f, to)
	if l.public.IsValid() && f == l.flow && !f.isStream() {
		address = l.public
	}
	if f.isStream() && !hasServer(l.account) {
		for _, d := range o.doors { // a caller cannot come back on our outgoing port
			address = netip.AddrPortFrom(address.Addr(), d.port)
		}
	}
	uri := wire.URI{User: wire.EscapeUser(l.account.User), Host: address.Addr().WithZone("").String(), Port: address.Port()}
	if f.transport != ua.UDP {
		uri.Params = "transport=" + string(f.transport)
	}
	return uri.String()
}

// localAddress is the flow's address; of a socket bound to all of them, the
// one that the route to the peer has.
func (o *owner) localAddress(f *flow, to netip.AddrPort) netip.AddrPort {
	if !f.local.Addr().IsUnspecified() {
		return f.local
	}
	probe, err := openPackets(netip.Addr{}, to, 0)
	if err != nil {
		return f.local
	}
	defer probe.Close()
	return netip.AddrPortFrom(addrPort(probe.LocalAddr()).Addr(), f.local.Port())
}

// aor is the address of record.
func (l *line) aor() string {
	host, port, _ := splitServer(l.account.Domain)
	return wire.URI{User: wire.EscapeUser(l.account.User), Host: host, Port: port}.String()
}

// identity is the From value without a tag.
func (l *line) identity() string { return nameAddr(l.account.DisplayName, l.aor()) }

func nameAddr(display, uri string) string {
	if display == "" {
		return "<" + uri + ">"
	}
	return wire.Quote(display) + " <" + uri + ">"
}

func transportName(t ua.Transport) string { return strings.ToUpper(string(t)) }
