package locate

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"offhook/ua"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func short(targets []Target) string {
	var out []string
	for _, t := range targets {
		out = append(out, fmt.Sprintf("%s %s #%d", t.Transport, t.Address, t.Rank))
	}
	return strings.Join(out, ", ")
}

func TestLocate(t *testing.T) {
	zone := []string{
		"both.example 60 A 192.0.2.1", "both.example 60 AAAA 2001:db8::1", "both.example 60 A 192.0.2.2",
		"v4.example 60 A 192.0.2.3",
		"srv.example 60 A 192.0.2.9",
		"_sips._tcp.srv.example 60 SRV 10 0 5061 a.srv.example", "_sips._tcp.srv.example 60 SRV 20 0 5071 b.srv.example",
		"_sip._udp.srv.example 60 SRV 10 0 5060 a.srv.example",
		"a.srv.example 60 A 192.0.2.10", "b.srv.example 60 A 192.0.2.11",
		`naptr.example 60 NAPTR 50 20 "s" "SIP+D2U" "" _sip._udp.elsewhere.example`,
		`naptr.example 60 NAPTR 50 10 "s" "SIPS+D2T" "" _sips._tcp.elsewhere.example`,
		`naptr.example 60 NAPTR 10 10 "s" "SIP+D2S" "" _sip._sctp.elsewhere.example`,
		`naptr.example 60 NAPTR 1 10 "u" "E2U+sip" "!^.*$!sip:x@y!" y.example`,
		"_sips._tcp.elsewhere.example 60 SRV 0 0 5443 a.srv.example", "_sip._udp.elsewhere.example 60 SRV 0 0 5060 b.srv.example",
		"_sips._tcp.naptr.example 60 SRV 0 0 5061 v4.example",
		"none.example 60 A 192.0.2.4", "_sips._tcp.none.example 60 SRV 0 0 0 .",
		"alias.example 60 CNAME both.example", "away.example 60 CNAME far.example", "far.example 60 A 192.0.2.5",
		"_sips._tcp.gone.example 60 SRV 0 0 5061 nowhere.example", "_sips._tcp.gone.example 60 SRV 5 0 5061 v4.example",
		"zero.example 60 A 0.0.0.0", "zero.example 60 AAAA ::", "half.example 60 A 0.0.0.0", "half.example 60 A 192.0.2.6", "half.example 60 A 255.255.255.255",
		"half.example 60 AAAA ff02::1", "_sips._tcp.blocked.example 60 SRV 0 0 5061 zero.example", "_sips._tcp.blocked.example 60 SRV 5 0 5061 v4.example",
		"same.example 60 A 192.0.2.9", "_sip._tcp.same.example 60 SRV 1 5 5060 a.srv.example", "_sip._tcp.same.example 60 SRV 1 5 5060 b.srv.example",
	}
	for _, test := range []struct {
		name  string
		query Query
		want  string
	}{
		{"a literal -> nothing asked", Query{Host: "192.0.2.1", Transport: ua.TLS}, "tls 192.0.2.1:5061 #0"},
		{"a literal with a port", Query{Host: "2001:db8::1", Port: 5080, Transport: ua.TCP}, "tcp [2001:db8::1]:5080 #0"},
		{"a literal in brackets, no transport -> UDP", Query{Host: "[2001:db8::1]"}, "udp [2001:db8::1]:5060 #0"},
		{"a literal, sips -> TLS", Query{Host: "192.0.2.1", Secure: true}, "tls 192.0.2.1:5061 #0"},
		{"a port -> no SRV, families by turns", Query{Host: "both.example", Port: 5080, Transport: ua.TCP},
			"tcp [2001:db8::1]:5080 #0, tcp 192.0.2.1:5080 #0, tcp 192.0.2.2:5080 #0"},
		{"a port and no transport -> UDP", Query{Host: "v4.example", Port: 5062}, "udp 192.0.2.3:5062 #0"},
		{"no SRV -> addresses with the standard port", Query{Host: "v4.example", Transport: ua.TLS}, "tls 192.0.2.3:5061 #0"},
		{"SRV by priority", Query{Host: "srv.example", Transport: ua.TLS}, "tls 192.0.2.10:5061 #0, tls 192.0.2.11:5071 #1"},
		{"SRV of the transport alone", Query{Host: "srv.example", Transport: ua.UDP}, "udp 192.0.2.10:5060 #0"},
		{"no SRV of this transport -> addresses", Query{Host: "srv.example", Transport: ua.TCP}, "tcp 192.0.2.9:5060 #0"},
		{"any transport -> the safest first", Query{Host: "srv.example"},
			"tls 192.0.2.10:5061 #0, tls 192.0.2.11:5071 #1, udp 192.0.2.10:5060 #2"},
		{"equal priority -> equal rank", Query{Host: "same.example", Transport: ua.TCP}, "tcp 192.0.2.10:5060 #0, tcp 192.0.2.11:5060 #0"},
		{"NAPTR orders the transports", Query{Host: "naptr.example"}, "tls 192.0.2.10:5443 #0, udp 192.0.2.11:5060 #1"},
		{"the account's transport restricts NAPTR", Query{Host: "naptr.example", Transport: ua.UDP}, "udp 192.0.2.11:5060 #0"},
		{"sips never leaves TLS", Query{Host: "naptr.example", Secure: true}, "tls 192.0.2.10:5443 #0"},
		{"NAPTR without this transport -> addresses of the domain", Query{Host: "naptr.example", Transport: ua.TCP}, ""},
		{"an SRV target of . -> not offered", Query{Host: "none.example", Transport: ua.TLS}, "not offered"},
		{"an SRV target without address is passed over", Query{Host: "gone.example", Transport: ua.TLS}, "tls 192.0.2.3:5061 #1"},
		{"no host's addresses -> no such host", Query{Host: "zero.example", Transport: ua.TLS}, ""},
		{"no host's addresses beside one -> that one", Query{Host: "half.example", Transport: ua.TCP}, "tcp 192.0.2.6:5060 #0"},
		{"an SRV target with no host's address is passed over", Query{Host: "blocked.example", Transport: ua.TLS}, "tls 192.0.2.3:5061 #1"},
		{"a CNAME", Query{Host: "alias.example", Port: 1, Transport: ua.TCP}, "tcp [2001:db8::1]:1 #0, tcp 192.0.2.1:1 #0, tcp 192.0.2.2:1 #0"},
		{"a CNAME that leads out of the answer", Query{Host: "away.example", Port: 1, Transport: ua.TCP}, "tcp 192.0.2.5:1 #0"},
		{"a name with the last dot", Query{Host: "V4.example.", Port: 1, Transport: ua.TCP}, "tcp 192.0.2.3:1 #0"},
		{"no such name", Query{Host: "nowhere.example", Transport: ua.TLS}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newFakeDNS(t, zone...)
			r, _ := newResolver(t, nil, d.address)
			got, err := r.Locate(t.Context(), test.query)
			switch {
			case test.want == "not offered":
				if !errors.Is(err, ErrNotOffered) {
					t.Errorf("%v, %v", got, err)
				}
			case test.want == "":
				var dns *net.DNSError
				if !errors.As(err, &dns) || !dns.IsNotFound {
					t.Errorf("%v, %v", got, err)
				}
			case err != nil || short(got) != test.want:
				t.Errorf("got  %s, %v\nwant %s", short(got), err, test.want)
			}
			for _, target := range got {
				if target.Name != strings.TrimSuffix(test.query.Host, ".") {
					t.Errorf("TLS would have to meet %q", target.Name)
				}
			}
			if _, literal := Literal(test.query); literal && len(d.questions()) > 0 {
				t.Error("DNS was asked")
			}
		})
	}
}

func TestLocate_asks_no_more_than_it_must(t *testing.T) {
	d := newFakeDNS(t, "pbx.example 60 A 192.0.2.1")
	r, now := newResolver(t, nil, d.address)
	locate := func(q Query) []string {
		t.Helper()
		if _, err := r.Locate(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		return d.questions()
	}
	port := Query{Host: "pbx.example", Port: 5060, Transport: ua.UDP}
	if got := locate(port); !slices.Equal(got, []string{"udp pbx.example A", "udp pbx.example AAAA"}) {
		t.Errorf("with a port: %q", got)
	}
	if got := locate(port); len(got) > 0 {
		t.Errorf("within the TTL: %q", got)
	}
	if got := locate(Query{Host: "PBX.example", Transport: ua.UDP}); !slices.Equal(got, []string{"udp PBX.example NAPTR", "udp _sip._udp.PBX.example SRV"}) {
		t.Errorf("without a port: %q", got)
	}
	now.move(61 * time.Second)
	if got := locate(port); !slices.Equal(got, []string{"udp pbx.example A", "udp pbx.example AAAA"}) {
		t.Errorf("after the TTL: %q", got)
	}
}

func TestLocate_no_such_name_is_remembered_for_a_while(t *testing.T) {
	d := newFakeDNS(t)
	r, now := newResolver(t, nil, d.address)
	for _, want := range []int{2, 0} {
		if _, err := r.Locate(t.Context(), Query{Host: "x.example", Port: 1, Transport: ua.UDP}); err == nil {
			t.Fatal("found")
		}
		if got := d.questions(); len(got) != want {
			t.Errorf("asked %q", got)
		}
	}
	now.move(15 * time.Second) // less than from one attempt to register to the next
	d.add("x.example 60 A 192.0.2.1")
	if _, err := r.Locate(t.Context(), Query{Host: "x.example", Port: 1, Transport: ua.UDP}); err != nil {
		t.Error(err)
	}
}

func TestLocate_calls_on_with_what_was_known_when_DNS_is_dead(t *testing.T) {
	d := newFakeDNS(t, "pbx.example 60 A 192.0.2.1", "_sips._tcp.pbx.example 60 SRV 0 0 5061 pbx.example")
	r, now := newResolver(t, func(c *Config) { write(t, c.ResolvConf, "options timeout:1 attempts:1\n") }, d.address)
	q := Query{Host: "pbx.example", Transport: ua.TLS}
	if _, err := r.Locate(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	for _, death := range []struct {
		name string
		hook func(asked) ([]byte, bool)
	}{
		{"SERVFAIL", func(q asked) ([]byte, bool) {
			return d.message(q, dnsmessage.RCodeServerFailure, false, nil, nil), true
		}},
		{"silence", func(asked) ([]byte, bool) { return nil, true }},
	} {
		d.on(death.hook)
		now.move(24 * time.Hour)
		d.questions()
		got, err := r.Locate(t.Context(), q)
		if err != nil || short(got) != "tls 192.0.2.1:5061 #0" {
			t.Errorf("%s: %s, %v", death.name, short(got), err)
		}
		if len(d.questions()) == 0 {
			t.Errorf("%s: nobody was asked for anything newer", death.name)
		}
		_, err = r.Locate(t.Context(), q)
		if got := d.questions(); err != nil || len(got) > 0 {
			t.Errorf("%s: asked again at once %q, %v", death.name, got, err)
		}
	}
	now.move(staleMost + time.Hour)
	if _, err := r.Locate(t.Context(), q); err == nil {
		t.Error("an answer of last month was used")
	}
	d.on(nil)
	now.move(time.Minute)
	if _, err := r.Locate(t.Context(), q); err != nil {
		t.Errorf("DNS is back, but: %v", err)
	}
}

func TestLocate_silent_name_server_is_told(t *testing.T) {
	d := newFakeDNS(t)
	d.on(func(asked) ([]byte, bool) { return nil, true })
	r, _ := newResolver(t, nil, d.address)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := r.Locate(ctx, Query{Host: "pbx.example", Port: 1, Transport: ua.TLS})
	var dns *net.DNSError
	if !errors.As(err, &dns) || !dns.IsTimeout || dns.Name != "pbx.example" {
		t.Errorf("%#v", err)
	}
}

func TestLocate_second_name_server_when_the_first_is_dead(t *testing.T) {
	dead, alive := newFakeDNS(t), newFakeDNS(t, "pbx.example 60 A 192.0.2.1", "other.example 60 A 192.0.2.2")
	dead.on(func(asked) ([]byte, bool) { return nil, true })
	r, _ := newResolver(t, nil, dead.address, alive.address)
	if _, err := r.Locate(t.Context(), Query{Host: "pbx.example", Port: 1, Transport: ua.TLS}); err != nil {
		t.Fatal(err)
	}
	dead.questions()
	if _, err := r.Locate(t.Context(), Query{Host: "other.example", Port: 1, Transport: ua.TLS}); err != nil {
		t.Fatal(err)
	}
	if got := dead.questions(); len(got) > 0 {
		t.Errorf("the dead one was asked first again: %q", got)
	}
}

func TestLocate_swallowed_NAPTR_and_SRV_do_no_harm(t *testing.T) {
	d := newFakeDNS(t, "pbx.example 60 A 192.0.2.1")
	d.on(func(q asked) ([]byte, bool) {
		return nil, q.question.Type == typeNAPTR || q.question.Type == dnsmessage.TypeSRV
	})
	r, _ := newResolver(t, func(c *Config) { write(t, c.ResolvConf, "options timeout:1 attempts:1\n") }, d.address)
	q := Query{Host: "pbx.example", Transport: ua.UDP}
	got, err := r.Locate(t.Context(), q)
	if err != nil || short(got) != "udp 192.0.2.1:5060 #0" {
		t.Fatalf("%s, %v", short(got), err)
	}
	d.questions()
	if _, err := r.Locate(t.Context(), q); err != nil || len(d.questions()) > 0 {
		t.Errorf("asked again: %v", err)
	}
}

func TestClient_speaks_to_odd_name_servers(t *testing.T) {
	for _, test := range []struct {
		name string
		hook func(*fakeDNS) func(asked) ([]byte, bool)
		want []string
	}{
		{"truncated -> TCP", func(d *fakeDNS) func(asked) ([]byte, bool) {
			return func(q asked) ([]byte, bool) {
				return d.message(q, dnsmessage.RCodeSuccess, true, nil, nil), q.network == "udp"
			}
		}, []string{"tcp pbx.example A", "udp pbx.example A"}},
		{"no EDNS0 -> without", func(d *fakeDNS) func(asked) ([]byte, bool) {
			return func(q asked) ([]byte, bool) {
				return d.message(q, dnsmessage.RCodeFormatError, false, nil, nil), q.edns
			}
		}, []string{"udp pbx.example A", "udp pbx.example A"}},
		{"no EDNS0, a bare header -> without", func(d *fakeDNS) func(asked) ([]byte, bool) {
			return func(q asked) ([]byte, bool) {
				return []byte{byte(q.id >> 8), byte(q.id), 0x80, 0x81, 0, 0, 0, 0, 0, 0, 0, 0}, q.edns
			}
		}, []string{"udp pbx.example A", "udp pbx.example A"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newFakeDNS(t, "pbx.example 60 A 192.0.2.1")
			d.on(test.hook(d))
			c := client{random: zeros{}}
			a, err := c.ask(t.Context(), resolvConf{servers: []netip.AddrPort{d.address}, timeout: time.Second, attempts: 1}, "pbx.example", dnsmessage.TypeA)
			if err != nil || len(a.addresses) != 1 {
				t.Fatalf("%+v, %v", a, err)
			}
			if got := d.questions(); !slices.Equal(got, test.want) {
				t.Errorf("asked %q", got)
			}
		})
	}
}

func TestClient_takes_no_answer_to_another_question(t *testing.T) {
	d := newFakeDNS(t, "pbx.example 60 A 192.0.2.1", "evil.example 60 A 203.0.113.1")
	spoil := map[string]func(asked) asked{
		"another id":   func(q asked) asked { q.id++; return q },
		"another name": func(q asked) asked { q.question.Name = dnsmessage.MustNewName("evil.example."); return q },
		"another type": func(q asked) asked { q.question.Type = dnsmessage.TypeTXT; return q },
	}
	for name, change := range spoil {
		t.Run(name, func(t *testing.T) {
			d.on(func(q asked) ([]byte, bool) {
				false1 := d.message(change(q), 0, false, []string{"pbx.example"}, []resource{{dnsmessage.TypeA, 60, netip.MustParseAddr("203.0.113.1")}})
				if _, err := parse(false1, q.id, q.name, q.question.Type); !errors.Is(err, errMismatch) {
					t.Errorf("parse: %v", err)
				}
				return nil, false
			})
			c := client{random: zeros{}}
			a, err := c.ask(t.Context(), resolvConf{servers: []netip.AddrPort{d.address}, timeout: time.Second, attempts: 1}, "pbx.example", dnsmessage.TypeA)
			if err != nil || len(a.addresses) != 1 || a.addresses[0] != netip.MustParseAddr("192.0.2.1") {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
}

func TestParse_ignores_what_belongs_to_other_names(t *testing.T) {
	d := newFakeDNS(t)
	q := asked{id: 7, question: dnsmessage.Question{Name: dnsmessage.MustNewName("a.example."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}
	raw := d.message(q, 0, false, []string{"b.example", "a.example"}, []resource{
		{dnsmessage.TypeA, 60, netip.MustParseAddr("203.0.113.1")}, {dnsmessage.TypeA, 30, netip.MustParseAddr("192.0.2.1")}})
	a, err := parse(raw, 7, "a.example", dnsmessage.TypeA)
	if err != nil || len(a.addresses) != 1 || a.addresses[0] != netip.MustParseAddr("192.0.2.1") || a.ttl != 30*time.Second {
		t.Errorf("%+v, %v", a, err)
	}
	loop := d.message(q, 0, false, []string{"a.example", "b.example"}, []resource{
		{dnsmessage.TypeCNAME, 60, "b.example"}, {dnsmessage.TypeCNAME, 60, "a.example"}})
	if _, err := parse(loop, 7, "a.example", dnsmessage.TypeA); !errors.Is(err, errChain) {
		t.Errorf("a circle of CNAMEs: %v", err)
	}
}

func TestLocate_files_before_DNS(t *testing.T) {
	d := newFakeDNS(t, "pbx.office.example 60 A 192.0.2.1", "other.example 60 A 192.0.2.2")
	var hosts, conf string
	r, _ := newResolver(t, func(c *Config) {
		hosts, conf = c.Hosts, c.ResolvConf
		write(t, hosts, "# ours\n192.0.2.7 other.example Third # by hand\n::1 localhost\n")
		write(t, conf, "search office.example\noptions ndots:1\nnameserver "+d.address.Addr().String()+"\n")
	}, d.address)
	for _, test := range []struct {
		host, want string
		asks       bool
	}{
		{"other.example", "tcp 192.0.2.7:5060 #0", false},
		{"third", "tcp 192.0.2.7:5060 #0", false},
		{"localhost", "tcp [::1]:5060 #0", false},
		{"x.localhost", "tcp [::1]:5060 #0, tcp 127.0.0.1:5060 #0", false},
		{"pbx", "tcp 192.0.2.1:5060 #0", true}, // by the search list
	} {
		got, err := r.Locate(t.Context(), Query{Host: test.host, Transport: ua.TCP})
		if err != nil || short(got) != test.want {
			t.Errorf("%s: %s, %v", test.host, short(got), err)
		}
		if asked := len(d.questions()) > 0; asked != test.asks {
			t.Errorf("%s: asked %v", test.host, asked)
		}
	}
	write(t, filepath.Join(filepath.Dir(hosts), "hosts"), "192.0.2.8 other.example\n") // another size: read again
	if got, err := r.Locate(t.Context(), Query{Host: "other.example", Transport: ua.TCP}); err != nil || short(got) != "tcp 192.0.2.8:5060 #0" {
		t.Errorf("after a change: %s, %v", short(got), err)
	}
}

func TestParseResolvConf(t *testing.T) {
	c := parseResolvConf([]string{
		"nameserver 192.0.2.53", "nameserver fe80::1%eth0", "nameserver nonsense", "nameserver 192.0.2.54", "nameserver 192.0.2.55",
		"domain old.example", "search a.example. b.example", "options ndots:2 timeout:9 attempts:0 rotate", "options",
	})
	if len(c.servers) != 3 || c.servers[1].String() != "[fe80::1%eth0]:53" || !slices.Equal(c.search, []string{"a.example", "b.example"}) {
		t.Errorf("%+v", c)
	}
	if c.dots != 2 || c.timeout != 5*time.Second || c.attempts != 1 {
		t.Errorf("%+v", c)
	}
	for host, want := range map[string][]string{
		"pbx": {"pbx.a.example", "pbx.b.example", "pbx"}, "x.y.z": {"x.y.z", "x.y.z.a.example", "x.y.z.b.example"}, "pbx.": {"pbx"},
	} {
		if got := c.names(host); !slices.Equal(got, want) {
			t.Errorf("%s: %q", host, got)
		}
	}
	if empty := parseResolvConf(nil); empty.servers[0].String() != "127.0.0.1:53" {
		t.Errorf("%+v", empty)
	}
}

func FuzzParse(f *testing.F) {
	d := &fakeDNS{tb: f, zone: map[string][]resource{}}
	d.add("a.example 60 CNAME b.example")
	d.add("b.example 60 A 192.0.2.1")
	d.add(`a.example 60 NAPTR 1 2 "s" "SIP+D2U" "" _sip._udp.b.example`)
	d.add("a.example 60 SRV 1 2 5060 b.example")
	for _, kind := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeSRV, typeNAPTR} {
		q := asked{id: 1, name: "a.example", question: dnsmessage.Question{Name: dnsmessage.MustNewName("a.example."), Type: kind, Class: dnsmessage.ClassINET}}
		f.Add(d.answer(q), uint16(kind))
	}
	f.Fuzz(func(t *testing.T, raw []byte, kind uint16) {
		a, err := parse(raw, 1, "a.example", dnsmessage.Type(kind))
		if err == nil && (a.ttl < 0 || a.ttl > ttlMost || len(a.addresses)+len(a.srv)+len(a.naptr) > maxRecords) {
			t.Errorf("%+v", a)
		}
	})
}

func TestLocate_addresses_of_the_cache_are_its_own(t *testing.T) {
	// Three of a kind leave room for one behind them, where the other family would go.
	dns := newFakeDNS(t, "many.example 60 A 192.0.2.1", "many.example 60 A 192.0.2.2", "many.example 60 A 192.0.2.3",
		"many.example 60 AAAA 2001:db8::1")
	r, _ := newResolver(t, nil, dns.address)
	query := Query{Host: "many.example", Port: 5060, Transport: ua.TCP}
	want, err := r.Locate(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 32 { // the race detector looks on
		all.Go(func() {
			if got, err := r.Locate(t.Context(), query); err != nil || short(got) != short(want) {
				t.Errorf("got %s, %v; want %s", short(got), err, short(want))
			}
		})
	}
	all.Wait()
}
