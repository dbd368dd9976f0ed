//go:build interop

package interop

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
)

// fileServer is a web server that others wrote, with a folder of files. It wants
// a certificate of the authority and a password.
type fileServer struct {
	*process
	t    *testing.T
	dir  string
	Root string
	Port int

	Cert, Key, CA, Passwords string // files
}

const nginxConfig = `daemon off; pid {dir}/nginx.pid; error_log stderr; worker_processes 1;
events {}
http {
  access_log off;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3; uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  server {
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {cert}; ssl_certificate_key {key};
    ssl_client_certificate {ca}; ssl_verify_client on;
    auth_basic phones; auth_basic_user_file {passwords};
    root {root};
  }
}
`

const lighttpdConfig = `server.document-root = "{root}"
server.bind = "127.0.0.1"
server.port = {port}
server.modules = ("mod_openssl", "mod_auth", "mod_authn_file")
ssl.engine = "enable"
ssl.pemfile = "{cert}"
ssl.privkey = "{key}"
ssl.verifyclient.activate = "enable"
ssl.verifyclient.enforce = "enable"
ssl.verifyclient.ca-file = "{ca}"
auth.backend = "htdigest"
auth.backend.htdigest.userfile = "{passwords}"
auth.require = ("/" => ("method" => "digest", "realm" => "phones", "require" => "valid-user", "algorithm" => "SHA-256"))
`

// newFileServer starts nginx, which asks for Basic, or lighttpd, which asks for Digest.
func newFileServer(t *testing.T, k *kamailio, program string) *fileServer {
	t.Helper()
	dir := t.TempDir()
	s := &fileServer{t: t, dir: dir, Root: filepath.Join(dir, "root"), Port: freePort(t), CA: k.CA, Passwords: filepath.Join(dir, "passwords")}
	must(t, os.Mkdir(s.Root, 0o755))
	must(t, os.Chmod(filepath.Dir(dir), 0o755)) // the server's workers are nobody
	pair, err := k.authority.Server("127.0.0.1")
	must(t, err)
	s.Cert, s.Key = writePair(t, dir, pair)
	config, password, args := nginxConfig, "phone:{PLAIN}hunter2\n", []string{"-e", "stderr", "-c"}
	if program == "lighttpd" {
		config, args = lighttpdConfig, []string{"-D", "-f"}
		password = fmt.Sprintf("phone:phones:%x\n", sha256.Sum256([]byte("phone:phones:hunter2")))
	}
	must(t, os.WriteFile(s.Passwords, []byte(password), 0o644))
	file := filepath.Join(dir, "server.conf")
	text := strings.NewReplacer("{dir}", dir, "{root}", s.Root, "{port}", fmt.Sprint(s.Port), "{cert}", s.Cert, "{key}", s.Key, "{ca}", s.CA, "{passwords}", s.Passwords).Replace(config)
	must(t, os.WriteFile(file, []byte(text), 0o600))
	s.process = start(t, dir, program, append(args, file)...)
	ctx, cancel := context.WithTimeout(t.Context(), rowTime)
	defer cancel()
	conn, err := connect(ctx, s.process, "127.0.0.1", s.Port)
	must(t, err)
	must(t, conn.Close())
	return s
}

// has puts a file there.
func (s *fileServer) has(name, text string) {
	s.t.Helper()
	must(s.t, os.WriteFile(filepath.Join(s.Root, name), []byte(text), 0o644))
}

// customer starts a telephone that has its configuration from the server.
func (s *fileServer) customer(t *testing.T, k *kamailio, mac, path, more string) *telephone {
	t.Helper()
	dir := t.TempDir()
	pair, err := k.authority.Client(mac)
	must(t, err)
	cert, key := writePair(t, dir, pair)
	authority, err := os.ReadFile(k.CA)
	must(t, err)
	file := filepath.Join(dir, "offhook.yaml")
	text := fmt.Sprintf(`agent: 1
log: {level: debug}
device: {mac: '%s'}
provisioning:
  url: https://127.0.0.1:%d/%s
  ca: %s
  certificate: %s
  key: %s
  username: phone
  password: hunter2
%sconfig:
  tls:
    authorities:
      - name: ca
        pem: |
          %s
`, mac, s.Port, path, k.CA, cert, key, more, strings.ReplaceAll(strings.TrimSpace(string(authority)), "\n", "\n          "))
	must(t, os.WriteFile(file, []byte(text), 0o600))
	return startTelephone(t, dir, "--config", file)
}

// setting is the value of a setting in force.
func (p *telephone) setting(ctx context.Context, path string) string {
	p.t.Helper()
	all, err := p.Control().Explain(ctx)
	must(p.t, err)
	for _, s := range all {
		if s.Path == path {
			return s.Value
		}
	}
	return ""
}

// line waits until the first account of another maker's file is registered as a user.
func (p *telephone) line(ctx context.Context, user string) {
	p.t.Helper()
	if a := p.bound(ctx, "1"); a.AOR != "sip:"+user+"@"+domain {
		p.t.Errorf("it is registered as %s", a.AOR)
	}
}

// TestFileServers has telephones configured by servers that hold files: in our own
// form, and in other makers', as their telephones ask for them.
func TestFileServers(t *testing.T) {
	k := newKamailio(t)
	registrar := fmt.Sprintf("127.0.0.1:%d", k.port("tls"))
	native := func(name string) string {
		return fmt.Sprintf("offhook: 1\nphone: {name: %s}\naccounts:\n%s", name, k.account("1001", "tls"))
	}
	row(t, "nginx: TLS both ways, Basic, our own form -> registered; a new file -> applied", func(t *testing.T, ctx context.Context) {
		s := newFileServer(t, k, "nginx")
		s.has("02005e100001.yaml", native("First"))
		p := s.customer(t, k, "02:00:5e:10:00:01", "{mac}.yaml", "")
		p.bound(ctx, "1001")
		s.has("02005e100001.yaml", native("Second"))
		must(t, p.Control().Reprovision(ctx))
		_, err := p.Until(ctx, "the new name", func(localapi.Status) bool { return p.setting(ctx, "phone.name") == "Second" })
		must(t, err)
	})
	row(t, "lighttpd: TLS both ways, Digest, as a Yealink -> registered", func(t *testing.T, ctx context.Context) {
		s := newFileServer(t, k, "lighttpd")
		s.has("y000000000108.cfg", "#!version:1.0.0.1\nlocal_time.time_zone_name = Germany(Berlin)\nvoice.tone.country = Germany\n")
		s.has("02005e100002.cfg", fmt.Sprintf(`#!version:1.0.0.1
account.1.enable = 1
account.1.label = Desk
account.1.user_name = 1002
account.1.auth_name = 1002
account.1.password = secret-1002
account.1.sip_server.1.address = %s
account.1.outbound_proxy_enable = 1
account.1.outbound_proxy.1.address = 127.0.0.1
account.1.outbound_proxy.1.port = %d
account.1.transport = 2
account.1.sip_server.1.expires = 600
`, domain, k.port("tls")))
		p := s.customer(t, k, "02:00:5e:10:00:02", "", "  persona: {maker: yealink, code: '108'}\n")
		p.line(ctx, "1002")
	})
	for _, c := range otherMakers(registrar, k.port("tls")) {
		row(t, c.arrow, func(t *testing.T, ctx context.Context) {
			s := newFileServer(t, k, "nginx")
			s.has(c.file, c.text)
			s.customer(t, k, c.mac, "", fmt.Sprintf("  persona: {maker: %s}\n", c.maker)).line(ctx, c.user)
		})
	}
}

// maker is another maker's file, and the account that comes of it.
type maker struct{ arrow, maker, mac, user, file, text string }

func otherMakers(registrar string, port int) []maker {
	return []maker{
		{"nginx: as a Snom -> registered", "snom", "02:00:5e:10:00:03", "1003", "snomD785-02005E100003.htm", fmt.Sprintf(`<?xml version="1.0" encoding="utf-8"?>
<settings>
 <phone-settings e="2">
  <user_active idx="1" perm="RW">on</user_active>
  <user_name idx="1" perm="R">1003</user_name>
  <user_pname idx="1" perm="R">1003</user_pname>
  <user_pass idx="1" perm="R">secret-1003</user_pass>
  <user_host idx="1" perm="R">%s</user_host>
  <user_outbound idx="1" perm="R">sip:%s;transport=tls</user_outbound>
  <user_expiry idx="1" perm="R">600</user_expiry>
 </phone-settings>
</settings>
`, domain, registrar)},
		{"nginx: as a Grandstream -> registered", "grandstream", "02:00:5e:10:00:04", "1004", "cfg02005e100004.xml", fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8" ?>
<gs_provision version="1">
 <mac>02005e100004</mac>
 <config version="1">
  <P271>1</P271><P47>%s</P47><P48>%s</P48><P35>1004</P35><P36>1004</P36><P34>secret-1004</P34><P130>2</P130><P32>10</P32>
 </config>
</gs_provision>
`, domain, registrar)},
		{"nginx: as a Fanvil -> registered", "fanvil", "02:00:5e:10:00:05", "1005", "02005e100005.cfg", fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8" ?>
<sysConf>
 <Version>2.0000000000</Version>
 <sip>
  <line index="1">
   <PhoneNumber>1005</PhoneNumber><RegisterUser>1005</RegisterUser><RegisterPswd>secret-1005</RegisterPswd>
   <RegisterAddr>%s</RegisterAddr><ProxyAddr>127.0.0.1</ProxyAddr><ProxyPort>%d</ProxyPort><EnableReg>1</EnableReg><RegisterTTL>600</RegisterTTL><Transport>3</Transport>
  </line>
 </sip>
</sysConf>
`, domain, port)},
	}
}
