//go:build interop

package interop

import (
	"context"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/hal"
	"offhook/media"
)

// The crypto suites: offhook's offer begins with the first, baresip's with the
// second, and each takes the other's.
const (
	gcm = "AEAD_AES_128_GCM"
	cm  = "AES_CM_128_HMAC_SHA1_80"
)

func TestCalls(t *testing.T) {
	k := newKamailio(t)
	b := newBaresip(t, k, "2001", "tls", ";mediaenc=srtp-mand")
	p := newTelephone(t, k.account("1001", "tls"), k.CA)
	row(t, "offhook calls baresip -> SRTP, sound both ways", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		p.listen(ctx)
		c := call(t, ctx, p, b, "2001")
		c.sound(t, ctx, first)
		checkFigures(t, c.figures(t, ctx), gcm)
		has(t, c.end(t, ctx), first)
	})
	longCall(t, p, b)
	unanswered(t, p, b)
}

func checkFigures(t *testing.T, l localapi.Call, suite string) {
	t.Helper()
	m := l.Media
	told("%s %s, %d packets sent, %d received, %d lost, %d discarded, jitter %s, buffer %s", m.Encoding, m.Suite, m.Sent, m.Received, m.Lost, m.Discarded, m.Jitter, m.PlayoutDelay)
	if m.Suite != suite || m.Lost > 0 || m.Sent == 0 || m.Received == 0 {
		t.Errorf("figures: %+v", *m)
	}
}

// longCall goes through a call's life, row by row.
func longCall(t *testing.T, p *telephone, b *baresip) {
	var c *talk
	row(t, "baresip calls offhook -> SRTP, sound both ways", func(t *testing.T, ctx context.Context) {
		c = called(t, ctx, p, b, "1001")
		c.sound(t, ctx, first)
		checkFigures(t, c.figures(t, ctx), cm)
	})
	if c == nil {
		return
	}
	row(t, "keys pressed at offhook -> baresip is told", func(t *testing.T, ctx context.Context) {
		mark := b.happened()
		must(t, p.with(t).page.Tap("1", "5", "*", "#"))
		for _, want := range []string{"1", "5", "*", "#"} {
			e, err := b.until(ctx, mark, "CALL_DTMF_START")
			must(t, err)
			if e.Param != want {
				t.Errorf("baresip heard %q, want %q", e.Param, want)
			}
			mark = b.after(mark, "CALL_DTMF_START")
		}
	})
	row(t, "keys pressed at baresip -> offhook tells", func(t *testing.T, ctx context.Context) {
		for _, want := range []string{"2", "28", "280"} {
			b.press(t, want[len(want)-1:]+release)
			p.with(t).callThat(ctx, "heard "+want, func(l localapi.Call) bool { return l.Digits == want })
			told("offhook heard %s", want)
		}
	})
	row(t, "offhook holds -> silence; resumes -> sound", func(t *testing.T, ctx context.Context) {
		c.deaf = true
		must(t, p.with(t).page.Tap(hal.KeyHold))
		p.callThat(ctx, "is held", func(l localapi.Call) bool { return l.ID == c.id && l.Held })
		p.say(ctx, second) // into a call that is held
		c.silence(t, ctx)
		must(t, p.page.Tap(hal.KeyHold))
		p.callThat(ctx, "is not held", func(l localapi.Call) bool { return l.ID == c.id && !l.Held && l.State == "confirmed" })
		c.sound(t, ctx, first)
	})
	row(t, "baresip holds -> silence; resumes -> sound", func(t *testing.T, ctx context.Context) {
		b.press(t, "x")
		p.with(t).callThat(ctx, "is held", func(l localapi.Call) bool { return l.ID == c.id && l.Held })
		c.silence(t, ctx)
		b.press(t, "X")
		p.callThat(ctx, "is not held", func(l localapi.Call) bool { return l.ID == c.id && !l.Held })
		c.sound(t, ctx, first)
	})
	row(t, "long enough -> reports both ways", func(t *testing.T, ctx context.Context) {
		l := p.with(t).callThat(ctx, "has reports", func(l localapi.Call) bool {
			return l.ID == c.id && l.Media != nil && l.Media.RemoteReports > 0 && l.Media.RoundTrip > 0
		})
		_, err := b.until(ctx, c.mark, "CALL_RTCP")
		must(t, err)
		told("round trip by RTCP %s, baresip reports a jitter of %s and %.1f %% lost", l.Media.RoundTrip, l.Media.RemoteJitter, 100*l.Media.RemoteLost)
	})
	row(t, "baresip hangs up -> remote-bye; it heard what it should", func(t *testing.T, ctx context.Context) {
		b.command(t, "hangup", "")
		l := p.with(t).callIs(ctx, "terminated")
		if l.Cause != "remote-bye" {
			t.Errorf("cause %q", l.Cause)
		}
		b.closed(t, ctx, c.mark)
		p.hangUp(ctx)
		heard := b.heard(t)
		has(t, heard, first)
		if l := loudestOf(second, heard); l > audible-10 {
			t.Errorf("what was said into the held call was heard at %.0f dB", l)
		}
	})
}

// loudestOf is how loud the tones of a melody are that no other has.
func loudestOf(m melody, heard media.Frame) float64 {
	if f, ok := m.in(heard, 8000); ok {
		return f.Gain + toneLevel
	}
	return -127
}

// unanswered are the calls that never come to be.
func unanswered(t *testing.T, p *telephone, b *baresip) {
	row(t, "offhook calls and hangs up -> CANCEL", func(t *testing.T, ctx context.Context) {
		mark := b.happened()
		p.with(t).dial("2001")
		_, err := b.until(ctx, mark, "CALL_INCOMING")
		must(t, err)
		p.callIs(ctx, "early")
		p.hangUp(ctx)
		b.closed(t, ctx, mark)
		if l := p.callIs(ctx, "terminated"); l.Cause != "cancelled" && l.Cause != "local-bye" {
			t.Errorf("cause %q", l.Cause)
		}
	})
	row(t, "baresip calls and hangs up -> a missed call", func(t *testing.T, ctx context.Context) {
		before := p.with(t).lastCall(ctx)
		mark := b.happened()
		b.command(t, "dial", "sip:1001@"+domain)
		p.newCall(ctx, before, "early")
		_, err := b.until(ctx, mark, "CALL_RINGING")
		must(t, err)
		b.command(t, "hangup", "")
		if l := p.newCall(ctx, before, "terminated"); l.Cause != "cancelled" {
			t.Errorf("cause %q", l.Cause)
		}
	})
	row(t, "baresip rejects -> rejected, and why", func(t *testing.T, ctx context.Context) {
		mark := b.happened()
		before := p.with(t).lastCall(ctx)
		p.dial("2001")
		_, err := b.until(ctx, mark, "CALL_INCOMING")
		must(t, err)
		b.command(t, "hangup", "")
		l := p.newCall(ctx, before, "terminated")
		told("rejected: %s", l.Reason)
		if l.Cause != "rejected" || l.Reason == "" {
			t.Errorf("%+v", l)
		}
		p.hangUp(ctx)
	})
	row(t, "offhook rejects -> baresip hears busy", func(t *testing.T, ctx context.Context) {
		before := p.with(t).lastCall(ctx)
		mark := b.happened()
		b.command(t, "dial", "sip:1001@"+domain)
		p.newCall(ctx, before, "early")
		must(t, p.page.Tap(hal.KeySoft2))
		if e := b.closed(t, ctx, mark); !strings.Contains(e.Param, "486") {
			t.Errorf("baresip was told %q", e.Param)
		}
		p.quiet(ctx)
	})
}

func TestRoundTrip(t *testing.T) {
	k := newKamailio(t)
	b := newBaresip(t, k, "2002", "tls", ";mediaenc=srtp-mand", func(b *baresip) { b.Source, b.Player = "aubridge,echo", "aubridge,echo" })
	p := newTelephone(t, k.account("1001", "tls"), k.CA)
	row(t, "baresip plays back what it hears -> the delay of the whole loop", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		p.listen(ctx)
		c := call(t, ctx, p, b, "2002")
		p.loop(ctx)
		c.end(t, ctx)
	})
}

func TestKeysByInfo(t *testing.T) {
	k := newKamailio(t)
	b := newBaresip(t, k, "2003", "tls", ";mediaenc=srtp-mand")
	p := newTelephone(t, k.account("1001", "tls", "dtmf: info"), k.CA)
	row(t, "keys pressed at offhook, by INFO -> baresip is told", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		p.listen(ctx)
		c := call(t, ctx, p, b, "2003")
		mark := b.happened()
		must(t, p.page.Tap("1", "*", "7"))
		for _, want := range []string{"1", "*", "7"} {
			e, err := b.until(ctx, mark, "CALL_DTMF_START")
			must(t, err)
			if e.Param != want {
				t.Errorf("baresip was told %q, want %q", e.Param, want)
			}
			mark = b.after(mark, "CALL_DTMF_START")
		}
		p.hangUp(ctx)
		b.closed(t, ctx, c.mark)
	})
}
