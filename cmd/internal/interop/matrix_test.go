//go:build interop

package interop

import (
	"context"
	"fmt"
	"testing"
)

// TestMatrix calls over each transport with each kind of sound, both ways.
func TestMatrix(t *testing.T) {
	for _, c := range []struct {
		name, transport, srtp string // srtp of offhook
		baresip               string // parameters of its account
		v6                    bool
		secure                bool
	}{
		{"UDP, RTP in the clear", "udp", "off", "", false, false},
		{"UDP, SRTP optional, the far end has none", "udp", "optional", "", false, false},
		{"TCP, SRTP optional, the far end has it", "tcp", "optional", ";mediaenc=srtp", false, true},
		{"TLS, SRTP mandatory", "tls", "mandatory", ";mediaenc=srtp-mand", false, true},
		{"TLS, SRTP mandatory, keys by DTLS", "tls", "mandatory, srtp-keying: [dtls]", ";mediaenc=dtls_srtp", false, true},
		{"IPv6, UDP, RTP in the clear", "udp", "off", "", true, false},
		{"IPv6, TLS, SRTP mandatory", "tls", "mandatory", ";mediaenc=srtp-mand", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKamailio(t)
			host := "127.0.0.1"
			if c.v6 {
				host = "::1"
			}
			b := newBaresip(t, k, "2001", c.transport, c.baresip, func(b *baresip) { b.Host = host })
			p := newTelephone(t, k.account("1001", c.transport, "srtp: "+c.srtp, fmt.Sprintf("registrar: '%s'", at(host, k.port(c.transport)))), k.CA)
			row(t, "offhook calls -> sound both ways", func(t *testing.T, ctx context.Context) {
				p.with(t).bound(ctx, "1001")
				p.listen(ctx)
				l := call(t, ctx, p, b, "2001")
				l.sound(t, ctx, first)
				checkFigures(t, l.figures(t, ctx), suite(c.secure, gcm))
				has(t, l.end(t, ctx), first)
			})
			row(t, "baresip calls -> sound both ways", func(t *testing.T, ctx context.Context) {
				l := called(t, ctx, p, b, "1001")
				l.sound(t, ctx, second)
				checkFigures(t, l.figures(t, ctx), suite(c.secure, cm))
				has(t, l.end(t, ctx), second)
			})
		})
	}
	k := newKamailio(t)
	p := newTelephone(t, k.account("1001", "tls"), k.CA)
	row(t, "a caller without SRTP where it is mandatory -> 488", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		x := sipp(t, ctx, "refused", "tcp", freePort(t), blanks{Status: "488"}, "-s", "1001", at("127.0.0.1", k.UDP))
		x.passes(ctx)
	})
	row(t, "the same caller by TCP through the proxy, SRTP optional -> a call", func(t *testing.T, ctx context.Context) {
		p := newTelephone(t, k.account("1002", "tcp"))
		p.bound(ctx, "1002")
		x := sipp(t, ctx, "call", "tcp", freePort(t), blanks{}, "-s", "1002", at("127.0.0.1", k.UDP))
		p.newCall(ctx, 0, "early")
		must(t, p.Control().Answer(ctx))
		x.passes(ctx)
		p.quiet(ctx)
	})
}

func suite(secure bool, name string) string {
	if !secure {
		return ""
	}
	return name
}
