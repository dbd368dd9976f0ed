//go:build interop && interoppeers

package interop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"testing"

	"offhook/cmd/internal/localapi"
)

// pjSettings are pjsua's for each of modeCases.
var pjSettings = map[string][]string{
	"RTP":            {"--use-srtp=0"},
	"SDES mandatory": {"--use-srtp=2"},
	"SDES optional":  {"--use-srtp=1"},
	"DTLS":           {"--use-srtp=2", "--srtp-keying=1"},
}

// pjsua plays back what it hears, through its bridge: sound is decoded and coded
// again there. .ci/peers makes it.
type pjsua struct{ *process }

func newPjsua(t *testing.T, k *kamailio, user string, rate int, more ...string) *pjsua {
	t.Helper()
	program, err := exec.LookPath("pjsua")
	if err != nil {
		program = filepath.Join(peersDir(t, "pjsua"), "pjsua")
	}
	port := freePort(t)
	proxy := fmt.Sprintf("sip:%s;transport=tls", at("127.0.0.1", k.TLS))
	mark := k.mark()
	p := &pjsua{start(t, t.TempDir(), program, append([]string{
		"--use-tls", "--tls-ca-file", k.CA, "--no-udp", "--no-tcp", fmt.Sprintf("--local-port=%d", port), "--ip-addr=127.0.0.1", "--bound-addr=127.0.0.1",
		fmt.Sprintf("--rtp-port=%d", freePort(t)), "--id", fmt.Sprintf("sip:%s@%s", user, domain), "--registrar", "sip:" + domain + ";transport=tls", "--proxy", proxy + ";lr",
		"--realm=*", "--username=" + user, "--password=secret-" + user, "--srtp-secure=1", "--no-vad", "--ec-tail=0", "--null-audio",
		fmt.Sprintf("--clock-rate=%d", rate), "--no-color", "--app-log-level=4", "--max-calls=4", "--auto-loop", "--auto-answer=200"}, more...)...)}
	p.first()
	ctx, cancel := context.WithTimeout(t.Context(), rowTime)
	defer cancel()
	_, err = k.registered(ctx, mark, user) // what it says itself stays in its buffer
	must(t, err)
	found, err := p.await(ctx, 0, `pjsua version ([0-9.]+)`)
	must(t, err)
	peer("pjsua " + found[1])
	return p
}

// says types lines at its menu.
func (p *pjsua) says(t *testing.T, lines ...string) {
	t.Helper()
	for _, l := range lines {
		_, err := io.WriteString(p.in, l+"\n")
		must(t, err)
	}
}

// theirOpus is how much less than ours pjsua's Opus leaves: it sends 16 kHz sound
// at a lower rate.
const theirOpus = 0.25

func TestPeersPjsua(t *testing.T) {
	k := newKamailio(t)
	for _, c := range codecCases(t) {
		if c.pj == "" {
			continue
		}
		alone := c.after(t, ourVoice, 2)
		if c.name == "opus" {
			alone -= theirOpus
		}
		told("%s twice: MOS %.2f", c.name, alone)
		for _, m := range modeCases() {
			t.Run(c.name+" over "+m.name, func(t *testing.T) {
				t.Parallel()
				us := short(c, m)
				p := newPjsua(t, k, "far"+us, c.card, // it is built without resampling
					append(pjSettings[m.name], "--dis-codec=*", "--add-codec="+c.pj)...)
				h := newHandset(t, c.card, k.account(us, "tls", append([]string{"codecs: [" + c.ours + "]"}, m.account...)...), k.CA)
				row(t, "offhook calls pjsua", func(t *testing.T, ctx context.Context) {
					h.with(t).bound(ctx, us)
					h.dial(ctx, us, "far"+us)
					h.echo(ctx, "pjsua", "offhook calls", c, m, alone)
				})
				row(t, "pjsua calls offhook", func(t *testing.T, ctx context.Context) {
					before := h.with(t).last(ctx)
					p.says(t, "m", "sip:"+us+"@"+domain+";transport=tls")
					h.answers(ctx, before)
					h.echo(ctx, "pjsua", "is called", c, m, alone)
				})
			})
		}
	}
}

// TestPeersPjsuaCall has pjsua change a call's codec, and keys told by INFO.
func TestPeersPjsuaCall(t *testing.T) {
	k := newKamailio(t)
	p := newPjsua(t, k, "2001", 8000, "--use-srtp=2", "--dis-codec=*", "--add-codec=PCMU/8000/1", "--add-codec=PCMA/8000/1")
	h := newHandset(t, 8000, k.account("1001", "tls", "srtp: mandatory", "codecs: [pcmu, pcma]", "dtmf: info"), k.CA)
	cases := codecCases(t)
	row(t, "pjsua offers another codec in the call -> sound in that", func(t *testing.T, ctx context.Context) {
		h.with(t).bound(ctx, "1001")
		h.dial(ctx, "1001", "2001")
		h.changes(ctx, "PCMU", cases[1].after(t, ourVoice, 2))
		p.says(t, "Cp", "PCMU/8000 0", "v")
		h.changes(ctx, "PCMA", cases[0].after(t, ourVoice, 2))
	})
	row(t, "keys pressed at pjsua, by RFC 4733, then by INFO -> offhook tells", func(t *testing.T, ctx context.Context) {
		h.with(t)
		p.says(t, "#", "28")
		h.newest(ctx, "heard 28", func(l localapi.Call) bool { return l.Digits == "28" })
		p.says(t, "*", "0")
		h.newest(ctx, "heard 280", func(l localapi.Call) bool { return l.Digits == "280" })
		h.hangUp(ctx)
	})
}

// changes waits for the encoding, of G.711, and judges the echo.
func (h *handset) changes(ctx context.Context, encoding string, alone float64) {
	h.t.Helper()
	h.newest(ctx, "has "+encoding, func(l localapi.Call) bool { return l.Media != nil && l.Media.Encoding == encoding })
	v, err := h.judged(ctx, ourVoice, false, alone)
	if err != nil {
		h.t.Error(errors.Join(fmt.Errorf("with %s", encoding), err))
	}
	told("%s: %v", encoding, v)
}
