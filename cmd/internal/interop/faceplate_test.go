//go:build browser

package interop

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"offhook/cmd/internal/lab"
	"offhook/cmd/internal/localapi"
	"offhook/hal/faceplate/remote"
)

// TestBrowser works the telephone by clicks on its page alone.
func TestBrowser(t *testing.T) {
	w := newWorkbench(t, nil)
	w.browse()
	row(t, "the page -> the telephone, provisioned and registered", func(t *testing.T, ctx context.Context) {
		w.with(t).p.bound(ctx, "1001")
		w.visit("")
		w.do(chromedp.Click("#unlock"), poll(`faceplate.sound.state === 'on'`))
	})
	row(t, "handset, 6 0 0, OK -> the echo is heard", func(t *testing.T, ctx context.Context) {
		idle := w.with(t).p.shown()
		before := w.p.lastCall(ctx)
		w.do(chromedp.Click("#hook"), poll(`document.querySelector('#hook').ariaPressed === 'true'`))
		dialling := w.changes(ctx, idle)
		w.click("6", "0", "0")
		w.changes(ctx, dialling)
		w.click("ok")
		if c := w.p.newCall(ctx, before, "confirmed"); !strings.Contains(c.Remote, "600") {
			t.Errorf("a call with %s", c.Remote)
		}
		w.flows()
		w.do(chromedp.Click("#hook"))
		w.p.quiet(ctx)
	})
	row(t, "the exchange calls, soft key -> answered, heard", func(t *testing.T, ctx context.Context) {
		idle, before := w.with(t).p.shown(), w.p.lastCall(ctx)
		must(t, w.lab.Ring("1001"))
		w.p.newCall(ctx, before, "early")
		w.changes(ctx, idle)
		w.do(poll(`document.querySelector('[data-lamp~="ring"]').dataset.pattern !== 'off'`))
		w.click("soft1")
		w.p.newCall(ctx, before, "confirmed")
		w.flows()
		w.click("soft4")
		w.p.quiet(ctx)
	})
	row(t, "the monochrome panel -> drawn anew, and back", func(t *testing.T, ctx context.Context) {
		colour := w.with(t).p.shown()
		w.do(chromedp.Click(`[value=mono] + span`), poll(`faceplate.screen.native.width === 128`))
		must(t, w.p.page.Wait(ctx, func(s remote.State) bool { return s.Mono }))
		mono := w.changes(ctx, colour)
		w.do(chromedp.Click(`[value=colour] + span`), poll(`faceplate.screen.native.width === 320`))
		w.changes(ctx, mono)
	})
	row(t, "a server without a document -> told on the screen and in status", func(t *testing.T, ctx context.Context) {
		w := newWorkbench(t, func(l *lab.Lab) { must(t, l.SetProvisioning("missing")) })
		w.browse()
		w.visit("")
		s, err := w.p.Until(ctx, "a failed fetch", func(s localapi.Status) bool { return s.Provisioning.Error != "" })
		must(t, err)
		told("%s", s.Provisioning.Error)
		failed := w.p.shown()
		must(t, w.lab.SetProvisioning("good"))
		must(t, w.p.Control().Reprovision(ctx))
		w.p.bound(ctx, "1001")
		w.changes(ctx, failed)
	})
}
