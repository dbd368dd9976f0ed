package turn

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/pion/stun/v3"

	"offhook/media/ice"
)

// Receive takes a STUN message of the server's, and tells whether it was for
// this Client. What a peer sent comes as data, from where there is no channel.
func (c *Client) Receive(m *stun.Message, from netip.AddrPort, now time.Time) (data []byte, peer netip.AddrPort, ok bool) {
	if from != c.server {
		return nil, peer, false
	}
	if m.Type == stun.NewType(stun.MethodData, stun.ClassIndication) {
		data, err := m.Get(stun.AttrData)
		if peer = ice.Address(m, stun.AttrXORPeerAddress); err != nil || !peer.IsValid() {
			return nil, peer, false
		}
		return data, peer, true
	}
	i := slices.IndexFunc(c.requests, func(r *request) bool { return r.id == m.TransactionID })
	if i < 0 || m.Type.Method != c.requests[i].method {
		return nil, peer, false
	}
	r := c.requests[i]
	switch {
	case m.Type.Class == stun.ClassErrorResponse:
		c.forget(r)
		c.refused(r, m, now)
	case m.Type.Class != stun.ClassSuccessResponse:
		return nil, peer, false
	case c.realm != "" && stun.NewLongTermIntegrity(c.cfg.User, c.realm, c.cfg.Password).Check(m) != nil:
		return nil, peer, false // forged: the answer may come yet (RFC 8489 §9.2.5)
	default:
		c.forget(r)
		c.granted(r, m, now)
	}
	return nil, peer, true
}

func (c *Client) granted(r *request, m *stun.Message, now time.Time) {
	left := lifetime
	if b, err := m.Get(stun.AttrLifetime); err == nil && len(b) == 4 {
		left = time.Duration(binary.BigEndian.Uint32(b)) * time.Second
	}
	switch r.method {
	case stun.MethodAllocate:
		c.relayed, c.mapped = ice.Address(m, stun.AttrXORRelayedAddress), ice.Address(m, stun.AttrXORMappedAddress)
		if !c.relayed.IsValid() {
			c.fail(fmt.Errorf("%w: its answer names no address", ErrRefused))
			return
		}
		c.refresh = now.Add(early(left))
	case stun.MethodRefresh:
		if r.left == 0 {
			if c.freed && !c.closed { // what stood in the way is gone
				c.ask(&request{method: stun.MethodAllocate, left: lifetime}, now)
			}
			return
		}
		c.refresh = now.Add(early(left))
	case stun.MethodChannelBind:
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
	var e stun.ErrorCodeAttribute
	if e.GetFrom(m) != nil {
		e.Code = 500
	}
	switch code := int(e.Code); {
	case c.closed && code != 438 && code != 401:
	case code == 401 && (c.realm == "" || c.changed(m)), code == 438:
		if !c.challenged(m) || r.tries >= mostTries {
			c.give(r, fmt.Errorf("%w: %s", ErrCredentials, reason(e)))
			return
		}
		r.tries++
		c.ask(r, now)
	case code == 401, code == 441, code == 400 && c.realm != "" && r.method == stun.MethodAllocate: // some say 400 where 401 is due
		c.give(r, fmt.Errorf("%w: %s", ErrCredentials, reason(e)))
	case code == 437 && r.method == stun.MethodAllocate && !c.freed:
		// Somebody, an earlier call by this port maybe, left an allocation behind.
		c.freed = true
		c.ask(&request{method: stun.MethodRefresh}, now)
	case code == 437 && r.method == stun.MethodRefresh && r.left == 0 && c.freed:
		c.ask(&request{method: stun.MethodAllocate, left: lifetime}, now)
	case code == 437:
		c.fail(fmt.Errorf("%w: %s", ErrGone, reason(e)))
	case code == 300 && r.method == stun.MethodAllocate && !c.moved:
		c.move(m, now)
	case code == 486, code == 508:
		c.give(r, fmt.Errorf("%w: %s", ErrCapacity, reason(e)))
	default:
		c.give(r, fmt.Errorf("%w: %s", ErrRefused, reason(e)))
	}
}

// give gives up what was asked for: a peer, or all.
func (c *Client) give(r *request, err error) {
	if r.method == stun.MethodChannelBind {
		c.lose(r.peer)
		return
	}
	c.fail(err)
}

// changed tells that a challenge has another realm or nonce than the one that was
// answered: to answer that again would tell nothing new.
func (c *Client) changed(m *stun.Message) bool {
	nonce, err := m.Get(stun.AttrNonce)
	var realm stun.Realm
	return err == nil && realm.GetFrom(m) == nil && (string(nonce) != string(c.nonce) || realm.String() != c.realm)
}

// challenged takes realm and nonce; false when there are none.
func (c *Client) challenged(m *stun.Message) bool {
	nonce, err := m.Get(stun.AttrNonce)
	if err != nil {
		return false
	}
	var realm stun.Realm
	if realm.GetFrom(m) == nil {
		c.realm = realm.String()
	}
	c.nonce = slices.Clone(nonce)
	return c.realm != ""
}

// move asks the server that this one names, once (RFC 8489 §10).
func (c *Client) move(m *stun.Message, now time.Time) {
	var a stun.AlternateServer
	if a.GetFrom(m) != nil {
		c.fail(fmt.Errorf("%w: it names another server and not which", ErrRefused))
		return
	}
	ip, ok := netip.AddrFromSlice(a.IP)
	if !ok || ip.Unmap().Is4() != c.server.Addr().Is4() || a.Port <= 0 || a.Port > 65535 {
		c.fail(fmt.Errorf("%w: it names another server that cannot be used", ErrRefused))
		return
	}
	c.moved, c.realm, c.nonce = true, "", nil
	c.server = netip.AddrPortFrom(ip.Unmap(), uint16(a.Port))
	c.ask(&request{method: stun.MethodAllocate, left: lifetime}, now)
}

func reason(e stun.ErrorCodeAttribute) string { return fmt.Sprintf("%d %.80q", e.Code, e.Reason) }
