//go:build browser

package interop

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"offhook/cmd/internal/lab"
)

// phoneMAC is the telephone's, of the range for documentation (RFC 7042 §2.1.2).
const phoneMAC = "00:00:5e:00:53:01"

// workbench is all of it, with a browser in front.
type workbench struct {
	t       *testing.T
	lab     *lab.Lab
	p       *telephone
	browser context.Context
}

// newWorkbench starts everything; before is called with the exchange running
// and no telephone yet.
func newWorkbench(t *testing.T, before func(*lab.Lab)) *workbench {
	t.Helper()
	l, err := lab.Start(context.WithoutCancel(t.Context()), lab.Config{Dir: t.TempDir()})
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	if before != nil {
		before(l)
	}
	at := l.Addresses()
	w := &workbench{t: t, lab: l}
	w.p = startTelephone(t, t.TempDir(), "--provisioning-url", at.ProvisioningURL, "--provisioning-ca", at.CAFile, "--mac", phoneMAC)
	l.SetFaceplate(w.p.Faceplate)
	return w
}

func (w *workbench) with(t *testing.T) *workbench {
	w.t = t
	w.p.with(t)
	return w
}

// browse starts a browser. Its microphone is a beep, its permissions are given.
func (w *workbench) browse() {
	w.t.Helper()
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(cmp.Or(os.Getenv("CHROMIUM"), "/usr/bin/chromium")), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.WSURLReadTimeout(time.Minute), chromedp.UserDataDir(w.t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.Flag("hide-scrollbars", true),
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	w.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	w.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	w.t.Cleanup(cancel)
	w.browser = ctx
}

func (w *workbench) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if err := chromedp.Do(w.browser, actions...); err != nil {
		w.t.Fatal(err)
	}
}

// visit loads the telephone's page.
func (w *workbench) visit(query string) {
	w.t.Helper()
	w.do(chromedp.Navigate(w.p.Faceplate+query), poll(`window.faceplate?.power === 'on'`))
}

// click presses keys as a person does.
func (w *workbench) click(keys ...string) {
	w.t.Helper()
	for _, k := range keys {
		w.do(chromedp.Click(`[data-key="` + k + `"]`))
	}
}

// poll waits for an expression to be true.
func poll(js string) chromedp.Action[chromedp.Void] {
	wait := chromedp.Evaluate[bool](`(async () => {
		for (let i = 0; i < 1200; i++) {
			if (await (`+js+`)) return true;
			await new Promise((r) => setTimeout(r, 50));
		}
		return false;
	})()`, chromedp.EvalAwaitPromise)
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		ok, err := wait(ctx, t)
		if err == nil && !ok {
			err = errors.New("never true: " + js)
		}
		return chromedp.Void{}, err
	}
}

// flows waits until sound has come from the page and back to it, anew.
func (w *workbench) flows() {
	w.t.Helper()
	stats, err := chromedp.Run(w.browser, chromedp.Evaluate[map[string]float64](`({...faceplate.audio})`))
	must(w.t, err)
	w.do(poll(fmt.Sprintf(`faceplate.audio.captured > %.0f && faceplate.audio.received > %.0f && faceplate.audio.played > %.0f`,
		stats["captured"]+100, stats["received"]+100, stats["played"]+100)), poll(`faceplate.audio.ear > 0.02`))
}

// changes waits until the screen shows something else than it did.
func (w *workbench) changes(ctx context.Context, from uint64) uint64 {
	w.t.Helper()
	must(w.t, w.p.page.WaitScreen(ctx, func(img image.Image) bool { return picture(img) != from }))
	return w.p.shown()
}

// shot keeps a picture of the page.
func (w *workbench) shot(dir, name string, width, height int64) {
	w.t.Helper()
	w.do(chromedp.EmulateViewport(width, height, chromedp.EmulateScale(0.75)), poll(`new Promise((r) => requestAnimationFrame(() => setTimeout(() => r(true), 400)))`))
	png, err := chromedp.Run(w.browser, chromedp.CaptureScreenshot())
	must(w.t, err)
	must(w.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
	told("%s.png, %d KiB", name, len(png)/1024)
}
