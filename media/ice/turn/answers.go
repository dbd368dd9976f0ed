package turn

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"offhook/media/ice/stun"
)

// Receive takes a STUN message of the server's, and tells whether it was for
// this Client. What a peer sent comes as data, from where there is no channel.
func (c *Client) Receive(m *stun.Message, from netip.AddrPort, now time.Time) (data []byte, peer netip.AddrPort, ok bool) {
	if from != c.server {
		return nil, peer, false
	}
	if m.Type == stun.Data|stun.Indication {
		data, ok := m.Get(stun.DataOf)
		if peer = m.Address(stun.XORPeerAddress); !ok || !peer.IsValid() {
			return nil, peer, false
		}
		return data, peer, true
	}
	i := slices.IndexFunc(c.requests, func(r *request) bool { return r.id == m.ID })
	if i < 0 || m.Type.Method() != c.requests[i].method {
		return nil, peer, false
	}
	r := c.requests[i]
	switch {
	case m.Type.Class() == stun.Error:
		c.forget(r)
		c.refused(r, m, now)
	case m.Type.Class() != stun.Success:
		return nil, peer, false
	case c.realm != "" && !m.Verify(c.key()):
		return nil, peer, false // forged: the answer may come yet (RFC 8489 §9.2.5)
	default:
		c.forget(r)
		c.granted(r, m, now)
	}
	return nil, peer, true
}

func (c *Client) granted(r *request, m *stun.Message, now time.Time) {
	left := lifetime
	if n, ok := m.Uint32(stun.Lifetime); ok {
		left = time.Duration(n) * time.Second
	}
	switch r.method {
	case stun.Allocate:
		c.relayed, c.mapped = m.Address(stun.XORRelayedAddress), m.Address(stun.XORMappedAddress)
		if !c.relayed.IsValid() {
			c.fail(fmt.Errorf("%w: its answer names no address", ErrRefused))
			return
		}
		c.refresh = now.Add(early(left))
	case stun.Refresh:
		if r.left == 0 {
			if c.freed && !c.closed { // what stood in the way is gone
				c.ask(&request{method: stun.Allocate, left: lifetime}, now)
			}
			return
		}
		c.refresh = now.Add(early(left))
	case stun.ChannelBind:
		r.peer.bound, r.peer.again = true, now.Add(rebind)
		if packet := r.peer.waiting; packet != nil {
			r.peer.waiting = nil
			c.Send(packet, r.peer.addr, now)
		}
	}
}

// early is when an allocation is refreshed.
func early(left time.Duration) time.Duration {
	return max(left-margin, left/2, time.Second)
}

// mostTries bounds answers to one question that ask for other credentials.
const mostTries = 3

// refused takes an error (RFC 8656 §7.4, §8, §11; RFC 8489 §9.2.5).
func (c *Client) refused(r *request, m *stun.Message, now time.Time) {
	code, text := m.Code()
	why := fmt.Sprintf("%d %.80q", code, text)
	switch {
	case c.closed && code != 438 && code != 401:
	case code == 401 && (c.realm == "" || c.changed(m)), code == 438:
		if !c.challenged(m) || r.tries >= mostTries {
			c.give(r, fmt.Errorf("%w: %s", ErrCredentials, why))
			return
		}
		r.tries++
		c.ask(r, now)
	case code == 401, code == 441, code == 400 && c.realm != "" && r.method == stun.Allocate: // some say 400 where 401 is due
		c.give(r, fmt.Errorf("%w: %s", ErrCredentials, why))
	case code == 437 && r.method == stun.Allocate && !c.freed:
		// Somebody, an earlier call by this port maybe, left an allocation behind.
		c.freed = true
		c.ask(&request{method: stun.Refresh}, now)
	case code == 437 && r.method == stun.Refresh && r.left == 0 && c.freed:
		c.ask(&request{method: stun.Allocate, left: lifetime}, now)
	case code == 437:
		c.fail(fmt.Errorf("%w: %s", ErrGone, why))
	case code == 300 && r.method == stun.Allocate && !c.moved:
		c.move(m, now)
	case code == 486, code == 508:
		c.give(r, fmt.Errorf("%w: %s", ErrCapacity, why))
	default:
		c.give(r, fmt.Errorf("%w: %s", ErrRefused, why))
	}
}

// give gives up what was asked for: a peer, or all.
func (c *Client) give(r *request, err error) {
	if r.method == stun.ChannelBind {
		c.lose(r.peer)
		return
	}
	c.fail(err)
}

// changed tells that a challenge has another realm or nonce than the one that was
// answered: to answer that again would tell nothing new.
func (c *Client) changed(m *stun.Message) bool {
	nonce, ok := m.Get(stun.Nonce)
	return ok && (string(nonce) != string(c.nonce) || m.Text(stun.Realm) != c.realm)
}

// mostText of a realm or nonce that is given back (RFC 8489 §14.9 and 10).
const mostText = 763

// challenged takes realm and nonce; false when there are none.
func (c *Client) challenged(m *stun.Message) bool {
	nonce, ok := m.Get(stun.Nonce)
	realm := m.Text(stun.Realm)
	if !ok || len(nonce) > mostText || len(realm) > mostText {
		return false
	}
	if realm != "" {
		c.realm = realm
	}
	c.nonce = slices.Clone(nonce)
	return c.realm != ""
}

// move asks the server that this one names, once (RFC 8489 §10).
func (c *Client) move(m *stun.Message, now time.Time) {
	to := m.Plain(stun.AlternateServer)
	if !to.IsValid() || to.Addr().Is4() != c.server.Addr().Is4() {
		c.fail(fmt.Errorf("%w: it names another server that cannot be used", ErrRefused))
		return
	}
	c.moved, c.realm, c.nonce, c.server = true, "", nil, to
	c.ask(&request{method: stun.Allocate, left: lifetime}, now)
}
