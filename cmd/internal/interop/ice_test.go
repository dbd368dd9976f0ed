//go:build interop

package interop

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"offhook/media/ice"
	"offhook/media/mediatest"
	"offhook/media/sdp"
	"offhook/media/session"
)

// bare is a baresip that does ICE, in a network of its own: it gathers nothing on
// loopback.
const bare = `sip_listen 10.2.0.2:5060
audio_source aufile,%[1]s/mouth.wav
audio_player aubridge,ear
audio_alert aubridge,bell
ausrc_srate 8000
auplay_srate 8000
rtcp_mux yes
snd_path %[1]s
module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module aufile.so
module sndfile.so
module ice.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
`

// caller speaks so much SIP as brings descriptions to and fro.
type caller struct {
	t    *testing.T
	conn *net.UDPConn
	far  netip.AddrPort
}

// TestICE has baresip and us find each other: with either of us offering, and with
// what is not full.
func TestICE(t *testing.T) {
	for _, c := range []struct {
		name  string
		mode  ice.Mode
		calls bool // baresip does
	}{
		{"offhook offers, full -> the pair of both hosts", ice.Full, false},
		{"offhook offers, lite -> the pair of both hosts", ice.Lite, false},
		{"baresip offers, full -> the pair of both hosts", ice.Full, true},
		{"baresip offers, lite -> the pair of both hosts", ice.Lite, true},
	} {
		row(t, c.name, func(t *testing.T, ctx context.Context) {
			n := newInternet(t, map[string]string{"A": "masquerade", "B": "masquerade"})
			s := &caller{t: t, far: netip.MustParseAddrPort("10.2.0.2:5060")}
			n.inside("RB", func() (err error) {
				s.conn, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("10.2.0.1:5060")))
				return err
			})
			defer func() { _ = s.conn.Close() }()
			us := n.end("RB", "10.2.0.1", session.ICE{Mode: c.mode}, func(c *session.Config) { c.SRTP = sdp.Off })
			n.baresip(c.calls)
			if c.calls {
				s.called(us)
			} else {
				s.calls(us)
			}
			n.until(ctx, "sound", func() bool { _, heard := us.now(); return heard > 50 })
			n.until(ctx, "baresip's pair", func() bool {
				spec, _ := us.now()
				return spec.ICE && spec.Channel == 0 && spec.Remote.Addr() == s.far.Addr()
			})
			_, before := us.now()
			n.until(ctx, "more sound", func() bool { _, heard := us.now(); return heard > before+100 })
		})
	}
}

// baresip starts one, which answers or calls.
func (n *internet) baresip(calls bool) {
	n.t.Helper()
	dir := n.t.TempDir()
	must(n.t, mediatest.SaveWAV(filepath.Join(dir, "mouth.wav"), far.repeated(8000, 40), 8000))
	must(n.t, os.WriteFile(filepath.Join(dir, "config"), fmt.Appendf(nil, bare, dir), 0o600))
	must(n.t, os.WriteFile(filepath.Join(dir, "accounts"), []byte("<sip:far@10.2.0.2>;regint=0;answermode=auto;medianat=ice;audio_codecs=PCMU/8000\n"), 0o600))
	must(n.t, os.WriteFile(filepath.Join(dir, "contacts"), nil, 0o600))
	args := []string{"netns", "exec", n.word("PB"), "baresip", "-f", dir}
	if calls {
		args = append(args, "-e", "/dial sip:us@10.2.0.1")
	}
	cmd := exec.Command("ip", args...)
	cmd.Dir = dir
	must(n.t, cmd.Start())
	n.t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
}

// ask sends until something comes that fits.
func (s *caller) ask(text, fits string) string {
	s.t.Helper()
	var b [8192]byte
	for range 40 {
		if text != "" {
			_, err := s.conn.WriteToUDPAddrPort([]byte(text), s.far)
			must(s.t, err)
		}
		_ = s.conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
		for {
			size, _, err := s.conn.ReadFromUDPAddrPort(b[:])
			if err != nil {
				break
			}
			if got := string(b[:size]); strings.HasPrefix(got, fits) {
				return got
			}
		}
	}
	s.t.Fatalf("waited for %s", fits)
	return ""
}

func body(message string) []byte {
	_, text, _ := strings.Cut(message, "\r\n\r\n")
	return []byte(text)
}

func header(message, name string) string {
	return string(regexp.MustCompile(`(?mi)^` + name + `:.*\r\n`).Find([]byte(message)))
}

// calls has baresip answer.
func (s *caller) calls(us *end) {
	s.t.Helper()
	offer, err := us.Offer(false)
	must(s.t, err)
	head := func(method string, to string) string {
		return method + " sip:far@10.2.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.2.0.1:5060;branch=z9hG4bK" + method + "\r\nMax-Forwards: 70\r\nFrom: <sip:us@10.2.0.1>;tag=us\r\n" +
			to + "Call-ID: ice\r\nCSeq: 1 " + method + "\r\nContact: <sip:us@10.2.0.1:5060>\r\n"
	}
	invite := head("INVITE", "To: <sip:far@10.2.0.2>\r\n") + fmt.Sprintf("Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", len(offer), offer)
	answer := s.ask(invite, "SIP/2.0 200")
	must(s.t, us.Accept(body(answer)))
	_, err = s.conn.WriteToUDPAddrPort([]byte(head("ACK", header(answer, "To"))+"Content-Length: 0\r\n\r\n"), s.far)
	must(s.t, err)
}

// called answers baresip.
func (s *caller) called(us *end) {
	s.t.Helper()
	invite := s.ask("", "INVITE ")
	answer, err := us.Answer(body(invite))
	must(s.t, err)
	to := strings.TrimSpace(header(invite, "To")) + ";tag=us\r\n"
	ok := "SIP/2.0 200 OK\r\n" + header(invite, "Via") + header(invite, "From") + to + header(invite, "Call-ID") + header(invite, "CSeq") +
		fmt.Sprintf("Contact: <sip:us@10.2.0.1:5060>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)
	s.ask(ok, "ACK ")
}
