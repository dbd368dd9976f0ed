//go:build interop

package interop

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"offhook/cmd/internal/localapi"
)

// TestStrict is about `strict: true` of the agent's file: by UDP nobody but the
// accounts' servers is heard, not even who knows the Call-ID of a call. That is
// sipp, at another address of this machine. A telephone that is not strict answers
// it, which shows that it reaches one that is.
func TestStrict(t *testing.T) {
	t.Parallel()
	k := newKamailio(t)
	caller := newTelephone(t, k.account("1002", "udp"))
	for _, c := range []struct {
		strict    bool
		user, row string
	}{
		{false, "1001", "not strict: a stranger knows the Call-ID -> answered"},
		{true, "1003", "strict: a call by the registrar -> answered; a stranger knows its Call-ID -> silence"},
	} {
		p := strictTelephone(t, k.account(c.user, "udp"), c.strict)
		row(t, c.row, func(t *testing.T, ctx context.Context) {
			p.with(t).bound(ctx, c.user)
			caller.with(t).bound(ctx, "1002")
			r, err := k.registered(ctx, 0, c.user)
			must(t, err)
			uri := regexp.MustCompile(`sip:([^@]+)@([^;>]+)`).FindStringSubmatch(r.Contact)
			if uri == nil {
				t.Fatalf("Contact %q", r.Contact)
			}
			must(t, caller.Control().Dial(ctx, localapi.DialRequest{Target: c.user}))
			p.callIs(ctx, "early")
			must(t, p.Control().Answer(ctx))
			p.callIs(ctx, "confirmed")
			call, err := k.await(ctx, 0, `@@ call to=`+c.user+` id=(\S+)`)
			must(t, err)

			x := sipp(t, ctx, "options", "udp", freePort(t), blanks{}, "-i", "127.0.0.2", "-cid_str", call[1], "-s", uri[1], uri[2])
			if c.strict {
				must(t, x.saw(ctx, `(?s)OPTIONS sip:.*OPTIONS sip:`))
			} else {
				x.passes(ctx)
			}
			// The BYE comes to the socket that the stranger's requests came to before.
			must(t, caller.Control().Hangup(ctx))
			p.quiet(ctx)
			if seen, err := os.ReadFile(x.messages); err != nil || c.strict && regexp.MustCompile(`(?m)^SIP/2\.0 `).Match(seen) {
				t.Errorf("the stranger was answered (%v):\n%s", err, seen)
			}
		})
	}
}

func strictTelephone(t *testing.T, accounts string, strict bool) *telephone {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "offhook.yaml")
	must(t, os.WriteFile(file, fmt.Appendf(nil, "strict: %v\n%s", strict, agentFile(t, accounts, nil)), 0o600))
	p := startTelephone(t, dir, "--config", file)
	p.configured(accounts)
	return p
}
