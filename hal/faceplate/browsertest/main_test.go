//go:build browser

package browsertest

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"offhook/hal"
	"offhook/hal/faceplate"
)

var screenshots = flag.String("screenshots", "", "a directory for pictures of the page")

// bench is a whole faceplate and a browser that shows it.
type bench struct {
	*testing.T
	panel   *faceplate.Panel
	keypad  hal.Keypad
	hook    hal.Hook
	display hal.Display
	audio   hal.AudioIO
	mixer   hal.Mixer
	relay   hal.Relay
	lamps   map[string]hal.Indicator
	browser context.Context
}

func open[T any](t *testing.T, d hal.Driver[T], params hal.Params) T {
	t.Helper()
	device, err := d.Open(t.Context(), params, nil)
	if err != nil {
		t.Fatal(err)
	}
	return device
}

func newBench(t *testing.T, listen string) *bench {
	p := faceplate.New(faceplate.Config{Listen: listen})
	t.Cleanup(func() { _ = p.Close() })
	d := p.Drivers()
	b := &bench{
		T: t, panel: p, lamps: map[string]hal.Indicator{},
		keypad:  open(t, d.Keypads["faceplate-keypad"], nil),
		hook:    open(t, d.Hooks["faceplate-hook"], nil),
		display: open(t, d.Displays["faceplate-display"], nil),
		audio:   open(t, d.Audio["faceplate-audio"], nil),
		mixer:   open(t, d.Mixers["faceplate-mixer"], nil),
		relay:   open(t, d.Relays["faceplate-relay"], hal.Params{"label": "Door", "max-hold": "1m"}),
	}
	for _, name := range []string{"message", "ring", "registered", "speaker", "mute", "hold", "line1", "line2", "line3"} {
		b.lamps[name] = open(t, d.Indicators["faceplate-lamp"], hal.Params{"lamp": name})
	}
	return b
}

// browse starts a browser; extra flags come as name, value.
func (b *bench) browse(extra ...any) {
	b.Helper()
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(cmp.Or(os.Getenv("CHROMIUM"), "/usr/bin/chromium")), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.WSURLReadTimeout(time.Minute), chromedp.UserDataDir(b.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.Flag("hide-scrollbars", true),
	}
	for i := 0; i < len(extra); i += 2 {
		opts = append(opts, chromedp.Flag(extra[i].(string), extra[i+1]))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	b.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	b.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	b.Cleanup(cancel)
	b.browser = ctx
}

func (b *bench) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.browser, actions...); err != nil {
		b.Fatal(err)
	}
}

// visit loads the page and waits for its power.
func (b *bench) visit(query string) {
	b.Helper()
	b.do(chromedp.Navigate(b.panel.URL()+query), poll(`window.faceplate?.power === 'on'`))
}

// poll waits for an expression to be true, for at most a minute.
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

// js runs a statement in the page.
func js(code string) chromedp.Action[chromedp.Void] { return chromedp.Evaluate[chromedp.Void](code) }

// loop plays back what is captured until the device is closed.
func (b *bench) loop() {
	var wg sync.WaitGroup
	wg.Go(func() {
		p := make([]int16, b.audio.Format().Period)
		for b.audio.ReadPeriod(p) == nil && b.audio.WritePeriod(p) == nil {
		}
	})
	b.Cleanup(func() { _ = b.audio.Close(); wg.Wait() })
}

// pause lets the page's own time pass.
func pause(ms int) chromedp.Action[chromedp.Void] {
	return poll(`new Promise((r) => setTimeout(() => r(true), ` + strconv.Itoa(ms) + `))`)
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) shot(name string, width, height int64, scale float64) {
	b.Helper()
	if *screenshots == "" {
		return
	}
	b.do(chromedp.EmulateViewport(width, height, chromedp.EmulateScale(scale)), pause(700))
	png, err := chromedp.Run(b.browser, chromedp.CaptureScreenshot())
	b.must(err)
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o644); err != nil {
		b.Fatal(err)
	}
}
