//go:build interop && browser

package interop

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"offhook/cmd/internal/lab"
	"offhook/cmd/internal/localapi"
	"offhook/hal"
)

var people = flag.String("people", "", "a `DIR` for pictures of what three people see")

// person is somebody in front of a telephone in a browser.
type person struct {
	*workbench
	who, dir string
	shots    int
}

// see keeps what the screen shows, once the page has drawn it.
func (p *person) see(what string) {
	p.t.Helper()
	p.do(poll(`new Promise((r) => requestAnimationFrame(() => setTimeout(() => r(true), 300)))`))
	p.shots++
	f, err := os.Create(filepath.Join(p.dir, fmt.Sprintf("%s-%d-%s.png", p.who, p.shots, what)))
	must(p.t, err)
	screen, _ := p.p.page.Screen()
	must(p.t, png.Encode(f, screen))
	must(p.t, f.Close())
}

// sit has somebody sit down at a telephone.
func sit(t *testing.T, who string, w *workbench) *person {
	t.Helper()
	dir := cmp.Or(*people, t.TempDir())
	must(t, os.MkdirAll(dir, 0o755))
	w.browse()
	w.visit("?embed=1")
	return &person{workbench: w, who: who, dir: dir}
}

// shows waits until a call of the telephone is as wanted.
func (p *person) shows(ctx context.Context, what string, ok func(localapi.Call) bool) {
	p.t.Helper()
	_, err := p.p.Until(ctx, what, func(s localapi.Status) bool {
		for _, c := range s.Calls {
			if c.Ended.IsZero() && ok(c) {
				return true
			}
		}
		return false
	})
	must(p.t, err)
}

func TestPersons(t *testing.T) {
	k := newKamailio(t)
	row(t, "a receptionist with two lines -> one call is passed on, the other goes on", func(t *testing.T, ctx context.Context) { receptionist(t, ctx, k) })
	row(t, "a visitor with a wrong code -> the door stays shut, and says so", func(t *testing.T, ctx context.Context) { visitor(t, ctx, k) })
	row(t, "an installer with a wrong password -> told what is wrong, mended, a call", installer)
}

// telephoneOf is one that nobody looks at.
func telephoneOf(t *testing.T, ctx context.Context, k *kamailio, user, name string) *telephone {
	p := newTelephone(t, k.account(user, "tls", "display-name: "+name), k.CA)
	p.bound(ctx, user)
	return p
}

// talks tells a call of somebody that is confirmed and not held.
func talks(remote string) func(localapi.Call) bool {
	return func(c localapi.Call) bool {
		return c.State == "confirmed" && !c.Held && strings.Contains(c.Remote, ":"+remote+"@")
	}
}

func receptionist(t *testing.T, ctx context.Context, k *kamailio) {
	first, second, boss := telephoneOf(t, ctx, k, "1002", "Anna Berg"), telephoneOf(t, ctx, k, "1003", "Tom Hale"), telephoneOf(t, ctx, k, "1005", "Director")
	desk := newTelephone(t, k.account("1001", "tls", "display-name: Reception")+k.account("1004", "tls", "display-name: Sales")+
		"  phone: {name: Reception}\n  keys:\n    - {key: line1, account: '1001', label: Reception}\n    - {key: line2, account: '1004', label: Sales}\n", k.CA)
	desk.bound(ctx, "1001")
	desk.bound(ctx, "1004")
	p := sit(t, "receptionist", &workbench{t: t, p: desk})
	p.see("idle")

	first.dial("1001")
	p.shows(ctx, "Anna rings", func(c localapi.Call) bool { return c.State == "early" })
	p.see("rings")
	p.click("line1")
	p.shows(ctx, "Anna talks", talks("1002"))

	second.dial("1004")
	p.shows(ctx, "Tom waits", func(c localapi.Call) bool { return c.State == "early" })
	p.see("waiting")
	p.click("line2")
	p.shows(ctx, "Tom talks", talks("1003"))
	p.shows(ctx, "Anna is held", func(c localapi.Call) bool { return c.Held && strings.Contains(c.Remote, ":1002@") })
	p.see("two-calls")
	p.shot(p.dir, "receptionist", width, height)

	p.click("line1")
	p.shows(ctx, "Anna talks again", talks("1002"))
	p.click("line2")
	p.shows(ctx, "Tom talks again", talks("1003"))

	p.click("transfer", "1", "0", "0", "5")
	p.see("transfer-to")
	before := boss.lastCall(ctx)
	p.click("ok")
	boss.newCall(ctx, before, "early")
	boss.lift()
	p.shows(ctx, "the director talks", talks("1005"))
	p.see("asking")
	p.click("transfer")
	second.callThat(ctx, "talks to the director", talks("1005"))
	boss.callThat(ctx, "talks to Tom", talks("1003"))
	p.see("passed-on")

	p.click("line1")
	p.shows(ctx, "Anna talks to the end", talks("1002"))
	p.see("first-again")
	must(t, first.Control().Hangup(ctx))
	p.p.quiet(ctx)
	ended(ctx, first, second, boss)
}

func visitor(t *testing.T, ctx context.Context, k *kamailio) {
	indoor := telephoneOf(t, ctx, k, "1002", "Kitchen")
	station := newTelephone(t, k.account("1001", "tls")+
		"  phone: {name: Front door}\n  keys: [{key: line1, type: speed-dial, value: '1002', label: Ring}]\n"+
		"  door: {relay: door, hold: 5s, code: '2580', keypad: true, codes: [{name: family, code: '739155', where: [keypad]}]}\n", k.CA)
	station.bound(ctx, "1001")
	p := sit(t, "visitor", &workbench{t: t, p: station})
	p.see("at-the-door")

	before := indoor.lastCall(ctx)
	p.click("line1")
	indoor.newCall(ctx, before, "early")
	p.see("rings")
	indoor.lift()
	p.shows(ctx, "the kitchen answers", talks("1002"))
	must(t, indoor.page.Tap("1", "1", "1", "1"))
	station.logs(ctx, "wrong door code", 1)
	p.see("wrong-code-inside")
	p.relay(false)
	must(t, indoor.page.Tap("2", "5", "8", "0"))
	p.do(poll(`document.querySelector('.relay.energised')`))
	p.see("opens")
	p.do(poll(`!document.querySelector('.relay.energised')`))
	must(t, indoor.page.Hook(hal.OnHook))
	p.p.quiet(ctx)

	shut := p.p.shown()
	for range 3 {
		p.click("7", "3", "9", "1", "5", "6")
		shut = p.changes(ctx, shut)
	}
	p.see("wrong-code")
	p.relay(false)
	p.click("7", "3", "9", "1", "5", "5")
	p.see("locked")
	p.relay(false)
}

// relay wants the door open or shut.
func (p *person) relay(open bool) {
	p.t.Helper()
	got, err := chromedp.Run(p.browser, chromedp.Evaluate[bool](`Boolean(document.querySelector('.relay.energised'))`))
	if must(p.t, err); got != open {
		p.t.Errorf("the door is open: %v, want %v", got, open)
	}
}

const installers = `offhook: 1
phone: {name: Hall, country: de}
dial-plan: {digit-map: [6xx]}
accounts:
  - {id: '1001', user: '1001', domain: %s, registrar: '%s', transport: tls, password: '%s', ca: $workbench}
tls: {authorities: [{name: workbench, pem: %q}]}
provisioning: {url: '%s', ca: $workbench}
`

func installer(t *testing.T, ctx context.Context) {
	document := func(l *lab.Lab, password string) []byte {
		at := l.Addresses()
		return fmt.Appendf(nil, installers, at.Domain, at.SIPTLS, password, at.CAPEM, at.ProvisioningURL)
	}
	w := newWorkbench(t, func(l *lab.Lab) { must(t, l.SetProvisioning("missing")) })
	p := sit(t, "installer", w)
	_, err := w.p.Until(ctx, "a failed fetch", func(s localapi.Status) bool { return s.Provisioning.Error != "" })
	must(t, err)
	p.see("no-configuration")

	w.lab.SetDocument(phoneMAC, document(w.lab, "offhook-1002"))
	must(t, w.lab.SetProvisioning("good"))
	must(t, w.p.Control().Reprovision(ctx))
	w.p.accountIs(ctx, "1001", "failed")
	p.see("wrong-password")

	w.lab.SetDocument(phoneMAC, document(w.lab, "offhook-1001"))
	must(t, w.p.Control().Reprovision(ctx))
	w.p.bound(ctx, "1001")
	p.see("registered")
	before := w.p.lastCall(ctx)
	p.click("6", "0", "0", "ok")
	w.p.newCall(ctx, before, "confirmed")
	p.see("first-call")
	p.click("soft4")
	w.p.quiet(ctx)
}
