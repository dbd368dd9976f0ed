package agent

import (
	"errors"
	"net/netip"
	"slices"
	"strings"

	"offhook/ua"
	"offhook/ua/digest"
	"offhook/ua/wire"
)

// line is an account at work.
type line struct {
	account ua.Account
	*edge   // the first way to its server
	second  *edge
	digest  *digest.Client
	removed bool
	peers   map[string]*flow // of an account without a server, by transport and address
	watching
}

var errRemoved = errors.New("the account was removed")

func (o *owner) newLine(account ua.Account) *line {
	user := account.AuthUser
	if user == "" {
		user = account.User
	}
	l := &line{account: account, digest: digest.NewClient(user, account.Password, refusedAlgorithms(account)...), peers: map[string]*flow{}}
	l.edge = o.newEdge(l, 1, servers(account))
	if account.SecondProxy != "" && hasServer(account) {
		l.second = o.newEdge(l, 2, secondServers(account))
	}
	return l
}

func (o *owner) newEdge(l *line, regID int, servers []Query) *edge {
	e := &edge{line: l, regID: regID, servers: servers, query: servers[0]}
	if l.account.Transport == ua.TLS || l.account.Transport == ua.Auto {
		e.tls, _ = tlsConfig(l.account.TLS, e.query.Host, o.config.Roots, o.config.today) // was checked by SetAccounts
	}
	return e
}

func refusedAlgorithms(account ua.Account) []digest.Algorithm {
	if account.RefuseMD5 {
		return []digest.Algorithm{digest.MD5}
	}
	return nil
}

// setAccounts starts what is new, ends what is gone, and does both for what
// has changed. Certificates alone are changed in place.
func (o *owner) setAccounts(accounts []ua.Account) {
	keep := map[ua.AccountID]bool{}
	for _, account := range accounts {
		l := o.lines[account.ID]
		switch {
		case l == nil:
		case l.account == account:
			keep[account.ID] = true
		case renewedTLS(l.account, account):
			keep[account.ID] = true
			o.reloadTLS(l, account)
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
		if !account.Register && hasServer(account) {
			o.startSubscriptions(l)
		}
	}
}

// remove ends a line. Its calls go on over its flow until they end.
func (o *owner) remove(l *line) {
	l.removed = true
	o.leaving[l] = struct{}{}
	o.unregister(l)
	o.settle(l)
}

// settle closes what nothing needs any more: flows that only calls were left
// on, and a removed line.
func (o *owner) settle(l *line) {
	for _, e := range l.edges() {
		o.tidy(e)
	}
	if !l.removed || l.leaving() {
		return
	}
	for _, c := range o.calls {
		if c.line == l {
			return
		}
	}
	delete(o.leaving, l)
	for _, e := range l.edges() {
		o.closeEdge(e)
	}
	for _, f := range l.peers {
		f.finish()
	}
}

func (o *owner) closeEdge(e *edge) {
	o.clock.stop(e.ping)
	o.clock.stop(e.pong)
	o.clock.stop(e.failback)
	for _, f := range append([]*flow{e.flow}, e.former...) {
		if f != nil {
			f.finish()
		}
	}
	for _, waiting := range e.waiting {
		waiting(nil, errRemoved)
	}
	e.waiting = nil
}

// withFlow calls with the flow of a way to the server, which it opens if need be.
func (o *owner) withFlow(e *edge, then func(*flow, error)) { o.withOther(e, nil, then) }

// lineLost tells the line that a flow is gone.
func (o *owner) lineLost(l *line, f *flow, cause error) {
	for key, peer := range l.peers {
		if peer == f {
			delete(l.peers, key)
		}
	}
	if e := l.edgeOf(f); e != nil {
		o.edgeLost(e, f, cause)
	}
}

func (o *owner) edgeLost(e *edge, f *flow, cause error) {
	e.former = slices.DeleteFunc(e.former, func(former *flow) bool { return former == f })
	if e.flow != f {
		o.moveCalls(e.line) // those that had stayed on it
		return
	}
	e.flow = nil
	o.clock.stop(e.ping)
	o.clock.stop(e.pong)
	o.log.Info("connection lost", "account", e.line.account.ID, "flow", e.regID, "cause", cause)
	o.bindingLost(e, cause)
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
