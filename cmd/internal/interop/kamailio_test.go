//go:build interop

package interop

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"

	"offhook/cmd/internal/lab/ca"
)

// domain is that of every address-of-record here.
const domain = "interop.test"

//go:embed testdata/kamailio.cfg
var kamailioConfig string

// kamailio is a registrar and proxy. What it tells by lines that begin with @@
// are events to wait for.
type kamailio struct {
	*process
	t   *testing.T
	dir string

	UDP, TLS      int // TCP has UDP's number
	Domain        string
	Algorithm     string // of its challenges
	MaxExpires    int    // seconds that it grants, at most
	Cert, Key, CA string // files
	Grants        string // fields of its answers to REGISTER, as Kamailio quotes
	Demands       bool   // a client's certificate
	Readers       int    // of TCP; each remembers TLS sessions for itself
	STUN          bool   // answered on the ports of SIP
	Aliases       bool   // connections are reused (RFC 5923) and by nothing else
	Control       string // a socket for kamcmd, with Profile
	Profile       string // its settings of TLS, as a file that can be read again
	authority     *ca.Authority
}

// newKamailio starts one; options change it before.
func newKamailio(t *testing.T, options ...func(*kamailio)) *kamailio {
	t.Helper()
	dir := t.TempDir()
	k := &kamailio{t: t, dir: dir, UDP: freePort(t), TLS: freePort(t), Domain: domain, Algorithm: "MD5", MaxExpires: 3600, Readers: 2}
	for _, o := range options {
		o(k)
	}
	k.certify()
	k.start()
	return k
}

func (k *kamailio) certify() {
	authority, err := ca.Open(filepath.Join(k.dir, "ca"))
	must(k.t, err)
	pair, err := authority.Server("127.0.0.1", "::1", domain)
	must(k.t, err)
	k.authority, k.CA = authority, authority.File()
	k.Cert, k.Key = writePair(k.t, k.dir, pair)
}

// start starts the program, again after kill.
func (k *kamailio) start() {
	k.t.Helper()
	var text strings.Builder
	must(k.t, template.Must(template.New("").Parse(kamailioConfig)).Execute(&text, k))
	file := filepath.Join(k.dir, "kamailio.cfg")
	must(k.t, os.WriteFile(file, []byte(text.String()), 0o600))
	if k.Profile != "" {
		k.profile(k.t)
	}
	k.process = start(k.t, k.dir, "kamailio", "-DD", "-E", "-f", file, "-Y", k.dir, "-w", k.dir, "-m", "32", "-M", "4")
	ctx, cancel := context.WithTimeout(k.t.Context(), rowTime)
	defer cancel()
	must(k.t, awaitBound(ctx, k.process, "udp", k.UDP))
	conn, err := connect(ctx, k.process, "127.0.0.1", k.UDP)
	must(k.t, err)
	must(k.t, conn.Close())
}

// port is that of a transport.
func (k *kamailio) port(transport string) int {
	if transport == "tls" {
		return k.TLS
	}
	return k.UDP
}

// registered waits for a REGISTER that was accepted, after a mark.
func (k *kamailio) registered(ctx context.Context, mark int, user string) (registration, error) {
	found, err := k.await(ctx, mark, `@@ register user=`+user+` transport=(\S+) call-id=(\S+) cseq=(\d+) expires=(\S*) contact=(.*)$`)
	if err != nil {
		return registration{}, err
	}
	return registration{Transport: found[1], CallID: found[2], CSeq: found[3], Expires: found[4], Contact: strings.Trim(found[5], " <>")}, nil
}

// registration is a REGISTER as Kamailio saw it.
type registration struct{ Transport, CallID, CSeq, Expires, Contact string }

// account is a line of an agent's configuration; what is given more comes
// before what is usual.
func (k *kamailio) account(user, transport string, more ...string) string {
	fields := append([]string{"user: " + user, "domain: " + domain, "transport: " + transport}, more...)
	return accountLine(usually(fields, "password: secret-"+user, "mwi: false",
		fmt.Sprintf("registrar: '127.0.0.1:%d'", k.port(transport)))...)
}

// usually adds the fields that are not there.
func usually(fields []string, more ...string) []string {
	for _, m := range more {
		name, _, _ := strings.Cut(m, ":")
		if !slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, name+":") }) {
			fields = append(fields, m)
		}
	}
	return fields
}

func accountLine(fields ...string) string { return "    - {" + strings.Join(fields, ", ") + "}\n" }
