//go:build interop

package interop

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/localapi"
)

// TestRenewedClient has the file of a telephone's configuration get another
// certificate while the telephone is registered: Kamailio, which demands one, tells
// whose it sees.
func TestRenewedClient(t *testing.T) {
	t.Parallel()
	k := newKamailio(t, func(k *kamailio) { k.Demands = true })
	w := newTap(t, k.TLS)
	s := newFileServer(t, k, "nginx")
	const file = "02005e100012.yaml"
	a, b := k.client(t, "phone"), k.client(t, "phone")
	s.has(file, renewable(t, k, w, a))
	p := s.customer(t, k, "02:00:5e:10:00:12", "{mac}.yaml", "")
	row(t, "with a certificate -> registered by it", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		must(t, k.showed(ctx, 0, "1001", a))
	})
	renewed := 0
	row(t, "another in its place -> registered by that at once", func(t *testing.T, ctx context.Context) {
		renewed = k.mark()
		s.has(file, renewable(t, k, w, b))
		must(t, p.with(t).Control().Reprovision(ctx))
		must(t, k.showed(ctx, renewed, "1001", b))
		p.bound(ctx, "1001")
	})
	row(t, "the connection is cut -> registered again, by the new one; the binding was never removed", func(t *testing.T, ctx context.Context) {
		mark := k.mark()
		w.cut()
		must(t, k.showed(ctx, mark, "1001", b))
		p.with(t).bound(ctx, "1001")
		k.mu.Lock()
		defer k.mu.Unlock()
		for _, line := range k.lines[renewed:] {
			if strings.Contains(line, "@@ register user=1001") && strings.Contains(line, " expires=0 ") {
				t.Error(line)
			}
		}
	})
	row(t, "the server is killed and started again -> registered again, by the new one", func(t *testing.T, ctx context.Context) {
		k.kill()
		p.with(t).accountIs(ctx, "1001", "failed")
		k.start()
		must(t, k.showed(ctx, 0, "1001", b))
		p.bound(ctx, "1001")
	})
}

// TestRenewedServer has Kamailio read a certificate of its own anew: one of the same
// authority and names, one that lacks a name, one of another authority, and a good one.
// That is seen at the next connection; each account has one that can be cut.
func TestRenewedServer(t *testing.T) {
	t.Parallel() // half a minute of it is waiting, and more
	dir := t.TempDir()
	k := newKamailio(t, func(k *kamailio) {
		k.Control, k.Profile = filepath.Join(dir, "control"), filepath.Join(dir, "tls.cfg")
	})
	strangers, err := ca.Open(filepath.Join(dir, "strangers"))
	must(t, err)
	address, name := newTap(t, k.TLS), newTap(t, k.TLS)
	p := newTelephone(t, k.account("1001", "tls", fmt.Sprintf("registrar: '127.0.0.1:%d'", address.port))+
		k.account("1002", "tls", fmt.Sprintf("registrar: '127.0.0.1:%d'", name.port), "server-name: "+domain), k.CA)
	row(t, "the server's is renewed -> taken", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		p.bound(ctx, "1002")
		_, err := k.registered(ctx, 0, "1001") // told a moment after the answer
		must(t, err)
		k.renew(t, ctx, k.authority, "127.0.0.1", domain)
		mark := k.mark()
		address.cut()
		_, err = k.registered(ctx, mark, "1001")
		must(t, err)
		p.bound(ctx, "1001")
		address.mu.Lock()
		defer address.mu.Unlock()
		if resumed(address.hellos[len(address.hellos)-1]) {
			t.Error("the session before was resumed: no certificate was shown")
		}
	})
	row(t, "the server's lacks a name -> refused, told of", func(t *testing.T, ctx context.Context) {
		k.renew(t, ctx, k.authority, "127.0.0.1")
		name.cut()
		p.with(t).refuses(ctx, "1002", "certificate is for 127.0.0.1, not "+domain)
	})
	row(t, "the server's is another authority's -> refused, told of", func(t *testing.T, ctx context.Context) {
		k.renew(t, ctx, strangers, "127.0.0.1", domain)
		address.cut()
		p.with(t).refuses(ctx, "1001", "signed by unknown authority")
	})
	row(t, "the server's is mended -> both registered again", func(t *testing.T, _ context.Context) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*rowTime) // it is asked again after up to a minute
		defer cancel()
		k.renew(t, ctx, k.authority, "127.0.0.1", domain)
		began := time.Now()
		p.with(t).bound(ctx, "1001")
		p.bound(ctx, "1002")
		told("both registered again after %v", time.Since(began).Round(time.Second))
	})
}

// refuses waits until an account tells of its server's certificate. That a connection was
// lost is told before.
func (p *telephone) refuses(ctx context.Context, id, want string) {
	p.t.Helper()
	s, err := p.Until(ctx, "the cause "+want, func(s localapi.Status) bool {
		a := account(s, id)
		return a.State == "failed" && strings.Contains(a.Cause, want) && !a.Retry.IsZero()
	})
	must(p.t, err)
	told("%s", account(s, id).Cause)
}

// client is a certificate for who connects.
func (k *kamailio) client(t *testing.T, name string) tls.Certificate {
	t.Helper()
	pair, err := k.authority.Client(name)
	must(t, err)
	return pair
}

// renewable is a configuration that refers to a certificate by its name.
func renewable(t *testing.T, k *kamailio, w *tap, pair tls.Certificate) string {
	t.Helper()
	parts := credentials(t, pair)
	return fmt.Sprintf("offhook: 1\ntls:\n  identities:\n    - {name: phone, %s}\naccounts:\n%s", strings.Join(parts, ", "),
		k.account("1001", "tls", "certificate: $phone", fmt.Sprintf("registrar: '127.0.0.1:%d'", w.port)))
}

// showed waits for a registration over a connection whose far end has shown a certificate.
func (k *kamailio) showed(ctx context.Context, mark int, user string, pair tls.Certificate) error {
	_, err := k.await(ctx, mark, `@@ certificate user=`+user+` serial=`+pair.Leaf.SerialNumber.String()+`$`)
	return err
}

// profile writes the settings that can be read again.
func (k *kamailio) profile(t *testing.T) {
	t.Helper()
	text := fmt.Sprintf("[server:default]\nmethod = TLSv1.2+\nverify_certificate = no\ncertificate = %s\nprivate_key = %s\n", k.Cert, k.Key)
	must(t, os.WriteFile(k.Profile, []byte(text), 0o600))
}

// renew has Kamailio show another certificate, and waits until it does. It is started
// again if it has died of a handshake that the telephone broke off.
func (k *kamailio) renew(t *testing.T, ctx context.Context, by *ca.Authority, names ...string) {
	t.Helper()
	pair, err := by.Server(names...)
	must(t, err)
	k.Cert, k.Key = writePair(t, k.dir, pair)
	for {
		err = k.reload(ctx, pair)
		if err == nil {
			return
		}
		select {
		case <-k.done:
			told("Kamailio has ended, and is started again")
			k.start()
		case <-ctx.Done():
			t.Fatal(err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// reload asks for it once, and looks.
func (k *kamailio) reload(ctx context.Context, pair tls.Certificate) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "kamcmd", "-s", "unix:"+k.Control, "tls.reload").CombinedOutput(); err != nil {
		return fmt.Errorf("tls.reload: %w: %s", err, out)
	}
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} // looked at here
	conn, err := d.DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", k.TLS))
	if err != nil {
		return err
	}
	defer conn.Close()
	if shown := conn.(*tls.Conn).ConnectionState().PeerCertificates[0]; !shown.Equal(pair.Leaf) {
		return fmt.Errorf("tls.reload: Kamailio shows the certificate of %s, number %d", shown.Subject, shown.SerialNumber)
	}
	return nil
}
