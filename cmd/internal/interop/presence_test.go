//go:build interop

package interop

import (
	"context"
	_ "embed"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"

	"offhook/cmd/internal/localapi"
)

//go:embed testdata/presence.cfg
var presenceConfig string

// dbText is where Debian's package has the empty tables.
const dbText = "/usr/share/kamailio/dbtext/kamailio"

// presenceServer is Kamailio as registrar, proxy and presence server.
type presenceServer struct {
	*process
	UDP    int
	Domain string
	Tables string
}

func newPresenceServer(t *testing.T) *presenceServer {
	t.Helper()
	dir := t.TempDir()
	s := &presenceServer{UDP: freePort(t), Domain: domain, Tables: filepath.Join(dir, "tables")}
	must(t, os.CopyFS(s.Tables, os.DirFS(dbText)))
	var text strings.Builder
	must(t, template.Must(template.New("").Parse(presenceConfig)).Execute(&text, s))
	file := filepath.Join(dir, "kamailio.cfg")
	must(t, os.WriteFile(file, []byte(text.String()), 0o600))
	s.process = start(t, dir, "kamailio", "-DD", "-E", "-f", file, "-Y", dir, "-w", dir, "-m", "32", "-M", "4")
	ctx, cancel := context.WithTimeout(t.Context(), rowTime)
	defer cancel()
	must(t, awaitBound(ctx, s.process, "udp", s.UDP))
	return s
}

func (s *presenceServer) account(user string, more ...string) string {
	return accountLine(append([]string{"user: " + user, "domain: " + domain, "transport: udp", "password: secret-" + user, "mwi: false",
		fmt.Sprintf("registrar: '127.0.0.1:%d'", s.UDP)}, more...)...)
}

// kick removes a user's bindings, as an administrator would.
func (s *presenceServer) kick(t *testing.T, user string) {
	t.Helper()
	conn, err := net.Dial("udp", fmt.Sprintf("127.0.0.1:%d", s.UDP))
	must(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "OPTIONS sip:kick@127.0.0.1:%d SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%d;rport\r\nFrom: <sip:admin@%s>;tag=1\r\nTo: <sip:kick@%s>\r\nCall-ID: kick-%d\r\nCSeq: 1 OPTIONS\r\nSubject: %s\r\nContent-Length: 0\r\n\r\n",
		s.UDP, conn.LocalAddr(), time.Now().UnixNano(), domain, domain, time.Now().UnixNano(), user)
	must(t, err)
	must(t, conn.SetReadDeadline(time.Now().Add(rowTime)))
	answer := make([]byte, 2048)
	n, err := conn.Read(answer)
	must(t, err)
	if !strings.HasPrefix(string(answer[:n]), "SIP/2.0 200") {
		t.Fatalf("%s", answer[:n])
	}
}

func TestPresence(t *testing.T) {
	s := newPresenceServer(t)
	shown := newTelephone(t, s.account("1001", "publish: dialog"))
	watching := newTelephone(t, s.account("1002", "blf: [1001]", "reg-event: true"))
	is := func(t *testing.T, ctx context.Context, state string) {
		t.Helper()
		_, err := watching.with(t).Until(ctx, "1001 being "+state, func(now localapi.Status) bool {
			a := account(now, "1002")
			return len(a.Watched) == 1 && a.Watched[0].State == state
		})
		must(t, err)
	}
	row(t, "PUBLISH of dialogs, SUBSCRIBE to them -> the lamp of a telephone in a call", func(t *testing.T, ctx context.Context) {
		shown.with(t).bound(ctx, "1001")
		watching.with(t).bound(ctx, "1002")
		is(t, ctx, "idle")
		before := watching.lastCall(ctx)
		must(t, shown.Control().Dial(ctx, localapi.DialRequest{Account: "1001", Target: "1002"}))
		watching.newCall(ctx, before, "early")
		must(t, watching.Control().Answer(ctx))
		is(t, ctx, "confirmed")
		must(t, shown.Control().Hangup(ctx))
		is(t, ctx, "idle")
	})
	row(t, "a binding is removed by an administrator -> made anew at once", func(t *testing.T, ctx context.Context) {
		mark := s.mark()
		s.kick(t, "1002")
		began := time.Now()
		_, err := s.await(ctx, mark, `@@ register user=1002`)
		must(t, err)
		told("registered again %d ms after it was removed", time.Since(began).Milliseconds())
	})
}
