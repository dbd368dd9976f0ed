//go:build browser

package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// section is one of the page, and what it shows when it is there.
type section struct {
	name, ready string
}

var sections = []section{
	{"status", `document.querySelectorAll('#view .card').length >= 7 && document.querySelector('#view').textContent.includes('503 Service Unavailable')`},
	{"screen", `(() => {
		const shown = document.querySelector('#mirrored');
		if (shown?.width !== 320) return false;
		const copy = new OffscreenCanvas(320, 240).getContext('2d', {willReadFrequently: true});
		copy.drawImage(shown, 0, 0);
		return copy.getImageData(0, 0, 320, 240).data.some((v, i) => i % 4 < 3 && v > 60);
	})()`},
	{"calls", `document.querySelector('.plot .jitter') && document.querySelector('#view').textContent.includes('no figure')`},
	{"configuration", `document.querySelectorAll('.setting').length > 200 && document.querySelectorAll('.item[data-key^="kept "]').length === 3`},
	{"logs", `document.querySelectorAll('#log li').length > 30`},
	{"doors", `document.querySelectorAll('[data-do=open]').length === 2`},
	{"firmware", `document.querySelector('#view').textContent.includes('1.9.0 is ready')`},
}

func (b *bench) inspect() {
	b.Helper()
	for what, js := range map[string]string{"text of too little contrast": "poor", "fields whose edge cannot be seen": "edges", "controls without a name": "nameless",
		"ids that are there twice": "twice", "controls beyond the edge": "out", "controls too low for a finger": "small"} {
		if all := evaluate[[]string](b, `audit.`+js+`()`); len(all) > 0 {
			b.Errorf("%s: %q", what, all)
		}
	}
	if n := evaluate[int](b, `audit.counted()`); n < 5 {
		b.Errorf("the audit saw %d texts: it looks at nothing", n)
	}
	if n := evaluate[float64](b, `audit.wide()`); n > 0 {
		b.Errorf("the page is %v pixels wider than the window", n)
	}
	for _, c := range b.complaints() {
		b.Errorf("the browser complains: %s", c)
	}
}

func (b *bench) logIn() {
	b.Helper()
	b.do(chromedp.Navigate(b.url))
	evaluate[bool](b, audit)
	b.until(`document.activeElement.id === 'password'`)
	b.inspectLogin()
	b.key(password + kb.Enter)
	b.until(`!document.querySelector('#desk').hidden`)
}

func (b *bench) inspectLogin() {
	b.Helper()
	if all := evaluate[[]string](b, `[...audit.poor(), ...audit.nameless(), ...audit.edges()]`); len(all) > 0 {
		b.Errorf("the login: %q", all)
	}
}

func TestPage_walked_by_keyboard(t *testing.T) {
	for _, size := range []struct{ width, height int64 }{{360, 740}, {1280, 800}} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%dx%d %s", size.width, size.height, scheme), func(t *testing.T) {
				b := newBench(t)
				b.look(size.width, size.height, scheme)
				b.do(chromedp.Navigate(b.url))
				b.until(`document.activeElement.id === 'password'`)
				b.shot(fmt.Sprintf("login-%d-%s", size.width, scheme))
				page := b.bytes()
				t.Logf("%.0f bytes over the line for the page", page)
				if page < 10_000 || page > 30_000 {
					t.Errorf("the page is %.0f bytes over the line", page)
				}
				b.logIn()
				dark := evaluate[bool](b, `parseInt(getComputedStyle(document.documentElement).backgroundColor.match(/\d+/)[0]) < 80`)
				if dark != (scheme == "dark") {
					t.Errorf("dark %v in the %s scheme", dark, scheme)
				}
				for _, s := range sections {
					b.tabTo(`nav a[href="#` + s.name + `"]`)
					b.key(kb.Enter)
					b.until(`location.hash === '#` + s.name + `' && document.querySelector('nav [aria-current]').hash === '#` + s.name + `'`)
					b.until(s.ready)
					b.until(`document.activeElement.id === 'title'`)
					b.inspect()
					b.shot(fmt.Sprintf("%s-%d-%s", s.name, size.width, scheme))
				}
				if moved := evaluate[float64](b, `audit.moved()`); moved > .02 {
					t.Errorf("the layout moved by itself: %v", moved)
				}
				sent := b.bytes()
				t.Logf("%.0f bytes over the line for login and all sections", sent)
				if sent > 150_000 {
					t.Errorf("%.0f bytes are more than 150 kB", sent)
				}
			})
		}
	}
}

func TestPage_does_what_it_is_told(t *testing.T) {
	b := newBench(t)
	b.look(1280, 800, "light")
	b.logIn()
	to := func(name string) {
		for _, s := range sections {
			if s.name == name {
				b.tabTo(`nav a[href="#` + s.name + `"]`)
				b.key(kb.Enter)
				b.until(s.ready)
			}
		}
	}
	t.Run("doors -> asked first, cancelled, then opened", func(t *testing.T) {
		to("doors")
		b.tabTo(`[data-do=open][data-value=yard]`)
		b.key(kb.Enter)
		b.until(`document.querySelector('#ask').open && document.activeElement.value === 'no'`)
		b.shot("door-asked-1280-light")
		b.inspect()
		b.key(kb.Escape)
		b.until(`!document.querySelector('#ask').open`)
		b.until(`document.activeElement.dataset.value === 'yard'`)
		b.key(kb.Enter)
		b.until(`document.querySelector('#ask').open`)
		b.tabTo(`#ask-yes`)
		if heard := b.phone.heard(); len(heard) > 0 {
			t.Errorf("asked before it was confirmed: %q", heard)
		}
		b.key(kb.Enter)
		b.wantAsked("door yard")
		b.until(`document.querySelector('#said').textContent === 'Yard opens.'`)
	})
	t.Run("screen -> dial, do not disturb, a refusal in words", func(t *testing.T) {
		to("screen")
		b.tabTo(`#dial-to`)
		b.key("600" + kb.Enter)
		b.wantAsked("dial 600")
		b.tabTo(`[data-do=dnd]`)
		b.key(" ")
		b.wantAsked("dnd true")
		b.until(`document.querySelector('[data-do=dnd]').ariaPressed === 'true'`)
		b.key(kb.Enter)
		b.wantAsked("dnd false")
		b.complaints()
		b.tabTo(`[data-do=answer]`)
		b.key(kb.Enter)
		b.until(`document.querySelector('#said').textContent === 'No call rings.'`)
		b.shot("refused-1280-light")
		b.complaints() // the browser tells of the 409 itself
	})
	t.Run("configuration -> search, show, what changed, bring back", func(t *testing.T) {
		to("configuration")
		b.tabTo(`#find`)
		b.key("front")
		b.until(`document.querySelectorAll('.setting').length === 1 && document.activeElement.id === 'find' && document.activeElement.value === 'front'`)
		b.tabTo(`#own`)
		b.key(" ")
		b.tabTo(`[data-do=kept][data-value="11"]`)
		b.key(kb.Enter)
		b.until(`document.querySelector('pre')?.textContent.includes('name: Reception')`)
		b.inspect()
		b.shot("document-1280-light")
		b.tabTo(`[data-do=changes][data-value="11 12"]`)
		b.key(kb.Enter)
		b.until(`document.querySelector('pre')?.textContent.includes('becomes')`)
		b.tabTo(`[data-do=rollback][data-value="10"]`)
		b.key(kb.Enter)
		b.until(`document.querySelector('#ask').open`)
		b.tabTo(`#ask-yes`)
		b.key(kb.Enter)
		b.wantAsked("rollback 10")
	})
	t.Run("logs -> level, pause, markup is text", func(t *testing.T) {
		to("logs")
		b.tabTo(`#least`)
		b.key(kb.ArrowUp)
		b.until(`[...document.querySelectorAll('#log li')].some((l) => l.textContent.includes('<img src=x'))`)
		b.key(kb.ArrowDown + kb.ArrowDown + kb.ArrowDown)
		b.until(`[...document.querySelectorAll('#log li')].every((l) => l.dataset.level === 'ERROR')`)
		b.tabTo(`[data-do=pause]`)
		b.key(" ")
		b.until(`document.querySelector('#log-state').textContent === 'Paused'`)
		b.inspect()
	})
	t.Run("log out -> nothing is left on the page, the login again", func(t *testing.T) {
		b.tabTo(`#logout`)
		b.key(kb.Enter)
		b.until(`document.activeElement.id === 'password' && document.querySelector('#view').childElementCount === 0`)
		b.inspectLogin()
		for _, c := range b.complaints() {
			t.Errorf("the browser complains: %s", c)
		}
		b.key("wrong" + kb.Enter)
		b.until(`document.querySelector('#login-said').textContent === 'That is not the password.'`)
		b.inspectLogin()
		b.shot("login-wrong-1280-light")
	})
}
