package turn

import (
	"net/netip"
	"slices"
	"time"

	"offhook/media/ice/stun"
)

// Client keeps one allocation. Every method is told the time; what is to be sent
// is for Take, and Next is when Tick is due.
type Client struct {
	cfg      Config
	err      error
	realm    string
	nonce    []byte
	server   netip.AddrPort
	moved    bool // to an alternate server, once
	freed    bool // of an allocation that stood in the way, once
	closed   bool
	relayed  netip.AddrPort
	mapped   netip.AddrPort
	refresh  time.Time
	requests []*request
	peers    []*peer
	out      []Send
}

// peer is somebody who is sent to through the server.
type peer struct {
	addr    netip.AddrPort
	channel uint16
	bound   bool
	refused bool
	again   time.Time // to be bound again
	waiting []byte    // a packet that waits for the channel
}

// request is a transaction with the server.
type request struct {
	method stun.Type
	peer   *peer
	left   time.Duration // lifetime asked for
	id     stun.ID
	raw    []byte
	sent   int
	tries  int // with other credentials
	due    time.Time
}

// New makes a Client that asks for an allocation.
func New(cfg Config, now time.Time) *Client {
	c := &Client{cfg: cfg, server: cfg.Server}
	c.ask(&request{method: stun.Allocate, left: lifetime}, now)
	return c
}

// Relayed is the server's address for us; invalid until there is one.
func (c *Client) Relayed() netip.AddrPort {
	if c.err != nil {
		return netip.AddrPort{}
	}
	return c.relayed
}

// Mapped is how the server sees us.
func (c *Client) Mapped() netip.AddrPort { return c.mapped }

// Server is who relays.
func (c *Client) Server() netip.AddrPort { return c.server }

// Err is why there is no allocation, or no more.
func (c *Client) Err() error { return c.err }

// Ready tells that the first question has its answer.
func (c *Client) Ready() bool { return c.err != nil || c.relayed.IsValid() }

// Channel is the channel of a peer; 0 while none is bound.
func (c *Client) Channel(to netip.AddrPort) uint16 {
	if p := c.peer(to); p != nil && p.bound && c.err == nil {
		return p.channel
	}
	return 0
}

// Peer is who is behind a channel.
func (c *Client) Peer(channel uint16) (netip.AddrPort, bool) {
	for _, p := range c.peers {
		if p.channel == channel {
			return p.addr, true
		}
	}
	return netip.AddrPort{}, false
}

func (c *Client) peer(addr netip.AddrPort) *peer {
	i := slices.IndexFunc(c.peers, func(p *peer) bool { return p.addr == addr })
	if i < 0 {
		return nil
	}
	return c.peers[i]
}

// Take is what is to be sent.
func (c *Client) Take() []Send {
	out := c.out
	c.out = nil
	return out
}

// Next is when Tick is due; zero when nothing is.
func (c *Client) Next() time.Time {
	var next time.Time
	soonest := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	if c.err != nil {
		return next
	}
	for _, r := range c.requests {
		soonest(r.due)
	}
	soonest(c.refresh)
	for _, p := range c.peers {
		soonest(p.again)
	}
	return next
}

// Send sends to a peer, whose channel is bound first if it is not. One packet
// waits for that; of several it is the last.
func (c *Client) Send(packet []byte, to netip.AddrPort, now time.Time) {
	if c.err != nil || !c.relayed.IsValid() || to.Addr().Is4() != c.relayed.Addr().Is4() {
		return
	}
	p := c.peer(to)
	switch {
	case p != nil && p.bound:
		b := make([]byte, HeaderSize+len(packet))
		PutHeader(b, p.channel, len(packet))
		copy(b[HeaderSize:], packet)
		c.out = append(c.out, Send{b, c.server})
		return
	case p != nil && p.refused:
		return
	case p == nil:
		if len(c.peers) >= mostPeers {
			return
		}
		p = &peer{addr: to, channel: firstChannel + uint16(len(c.peers))}
		c.peers = append(c.peers, p)
		c.ask(&request{method: stun.ChannelBind, peer: p}, now)
	}
	p.waiting = slices.Clone(packet)
}

// Close gives the allocation back; one packet is left to Take.
func (c *Client) Close(now time.Time) {
	if c.closed || c.err != nil || !c.relayed.IsValid() {
		c.closed = true
		return
	}
	c.closed, c.requests, c.peers, c.refresh = true, nil, nil, time.Time{}
	c.ask(&request{method: stun.Refresh}, now)
}

// ask sends a request for the first time.
func (c *Client) ask(r *request, now time.Time) {
	m := stun.New(r.method | stun.Request)
	switch r.method {
	case stun.Allocate:
		m.Put(stun.RequestedTransport, []byte{17, 0, 0, 0}) // UDP
		if c.cfg.Family6 {
			m.Put(stun.RequestedFamily, []byte{2, 0, 0, 0})
		}
		m.Put32(stun.Lifetime, uint32(r.left/time.Second))
	case stun.Refresh:
		m.Put32(stun.Lifetime, uint32(r.left/time.Second))
	case stun.ChannelBind:
		m.Put32(stun.ChannelNumber, uint32(r.peer.channel)<<16).PutAddress(stun.XORPeerAddress, r.peer.addr)
	}
	if c.realm != "" { // RFC 8489 §9.2.3
		m.PutText(stun.Username, c.cfg.User).PutText(stun.Realm, c.realm).Put(stun.Nonce, c.nonce).Sign(c.key())
	}
	r.id, r.raw, r.sent, r.due = m.ID, m.Seal(), 1, now.Add(firstRTO)
	c.requests = append(c.requests, r)
	c.out = append(c.out, Send{r.raw, c.server})
}

func (c *Client) key() []byte { return stun.LongTerm(c.cfg.User, c.realm, c.cfg.Password) }

// Tick does what is due.
func (c *Client) Tick(now time.Time) {
	if c.err != nil {
		return
	}
	for _, r := range slices.Clone(c.requests) {
		if !now.Before(r.due) {
			c.repeat(r, now)
		}
	}
	if !c.refresh.IsZero() && !now.Before(c.refresh) {
		c.refresh = time.Time{}
		c.ask(&request{method: stun.Refresh, left: lifetime}, now)
	}
	for _, p := range c.peers {
		if !p.again.IsZero() && !now.Before(p.again) {
			p.again = time.Time{}
			c.ask(&request{method: stun.ChannelBind, peer: p}, now)
		}
	}
}

// repeat sends a request again; the last one has none after it.
func (c *Client) repeat(r *request, now time.Time) {
	if r.sent < transmits {
		r.due = now.Add(firstRTO << r.sent)
		r.sent++
		c.out = append(c.out, Send{r.raw, c.server})
		return
	}
	c.forget(r)
	switch {
	case c.closed:
	case r.method == stun.ChannelBind:
		c.lose(r.peer)
	default:
		c.fail(ErrSilent)
	}
}

func (c *Client) forget(r *request) {
	c.requests = slices.DeleteFunc(c.requests, func(o *request) bool { return o == r })
}

func (c *Client) lose(p *peer) { p.bound, p.refused, p.waiting = false, true, nil }

func (c *Client) fail(err error) {
	c.err, c.requests, c.refresh = err, nil, time.Time{}
}
