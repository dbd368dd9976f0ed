//go:build browser

package browsertest

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"offhook/cmd/internal/web"
)

var screenshots = flag.String("screenshots", "", "a directory for pictures of the pages")

const password = "correct horse battery staple"

// bench is a telephone, its pages and a browser that shows them.
type bench struct {
	*testing.T
	phone    *telephone
	url      string
	browser  context.Context
	mu       sync.Mutex
	faults   []string // of the console
	received float64  // bytes, as they were sent
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, phone: newTelephone(t)}
	pages, err := web.New(web.Config{Backend: b.phone, Password: password, Log: slog.New(slog.DiscardHandler)})
	b.must(err)
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)
	b.url = server.URL + "/"
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(cmp.Or(os.Getenv("CHROMIUM"), "/usr/bin/chromium")), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.WSURLReadTimeout(time.Minute), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(cancel)
	b.browser, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b.must(chromedp.Listen(b.browser, b.event))
	return b
}

// event notes what the browser complains of, and what came over the line.
func (b *bench) event(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := ev.(type) {
	case *network.EventLoadingFinished:
		b.received += e.EncodedDataLength
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, fmt.Sprintf("exception: %+v", e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		b.faults = append(b.faults, fmt.Sprintf("console.%s", e.Type))
	case *log.EventEntryAdded:
		b.faults = append(b.faults, fmt.Sprintf("%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL))
	}
}

// complaints are the browser's since the last time.
func (b *bench) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.faults
	b.faults = nil
	return all
}

func (b *bench) bytes() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.received
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	b.must(chromedp.Do(b.browser, actions...))
}

// look sets the size and the scheme of colours.
func (b *bench) look(width, height int64, scheme string) {
	b.Helper()
	b.do(chromedp.EmulateViewport(width, height))
	_, err := chromedp.Call(b.browser, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	b.must(err)
}

func evaluate[T any](b *bench, js string) T {
	b.Helper()
	v, err := chromedp.Run(b.browser, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", js, err)
	}
	return v
}

// until waits for an expression to be true, for at most a minute.
func (b *bench) until(js string) {
	b.Helper()
	if !evaluate[bool](b, `(async () => {
		for (let i = 0; i < 1200; i++) {
			if (`+js+`) return true;
			await new Promise((r) => setTimeout(r, 50));
		}
		return false;
	})()`) {
		b.Fatal(errors.New("never true: " + js))
	}
}

func (b *bench) key(keys string) {
	b.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// tabTo presses the tabulator until a control has the focus; each on the way shows it.
func (b *bench) tabTo(selector string) {
	b.Helper()
	for range 60 {
		b.key(kb.Tab)
		if !evaluate[bool](b, `document.activeElement === document.body || audit.focusShown(document.activeElement)`) {
			b.Errorf("the focus of %s cannot be seen", evaluate[string](b, `document.activeElement.outerHTML`))
		}
		if evaluate[bool](b, `document.activeElement.matches(`+fmt.Sprintf("%q", selector)+`)`) {
			return
		}
	}
	b.Fatalf("the tabulator does not reach %s", selector)
}

func (b *bench) wantAsked(what string) {
	b.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		if slices.Contains(b.phone.heard(), what) {
			return
		}
		b.until(`new Promise((r) => setTimeout(() => r(true), 50))`)
	}
	b.Fatalf("the telephone was never asked: %s", what)
}

func (b *bench) shot(name string) {
	b.Helper()
	if *screenshots == "" {
		return
	}
	evaluate[bool](b, `new Promise((r) => setTimeout(() => r(true), 400))`)
	png, err := chromedp.Run(b.browser, chromedp.CaptureScreenshot())
	b.must(err)
	b.must(os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o644))
}
