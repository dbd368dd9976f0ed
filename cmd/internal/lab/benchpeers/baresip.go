package benchpeers

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"offhook/cmd/internal/lab/ca"
)

// baresip is Debian's, as it comes: settings of its own example where nothing
// of the measurement asks for others.
type baresip struct{}

func (baresip) name() string  { return "baresip" }
func (baresip) title() string { return "baresip" }

func (baresip) missing() string {
	if _, err := exec.LookPath("baresip"); err != nil {
		return "baresip is not installed (Debian: baresip-core)"
	}
	return ""
}

const baresipConfig = `poll_method epoll
sip_listen 127.0.0.1:%d
sip_certificate %s
sip_cafile %s
net_interface 127.0.0.1
call_local_timeout 60
call_max_calls 4
audio_source %s
audio_player %s
audio_alert aubridge,bell
jitter_buffer_delay 5-10
rtcp_mux no
rtp_stats no
ctrl_tcp_listen 127.0.0.1:%d
ringback_disabled yes
statmode_default off
opus_bitrate 28000
opus_stereo no
opus_sprop_stereo no
module_path %s
module g711.so
module g722.so
module opus.so
module aubridge.so
module aufile.so
module alsa.so
module srtp.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
`

// modules is where a distribution keeps baresip's.
func (baresip) modules() string {
	found, _ := filepath.Glob("/usr/lib*/baresip/modules") // the pattern is well formed
	more, _ := filepath.Glob("/usr/lib/*/baresip/modules")
	for _, dir := range append(found, more...) {
		return dir
	}
	return "/usr/local/lib/baresip/modules"
}

func (b baresip) start(p place) (*child, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	own, err := freePort()
	if err != nil {
		return nil, err
	}
	certificate, err := selfSigned(p.dir)
	if err != nil {
		return nil, err
	}
	source, player, answers := "aufile,"+p.speech, "aubridge,ear", "manual"
	if p.card != nil {
		source, player = "alsa,bench", "alsa,bench"
	}
	if p.answers {
		answers = "auto"
	}
	account := fmt.Sprintf("<sip:%s@%s;transport=tls>;auth_pass=%s;outbound=\"sip:%s;transport=tls\";regint=600;mediaenc=srtp-mand;answermode=%s;audio_codecs=%s\n",
		p.extension.Number, p.at.Domain, p.extension.Password, p.at.SIPTLS, answers, p.codec.bare)
	texts := map[string]string{
		"config": fmt.Sprintf(baresipConfig, own, certificate, p.at.CAFile, source, player, port, b.modules()), "accounts": account, "contacts": "",
		"control": fmt.Sprint(port),
	}
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return launch(p.dir, []string{"baresip", "-f", p.dir}, p.environment()...)
}

// speech: the codec's channels are the file's.
func (baresip) speech(c codec) (rate, channels int) {
	if strings.HasSuffix(c.bare, "/2") {
		return c.rate, 2
	}
	return c.rate, 1
}

// dial speaks JSON in netstrings to its control port.
func (baresip) dial(ctx context.Context, _ *child, p place) error {
	port, err := os.ReadFile(filepath.Join(p.dir, "control"))
	if err != nil {
		return err
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", "127.0.0.1:"+string(port))
	if err != nil {
		return err
	}
	defer conn.Close() // it has what it needs
	data, err := json.Marshal(map[string]string{"command": "dial", "params": fmt.Sprintf("sip:%s@%s;transport=tls", p.number, p.at.Domain)})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(conn, "%d:%s,", len(data), data); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 256)) // its answer: the command was taken
	return err
}

// selfSigned is a file with a certificate and its key: without one of its own it
// has no TLS.
func selfSigned(dir string) (string, error) {
	authority, err := ca.Open(dir)
	if err != nil {
		return "", err
	}
	pair, err := authority.Server("127.0.0.1")
	if err != nil {
		return "", err
	}
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		return "", err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})...)
	name := filepath.Join(dir, "own.pem")
	return name, os.WriteFile(name, text, 0o600)
}

// freePort is a TCP port that nobody has now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
