//go:build interop

package interop

import (
	"context"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/media"
)

// talk is a call between offhook and baresip.
type talk struct {
	p    *telephone
	b    *baresip
	mark int   // of baresip's events, from before the call
	from int64 // position of the loudspeaker at the answer
	id   uint64
	deaf bool // baresip 1.0 keeps nothing of what it hears after a hold
}

// call has offhook call a number of baresip's.
func call(t *testing.T, ctx context.Context, p *telephone, b *baresip, number string) *talk {
	t.Helper()
	c := &talk{p: p.with(t), b: b, mark: b.happened()}
	before := p.lastCall(ctx)
	p.dial(number)
	b.accepts(t, ctx, c.mark)
	return c.answered(t, ctx, before)
}

// called has baresip call offhook.
func called(t *testing.T, ctx context.Context, p *telephone, b *baresip, number string) *talk {
	t.Helper()
	c := &talk{p: p.with(t), b: b, mark: b.happened()}
	before := p.lastCall(ctx)
	b.command(t, "dial", "sip:"+number+"@"+domain)
	p.newCall(ctx, before, "early")
	p.lift()
	return c.answered(t, ctx, before)
}

func (c *talk) answered(t *testing.T, ctx context.Context, before uint64) *talk {
	t.Helper()
	c.id = c.p.newCall(ctx, before, "confirmed").ID
	_, err := c.b.until(ctx, c.mark, "CALL_ESTABLISHED")
	must(t, err)
	c.from = c.p.ear.now()
	return c
}

// end hangs up and returns what baresip heard in all.
func (c *talk) end(t *testing.T, ctx context.Context) media.Frame {
	t.Helper()
	c.p.with(t).hangUp(ctx)
	c.b.closed(t, ctx, c.mark)
	return c.b.heard(t)
}

// keyTone is more than the tone of the last key dialled lasts: a call on loopback
// is answered before it ends, and 1's 697 Hz is next to one of the melody's.
const keyTone = 300 * time.Millisecond

// sound waits for baresip's melody to be heard, checks its level, and says one until
// baresip has it well.
func (c *talk) sound(t *testing.T, ctx context.Context, m melody) {
	t.Helper()
	from := c.p.ear.now() + int64(samples(keyTone, c.p.ear.format.SampleRate))
	_, err := c.p.ear.between(ctx, from-1, from) // keys are being made meanwhile
	must(t, err)
	before, _ := c.b.soFar(t)
	at := c.p.say(ctx, m)
	f := c.p.hear(ctx, far, from)
	told("offhook hears baresip %+.1f dB off, %.1f %% pure", f.Gain, 100*f.Like)
	if err := f.check(); err != nil {
		t.Error(err)
	}
	c.p.sung(ctx, m, at)
	for !c.deaf && !c.arrived(t, m, len(before)) && another(ctx, m.round()+farDelay) {
		told("said again: it came badly to baresip") // a busy machine spoils one or another
		before, _ = c.b.soFar(t)
		c.p.sung(ctx, m, c.p.say(ctx, m))
	}
}

// arrived tells whether baresip has heard a melody well, after so much sound. Its end
// judges that.
func (c *talk) arrived(t *testing.T, m melody, before int) bool {
	t.Helper()
	sound, rate := c.b.soFar(t)
	if before > len(sound) { // it keeps another file since
		before = 0
	}
	f, ok := m.in(sound[before:], rate)
	return ok && f.check() == nil
}

// silence listens until there was a second without baresip's melody: what was under
// way comes before that, and on a busy machine late.
func (c *talk) silence(t *testing.T, ctx context.Context) {
	t.Helper()
	rate := c.p.ear.format.SampleRate
	for from := c.p.ear.now() + int64(samples(200*time.Millisecond, rate)); ; from += int64(rate) {
		heard, err := c.p.ear.between(ctx, from, from+int64(rate))
		must(t, err)
		l := far.trace(heard, rate)
		if l <= audible-10 {
			return
		}
		if !another(ctx, time.Second) {
			t.Fatalf("baresip is heard at %.0f dB where it must be silent", l)
		}
	}
}

// has reports how a melody came to baresip.
func has(t *testing.T, heard media.Frame, m melody) {
	t.Helper()
	f, ok := m.in(heard, 8000)
	if !ok {
		t.Errorf("the melody was not heard in %.1f s at baresip", float64(len(heard))/8000)
		return
	}
	told("baresip hears offhook %+.1f dB off, %.1f %% pure", f.Gain, 100*f.Like)
	if err := f.check(); err != nil {
		t.Error(err)
	}
}

// figures are the call's own.
func (c *talk) figures(t *testing.T, ctx context.Context) localapi.Call {
	t.Helper()
	return c.p.callThat(ctx, "has figures", func(l localapi.Call) bool { return l.ID == c.id && l.Media != nil })
}
