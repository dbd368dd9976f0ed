package session

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"offhook/media/ice"
	"offhook/media/ice/turn"
)

// begin gathers from the start, for addresses that are new.
func (f *finder) begin(own netip.Addr, now time.Time) {
	cfg := f.session.cfg.ICE
	if f.relay != nil {
		f.leave(now)
	}
	f.restart = f.agent != nil
	f.addrs, f.asker, f.relay, f.lookups = hosts(own, f.log()), nil, nil, 0
	f.relays = slices.Clone(cfg.TURN)
	f.mutex.Lock()
	wait := cfg.Gather
	if wait == 0 {
		wait = gatherTime
	}
	f.ready, f.limit = make(chan struct{}), now.Add(wait)
	f.mutex.Unlock()
	if cfg.Mode == ice.Full {
		if cfg.STUN != "" {
			f.lookUp("STUN", cfg.STUN, func(to netip.AddrPort) { f.asker = ice.Ask(to, time.Now()) }, func() {})
		}
		f.allocate()
	}
}

// allocate asks the next TURN server.
func (f *finder) allocate() {
	if len(f.relays) == 0 {
		return
	}
	server := f.relays[0]
	f.relays = f.relays[1:]
	f.lookUp("TURN", server.Server, func(to netip.AddrPort) {
		f.relay = turn.New(turn.Config{Server: to, User: server.User, Password: server.Password, Family6: to.Addr().Is6()}, time.Now())
	}, f.allocate)
}

// lookUp finds a server by name, of the family that this device's own address has.
func (f *finder) lookUp(kind, server string, found func(netip.AddrPort), failed func()) {
	network := "ip6"
	if slices.ContainsFunc(f.addrs, netip.Addr.Is4) {
		network = "ip4"
	}
	f.lookups++
	generation := f.ready
	f.wait.Go(func() {
		to, err := f.resolve(network, server)
		after := func() {
			if generation != f.ready { // this device has moved on
				return
			}
			f.lookups--
			if err == nil {
				found(to)
				return
			}
			f.log().Warn("a server for ICE is not found", slog.String("kind", kind), slog.String("server", server), slog.Any("error", err))
			failed()
		}
		select {
		case f.calls <- after:
		case <-f.done:
		}
	})
}

func (f *finder) resolve(network, server string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		host, port = server, "3478" // RFC 8489 §8.1, RFC 8656 §3.1
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("session: %q is no port", port)
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return netip.AddrPortFrom(addr.Unmap(), uint16(number)), nil
	}
	list, err := net.DefaultResolver.LookupNetIP(f.context, network, host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if len(list) == 0 {
		return netip.AddrPort{}, fmt.Errorf("session: %s has no address", host)
	}
	return netip.AddrPortFrom(list[0].Unmap(), uint16(number)), nil
}

// gathered waits until all is known that there is to know, or for as long as an
// offer may wait. What comes later is tried all the same.
func (f *finder) gathered() {
	f.mutex.Lock()
	ready, wait := f.ready, time.Until(f.limit)
	f.mutex.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ready:
	case <-timer.C:
	case <-f.done:
	}
}

// settle tells who waits that gathering is over.
func (f *finder) settle() {
	if f.relay != nil && f.relay.Err() != nil {
		f.log().Warn("no relay for this call by this server", slog.String("server", f.relay.Server().String()), slog.Any("error", f.relay.Err()))
		f.relay = nil
		f.allocate()
	}
	select {
	case <-f.ready:
		return
	default:
	}
	if f.lookups == 0 && (f.asker == nil || f.asker.Over()) && (f.relay == nil || f.relay.Ready()) {
		close(f.ready)
	}
}

// candidates are those of this side, best first, as they are known now.
func (f *finder) candidates() []ice.Candidate {
	port := f.session.local.Port
	var list []ice.Candidate
	for i, addr := range f.addrs {
		list = append(list, ice.NewCandidate(ice.Host, netip.AddrPortFrom(addr, port), netip.AddrPort{}, netip.Addr{}, i))
	}
	if f.session.cfg.ICE.Mode == ice.Lite {
		return list
	}
	seen := func(mapped netip.AddrPort, server netip.Addr) {
		if base := f.base(mapped.Addr()); mapped.IsValid() && base.IsValid() && !slices.ContainsFunc(list, func(c ice.Candidate) bool { return c.Addr == mapped }) {
			list = append(list, ice.NewCandidate(ice.ServerReflexive, mapped, netip.AddrPortFrom(base, port), server, 0))
		}
	}
	if f.asker != nil {
		seen(f.asker.Mapped(), f.asker.Server.Addr())
	}
	if r := f.relay; r != nil && r.Relayed().IsValid() {
		seen(r.Mapped(), r.Server().Addr())
		list = append(list, ice.NewCandidate(ice.Relay, r.Relayed(), r.Mapped(), r.Server().Addr(), 0))
	}
	return list
}

// base is our first address of a family.
func (f *finder) base(of netip.Addr) netip.Addr {
	for _, addr := range f.addrs {
		if addr.Is4() == of.Is4() {
			return addr
		}
	}
	return netip.Addr{}
}
