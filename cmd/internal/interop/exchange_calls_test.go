//go:build interop && interoppeers

package interop

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/hal"
)

// TestPeersAsteriskAgentCalls is about calls by the exchange, with its own sound
// and with other telephones.
func TestPeersAsteriskAgentCalls(t *testing.T) {
	trust := []string{"send_pai=yes", "trust_id_inbound=yes", "trust_id_outbound=yes"}
	direct := []string{"direct_media=yes", "rtp_symmetric=no"}
	a := newExchange(t,
		endpoint{Name: "101", Codec: "ulaw", Settings: trust}, endpoint{Name: "102", Codec: "ulaw", Settings: trust}, endpoint{Name: "103", Codec: "ulaw"},
		endpoint{Name: "109", Codec: "ulaw"}, endpoint{Name: "110", Codec: "ulaw"}, endpoint{Name: "111", Codec: "ulaw"},
		endpoint{Name: "105", Codec: "ulaw,h264"},
		endpoint{Name: "106", Codec: "ulaw", Settings: []string{"100rel=required"}},
		endpoint{Name: "107", Codec: "ulaw", Settings: direct}, endpoint{Name: "108", Codec: "ulaw", Settings: direct})
	one := newTelephone(t, a.line("101", "tcp")+a.line("105", "tcp")+a.line("106", "tcp")+a.line("107", "tcp"), a.CA)
	two := newTelephone(t, a.line("102", "udp")+a.line("109", "udp", "reject-anonymous: true")+a.line("110", "udp", "anonymous: true")+a.line("108", "udp"), a.CA)
	three := newTelephone(t, a.line("103", "tls"), a.CA)
	for p, user := range map[*telephone]string{one: "107", two: "108", three: "103"} {
		ctx, cancel := context.WithTimeout(t.Context(), rowTime)
		p.bound(ctx, user)
		p.listen(ctx)
		cancel()
	}
	dial := func(t *testing.T, ctx context.Context, p *telephone, user, target string) (before uint64) {
		t.Helper()
		before = p.with(t).lastCall(ctx)
		t.Cleanup(func() { hangUpAll(one, two, three) })
		p.bound(ctx, user)
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Account: user, Target: target}))
		return before
	}
	// joined has one telephone call another by the exchange.
	joined := func(t *testing.T, ctx context.Context, from *telephone, user string, to *telephone, number string) (id, far uint64) {
		t.Helper()
		rings := to.with(t).lastCall(ctx)
		before := dial(t, ctx, from, user, number)
		to.newCall(ctx, rings, "early")
		must(t, to.Control().Answer(ctx))
		return from.newCall(ctx, before, "confirmed").ID, to.newCall(ctx, rings, "confirmed").ID
	}
	row(t, "183 and a melody before the answer -> heard, then the echo", func(t *testing.T, ctx context.Context) {
		before := dial(t, ctx, one, "101", "610")
		one.newCall(ctx, before, "early")
		f := one.hear(ctx, far, one.ear.now())
		if l := one.newCall(ctx, before, "early"); !l.Answered.IsZero() {
			t.Error("it was answered before")
		}
		must(t, f.check())
	})
	row(t, "100rel required -> PRACK for its 183", func(t *testing.T, ctx context.Context) {
		mark := a.mark()
		before := dial(t, ctx, one, "106", "610")
		one.newCall(ctx, before, "early")
		response := a.message(t, ctx, mark, `Transmitting SIP response`, `SIP/2.0 183`, `Require:.*100rel`, `RSeq: \d+`)
		a.message(t, ctx, mark, `Received SIP request`, `PRACK sip:`, `RAck: `+field(response, "RSeq")+` \d+ INVITE`)
		a.message(t, ctx, mark, `Transmitting SIP response`, `SIP/2.0 200`, `CSeq: \d+ PRACK`)
	})
	row(t, "100rel required of us -> our 180 is reliable, and acknowledged", func(t *testing.T, ctx context.Context) {
		mark, before := a.mark(), one.with(t).lastCall(ctx)
		t.Cleanup(func() { hangUpAll(one) })
		one.bound(ctx, "106")
		a.does(t, ctx, "channel originate PJSIP/106 application Echo")
		one.newCall(ctx, before, "early")
		response := a.message(t, ctx, mark, `Received SIP response`, `SIP/2.0 180`, `Require:.*100rel`, `RSeq: \d+`)
		a.message(t, ctx, mark, `Transmitting SIP request`, `PRACK sip:`, `RAck: `+field(response, "RSeq")+` \d+ INVITE`)
		must(t, one.Control().Answer(ctx))
		one.newCall(ctx, before, "confirmed")
	})
	row(t, "held by another -> Asterisk's waiting music is heard; taken up -> each other", func(t *testing.T, ctx context.Context) {
		_, held := joined(t, ctx, one, "101", two, "102")
		must(t, one.page.Tap(hal.KeyHold))
		music(t, two.heardOnce(ctx, far))
		must(t, one.page.Tap(hal.KeyHold))
		one.callThat(ctx, "is not held", func(l localapi.Call) bool { return !l.Held && l.State == "confirmed" })
		at := two.ear.now() + int64(samples(settle, two.ear.format.SampleRate))
		_, err := two.ear.between(ctx, at-1, at)
		must(t, err)
		one.say(ctx, second)
		must(t, two.hear(ctx, second, at).check())
		if l := two.callIs(ctx, "confirmed"); l.ID != held {
			t.Errorf("call %d", l.ID)
		}
	})
	row(t, "the exchange tells of another name by UPDATE -> shown", func(t *testing.T, ctx context.Context) {
		mark := a.mark()
		before := dial(t, ctx, one, "101", "620")
		one.newCall(ctx, before, "confirmed")
		one.callThat(ctx, "is with Eva", func(l localapi.Call) bool {
			return l.ID > before && l.Name == "Eva" && strings.Contains(l.Remote, "4711")
		})
		a.message(t, ctx, mark, `Transmitting SIP request`, `UPDATE sip:`, `P-Asserted-Identity: "Eva" <sip:4711@`)
	})
	row(t, "a caller whom the exchange asserts -> shown by that name", func(t *testing.T, ctx context.Context) {
		before := one.with(t).lastCall(ctx)
		dial(t, ctx, two, "102", "641")
		if l := one.newCall(ctx, before, "early"); l.Name != "Front door" || !strings.Contains(l.Remote, "4712") {
			t.Errorf("%+v", l)
		}
	})
	row(t, "a caller who withholds who he is -> shown as that", func(t *testing.T, ctx context.Context) {
		before := three.with(t).lastCall(ctx)
		dial(t, ctx, two, "102", "640")
		l := three.newCall(ctx, before, "early")
		told("shown as %q %q", l.Name, l.Remote)
		if strings.Contains(l.Name+l.Remote, "102") {
			t.Errorf("%+v", l)
		}
	})
	row(t, "withheld, where that is not taken -> 433", func(t *testing.T, ctx context.Context) {
		mark := a.mark()
		two.with(t).bound(ctx, "109")
		dial(t, ctx, one, "101", "642")
		a.message(t, ctx, mark, `Received SIP response`, `SIP/2.0 433`)
	})
	row(t, "we withhold who we are -> the exchange is told, and to keep it", func(t *testing.T, ctx context.Context) {
		mark := a.mark()
		dial(t, ctx, two, "110", "630")
		invite := a.message(t, ctx, mark, `Received SIP request`, `INVITE sip:630@`, `Privacy: .*id`, `P-Preferred-Identity: .*sip:110@`)
		if from := field(invite, "From"); !strings.Contains(from, "anonymous.invalid") {
			t.Errorf("From: %s", from)
		}
	})
	row(t, "another telephone forwards -> 302 with Diversion, followed by the exchange", func(t *testing.T, ctx context.Context) {
		t.Cleanup(func() { _ = two.Control().Forward(context.Background(), localapi.ForwardRequest{}) })
		must(t, two.with(t).Control().Forward(ctx, localapi.ForwardRequest{Target: "103"}))
		mark, before := a.mark(), three.with(t).lastCall(ctx)
		from := dial(t, ctx, one, "101", "102")
		three.newCall(ctx, before, "early")
		must(t, three.Control().Answer(ctx))
		one.newCall(ctx, from, "confirmed")
		a.message(t, ctx, mark, `Received SIP response`, `SIP/2.0 302`, `Contact: .*103`, `Diversion: .*102.*reason=unconditional`)
		a.message(t, ctx, mark, `Transmitting SIP request`, `INVITE sip:`, `Diversion: .*102.*reason=unconditional`)
	})
	row(t, "do not disturb -> 486", func(t *testing.T, ctx context.Context) {
		t.Cleanup(func() { _ = two.Control().DoNotDisturb(context.Background(), localapi.Switch{}) })
		must(t, two.with(t).Control().DoNotDisturb(ctx, localapi.Switch{On: true}))
		mark := a.mark()
		before := dial(t, ctx, one, "101", "102")
		if l := one.newCall(ctx, before, "terminated"); l.Cause != "rejected" {
			t.Errorf("%+v", l)
		}
		a.message(t, ctx, mark, `Received SIP response`, `SIP/2.0 486`)
	})
	row(t, "MESSAGE to another telephone by MessageSend -> delivered; to nobody -> told", func(t *testing.T, ctx context.Context) {
		mark := a.mark()
		must(t, one.with(t).Control().Message(ctx, localapi.MessageRequest{Target: "102", Text: "Grüße"}))
		sent := a.message(t, ctx, mark, `Transmitting SIP request`, `MESSAGE sip:`, `Grüße`)
		a.message(t, ctx, mark, `Received SIP response`, `SIP/2.0 200`, `Call-ID: `+field(sent, "Call-ID"))
		if err := one.Control().Message(ctx, localapi.MessageRequest{Target: "9", Text: "x"}); err == nil {
			t.Error("a message to nobody was delivered")
		}
	})
	row(t, "video offered -> refused by port 0, the sound stays", func(t *testing.T, ctx context.Context) {
		mark, before := a.mark(), one.with(t).lastCall(ctx)
		t.Cleanup(func() { hangUpAll(one) })
		one.bound(ctx, "105")
		must(t, os.WriteFile(filepath.Join(a.Dir, "spool/outgoing/video.call"), []byte("Channel: PJSIP/105\nApplication: Echo\nCodecs: ulaw,h264\n"), 0o600))
		one.newCall(ctx, before, "early")
		must(t, one.Control().Answer(ctx))
		one.newCall(ctx, before, "confirmed")
		a.message(t, ctx, mark, `Transmitting SIP request`, `INVITE sip:`, `m=audio`, `m=video [1-9]`)
		a.message(t, ctx, mark, `Received SIP response`, `SIP/2.0 200`, `m=audio [1-9]`, `m=video 0 `)
		one.loop(ctx)
	})
	for target, way := range map[string]string{"650": "Alert-Info", "651": "Call-Info", "652": "Answer-Mode"} {
		row(t, "asked by "+way+" to answer by itself -> answered", func(t *testing.T, ctx context.Context) {
			four := newTelephone(t, a.line("111", "udp")+"  phone: {auto-answer: intercom}\n", a.CA)
			four.bound(ctx, "111")
			mark := a.mark()
			before := dial(t, ctx, one, "101", target)
			four.newCall(ctx, 0, "confirmed")
			one.newCall(ctx, before, "confirmed")
			a.message(t, ctx, mark, `Transmitting SIP request`, `INVITE sip:`, way+`: `)
		})
	}
	row(t, "not asked to -> rings", func(t *testing.T, ctx context.Context) {
		four := newTelephone(t, a.line("111", "udp")+"  phone: {auto-answer: intercom}\n", a.CA)
		four.bound(ctx, "111")
		dial(t, ctx, one, "101", "111")
		four.newCall(ctx, 0, "early")
	})
	row(t, "direct media -> re-INVITE by Asterisk, sound between the telephones themselves", func(t *testing.T, ctx context.Context) {
		mark := a.mark()
		joined(t, ctx, one, "107", two, "108")
		offer := a.message(t, ctx, mark, `Received SIP request`, `INVITE sip:108@`, `m=audio [1-9]`)
		answer := a.message(t, ctx, mark, `Received SIP response`, `SIP/2.0 200`, `CSeq: \d+ INVITE`, `m=audio [1-9]`)
		media := regexp.MustCompile(`m=audio \d+`)
		a.message(t, ctx, mark, `Transmitting SIP request`, `INVITE sip:`, media.FindString(offer)+` `)
		a.message(t, ctx, mark, `Transmitting SIP request`, `INVITE sip:`, media.FindString(answer)+` `)
		at := two.ear.now() + int64(samples(settle, two.ear.format.SampleRate))
		_, err := two.ear.between(ctx, at-1, at)
		must(t, err)
		heard := one.ear.now()
		one.say(ctx, first)
		must(t, two.hear(ctx, first, at).check())
		two.say(ctx, second)
		must(t, one.hear(ctx, second, heard).check())
	})
}

// heardOnce waits until a melody has come, however well.
func (p *telephone) heardOnce(ctx context.Context, m melody) found {
	p.t.Helper()
	from, long := p.ear.now(), int64(samples(2*m.round(), p.ear.format.SampleRate))
	for {
		f, err := p.hearTo(ctx, m, from, from+long)
		switch {
		case err == nil:
			return f
		case ctx.Err() != nil:
			p.t.Fatal(err)
		}
		from += long / 2
	}
}

// music reports how Asterisk's came: it reads files by a clock of its own, which
// play-out follows, so a tone of it need not be pure.
func music(t *testing.T, f found) {
	t.Helper()
	told("the music %+.1f dB off, %.1f %% pure", f.Gain, 100*f.Like)
	if f.Gain < -levelWithin || f.Gain > levelWithin {
		t.Errorf("the music came %.1f dB louder than it was sent", f.Gain)
	}
}

// hangUpAll leaves nobody with a call.
func hangUpAll(all ...*telephone) {
	ctx, cancel := context.WithTimeout(context.Background(), rowTime)
	defer cancel()
	for _, p := range all {
		_, _ = p.Until(ctx, "no call", func(s localapi.Status) bool {
			l, have := newestCall(s)
			if !have || !l.Ended.IsZero() {
				return true
			}
			_ = p.Control().Hangup(ctx) // it may have ended meanwhile
			return false
		})
	}
}
