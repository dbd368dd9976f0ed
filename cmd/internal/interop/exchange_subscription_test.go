//go:build interop && interoppeers

package interop

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"offhook/cmd/internal/localapi"
)

// TestPeersAsteriskAgentSubscriptions is about what the exchange tells.
func TestPeersAsteriskAgentSubscriptions(t *testing.T) {
	a := newExchange(t, endpoint{Name: "101", Codec: "ulaw", Solicited: true}, endpoint{Name: "102", Codec: "ulaw"}, endpoint{Name: "103", Codec: "ulaw"})
	watcher := newTelephone(t, a.line("101", "tcp", "mwi: true", "blf: [102]"), a.CA)
	other := newTelephone(t, a.line("102", "tls")+a.line("103", "udp", "blf-list-uri: everybody"), a.CA)
	row(t, "message-summary, asked for -> 3 new, 2 old; one more -> told", func(t *testing.T, ctx context.Context) {
		watcher.with(t).bound(ctx, "101")
		waiting := func(count int) {
			_, err := watcher.Until(ctx, "messages", func(s localapi.Status) bool {
				l := account(s, "101")
				return l.New == count && l.Old == 2 && len(l.Missing) == 0
			})
			must(t, err)
		}
		waiting(3)
		a.message(t, ctx, 0, `Received SIP request`, `SUBSCRIBE sip:`, `Event: message-summary`)
		mark := a.mark()
		must(t, os.WriteFile(filepath.Join(a.Dir, "spool/voicemail/default/101/INBOX/msg0003.txt"), []byte("[message]\n"), 0o600))
		waiting(4)
		a.message(t, ctx, mark, `Transmitting SIP request`, `NOTIFY sip:`, `Voice-Message: 4/2`, `Subscription-State: active`)
	})
	row(t, "message-summary, unasked -> told", func(t *testing.T, ctx context.Context) {
		_, err := other.with(t).Until(ctx, "three new messages", func(s localapi.Status) bool { return account(s, "103").New == 3 && account(s, "103").Old == 2 })
		must(t, err)
	})
	is := func(t *testing.T, ctx context.Context, p *telephone, id, resource, state string) {
		t.Helper()
		_, err := p.with(t).Until(ctx, resource+" being "+state, func(s localapi.Status) bool {
			for _, w := range account(s, id).Watched {
				if w.Resource == resource && w.State == state {
					return true
				}
			}
			return false
		})
		must(t, err)
	}
	row(t, "dialog: a hint of a telephone -> idle, early, confirmed, idle", func(t *testing.T, ctx context.Context) {
		other.with(t).bound(ctx, "102")
		is(t, ctx, watcher, "101", "102", "idle")
		a.does(t, ctx, "channel originate PJSIP/102 application Echo")
		is(t, ctx, watcher, "101", "102", "early")
		must(t, other.with(t).Control().Answer(ctx))
		is(t, ctx, watcher, "101", "102", "confirmed")
		must(t, other.Control().Hangup(ctx))
		is(t, ctx, watcher, "101", "102", "idle")
	})
	row(t, "dialog: a list of telephones (RLS) -> one subscription, each one's state", func(t *testing.T, ctx context.Context) {
		other.with(t).bound(ctx, "103")
		must(t, other.Control().Dial(ctx, localapi.DialRequest{Account: "102", Target: "600"}))
		a.message(t, ctx, 0, `Received SIP request`, `SUBSCRIBE sip:everybody@`, `Supported:.*eventlist`)
		a.message(t, ctx, 0, `Transmitting SIP request`, `NOTIFY sip:`, `Content-Type: multipart/related`, `resourcelists|rlmi`)
		for _, state := range []string{"confirmed", "idle"} {
			_, err := other.Until(ctx, "102 being "+state, func(s localapi.Status) bool {
				l := account(s, "103")
				for _, w := range l.Watched {
					if len(l.Watched) == 2 && w.Name == "102" && w.State == state {
						return true
					}
				}
				return false
			})
			must(t, err)
			_ = other.Control().Hangup(ctx) // the second time there is none
		}
	})
	row(t, "check-sync by pjsip send notify -> the configuration is fetched again", func(t *testing.T, ctx context.Context) {
		seen := watcher.with(t).logged("check-sync: the configuration will be fetched")
		mark := a.mark()
		a.does(t, ctx, "pjsip send notify check-sync endpoint 101")
		watcher.logs(ctx, "check-sync: the configuration will be fetched", seen+1)
		a.message(t, ctx, mark, `Received SIP response`, `SIP/2.0 200`, `CSeq: \d+ NOTIFY`)
	})
	row(t, "check-sync;reboot=true -> started again, registered again", func(t *testing.T, ctx context.Context) {
		before, err := watcher.with(t).Control().Status(ctx)
		must(t, err)
		a.does(t, ctx, "pjsip send notify restart endpoint 101")
		_, err = watcher.Until(ctx, "a new start", func(s localapi.Status) bool {
			return s.Started.After(before.Started) && account(s, "101").State == "registered"
		})
		must(t, err)
	})
}
