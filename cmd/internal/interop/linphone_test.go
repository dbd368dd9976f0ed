//go:build interop && interoppeers

package interop

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"

	"offhook/media"
	"offhook/media/mediatest"
)

//go:embed testdata/linphonerc
var linphoneConfig string

// lineSettings are Linphone's for each of modeCases.
var lineSettings = map[string][2]string{
	"RTP":            {"none", "0"},
	"SDES mandatory": {"srtp", "1"},
	"SDES optional":  {"srtp", "0"},
	"DTLS":           {"dtls", "1"},
}

// lineCodec is one that Linphone has, as its configuration calls it.
type lineCodec struct {
	Mime           string
	Rate, Channels int
}

// linphone says theirVoice from a file and keeps what it hears in another.
type linphone struct {
	*process
	dir   string
	calls int

	CA, User, Domain, Encryption, Mandatory, Codec string
	Port, RTP, Proxy                               int
	Codecs                                         []lineCodec
}

func newLinphone(t *testing.T, k *kamailio, user string, c codecCase, m modeCase) *linphone {
	t.Helper()
	if _, err := exec.LookPath("linphonec"); err != nil {
		t.Fatal("linphonec is not installed (Debian: linphone-cli)")
	}
	dir := t.TempDir()
	how := lineSettings[m.name]
	l := &linphone{dir: dir, CA: k.CA, User: user, Domain: domain, Encryption: how[0], Mandatory: how[1], Codec: c.line,
		Port: freePort(t), RTP: freePort(t), Proxy: k.TLS,
		Codecs: []lineCodec{{"opus", 48000, 2}, {"speex", 16000, 1}, {"speex", 8000, 1}, {"PCMU", 8000, 1}, {"PCMA", 8000, 1}, {"G722", 8000, 1}}}
	var text strings.Builder
	must(t, template.Must(template.New("").Parse(linphoneConfig)).Execute(&text, l))
	config, mouth := filepath.Join(dir, "rc"), filepath.Join(dir, "mouth.wav")
	must(t, os.WriteFile(config, []byte(text.String()), 0o600))
	must(t, os.MkdirAll(filepath.Join(dir, ".local/share/linphone"), 0o700))
	must(t, mediatest.SaveWAV(mouth, slices.Repeat(said(theirVoice, c.card), 6), c.card))
	mark := k.mark()
	l.process = start(t, dir, "linphonec", "-c", config, "-a")
	l.first()
	l.says(t, "soundcard use files", "play "+mouth)
	ctx, cancel := context.WithTimeout(t.Context(), rowTime)
	defer cancel()
	_, err := k.registered(ctx, mark, user)
	must(t, err)
	peer("Linphone " + version("linphonec", `[0-9]+\.[0-9.]+`, "linphonec", "--version"))
	return l
}

func (l *linphone) says(t *testing.T, lines ...string) {
	t.Helper()
	for _, line := range lines {
		_, err := io.WriteString(l.in, line+"\n")
		must(t, err)
	}
}

// ear is the file for the call to come.
func (l *linphone) ear() string { return filepath.Join(l.dir, fmt.Sprintf("ear%d.wav", l.calls)) }

// listens has it keep what it hears in a file of its own for each call.
func (l *linphone) listens(t *testing.T) {
	t.Helper()
	l.calls++
	l.says(t, "record "+l.ear())
}

// soFar is what it has heard in a call that is up: the file has its header later.
func (l *linphone) soFar(t *testing.T) media.Frame {
	t.Helper()
	data, err := os.ReadFile(l.ear())
	must(t, err)
	const header = 44
	return pcmOf(data[min(len(data), header):])
}

// heard is what it heard in a call that is over.
func (l *linphone) heard(t *testing.T) (sound media.Frame, rate int) {
	t.Helper()
	sound, rate, err := wav(l.ear())
	must(t, err)
	return sound, rate
}

// lineLess is what Linphone's own wideband costs: its G.722 is judged 0.5 below
// the codec whatever protects it, and its play-out and Opus adapt in a call's first
// seconds.
const lineLess = 0.3

// lineG722 is how much louder Linphone's G.722 is, and hears us so much louder:
// its scale has one bit less than ours and baresip's, which agree.
const lineG722 = -6.0

func TestPeersLinphone(t *testing.T) {
	k := newKamailio(t)
	for _, c := range codecCases(t) {
		if c.line == "" {
			continue
		}
		ours, theirs := c.alone(t, ourVoice), c.alone(t, theirVoice)
		if c.wide() {
			ours, theirs = ours-lineLess, theirs-lineLess
		}
		for _, m := range modeCases() {
			t.Run(c.name+" over "+m.name, func(t *testing.T) {
				t.Parallel()
				us := short(c, m)
				l := newLinphone(t, k, "far"+us, c, m)
				h := newHandset(t, c.card, k.account(us, "tls", append([]string{"codecs: [" + c.ours + "]"}, m.account...)...), k.CA)
				if c.name == "G722" {
					h.louder = lineG722
				}
				row(t, "offhook calls Linphone", func(t *testing.T, ctx context.Context) {
					h.with(t).bound(ctx, us)
					l.listens(t)
					h.dial(ctx, us, "far"+us)
					l.spoken(t, ctx, h, "offhook calls", c, m, ours, theirs)
				})
				row(t, "Linphone calls offhook", func(t *testing.T, ctx context.Context) {
					before := h.with(t).last(ctx)
					l.listens(t)
					l.says(t, "call sip:"+us+"@"+domain)
					h.answers(ctx, before)
					l.spoken(t, ctx, h, "is called", c, m, ours, theirs)
				})
			})
		}
	}
}

// spoken judges both directions of a call, then ends it.
func (l *linphone) spoken(t *testing.T, ctx context.Context, h *handset, way string, c codecCase, m modeCase, ours, theirs float64) {
	t.Helper()
	machine := watched(t)
	mark := l.mark()
	here, err := h.judged(ctx, theirVoice, c.wide(), theirs)
	for { // the far end listens as long as we may
		if _, err := best(ourVoice, l.soFar(t), c.far, c.wide(), ours, -h.louder, machine.longest()); err == nil || !another(ctx, window) {
			break
		}
		h.hear(ctx, sentence)
	}
	status, statusErr := h.control().Status(ctx)
	must(t, statusErr)
	call, _ := newestCall(status)
	h.hangUp(ctx)
	_, endErr := l.await(ctx, mark, `Call .* (ended|end)`)
	must(t, endErr)
	sound, rate := l.heard(t)
	there, thereErr := best(ourVoice, sound, rate, c.wide(), ours, -h.louder, machine.longest())
	if call.Media == nil {
		t.Fatalf("no figures of %+v", call)
	}
	s := call.Media
	verdict := "good"
	for who, e := range map[string]error{"offhook": err, "Linphone": thereErr} {
		if e != nil {
			t.Errorf("what %s hears: %v; %s", who, e, onTheWay(s))
			verdict = "bad"
		}
	}
	// What is offered to it as RTP/AVP it answers in the clear, keys or not.
	secure := m.calling != "" && !(m.name == "SDES optional" && !call.Incoming)
	if !strings.EqualFold(s.Encoding, c.name) || (s.Suite != "") != secure {
		t.Errorf("it is %s with %q", s.Encoding, s.Suite)
		verdict = "wrong"
	}
	told("%s", tableLine("Linphone", c.name, m.name, way, s.Suite, fmt.Sprintf("%.2f / %.2f", here.MOS, there.MOS), "", verdict))
}
