//go:build interop

package interop

import (
	"context"
	"strconv"
	"strings"
	"testing"
)

func TestRegistration(t *testing.T) {
	k := newKamailio(t)
	for _, transport := range []string{"tls", "tcp", "udp"} {
		row(t, transport+", MD5 -> registered, removed at the end", func(t *testing.T, ctx context.Context) {
			mark := k.mark()
			p := newTelephone(t, k.account("1001", transport), k.CA)
			a := p.bound(ctx, "1001")
			if a.Transport != transport || !strings.HasSuffix(a.Server, ":"+strconv.Itoa(k.port(transport))) || a.Cause != "" {
				t.Errorf("status: %+v", a)
			}
			r, err := k.registered(ctx, mark, "1001")
			must(t, err)
			if r.Transport != transport || r.Expires != "600" {
				t.Errorf("Kamailio saw %+v", r)
			}
			mark = k.mark()
			p.stop()
			r, err = k.registered(ctx, mark, "1001")
			must(t, err)
			if r.Expires != "0" {
				t.Errorf("at the end: %+v", r)
			}
		})
	}
}

// TestRegistrationFaults has one telephone with an account for each thing that
// may be wrong: every one is told of honestly, and the good one works. Each
// handshake that fails has a Kamailio of its own, for this version may die of
// one.
func TestRegistrationFaults(t *testing.T) {
	k, stranger, namesake := newKamailio(t), newKamailio(t), newKamailio(t)
	nobody := "127.0.0.1:" + strconv.Itoa(freePort(t))
	p := newTelephone(t, strings.Join([]string{
		k.account("1001", "tls"),
		k.account("password", "tls", "password: wrong"),
		stranger.account("authority", "tls"),
		namesake.account("name", "tls", "server-name: other.example"),
		k.account("md5", "tcp", "digest-md5: false"),
		accountLine("user: nobody", "domain: "+domain, "registrar: '"+nobody+"'", "transport: tcp", "mwi: false"),
	}, ""), k.CA, namesake.CA)
	for _, c := range []struct{ account, what, want string }{
		{"password", "a wrong password", "password"},
		{"authority", "an unknown authority", "unknown authority (127.0.0.1"},
		{"name", "another's certificate", "other.example"},
		{"md5", "MD5 alone where that is refused", "MD5"},
		{"nobody", "no server", "refused by " + nobody},
	} {
		row(t, c.what+" -> told honestly", func(t *testing.T, ctx context.Context) {
			a := p.with(t).accountIs(ctx, c.account, "failed")
			told("%s: %s", c.what, a.Cause)
			if !strings.Contains(a.Cause, c.want) || a.Retry.IsZero() {
				t.Errorf("cause %q, retry at %v; want %q", a.Cause, a.Retry, c.want)
			}
		})
	}
	row(t, "the account beside them -> registered", func(t *testing.T, ctx context.Context) { p.with(t).bound(ctx, "1001") })
}

func TestRegistrationSHA256(t *testing.T) {
	k := newKamailio(t, func(k *kamailio) { k.Algorithm, k.MaxExpires = "SHA-256", 4 })
	p := newTelephone(t, k.account("1001", "tls"), k.CA)
	row(t, "tls, SHA-256 -> registered", func(t *testing.T, ctx context.Context) { p.with(t).bound(ctx, "1001") })
	row(t, "granted 4 s -> registered again in time, in one call-id", func(t *testing.T, ctx context.Context) {
		one, err := k.registered(ctx, 0, "1001")
		must(t, err)
		mark := k.mark()
		again, err := k.registered(ctx, mark, "1001")
		must(t, err)
		before, _ := strconv.Atoi(one.CSeq)
		after, _ := strconv.Atoi(again.CSeq)
		if again.CallID != one.CallID || after <= before || again.Contact != one.Contact {
			t.Errorf("first %+v, then %+v", one, again)
		}
		p.with(t).bound(ctx, "1001")
	})
	row(t, "an INVITE, SHA-256 -> believed, and told that nobody has the number", func(t *testing.T, ctx context.Context) {
		mark := k.mark()
		p.with(t).dial("4711")
		_, err := k.await(ctx, mark, `@@ unknown INVITE user=4711`)
		must(t, err)
		c := p.callIs(ctx, "terminated")
		if c.Cause != "rejected" || !strings.Contains(c.Reason, "No such number") {
			t.Errorf("%+v", c)
		}
		p.hangUp(ctx)
	})
}
