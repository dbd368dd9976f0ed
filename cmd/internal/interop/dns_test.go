//go:build interop

package interop

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
)

// secureAt are the records of a name whose server is at one port of 127.0.0.1.
func secureAt(name string, port int) []string {
	return []string{fmt.Sprintf("--srv-host=_sips._tcp.%s,host.%s,%d", name, name, port), "--host-record=host." + name + ",127.0.0.1"}
}

// named is an account that knows its server by name alone.
func named(user string, more ...string) string {
	fields := append([]string{"user: " + user, "domain: " + domain}, more...)
	return accountLine(usually(fields, "transport: tls", "password: secret-"+user, "mwi: false")...)
}

// TestNamesLate has the name servers of a telephone be dead, slow, and silent under a call.
func TestNamesLate(t *testing.T) {
	k := newKamailio(t, func(k *kamailio) { k.MaxExpires = 4 })
	dns := newNameServer(t, "", secureAt(domain, k.TLS)...)
	row(t, "the first of two name servers is dead -> registered", func(t *testing.T, ctx context.Context) {
		dead, asked := deadNames(t)
		askingTelephone(t, named("1002"), []string{k.CA}, dead, dns.address).bound(ctx, "1002")
		if asked.Load() == 0 {
			t.Error("the dead one was not asked")
		}
	})
	row(t, "each answer comes 1.2 s late -> registered", func(t *testing.T, ctx context.Context) {
		askingTelephone(t, named("1003"), []string{k.CA}, slowNames(t, dns.address, 1200*time.Millisecond)).bound(ctx, "1003")
	})
	b := newBaresip(t, k, "2001", "tls", ";mediaenc=srtp-mand")
	p := askingTelephone(t, named("1001"), []string{k.CA}, dns.address)
	var c *talk
	row(t, "the name server falls silent under a call -> registered again in time, sound both ways", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		p.listen(ctx)
		c = call(t, ctx, p, b, "2001")
		dns.silent()
		for range 2 {
			_, err := k.registered(ctx, k.mark(), "1001")
			must(t, err)
		}
		c.sound(t, ctx, first)
	})
	if c == nil {
		return
	}
	row(t, "the server is started again meanwhile -> registered there by the old answer, the call stays", func(t *testing.T, ctx context.Context) {
		k.kill()
		p.with(t).accountIs(ctx, "1001", "failed")
		k.start()
		_, err := k.registered(ctx, 0, "1001")
		must(t, err)
		p.bound(ctx, "1001")
		c.sound(t, ctx, second)
		if l := p.callIs(ctx, "confirmed"); l.ID != c.id {
			t.Errorf("%+v", l)
		}
	})
	dns.goesOn()
}

// TestNamesGone has a name server say that there is no such server any more, of one
// that a telephone is registered with.
func TestNamesGone(t *testing.T) {
	k := newKamailio(t, func(k *kamailio) { k.MaxExpires = 4 })
	dns := newNameServer(t, "", secureAt(domain, k.TLS)...)
	p := askingTelephone(t, named("1001"), []string{k.CA}, dns.address)
	row(t, "NXDOMAIN after a good answer -> the registration stays, and is renewed", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		dns.tells()
		for range 2 {
			_, err := k.registered(ctx, k.mark(), "1001")
			must(t, err)
		}
		p.bound(ctx, "1001")
	})
	row(t, "then the connection is lost -> told that there is no such host", func(t *testing.T, ctx context.Context) {
		k.kill()
		k.start()
		a := p.with(t).accountSays(ctx, "1001", "DNS: no such host "+domain)
		told("%s", a.Cause)
	})
}

// TestNamesLying has a name server lie in a way about each account of a telephone,
// until it tells the truth.
func TestNamesLying(t *testing.T) {
	t.Parallel() // half a minute of it is waiting
	k := newKamailio(t)
	lies := []string{
		fmt.Sprintf("--srv-host=_sips._tcp.%s,host.%s,%d", domain, domain, impostor(t, k)), "--host-record=host." + domain + ",127.0.0.1",
		"--srv-host=_sips._tcp.none." + domain, // a target of ".", as RFC 2782 has it
		fmt.Sprintf("--srv-host=_sips._tcp.zero.%s,host.zero.%s,%d", domain, domain, k.TLS), "--host-record=host.zero." + domain + ",0.0.0.0,::",
		fmt.Sprintf("--srv-host=_sips._tcp.self.%s,self.%s,%d", domain, domain, freePort(t)), "--host-record=self." + domain + ",127.0.0.1",
	}
	dns := newNameServer(t, "", lies...)
	registrar := func(name string) []string {
		return []string{"registrar: " + name + "." + domain, "server-name: " + domain}
	}
	all := []struct{ account, what, want string }{
		{"1001", "the address of another, whose certificate is good, for its own name", "other.example"},
		{"1002", "SRV, a target of .", "none." + domain + " does not offer this transport: set"},
		{"1003", "the addresses 0.0.0.0 and ::", "no such host zero." + domain},
		{"1004", "the telephone's own address, where nobody serves", "connection refused by 127.0.0.1"},
		{"1005", "NXDOMAIN", "no such host gone." + domain},
	}
	p := askingTelephone(t, named("1001")+named("1002", registrar("none")...)+named("1003", registrar("zero")...)+named("1004", registrar("self")...)+named("1005", registrar("gone")...),
		[]string{k.CA}, dns.address)
	for _, c := range all {
		row(t, c.what+" -> told honestly", func(t *testing.T, ctx context.Context) {
			a := p.with(t).accountSays(ctx, c.account, c.want)
			told("%s: %s", c.what, a.Cause)
			if a.Retry.IsZero() {
				t.Error("nothing is tried again")
			}
		})
	}
	row(t, "the truth is told -> all of them are registered", func(t *testing.T, _ context.Context) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*rowTime) // RFC 5626 §4.5: 30 to 60 s
		defer cancel()
		var truth []string
		for _, name := range []string{"", "none.", "zero.", "self.", "gone."} {
			truth = append(truth, secureAt(name+domain, k.TLS)...)
		}
		dns.tells(truth...)
		for _, c := range all {
			p.with(t).bound(ctx, c.account)
		}
	})
}

// accountSays waits until an account has failed for a cause.
func (p *telephone) accountSays(ctx context.Context, id, cause string) (a localapi.Account) {
	p.t.Helper()
	_, err := p.Until(ctx, id+" failing for "+cause, func(s localapi.Status) bool {
		a = account(s, id)
		return a.State == "failed" && strings.Contains(a.Cause, cause)
	})
	must(p.t, err)
	return a
}

// impostor is somebody else, whose certificate is of the same authority: its port.
func impostor(t *testing.T, k *kamailio) int {
	t.Helper()
	pair, err := k.authority.Server("other.example")
	must(t, err)
	l, err := net.Listen("tcp", at("127.0.0.1", freePort(t)))
	must(t, err)
	var working sync.WaitGroup
	working.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed
			}
			_ = conn.SetDeadline(time.Now().Add(rowTime)) // a socket of ours
			working.Go(func() {
				defer conn.Close()
				_ = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{pair}}).Handshake() // the telephone ends it
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); working.Wait() })
	return l.Addr().(*net.TCPAddr).Port
}
