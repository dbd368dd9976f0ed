//go:build browser

package interop

import (
	"cmp"
	"context"
	"flag"
	"net"
	"testing"

	"github.com/chromedp/chromedp"

	"offhook/cmd/internal/lab"
	"offhook/cmd/internal/localapi"
	"offhook/hal"
)

var screenshots = flag.String("screenshots", "", "a `DIR` for pictures of the page in each state")

// width and height of a picture of the telephone alone.
const width, height = 820, 840

// TestScreenshots takes the pictures of README and docs. It fails only when a
// state cannot be shown; a person judges the pictures.
func TestScreenshots(t *testing.T) {
	dir := cmp.Or(*screenshots, t.TempDir())
	row(t, "booting, provisioning", func(t *testing.T, ctx context.Context) { takeStart(t, ctx, dir) })
	row(t, "no configuration", func(t *testing.T, ctx context.Context) {
		w := newWorkbench(t, func(l *lab.Lab) { must(t, l.SetProvisioning("missing")) })
		w.browse()
		w.visit("?embed=1")
		_, err := w.p.Until(ctx, "a failed fetch", func(s localapi.Status) bool { return s.Provisioning.Error != "" })
		must(t, err)
		w.shot(dir, "error-provisioning", width, height)
	})
	row(t, "a day at the telephone", func(t *testing.T, ctx context.Context) { takeDay(t, ctx, dir) })
}

// takeStart shows a telephone whose server takes its time.
func takeStart(t *testing.T, ctx context.Context, dir string) {
	slow, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = slow.Close() })
	w := &workbench{t: t, p: startTelephone(t, t.TempDir(), "--provisioning-url", "https://"+slow.Addr().String()+"/{mac}.yaml", "--mac", phoneMAC)}
	w.browse()
	w.visit("?embed=1")
	w.shot(dir, "provisioning", width, height)
}

func takeDay(t *testing.T, ctx context.Context, dir string) {
	w := newWorkbench(t, nil)
	w.browse()
	w.p.bound(ctx, "1001")
	w.visit("?embed=1")
	w.do(chromedp.Click("#unlock"), poll(`faceplate.sound.state === 'on'`))
	w.shot(dir, "idle", width, height)

	idle := w.p.shown()
	w.do(chromedp.Click("#hook"))
	w.changes(ctx, idle)
	w.click("6", "0")
	w.shot(dir, "dialling", width, height)
	before := w.p.lastCall(ctx)
	w.click("0", "ok")
	w.p.newCall(ctx, before, "confirmed")
	w.flows()
	w.shot(dir, "in-call", width, height)
	w.click("hold")
	w.p.callThat(ctx, "is held", func(l localapi.Call) bool { return l.Held })
	w.shot(dir, "held", width, height)
	w.click("hold") // a held call outlives the cradle
	w.p.callThat(ctx, "is not held", func(l localapi.Call) bool { return !l.Held })
	w.do(chromedp.Click("#hook"))
	w.p.quiet(ctx)

	before = w.p.lastCall(ctx)
	must(t, w.lab.Ring("1001"))
	w.p.newCall(ctx, before, "early")
	w.shot(dir, "ringing", width, height)
	w.click("soft2")
	w.p.quiet(ctx)

	before = w.p.lastCall(ctx)
	w.do(chromedp.Click("#hook"))
	w.click("4", "7", "1", "1", "ok")
	w.p.newCall(ctx, before, "terminated")
	w.shot(dir, "error-call", width, height)
	w.do(chromedp.Click("#hook"))

	must(t, w.lab.SetMessageWaiting("1001", 2, 1))
	_, err := w.p.Until(ctx, "messages", func(s localapi.Status) bool { return account(s, "1001").New == 2 })
	must(t, err)
	w.shot(dir, "messages", width, height)
	takeMono(w, ctx, dir)
	takeBench(w, ctx, dir)
}

func takeMono(w *workbench, ctx context.Context, dir string) {
	colour := w.p.shown()
	w.do(chromedp.Click(`[value=mono] + span`), poll(`faceplate.screen.native.width === 128`))
	w.changes(ctx, colour)
	w.shot(dir, "mono-idle", width, height)
	before := w.p.lastCall(ctx)
	w.do(chromedp.Click("#hook"))
	w.click("6", "0", "0", "ok")
	w.p.newCall(ctx, before, "confirmed")
	w.shot(dir, "mono-in-call", width, height)
	w.do(chromedp.Click("#hook"))
	w.p.quiet(ctx)
	w.do(chromedp.Click(`[value=colour] + span`), poll(`faceplate.screen.native.width === 320`))
}

// takeBench shows the whole workbench, in a call.
func takeBench(w *workbench, ctx context.Context, dir string) {
	before := w.p.lastCall(ctx)
	w.p.dial("601")
	w.p.newCall(ctx, before, "confirmed")
	w.do(chromedp.Navigate(w.lab.Addresses().PageURL), poll(`document.querySelector('#n-calls').textContent === '1'`))
	w.shot(dir, "workbench", 1440, 1180)
	must(w.t, w.p.page.Hook(hal.OnHook))
	w.p.quiet(ctx)
}
