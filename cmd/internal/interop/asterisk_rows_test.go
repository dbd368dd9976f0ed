//go:build interop && interoppeers

package interop

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/hal"
	"offhook/media"
)

// bankSettings are an endpoint's for each of modeCases.
var bankSettings = map[string][]string{
	"RTP":            nil,
	"SDES mandatory": {"media_encryption=sdes"},
	"SDES optional":  {"media_encryption=sdes", "media_encryption_optimistic=yes"},
	"DTLS":           {"media_encryption=dtls", "dtls_auto_generate_cert=yes"},
}

func short(c codecCase, m modeCase) string {
	return strings.NewReplacer(" ", "").Replace(strings.ToLower(c.name + m.name))
}

// TestPeersAsterisk has its echo judged, of calls made by either, with each codec
// and each way to protect it.
func TestPeersAsterisk(t *testing.T) {
	var endpoints []endpoint
	for _, c := range codecCases(t) {
		for _, m := range modeCases() {
			endpoints = append(endpoints, endpoint{Name: short(c, m), Codec: c.bank, Settings: bankSettings[m.name]})
		}
	}
	a := newAsterisk(t, endpoints)
	for _, c := range codecCases(t) {
		alone := c.alone(t, ourVoice)
		for _, m := range modeCases() {
			t.Run(c.name+" over "+m.name, func(t *testing.T) {
				t.Parallel()
				us := short(c, m)
				h := newHandset(t, c.card, a.account(us, append([]string{"codecs: [" + c.ours + "]"}, m.account...)...), a.CA)
				row(t, "offhook calls the echo", func(t *testing.T, ctx context.Context) {
					h.with(t).bound(ctx, us)
					h.dial(ctx, us, "600")
					h.echo(ctx, "Asterisk", "offhook calls", c, m, alone)
				})
				row(t, "the echo calls offhook", func(t *testing.T, ctx context.Context) {
					before := h.with(t).last(ctx)
					a.does(t, ctx, "channel originate PJSIP/"+us+" application Echo")
					h.answers(ctx, before)
					h.echo(ctx, "Asterisk", "is called", c, m, alone)
				})
			})
		}
	}
}

// mostEcho is the delay of a loop that a far end's and our own play-out may have
// together when the machine is busy.
const mostEcho = 400 * time.Millisecond

// echo judges our own voice that comes back, then ends the call.
func (h *handset) echo(ctx context.Context, who, way string, c codecCase, m modeCase, alone float64) {
	h.t.Helper()
	v, err := h.judged(ctx, ourVoice, c.wide(), alone)
	delay := h.echoed(v, v.From)
	status, statusErr := h.control().Status(ctx)
	must(h.t, statusErr)
	call, _ := newestCall(status)
	h.hangUp(ctx)
	if call.Media == nil {
		h.t.Fatalf("no figures of %+v", call)
	}
	s := call.Media
	verdict := "good"
	if err != nil {
		h.t.Errorf("the echo: %v; %s", err, onTheWay(s))
		verdict = "bad"
	}
	if !strings.EqualFold(s.Encoding, c.name) || (s.Suite != "") != (m.calling != "") {
		h.t.Errorf("it is %s with %q", s.Encoding, s.Suite)
		verdict = "wrong"
	}
	if delay > mostEcho {
		h.t.Errorf("a delay of %v", delay)
	}
	told("%s", tableLine(who, c.name, m.name, way, s.Suite, fmt.Sprintf("%.2f", v.MOS), fmt.Sprintf("%.1f ms", float64(delay)/1e6), verdict))
}

// onTheWay is what became of a far end's packets, to tell a fault from a busy machine.
func onTheWay(s *media.Stats) string {
	return fmt.Sprintf("%d packets, %d late, %d lost, %d discarded, jitter %v, stretched %v, compressed %v, concealed %v, buffer %v",
		s.Received, s.Late, s.Lost, s.Discarded, s.Jitter, s.Expanded, s.Accelerated, s.Concealed, s.PlayoutDelay)
}

// tableLine is one of docs/interop.md.
func tableLine(fields ...string) string { return "| " + strings.Join(fields, " | ") + " |" }

// TestPeersAsteriskCall goes through what else there is in a call.
func TestPeersAsteriskCall(t *testing.T) {
	a := newAsterisk(t, []endpoint{
		{Name: "events", Codec: "ulaw", Settings: []string{"media_encryption=sdes", "dtmf_mode=rfc4733"}},
		{Name: "info", Codec: "ulaw", Settings: []string{"media_encryption=sdes", "dtmf_mode=info"}},
	})
	p := newTelephone(t, a.account("events", "srtp: mandatory", "codecs: [pcmu]", "mwi: true")+a.account("info", "srtp: mandatory", "codecs: [pcmu]", "dtmf: info"), a.CA)
	row(t, "messages wait at Asterisk -> told", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "events")
		_, err := p.Until(ctx, "three new messages", func(s localapi.Status) bool { return account(s, "events").New == 3 && account(s, "events").Old == 2 })
		must(t, err)
	})
	row(t, "offhook holds Asterisk's echo -> silence; resumes -> the echo", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "events")
		p.listen(ctx)
		before := p.lastCall(ctx)
		p.dial("600")
		id := p.newCall(ctx, before, "confirmed").ID
		p.loop(ctx)
		must(t, p.page.Tap(hal.KeyHold))
		p.callThat(ctx, "is held", func(l localapi.Call) bool { return l.ID == id && l.Held })
		rate := p.ear.format.SampleRate
		at := p.say(ctx, second)
		heard, err := p.ear.between(ctx, at, at+int64(samples(second.round(), rate)))
		must(t, err)
		if l := second.trace(heard, rate); l > audible-10 {
			t.Errorf("the echo is heard at %.0f dB in a call that is held", l)
		}
		p.sung(ctx, second, at)
		must(t, p.page.Tap(hal.KeyHold))
		p.callThat(ctx, "is not held", func(l localapi.Call) bool { return l.ID == id && !l.Held && l.State == "confirmed" })
		p.loop(ctx)
		p.hangUp(ctx)
	})
	for _, way := range []string{"events", "info"} {
		row(t, "keys by "+way+" -> told by Asterisk, and back -> told by offhook", func(t *testing.T, ctx context.Context) {
			p.with(t).bound(ctx, way)
			mark, before := a.mark(), p.lastCall(ctx)
			must(t, p.Control().Dial(ctx, localapi.DialRequest{Account: way, Target: "601"}))
			id := p.newCall(ctx, before, "confirmed").ID
			must(t, p.page.Tap("1", "5", "*", "7"))
			_, err := a.await(ctx, mark, `keys 15\*7$`)
			must(t, err)
			p.callThat(ctx, "heard 28#0", func(l localapi.Call) bool { return l.ID == id && l.Digits == "28#0" })
			must(t, p.Control().Hangup(ctx))
			p.quiet(ctx)
		})
	}
}
