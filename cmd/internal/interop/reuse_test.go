//go:build interop

package interop

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
)

// TestReuse is about RFC 5923: a telephone that does not register calls through
// Kamailio by TLS, both with certificates, and what Kamailio has for it goes by the
// connection that it made. Nothing else brings it there: Kamailio sends to the
// Contact, which is where the telephone listens, and goes there when no alias
// is asked for.
func TestReuse(t *testing.T) {
	t.Parallel()
	k := newKamailio(t, func(k *kamailio) { k.Demands, k.Aliases = true, true })
	far := newTelephone(t, k.account("1002", "udp"))
	for _, c := range []struct {
		user  string
		reuse bool
		what  string
	}{
		{"9001", true, "an alias is asked for"},
		{"9002", false, "no alias is asked for"},
	} {
		p, door := neighbour(t, k, c.user, c.reuse)
		comesBy := func(t *testing.T) {
			t.Helper()
			came, err := connections(door)
			must(t, err)
			told("%s: %d connections to where the telephone listens", c.what, came)
			if c.reuse != (came == 0) {
				t.Errorf("%d connections to port %d", came, door)
			}
		}
		row(t, c.what+", we call, they hang up -> "+where(c.reuse), func(t *testing.T, ctx context.Context) {
			far.with(t).bound(ctx, "1002")
			before := far.lastCall(ctx)
			must(t, p.with(t).Control().Dial(ctx, localapi.DialRequest{Target: fmt.Sprintf("sip:1002@127.0.0.1:%d;transport=tls", k.TLS)}))
			far.newCall(ctx, before, "early")
			must(t, far.Control().Answer(ctx))
			p.callIs(ctx, "confirmed")
			far.newCall(ctx, before, "confirmed") // has the ACK
			if came, err := connections(door); err != nil || came > 0 {
				t.Errorf("%d connections before there was a reason (%v)", came, err)
			}
			must(t, far.Control().Hangup(ctx))
			if l := p.callIs(ctx, "terminated"); l.Cause != "remote-bye" {
				t.Errorf("%+v", l)
			}
			far.quiet(ctx)
			comesBy(t)
		})
		row(t, c.what+", they call -> "+where(c.reuse), func(t *testing.T, ctx context.Context) {
			before := p.with(t).lastCall(ctx)
			must(t, far.with(t).Control().Dial(ctx, localapi.DialRequest{Target: fmt.Sprintf("sip:%s@127.0.0.1:%d;transport=tls", c.user, door)}))
			p.newCall(ctx, before, "early")
			must(t, p.Control().Answer(ctx))
			p.newCall(ctx, before, "confirmed")
			far.callIs(ctx, "confirmed")
			must(t, p.Control().Hangup(ctx))
			far.quiet(ctx)
			p.quiet(ctx)
			comesBy(t)
		})
	}
}

// established is an open connection's state in /proc/net/tcp.
const established = "01"

func where(reuse bool) string {
	if reuse {
		return "by our connection"
	}
	return "by another"
}

// neighbour is a telephone without a server and the port where it listens for TLS.
func neighbour(t *testing.T, k *kamailio, user string, reuse bool) (p *telephone, door int) {
	t.Helper()
	pair, err := k.authority.Peer("127.0.0.1")
	must(t, err)
	door = freePort(t)
	return newTelephone(t, accountLine(append([]string{"user: '" + user + "'", "domain: 127.0.0.1", "transport: tls", "register: false", "mwi: false",
		fmt.Sprintf("connection-reuse: %v", reuse)}, credentials(t, pair)...)...)+
		fmt.Sprintf("  network: {listen: ['tls:127.0.0.1:%d']}\n", door), k.CA), door
}

// connections counts those that came in at a port of loopback and are up: Kamailio
// keeps them.
func connections(port int) (n int, err error) {
	data, err := os.ReadFile("/proc/thread-self/net/tcp")
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) > 3 && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) && f[3] == established {
			n++
		}
	}
	return n, err
}
