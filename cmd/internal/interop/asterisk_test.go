//go:build interop && interoppeers

package interop

import (
	"context"
	"crypto/tls"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"offhook/cmd/internal/lab/ca"
)

//go:embed testdata/asterisk
var asteriskFiles embed.FS

// asteriskModules in the order in which they are loaded.
const asteriskModules = `res_timing_timerfd res_sorcery_memory res_sorcery_config res_sorcery_astdb res_pjproject res_crypto res_srtp res_rtp_asterisk
	res_format_attr_opus codec_ulaw codec_alaw codec_g722 codec_resample res_statsd res_geolocation bridge_simple bridge_softmix bridge_builtin_features
	res_pjsip res_pjsip_session res_pjsip_sdp_rtp res_pjsip_registrar res_pjsip_authenticator_digest res_pjsip_outbound_authenticator_digest
	res_pjsip_endpoint_identifier_user res_pjsip_nat res_pjsip_caller_id res_pjsip_rfc3326 res_pjsip_dtmf_info res_pjsip_refer res_pjsip_pubsub
	format_wav app_voicemail res_pjsip_mwi_body_generator res_pjsip_mwi chan_pjsip pbx_config app_echo app_dial app_read app_senddtmf app_verbose res_clioriginate`

// exchangeModules are what the user agent's rows need beside.
const exchangeModules = `res_pjsip_logger res_pjsip_header_funcs res_pjsip_outbound_publish res_pjsip_exten_state res_pjsip_dialog_info_body_generator res_pjsip_messaging res_pjsip_notify
	res_pjsip_diversion res_pjsip_path res_pjsip_dlg_options res_pjsip_t38 res_musiconhold res_parking bridge_holding bridge_native_rtp app_stack
	app_directed_pickup app_playback func_callerid pbx_spool`

// endpoint is somebody who may register.
type endpoint struct {
	Name, Codec         string
	Settings, Auth, AOR []string
	Solicited           bool // its waiting messages are told to who asks alone
}

// asterisk is an exchange from another Debian release: .ci/peers fetches it.
type asterisk struct {
	*process
	t    *testing.T
	tree string

	Dir, Modules, Data string
	Load               []string
	Cert, Key, CA      string
	TLS                int
	UDP, Mutual        int // TCP has UDP's number; Mutual wants a client's certificate; 0: neither
	RTP, RTPEnd        int
	Endpoints          []endpoint
	Pair               tls.Certificate // a client's
}

// peersDir is where .ci/peers puts what is not of this machine's release.
func peersDir(t *testing.T, name string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	must(t, err)
	dir := filepath.Join(cache, "offhook-peers", name)
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("%s is not there: make interop-peers fetches it by .ci/peers", dir)
	}
	return dir
}

func newAsterisk(t *testing.T, endpoints []endpoint, options ...func(*asterisk)) *asterisk {
	t.Helper()
	dir, err := os.MkdirTemp("", "offhook-interop-") // the name of its socket must be short
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	a := &asterisk{t: t, tree: peersDir(t, "sid"), Dir: dir, Load: strings.Fields(asteriskModules), Endpoints: endpoints,
		TLS: freePort(t), RTP: 33000, RTPEnd: 33999} // beyond those that freePort gives, and not the kernel's first
	for _, o := range options {
		o(a)
	}
	found, err := filepath.Glob(filepath.Join(a.tree, "usr/lib/*/asterisk/modules"))
	must(t, err)
	if len(found) == 0 {
		t.Fatalf("%s has no modules of Asterisk", a.tree)
	}
	a.Modules, a.Data = found[0], filepath.Join(a.tree, "usr/share/asterisk")
	authority, err := ca.Open(filepath.Join(dir, "ca"))
	must(t, err)
	pair, err := authority.Server("127.0.0.1", domain)
	must(t, err)
	a.Cert, a.Key = writePair(t, dir, pair)
	a.Pair, err = authority.Client("offhook")
	must(t, err)
	a.CA = authority.File()
	for _, sub := range []string{"lib", "spool", "spool/outgoing", "log"} {
		must(t, os.Mkdir(filepath.Join(dir, sub), 0o700))
	}
	for _, e := range endpoints {
		leave(t, dir, e.Name, "INBOX", 3)
		leave(t, dir, e.Name, "Old", 2)
	}
	all := template.Must(template.ParseFS(asteriskFiles, "testdata/asterisk/*.conf"))
	for _, tmpl := range all.Templates() {
		var text strings.Builder
		must(t, tmpl.Execute(&text, a))
		must(t, os.WriteFile(filepath.Join(dir, tmpl.Name()), []byte(text.String()), 0o600))
	}
	a.start()
	peer(version("asterisk", `Asterisk [0-9.]+`, filepath.Join(a.tree, "start"), "asterisk", "-V"))
	return a
}

// start starts the program, again after kill.
func (a *asterisk) start() {
	a.t.Helper()
	a.process = start(a.t, a.Dir, filepath.Join(a.tree, "start"), a.arguments("-f", "-n")...) // first comes with its highpriority
	ctx, cancel := context.WithTimeout(a.t.Context(), rowTime)
	defer cancel()
	_, err := a.await(ctx, 0, `Asterisk Ready`)
	must(a.t, err)
	conn, err := connect(ctx, a.process, "127.0.0.1", a.TLS)
	must(a.t, err)
	must(a.t, conn.Close())
}

func (a *asterisk) arguments(more ...string) []string {
	return append([]string{"asterisk", "-C", filepath.Join(a.Dir, "asterisk.conf")}, more...)
}

// does has it do a command of its console.
func (a *asterisk) does(t *testing.T, ctx context.Context, command string) string {
	t.Helper()
	out, err := exec.CommandContext(ctx, filepath.Join(a.tree, "start"), a.arguments("-rx", command)...).CombinedOutput()
	if err != nil {
		t.Fatalf("asterisk -rx %q: %v\n%s", command, err, out)
	}
	return string(out)
}

// leave puts messages into a mailbox, before it starts.
func leave(t *testing.T, dir, mailbox, folder string, many int) {
	t.Helper()
	dir = filepath.Join(dir, "spool/voicemail/default", mailbox, folder)
	must(t, os.MkdirAll(dir, 0o700))
	for i := range many {
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("msg%04d.txt", i)), []byte("[message]\n"), 0o600))
	}
}

// account is a line of an agent's configuration.
func (a *asterisk) account(user string, more ...string) string {
	return accountLine(append([]string{"user: " + user, "domain: " + domain, "transport: tls", "password: secret-" + user,
		fmt.Sprintf("registrar: '127.0.0.1:%d'", a.TLS)}, usually(more, "mwi: false")...)...)
}
