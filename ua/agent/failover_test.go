package agent

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"offhook/ua"
	"offhook/ua/locate"
	"offhook/ua/uatest"
	"offhook/ua/wire"
)

// sites are a primary and a backup, each with its own bindings.
type sites struct {
	primary, backup *office
	authority       *uatest.Authority
	address         [2]netip.AddrPort // where the names lead; the zero one is not found
}

func newSites(tb testing.TB, transport ua.Transport) *sites {
	s := &sites{primary: newOffice(tb, nil)}
	s.authority = s.primary.authority
	s.backup = newOffice(tb, func(c *uatest.ProxyConfig) {
		c.TLS.Certificates[0] = s.authority.Issue("b.example")
	})
	s.primary.Proxy.Close()
	s.primary = newOffice(tb, func(c *uatest.ProxyConfig) {
		c.TLS.Certificates[0] = s.authority.Issue("a.example")
	})
	s.address = [2]netip.AddrPort{s.primary.Address(transport), s.backup.Address(transport)}
	return s
}

func (s *sites) lookup(_ context.Context, query Query) ([]locate.Target, error) {
	if target, ok := locate.Literal(query); ok {
		return []locate.Target{target}, nil
	}
	at := slices.Index([]string{"a.example", "b.example"}, query.Host)
	if at < 0 || !s.address[at].IsValid() {
		return nil, &net.DNSError{Err: "no such host", Name: query.Host, IsNotFound: true}
	}
	return []locate.Target{{Transport: query.Transport, Address: s.address[at], Name: query.Host, Host: query.Host}}, nil
}

// account goes to the backup when the primary fails.
func (s *sites) account(user string, transport ua.Transport) ua.Account {
	account := s.backup.account(user, transport)
	account.Registrar = "a.example, b.example"
	account.TLS.CA = s.authority.PEM
	return account
}

func (s *sites) phone(tb testing.TB, account ua.Account, change func(*Config)) *phone {
	tb.Helper()
	p := newPhone(tb, func(c *Config) {
		c.Locate, c.Silence, c.Failback = s.lookup, 300*time.Millisecond, time.Hour
		if change != nil {
			change(c)
		}
	})
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	return p
}

// callee is registered with the backup alone.
func (s *sites) callee(tb testing.TB, transport ua.Transport) *phone {
	account := s.account("1002", transport)
	account.Registrar = "b.example"
	b := s.phone(tb, account, nil)
	b.awaitState(ua.Registered)
	return b
}

func silent(method string) func(*message) bool {
	return func(m *message) bool { return method == "" || m.Method == method }
}

func refuse(method string, status int, after string) func(*message) (int, string) {
	return func(m *message) (int, string) {
		if m.Method != method {
			return 0, ""
		}
		return status, after
	}
}

// blackHole is a port that drops every SYN: its queue is full.
func blackHole(tb testing.TB) netip.AddrPort {
	tb.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		tb.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		tb.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		tb.Fatal(err)
	}
	address := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(name.(*syscall.SockaddrInet4).Port))
	for range 4 {
		conn, err := net.DialTimeout("tcp", address.String(), 100*time.Millisecond)
		if err == nil {
			tb.Cleanup(func() { conn.Close() })
		}
	}
	return address
}

// mute is a port that accepts and says nothing.
func mute(tb testing.TB) netip.AddrPort {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { listener.Close() })
	return listener.Addr().(*net.TCPAddr).AddrPort()
}

func TestFailover_REGISTER_goes_to_the_backup(t *testing.T) {
	streams := []ua.Transport{ua.TCP, ua.TLS}
	for _, test := range []struct {
		name       string
		transports []ua.Transport
		fail       func(testing.TB, *sites)
	}{
		{"503", transports, func(_ testing.TB, s *sites) { s.primary.Refuse(refuse("REGISTER", 503, "")) }},
		{"503 with Retry-After", transports, func(_ testing.TB, s *sites) { s.primary.Refuse(refuse("REGISTER", 503, "3600")) }},
		{"408", transports, func(_ testing.TB, s *sites) { s.primary.Refuse(refuse("REGISTER", 408, "")) }},
		{"500", []ua.Transport{ua.UDP}, func(_ testing.TB, s *sites) { s.primary.Refuse(refuse("REGISTER", 500, "")) }},
		{"silence", transports, func(_ testing.TB, s *sites) { s.primary.Drop(silent("")) }},
		{"connection refused", streams, func(_ testing.TB, s *sites) { s.primary.Proxy.Close() }},
		{"no such name", transports, func(_ testing.TB, s *sites) { s.address[0] = netip.AddrPort{} }},
		{"a certificate for somebody else", []ua.Transport{ua.TLS}, func(_ testing.TB, s *sites) { s.address[0] = s.address[1] }},
		{"no TLS there", []ua.Transport{ua.TLS}, func(_ testing.TB, s *sites) { s.address[0] = s.primary.Address(ua.TCP) }},
		{"SYNs are dropped", streams, func(tb testing.TB, s *sites) { s.address[0] = blackHole(tb) }},
		{"TLS hangs", []ua.Transport{ua.TLS}, func(tb testing.TB, s *sites) { s.address[0] = mute(tb) }},
	} {
		for _, transport := range test.transports {
			t.Run(fmt.Sprint(test.name, "/", transport), func(t *testing.T) {
				t.Parallel()
				s := newSites(t, transport)
				test.fail(t, s)
				began := time.Now()
				p := s.phone(t, s.account("1001", transport), nil)
				registered := p.awaitState(ua.Registered)
				t.Logf("registered after %v", time.Since(began).Round(time.Millisecond))
				if registered.Server != s.backup.Address(transport).String() {
					t.Errorf("registered with %s", registered.Server)
				}
				for _, event := range p.past {
					if e, ok := event.(ua.RegistrationChanged); ok && e.State == ua.RegistrationFailed {
						t.Errorf("the person was told of a failure: %+v", e)
					}
				}
			})
		}
	}
}

func TestFailover_all_servers_fail_and_the_first_says_why(t *testing.T) {
	s := newSites(t, ua.TCP)
	s.primary.Proxy.Close()
	s.backup.Refuse(refuse("REGISTER", 503, "7"))
	p := s.phone(t, s.account("1001", ua.TCP), nil)
	failed := p.awaitState(ua.RegistrationFailed)
	if failed.Status != 503 {
		t.Errorf("%+v", failed)
	}
	if wait := time.Until(failed.Retry); wait > 10*time.Second {
		t.Errorf("it waits %v, Retry-After was 7 s", wait)
	}
	if got := len(s.backup.Requests("REGISTER")); got != 1 {
		t.Errorf("%d REGISTERs", got)
	}
}

func TestFailover_call_in_flight(t *testing.T) {
	for _, test := range []struct {
		name  string
		fail  func(*sites)
		moves bool // the account goes to the backup, too
	}{
		{"503 -> the call alone", func(s *sites) { s.primary.Refuse(refuse("INVITE", 503, "")) }, false},
		{"503 with Retry-After -> all", func(s *sites) { s.primary.Refuse(refuse("INVITE", 503, "600")) }, true},
		{"silence -> all", func(s *sites) { s.primary.Drop(silent("")) }, true},
		{"the connection breaks -> all", func(s *sites) {
			s.primary.Drop(func(m *message) bool {
				if m.Method == "INVITE" {
					go s.primary.Proxy.Close()
				}
				return m.Method == "INVITE"
			})
		}, true},
	} {
		for _, transport := range transports {
			if transport == ua.UDP && strings.HasPrefix(test.name, "the connection") {
				continue
			}
			t.Run(fmt.Sprint(test.name, "/", transport), func(t *testing.T) {
				t.Parallel()
				s := newSites(t, transport)
				a, b := s.phone(t, s.account("1001", transport), nil), s.callee(t, transport)
				a.awaitState(ua.Registered)
				test.fail(s)
				id, _ := talk(a, b)
				first, second := s.primary.Requests("INVITE"), s.backup.Requests("INVITE")
				sameCall(t, first[len(first)-1], second[0])
				if test.moves { // b has registered there, too
					waitFor(t, func() bool { return s.backup.lastOf("REGISTER", "1001").Method != "" })
				}
				a.must(a.agent.Hold(id, true)) // what follows goes the same way
				b.awaitCallThat("held", func(c ua.Call) bool { return c.RemoteHold })
				a.must(a.agent.Hangup(id))
				b.awaitCall(ua.Terminated)
				for _, event := range a.past {
					if e, ok := event.(ua.CallChanged); ok && e.Call.ID != id {
						t.Errorf("another call: %+v", e.Call)
					}
				}
				registered := 0
				for _, m := range s.backup.Requests("REGISTER") {
					if strings.Contains(m.Get("To"), "1001") {
						registered++
					}
				}
				if test.moves != (registered > 0) {
					t.Errorf("%d REGISTERs at the backup", registered)
				}
			})
		}
	}
}

// An account's own patience goes before the agent's.
func TestFailover_patience_of_the_account(t *testing.T) {
	s := newSites(t, ua.TCP)
	s.primary.Drop(silent(""))
	account := s.account("1001", ua.TCP)
	account.Silence, account.Failback = 100*time.Millisecond, 50*time.Millisecond
	p := s.phone(t, account, func(c *Config) { c.Silence, c.Failback = time.Hour, time.Hour })
	if r := p.awaitState(ua.Registered); r.Server != s.backup.Address(ua.TCP).String() {
		t.Errorf("registered with %s", r.Server)
	}
	s.primary.Drop(nil)
	p.must(p.agent.command(func(o *owner) { o.health = locate.Health{} })) // its time is over
	await(p, "the primary", func(e ua.RegistrationChanged) bool {
		return e.State == ua.Registered && e.Server == s.primary.Address(ua.TCP).String()
	})
}

// sameCall: identical but for the branch (RFC 3263 §4.3).
func sameCall(t *testing.T, first, second message) {
	t.Helper()
	for _, name := range []string{"Call-ID", "From", "To", "CSeq"} {
		if first.Get(name) != second.Get(name) {
			t.Errorf("%s: %q, then %q", name, first.Get(name), second.Get(name))
		}
	}
	one, _ := wire.ParseVia(first.Get("Via"))
	two, _ := wire.ParseVia(second.Get("Via"))
	if one.Branch() == two.Branch() {
		t.Error("the same branch")
	}
}

func TestFailover_not_once_something_was_heard(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		want   int
	}{{"486", 486, 486}, {"404", 404, 404}, {"408 of the far end", 408, 408}, {"500", 500, 500}, {"600", 600, 600}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSites(t, ua.TCP)
			a := s.phone(t, s.account("1001", ua.TCP), nil)
			a.awaitState(ua.Registered)
			s.primary.Refuse(refuse("INVITE", test.status, ""))
			_, err := a.agent.Invite("1001", "1002")
			a.must(err)
			if c := a.awaitCall(ua.Terminated); c.Status != test.want {
				t.Errorf("%d %s", c.Status, c.Reason)
			}
			if got := len(s.backup.Requests("INVITE")); got > 0 {
				t.Errorf("%d INVITEs at the backup", got)
			}
		})
	}
}

func TestFailover_503_everywhere_is_told(t *testing.T) {
	s := newSites(t, ua.UDP)
	a := s.phone(t, s.account("1001", ua.UDP), nil)
	a.awaitState(ua.Registered)
	s.primary.Refuse(refuse("INVITE", 503, ""))
	s.backup.Refuse(refuse("INVITE", 503, ""))
	_, err := a.agent.Invite("1001", "1002")
	a.must(err)
	if c := a.awaitCall(ua.Terminated); c.Status != 503 {
		t.Errorf("%d %s", c.Status, c.Reason)
	}
	if p, b := len(s.primary.Requests("INVITE")), len(s.backup.Requests("INVITE")); p != 1 || b != 1 {
		t.Errorf("%d and %d INVITEs", p, b)
	}
}

func TestFailover_hung_up_while_the_primary_is_silent(t *testing.T) {
	s := newSites(t, ua.UDP)
	a := s.phone(t, s.account("1001", ua.UDP), nil)
	a.awaitState(ua.Registered)
	s.primary.Drop(silent("INVITE"))
	id, err := a.agent.Invite("1001", "1002")
	a.must(err)
	waitFor(t, func() bool { return len(s.primary.Requests("INVITE")) > 0 })
	a.must(a.agent.Hangup(id))
	waitFor(t, func() bool { return len(s.primary.Requests("INVITE")) > 3 }) // which is beyond Silence
	if got := len(s.backup.Requests("INVITE")); got > 0 {
		t.Errorf("%d INVITEs at the backup", got)
	}
}

// Two copies of an INVITE that are lost do not make a dead server.
func TestFailover_not_for_a_few_lost_datagrams(t *testing.T) {
	s := newSites(t, ua.UDP)
	a := s.phone(t, s.account("1001", ua.UDP), func(c *Config) { c.Silence = 8 * 50 * time.Millisecond }) // as 4 s to 500 ms
	a.awaitState(ua.Registered)
	var lost atomic.Int32
	s.primary.Drop(func(m *message) bool { return m.Method == "INVITE" && lost.Add(1) <= 2 })
	_, err := a.agent.Invite("1001", "4711")
	a.must(err)
	if c := a.awaitCall(ua.Terminated); c.Status != 404 {
		t.Errorf("%d %s", c.Status, c.Reason)
	}
	if got := len(s.backup.Requests("INVITE")); got > 0 {
		t.Errorf("%d INVITEs at the backup", got)
	}
}

// slow is a primary that a test speaks for; a is registered with it and has
// given it up for the backup, where b rings.
func slow(t *testing.T) (primary *uatest.Peer, invite message, a, b *phone, incoming ua.Call) {
	primary, invite, a, b = spoken(t)
	incoming = b.awaitCallThat("incoming", func(c ua.Call) bool { return c.Incoming })
	return primary, invite, a, b, incoming
}

// spoken has a call go out to a primary that a test speaks for.
func spoken(t *testing.T) (primary *uatest.Peer, invite message, a, b *phone) {
	s := newSites(t, ua.UDP)
	primary = uatest.NewPeer(t, netip.AddrPort{})
	s.address[0] = primary.Address()
	a, b = s.phone(t, s.account("1001", ua.UDP), nil), s.callee(t, ua.UDP)
	register := primary.Expect("REGISTER")
	primary.Answer(register, "pbx", "200 OK", "Contact: "+register.Get("Contact"), "Expires: 600")
	a.awaitState(ua.Registered)
	_, err := a.agent.Invite("1001", "1002")
	a.must(err)
	return primary, primary.Expect("INVITE"), a, b
}

func TestFailover_503_after_100(t *testing.T) {
	primary, invite, a, b := spoken(t)
	primary.Answer(invite, "", "100 Trying")
	primary.Answer(invite, "p", "503 Service Unavailable")
	primary.Expect("ACK")
	incoming := b.awaitCallThat("incoming", func(c ua.Call) bool { return c.Incoming })
	b.must(b.agent.Answer(incoming.ID))
	c := a.awaitCall(ua.Confirmed)
	a.must(a.agent.Hangup(c.ID))
	b.awaitCall(ua.Terminated)
}

func TestFailover_not_after_100_and_silence(t *testing.T) {
	primary, invite, a, b := spoken(t)
	primary.Answer(invite, "", "100 Trying")
	primary.Rest() // what was on its way, and no more repetitions
	primary.Answer(invite, "p", "486 Busy Here")
	if c := a.awaitCall(ua.Terminated); c.Status != 486 {
		t.Errorf("%d %s", c.Status, c.Reason)
	}
	b.stop()
}

func TestFailover_ringing_of_a_slow_primary_is_cancelled(t *testing.T) {
	primary, invite, a, b, incoming := slow(t)
	primary.Answer(invite, "slow", "180 Ringing")
	cancel := primary.Expect("CANCEL")
	if cancel.Get("Via") != invite.Get("Via") || cancel.Get("Call-ID") != invite.Get("Call-ID") {
		t.Errorf("another sending is cancelled: %q, %q", cancel.Get("Via"), invite.Get("Via"))
	}
	primary.Answer(cancel, "slow", "200 OK")
	b.must(b.agent.Answer(incoming.ID))
	c := a.awaitCall(ua.Confirmed)
	a.must(a.agent.Hangup(c.ID))
	b.awaitCall(ua.Terminated)
}

func TestFailover_an_answer_by_a_slow_primary_is_the_call(t *testing.T) {
	primary, invite, a, b, incoming := slow(t)
	b.must(b.agent.Ringing(incoming.ID))
	a.awaitCall(ua.Early)
	primary.Answer(invite, "slow", "200 OK", "Contact: <sip:1002@"+primary.Address().String()+">", "Content-Type: application/sdp", "", "v=0")
	ack := primary.Expect("ACK")
	if ack.Get("CSeq") != strings.Replace(invite.Get("CSeq"), "INVITE", "ACK", 1) {
		t.Errorf("CSeq %q of the ACK, %q of the INVITE", ack.Get("CSeq"), invite.Get("CSeq"))
	}
	a.awaitCall(ua.Confirmed)
	if c := b.awaitCall(ua.Terminated); c.Cause != ua.Cancelled {
		t.Errorf("at the backup: %q", c.Cause)
	}
}

func TestFailover_merged_at_the_far_end_is_sent_with_another_number(t *testing.T) {
	s := newSites(t, ua.TCP)
	a, b := s.phone(t, s.account("1001", ua.TCP), nil), s.callee(t, ua.TCP)
	a.awaitState(ua.Registered)
	s.primary.Refuse(refuse("INVITE", 503, ""))
	var merged atomic.Bool
	s.backup.Refuse(func(m *message) (int, string) {
		if m.Method == "INVITE" && !merged.Swap(true) {
			return 482, ""
		}
		return 0, ""
	})
	id, _ := talk(a, b)
	invites := s.backup.Requests("INVITE")
	if invites[0].Get("CSeq") == invites[1].Get("CSeq") || invites[0].Get("Call-ID") != invites[1].Get("Call-ID") {
		t.Errorf("%q, then %q", invites[0].Get("CSeq"), invites[1].Get("CSeq"))
	}
	a.must(a.agent.Hangup(id))
	b.awaitCall(ua.Terminated)
}

func TestFailover_proxies_are_named_in_Route(t *testing.T) {
	s := newSites(t, ua.TCP)
	account := s.account("1001", ua.TCP)
	account.Registrar, account.Proxy = "", fmt.Sprintf("a.example:%d,b.example:%d", s.address[0].Port(), s.address[1].Port())
	a, b := s.phone(t, account, nil), s.callee(t, ua.TCP)
	a.awaitState(ua.Registered)
	s.primary.Refuse(refuse("INVITE", 503, ""))
	id, _ := talk(a, b)
	for i, o := range []*office{s.primary, s.backup} {
		want := fmt.Sprintf("<sip:%c.example:%d;transport=tcp;lr>", 'a'+i, s.address[i].Port())
		if got := o.Requests("INVITE")[0].Get("Route"); got != want {
			t.Errorf("Route %q, want %q", got, want)
		}
	}
	a.must(a.agent.Hangup(id))
	b.awaitCall(ua.Terminated)
}

func TestFailover_one_server_whose_connection_has_died_unseen(t *testing.T) {
	o, _, b := pair(t, ua.TCP)
	r := newRelay(t, o.Address(ua.TCP))
	a := newPhone(t, func(c *Config) { c.Locate = lookup })
	account := o.account("1001", ua.TCP)
	account.Registrar = r.registrar()
	a.must(a.agent.SetAccounts([]ua.Account{account}))
	a.awaitState(ua.Registered)
	var dropped atomic.Bool
	o.Drop(func(m *message) bool {
		if m.Method != "INVITE" || dropped.Swap(true) {
			return false
		}
		go r.cut()
		return true
	})
	id, err := a.agent.Invite("1001", "1002")
	a.must(err)
	incoming := b.awaitCallThat("incoming", func(c ua.Call) bool { return c.Incoming })
	b.must(b.agent.Answer(incoming.ID))
	a.awaitCall(ua.Confirmed)
	a.must(a.agent.Hangup(id))
	b.awaitCall(ua.Terminated)
}

// restarting is the primary behind a relay that a test takes away.
func restarting(t *testing.T, transport ua.Transport) (*sites, *relay) {
	s := newSites(t, transport)
	r := newRelay(t, s.primary.Address(transport))
	s.address[0] = netip.MustParseAddrPort(r.address)
	return s, r
}

func TestFailback_calls_stay_where_they_are(t *testing.T) {
	for _, transport := range []ua.Transport{ua.TCP, ua.TLS} {
		t.Run(string(transport), func(t *testing.T) {
			t.Parallel()
			s, r := restarting(t, transport)
			a := s.phone(t, s.account("1001", transport), func(c *Config) { c.Failback = 100 * time.Millisecond })
			b := s.callee(t, transport)
			a.awaitState(ua.Registered)
			r.down()
			began := time.Now()
			await(a, "the backup", func(e ua.RegistrationChanged) bool {
				return e.State == ua.Registered && e.Server == s.backup.Address(transport).String()
			})
			t.Logf("at the backup after %v", time.Since(began).Round(time.Millisecond))
			id, incoming := talk(a, b)
			s.forgiven(t, a)
			r.up()
			await(a, "the primary", func(e ua.RegistrationChanged) bool {
				return e.State == ua.Registered && e.Server == r.address
			})
			for _, m := range append(s.backup.Requests("INVITE")[1:], s.primary.Requests("INVITE")...) {
				if strings.Contains(m.Get("To"), "tag=") {
					t.Errorf("the call was moved: %s by %s", m.Get("CSeq"), m.Get("Via"))
				}
			}
			a.must(a.agent.Hold(id, true))
			b.awaitCallThat("held", func(c ua.Call) bool { return c.RemoteHold })
			b.must(b.agent.Hangup(incoming))
			a.awaitCall(ua.Terminated)
			for _, event := range a.past {
				if e, ok := event.(ua.RegistrationChanged); ok && e.State == ua.RegistrationFailed && e.Server == s.backup.Address(transport).String() {
					t.Errorf("the person was told of a failure: %+v", e)
				}
			}
		})
	}
}

func TestFailback_another_network_forgets_what_failed(t *testing.T) {
	s, r := restarting(t, ua.TCP)
	r.down()
	a := s.phone(t, s.account("1001", ua.TCP), nil)
	a.awaitState(ua.Registered)
	r.up()
	a.must(a.agent.NetworkChanged())
	await(a, "the primary", func(e ua.RegistrationChanged) bool { return e.State == ua.Registered && e.Server == r.address })
}

func TestFailover_another_network_while_a_call_goes_out(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		s := newSites(t, transport)
		a := s.phone(t, s.account("1001", transport), nil)
		a.awaitState(ua.Registered)
		var lost atomic.Bool
		s.primary.Drop(func(m *message) bool {
			if m.Method != "INVITE" || lost.Swap(true) {
				return false
			}
			_ = a.agent.NetworkChanged()
			return true
		})
		_, err := a.agent.Invite("1001", "4711")
		a.must(err)
		if c := a.awaitCall(ua.Terminated); c.Status != 404 {
			t.Errorf("%d %s", c.Status, c.Reason)
		}
		if got := len(s.backup.Requests("INVITE")); got > 0 {
			t.Errorf("%d INVITEs at the backup, though nothing was wrong with the primary", got)
		}
	})
}

// The black hole is passed over after a moment, and remembered.
func TestDial_another_address_of_the_same_host(t *testing.T) {
	hole, alive := blackHole(t), mute(t)
	d := dialer{servers: []Query{{Host: "pbx", Transport: ua.TCP}}, timeout: 5 * time.Second,
		locate: func(context.Context, Query) ([]locate.Target, error) {
			return []locate.Target{{Transport: ua.TCP, Address: hole, Host: "pbx"}, {Transport: ua.TCP, Address: alive, Host: "pbx"}}, nil
		}}
	out, err := d.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer out.close()
	if out.target.Address != alive || len(out.failed) != 1 || out.failed[0].Address != hole {
		t.Errorf("at %v, failed %v", out.target.Address, out.failed)
	}
	d.health.Failed(out.failed[0], time.Now(), 0)
	again, err := d.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer again.close()
	if again.target.Address != alive || len(again.failed) > 0 {
		t.Errorf("again: at %v, failed %v", again.target.Address, again.failed)
	}
}

// forgiven lets the primary's time be over.
func (s *sites) forgiven(t *testing.T, p *phone) {
	t.Helper()
	done := make(chan struct{})
	p.must(p.agent.command(func(o *owner) {
		for _, target := range []netip.AddrPort{s.address[0]} {
			for _, l := range o.lines {
				o.health.Worked(locate.Server{Transport: l.account.Transport, Address: target, Name: "a.example"}, time.Now())
			}
		}
		close(done)
	}))
	<-done
}

func TestFailback_over_UDP(t *testing.T) {
	s := newSites(t, ua.UDP)
	s.primary.Drop(silent(""))
	a := s.phone(t, s.account("1001", ua.UDP), func(c *Config) { c.Failback = 100 * time.Millisecond })
	b := s.callee(t, ua.UDP)
	a.awaitState(ua.Registered)
	id, _ := talk(a, b)
	s.forgiven(t, a)
	waitFor(t, func() bool { return len(s.primary.Requests("OPTIONS")) > 0 })
	s.primary.Drop(nil)
	s.forgiven(t, a)
	await(a, "the primary", func(e ua.RegistrationChanged) bool {
		return e.State == ua.Registered && e.Server == s.address[0].String()
	})
	a.must(a.agent.Hangup(id))
	b.awaitCall(ua.Terminated)
	if got := len(s.primary.Requests("BYE")); got > 0 {
		t.Error("the BYE went to the server that does not know the call")
	}
}

func TestFailback_not_to_a_server_that_cannot_serve(t *testing.T) {
	s := newSites(t, ua.TCP)
	s.primary.Refuse(func(m *message) (int, string) { return 503, "" })
	a := s.phone(t, s.account("1001", ua.TCP), func(c *Config) { c.Failback = 20 * time.Millisecond })
	a.awaitState(ua.Registered)
	before := len(s.primary.Requests("REGISTER"))
	for range 2 {
		asked := len(s.primary.Requests("OPTIONS"))
		waitFor(t, func() bool {
			s.forgiven(t, a) // the last answer may have come after
			return len(s.primary.Requests("OPTIONS")) > asked
		})
	}
	if got := len(s.primary.Requests("REGISTER")); got != before {
		t.Errorf("%d REGISTERs", got)
	}
}

func TestFailback_leaves_a_server_in_peace_as_long_as_it_asked(t *testing.T) {
	s := newSites(t, ua.TCP)
	s.primary.Refuse(refuse("REGISTER", 503, "3600"))
	looks := make(chan struct{}, 100)
	a := s.phone(t, s.account("1001", ua.TCP), func(c *Config) {
		c.Failback = 5 * time.Millisecond
		c.Locate = func(ctx context.Context, q Query) ([]locate.Target, error) {
			if q.Host == "a.example" {
				select {
				case looks <- struct{}{}:
				default:
				}
			}
			return s.lookup(ctx, q)
		}
	})
	a.awaitState(ua.Registered)
	for range 5 {
		<-looks
	}
	if got := len(s.primary.Requests("OPTIONS")); got > 0 {
		t.Errorf("%d OPTIONS", got)
	}
}

func TestFailover_large_request_goes_by_TCP_to_the_backup_too(t *testing.T) {
	s := newSites(t, ua.UDP)
	account := s.account("1001", ua.UDP)
	account.DisplayName = strings.Repeat("long name ", 120)
	a, b := s.phone(t, account, nil), s.callee(t, ua.UDP)
	a.awaitState(ua.Registered)
	s.primary.Refuse(refuse("INVITE", 503, ""))
	id, _ := talk(a, b)
	for name, o := range map[string]*office{"primary": s.primary, "backup": s.backup} {
		if via := o.Requests("INVITE")[0].Get("Via"); !strings.HasPrefix(via, "SIP/2.0/TCP ") {
			t.Errorf("%s: %s", name, via)
		}
	}
	a.must(a.agent.Hangup(id))
	b.awaitCall(ua.Terminated)
}
