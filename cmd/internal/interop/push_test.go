//go:build interop

package interop

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/localapi"
)

const pushToken = "0123456789abcdef0123456789abcdef"

// curl is how a foreign program pushes: the code of the answer, "000" for none.
func curl(ctx context.Context, t *testing.T, body, url string, args ...string) (code, answer string) {
	t.Helper()
	args = append([]string{"--silent", "--show-error", "--max-time", "20", "--write-out", "\n%{http_code}", "--request", "PUT", "--data-binary", body}, append(args, url)...)
	out, _ := exec.CommandContext(ctx, "curl", args...).CombinedOutput() // what went wrong is told in it
	i := strings.LastIndexByte(string(out), '\n')
	return string(out[i+1:]), string(out[:max(i, 0)])
}

// TestPush has curl push documents, as operators' scripts do.
func TestPush(t *testing.T) {
	k := newKamailio(t)
	row(t, "curl: pushes by certificate and by token -> applied; a wrong one or none -> refused", func(t *testing.T, ctx context.Context) {
		dir := t.TempDir()
		folder := func(name string) string {
			path := filepath.Join(dir, name)
			must(t, os.Mkdir(path, 0o700))
			return path
		}
		server, err := k.authority.Server("127.0.0.1")
		must(t, err)
		cert, key := writePair(t, folder("phone"), server)
		operator, err := k.authority.Client("operator")
		must(t, err)
		goodCert, goodKey := writePair(t, folder("operator"), operator)
		strangers, err := ca.Open(folder("strangers"))
		must(t, err)
		stranger, err := strangers.Client("operator")
		must(t, err)
		badCert, badKey := writePair(t, folder("stranger"), stranger)

		pem := func(file string) string {
			data, err := os.ReadFile(file)
			must(t, err)
			return "|\n        " + strings.ReplaceAll(strings.TrimSpace(string(data)), "\n", "\n        ")
		}
		port := freePort(t)
		document := func(name string) string {
			return fmt.Sprintf(`offhook: 1
phone: {name: %s}
tls:
  authorities:
    - name: ca
      pem: %s
  identities:
    - name: phone
      certificate: %s
      key: %s
provisioning:
  push: {listen: '127.0.0.1:%d', certificate: $phone, clients: $ca, token: %s}
accounts:
%s`, name, pem(k.CA), pem(cert), pem(key), port, pushToken, k.account("1001", "tls"))
		}
		s := newFileServer(t, k, "nginx")
		s.has("02005e100011.yaml", document("Served"))
		p := s.customer(t, k, "02:00:5e:10:00:11", "{mac}.yaml", "")
		p.bound(ctx, "1001")

		url := fmt.Sprintf("https://127.0.0.1:%d/v1/document", port)
		push := func(name, want string, args ...string) {
			t.Helper()
			file := filepath.Join(dir, name+".yaml")
			must(t, os.WriteFile(file, []byte(document(name)), 0o600))
			if code, answer := curl(ctx, t, "@"+file, url, append([]string{"--cacert", k.CA}, args...)...); code != want {
				t.Errorf("%s: %s, want %s: %s", name, code, want, answer)
			}
		}
		named := func(name string) {
			t.Helper()
			_, err := p.Until(ctx, "the document "+name, func(localapi.Status) bool { return p.setting(ctx, "phone.name") == name })
			must(t, err)
		}
		mine, others := []string{"--cert", goodCert, "--key", goodKey}, []string{"--cert", badCert, "--key", badKey}
		push("ByCertificate", "202", mine...)
		named("ByCertificate")
		push("ByToken", "202", "--header", "Authorization: Bearer "+pushToken)
		named("ByToken")
		push("WrongToken", "401", "--header", "Authorization: Bearer "+strings.Repeat("f", 32))
		push("Nobody", "401")
		push("Stranger", "000", others...)
		named("ByToken")
		p.bound(ctx, "1001")
	})
}
