package locate

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"offhook/ua"
)

// search is one Locate at work.
type search struct {
	*Resolver
	query Query
	conf  resolvConf
	hosts map[string][]netip.Addr
}

// locate finds the targets of one full name. None and no error mean that there
// is no such host.
func (s *search) locate(ctx context.Context, name string) ([]Target, error) {
	standard := s.query.transports()[0]
	port := s.query.Port
	if port == 0 {
		port = StandardPort(standard)
	}
	// With a port there is no SRV (RFC 3263 §4.2), and what the administrator
	// of this device has written down needs none.
	if s.query.Port != 0 || s.known(name) != nil {
		return s.host(ctx, name, standard, port)
	}
	targets, err := s.services(ctx, name)
	if len(targets) == 0 && err != ErrNotOffered {
		targets, err = s.host(ctx, name, standard, port)
	}
	if len(targets) > 0 {
		s.swallowed(name)
	}
	return targets, err
}

// services are the targets that NAPTR and SRV tell of (RFC 3263 §4.1, §4.2).
func (s *search) services(ctx context.Context, name string) ([]Target, error) {
	allowed := s.query.transports()
	plain := make([]offer, 0, len(allowed))
	for _, transport := range preference {
		if slices.Contains(allowed, transport) {
			plain = append(plain, offer{transport, serviceName(transport, name)})
		}
	}
	naptr := s.naptr(ctx, name)
	found, fault := s.srv(ctx, plain)
	if told := offers(naptr(), allowed); len(told) > 0 {
		return s.srv(ctx, told)
	}
	return found, fault
}

// naptr begins to ask, and returns what waits for the answer: not long.
func (s *search) naptr(ctx context.Context, name string) func() []NAPTR {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan []NAPTR, 1)
	go func() {
		a, _ := s.lookup(ctx, s.conf, name, typeNAPTR) // without it there is still SRV
		done <- a.naptr
	}()
	return func() []NAPTR {
		defer cancel()
		grace := time.NewTimer(naptrGrace)
		defer grace.Stop()
		select {
		case records := <-done:
			return records
		case <-grace.C:
			s.cache.failed(keyOf(name, typeNAPTR), s.config.Now(), false)
			cancel()
			return <-done
		}
	}
}

// srv asks for all offers at once and returns their targets in the offers' order.
func (s *search) srv(ctx context.Context, all []offer) ([]Target, error) {
	answers, fault := each(all, func(o offer) (answer, error) {
		return s.lookup(ctx, s.conf, o.name, dnsmessage.TypeSRV)
	})
	var out []Target
	rank, refused := 0, false
	for i, o := range all {
		records := Order(answers[i].srv, s.random)
		refused = refused || len(records) == 1 && records[0].Target == ""
		records = slices.DeleteFunc(records, func(r SRV) bool { return r.Target == "" || r.Port == 0 })
		found := s.addressed(ctx, o.transport, records[:min(len(records), maxServers)])
		for _, target := range found {
			target.Rank += rank
			out = append(out, target)
		}
		rank += len(records)
	}
	if len(out) == 0 && refused {
		return nil, ErrNotOffered
	}
	return out, fault
}

// addressed are the targets of ordered SRV records.
func (s *search) addressed(ctx context.Context, transport ua.Transport, records []SRV) []Target {
	found, _ := each(records, func(r SRV) ([]Target, error) { return s.host(ctx, r.Target, transport, r.Port) })
	var out []Target
	rank := 0
	for i, record := range records {
		if i > 0 && record.Priority != records[i-1].Priority {
			rank++
		}
		for _, target := range found[i] {
			target.Rank = rank
			out = append(out, target)
		}
	}
	return out
}

// host is a host's addresses as targets.
func (s *search) host(ctx context.Context, name string, transport ua.Transport, port uint16) ([]Target, error) {
	addresses, err := s.addresses(ctx, name)
	var out []Target
	for _, address := range Interleave(addresses, s.config.Reachable) {
		out = append(out, Target{Transport: transport, Address: netip.AddrPortFrom(address, port), Host: name})
	}
	return out, err
}

// known are the addresses that need no DNS: files come first.
func (s *search) known(name string) []netip.Addr {
	if address, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{address}
	}
	name = strings.ToLower(name)
	if found := s.hosts[name]; found != nil {
		return found
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") { // RFC 6761 §6.3
		return []netip.Addr{netip.IPv6Loopback(), netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	return nil
}

// addresses asks for both families at once. Once one has come the other is not
// waited for long (RFC 8305 §3).
func (s *search) addresses(ctx context.Context, name string) ([]netip.Addr, error) {
	if found := s.known(name); found != nil {
		return found, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		answer answer
		err    error
	}
	results := make(chan result, 2)
	for _, kind := range []dnsmessage.Type{dnsmessage.TypeAAAA, dnsmessage.TypeA} {
		go func() {
			a, err := s.lookup(ctx, s.conf, name, kind)
			results <- result{a, err}
		}()
	}
	first := <-results
	if first.err == nil && !first.answer.empty() {
		grace := time.AfterFunc(familyGrace, cancel)
		defer grace.Stop()
	}
	second := <-results
	found := slices.Concat(first.answer.addresses, second.answer.addresses) // the cache keeps its own
	if found = slices.DeleteFunc(found, noHost); len(found) > 0 {
		return found, nil
	}
	if first.err != nil {
		return nil, first.err
	}
	return nil, second.err
}

// noHost reports an address that no request can be sent to: 0.0.0.0 and ::, by which
// some name servers say "blocked", would be this very device (RFC 1122 §3.2.1.3,
// RFC 4291 §2.5.2), and a group is nobody's.
func noHost(a netip.Addr) bool {
	return a.IsUnspecified() || a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// swallowed notes what nobody answered about a name that was found all the
// same, so that not each search waits for it.
func (s *search) swallowed(name string) {
	now := s.config.Now()
	s.cache.assume(keyOf(name, typeNAPTR), now)
	for _, transport := range s.query.transports() {
		s.cache.assume(keyOf(serviceName(transport, name), dnsmessage.TypeSRV), now)
	}
}

// each calls for all at once and waits; the error is the first one's.
func each[T, R any](all []T, call func(T) (R, error)) ([]R, error) {
	type result struct {
		at    int
		value R
		err   error
	}
	results := make(chan result, len(all))
	for i, one := range all {
		go func() {
			value, err := call(one)
			results <- result{i, value, err}
		}()
	}
	out := make([]R, len(all))
	faults := make([]error, len(all))
	for range all {
		r := <-results
		out[r.at], faults[r.at] = r.value, r.err
	}
	for _, err := range faults {
		if err != nil {
			return out, err
		}
	}
	return out, nil
}
