//go:build interop

package interop

import (
	"context"
	"fmt"
	"testing"

	"offhook/cmd/internal/localapi"
)

// TestSubscriptions has sipp be the server that tells: one scenario and one
// account for each event package.
func TestSubscriptions(t *testing.T) {
	scripts, ports, lines := map[string]*script{}, map[string]int{}, ""
	ctx, cancel := context.WithTimeout(t.Context(), rowTime)
	defer cancel()
	for scenario, setting := range map[string]string{
		"watched": "blf: [2002]", "list": "blf-list-uri: all", "features": "feature-sync: true", "published": "publish: dialog", "messages": "mwi: true",
	} {
		ports[scenario] = freePort(t)
		scripts[scenario] = served(t, ctx, scenario, "udp", ports[scenario], blanks{})
		lines += accountLine(usually([]string{setting}, "id: "+scenario, "user: 1001", "domain: "+domain, "transport: udp", "register: false", "mwi: false",
			fmt.Sprintf("registrar: '127.0.0.1:%d'", ports[scenario]))...)
	}
	p := newTelephone(t, lines)
	shows := func(t *testing.T, ctx context.Context, id, what string, is func(localapi.Account) bool) {
		t.Helper()
		_, err := p.with(t).Until(ctx, what, func(s localapi.Status) bool { return is(account(s, id)) })
		must(t, err)
	}
	state := func(a localapi.Account, resource string) string {
		for _, w := range a.Watched {
			if w.Resource == resource {
				return w.State
			}
		}
		return ""
	}
	row(t, "dialog: full, partial, a gap, full again -> idle, early, asked for, confirmed, unknown", func(t *testing.T, ctx context.Context) {
		for _, want := range []string{"idle", "early", "confirmed", "unknown"} {
			shows(t, ctx, "watched", "2002 being "+want, func(a localapi.Account) bool { return state(a, "2002") == want })
			if want != "unknown" {
				scripts["watched"].goOn(ctx)
			}
		}
		scripts["watched"].passes(ctx)
	})
	row(t, "message-summary, told twice -> 4 new, 9 old", func(t *testing.T, ctx context.Context) {
		shows(t, ctx, "messages", "4 new messages", func(a localapi.Account) bool { return a.New == 4 && a.Old == 9 })
		scripts["messages"].passes(ctx)
	})
	row(t, "a list of three, one of them rings -> one subscription, all states", func(t *testing.T, ctx context.Context) {
		shows(t, ctx, "list", "2002 ringing", func(a localapi.Account) bool { return state(a, "sip:2002@"+domain) == "early" })
		shows(t, ctx, "list", "three", func(a localapi.Account) bool { return len(a.Watched) == 3 })
		scripts["list"].passes(ctx)
	})
	row(t, "as-feature-event: several, then one -> told", func(t *testing.T, ctx context.Context) {
		shows(t, ctx, "features", "forwarding being off", func(a localapi.Account) bool {
			return len(a.Features) == 2 && a.Features[0].Name == "dnd" && a.Features[1].Name == "forward-busy" && !a.Features[1].On
		})
		scripts["features"].goOn(ctx)
		scripts["features"].passes(ctx)
	})
	row(t, "PUBLISH: 423, 200, 412 -> longer, refreshed, anew", func(t *testing.T, ctx context.Context) {
		scripts["published"].passes(ctx)
	})
}

// TestRemoteControl has sipp press the keys.
func TestRemoteControl(t *testing.T) {
	s := newStageWith(t, "remote-control: true", "check-sync-auth: true", "share-dialogs: true")
	row(t, "NOTIFY talk, hold, talk -> answered, held, taken up again", func(t *testing.T, ctx context.Context) {
		before := s.p.with(t).lastCall(ctx)
		x := s.calls(t, ctx, "remote-control", blanks{})
		s.p.newCall(ctx, before, "confirmed")
		x.goOn(ctx)
		x.passes(ctx)
		s.p.newCall(ctx, before, "terminated")
	})
	row(t, "SUBSCRIBE to our dialogs, a call -> told of both, until it ends", func(t *testing.T, ctx context.Context) {
		x := s.calls(t, ctx, "watches", blanks{})
		must(t, x.saw(ctx, `NOTIFY sip:`))
		call := sipp(t, ctx, "rings", "udp", freePort(t), blanks{}, "-s", s.user, s.contact)
		x.passes(ctx)
		must(t, s.p.Control().Hangup(ctx)) // nothing changes before that: one NOTIFY too many would be unexpected
		call.passes(ctx)
	})
	row(t, "check-sync without the password -> challenged, nothing fetched", func(t *testing.T, ctx context.Context) {
		seen := s.p.with(t).logged("check-sync: the configuration will be fetched")
		s.calls(t, ctx, "notify-challenged", blanks{Header: "Event: check-sync"}).passes(ctx)
		if now := s.p.logged("check-sync: the configuration will be fetched"); now != seen {
			t.Errorf("it was fetched %d times", now-seen)
		}
	})
}

// newStageWith is a stage whose registered account has more settings.
func newStageWith(t *testing.T, settings ...string) *stage {
	s := &stage{k: newKamailio(t), port: map[string]int{"udp": freePort(t)}}
	s.p = newTelephone(t, s.k.account("1001", "udp", settings...))
	ctx, cancel := context.WithTimeout(t.Context(), rowTime)
	defer cancel()
	s.bound(t, ctx, 0)
	return s
}
