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

// sound says a melody, waits for baresip's to be heard, and checks its level.
func (c *talk) sound(t *testing.T, ctx context.Context, m melody) {
	t.Helper()
	from := c.p.ear.now() + int64(samples(keyTone, c.p.ear.format.SampleRate))
	_, err := c.p.ear.between(ctx, from-1, from) // keys are being made meanwhile
	must(t, err)
	at := c.p.say(ctx, m)
	f := c.p.hear(ctx, far, from)
	told("offhook hears baresip %+.1f dB off, %.1f %% pure", f.Gain, 100*f.Like)
	if err := f.check(); err != nil {
		t.Error(err)
	}
	c.p.sung(ctx, m, at)
}

// silence listens for a while: baresip's melody must not be there.
func (c *talk) silence(t *testing.T, ctx context.Context) {
	t.Helper()
	from := c.p.ear.now() + int64(samples(200*time.Millisecond, c.p.ear.format.SampleRate)) // of what was under way
	heard, err := c.p.ear.between(ctx, from, from+int64(c.p.ear.format.SampleRate))
	must(t, err)
	if l := far.trace(heard, c.p.ear.format.SampleRate); l > audible-10 {
		t.Errorf("baresip is heard at %.0f dB where it must be silent", l)
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
