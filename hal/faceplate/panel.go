package faceplate

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

// Config is what a Panel needs; the zero value is good.
type Config struct {
	Log *slog.Logger
	// Listen is the address of the page, on loopback; "127.0.0.1:0" when empty.
	// The display's parameter listen comes before it.
	Listen string
}

// Panel is one faceplate: a web server and the devices that the firmware opens.
type Panel struct {
	log    *slog.Logger
	listen string
	ctx    context.Context // ends with the panel
	cancel context.CancelFunc
	wg     sync.WaitGroup // servers and pages
	muted  atomic.Bool

	starting sync.Mutex // orders Opens; taken before mu

	mu     sync.Mutex
	closed bool
	server *server
	parts  map[string]io.Closer // by "keypad", "lamp message", "relay Door", …
	pages  map[*conn]bool
	wants  []want // pages that want the sound, the newest last
}

// New makes a panel. Its server starts when the first device is opened.
func New(cfg Config) *Panel {
	p := &Panel{log: cfg.Log, listen: cmp.Or(cfg.Listen, "127.0.0.1:0"), parts: map[string]io.Closer{}, pages: map[*conn]bool{}}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// URL is the page's address, such as "http://127.0.0.1:8080/"; empty before the
// first device was opened.
func (p *Panel) URL() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server == nil {
		return ""
	}
	return "http://" + p.server.addr + "/"
}

// Close ends the server, every page and every device, and waits for them.
func (p *Panel) Close() error {
	p.mu.Lock()
	p.closed = true
	server := p.server
	parts := slices.Collect(maps.Values(p.parts))
	p.mu.Unlock()
	for _, part := range parts {
		_ = part.Close()
	}
	p.cancel()
	if server != nil {
		server.close()
	}
	p.wg.Wait()
	return nil
}

// attach puts a device on the panel.
func (p *Panel) attach(name string, device io.Closer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return fmt.Errorf("faceplate %s: %w: the panel", name, hal.ErrClosed)
	}
	if _, taken := p.parts[name]; taken {
		return fmt.Errorf("faceplate %s: is open already; the page has one, so the board file may name it once", name)
	}
	p.parts[name] = device
	p.tell(topic{wire.TypeParts, ""})
	return nil
}

func (p *Panel) detach(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.parts, name)
	if name == partAudio {
		p.grant()
	}
	p.tell(topicOf(name))
	p.tell(topic{wire.TypeParts, ""})
}

// The devices that a panel has once; a lamp and a relay have a name as well.
const (
	partKeypad  = "keypad"
	partHook    = "hook"
	partDisplay = "display"
	partAudio   = "audio"
	partMixer   = "mixer"
)

func get[T any](p *Panel, name string) (T, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return getLocked[T](p, name)
}

func getLocked[T any](p *Panel, name string) (T, bool) {
	t, ok := p.parts[name].(T)
	return t, ok
}

// topic is something of which a page shows the newest state.
type topic struct{ kind, name string }

// topicOf is what pages are told about when a device changes.
func topicOf(part string) topic {
	kind, name, _ := strings.Cut(part, " ")
	return topic{kind, name}
}

// tell marks a topic for every page; p.mu is held.
func (p *Panel) tell(t topic) {
	for c := range p.pages {
		c.mark(t)
	}
}

// changed is what devices call, without a lock of theirs.
func (p *Panel) changed(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tell(topicOf(name))
}

func (p *Panel) screenChanged(r image.Rectangle, geometry bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.pages {
		if geometry {
			c.mark(topic{kind: wire.TypeDisplay})
		}
		c.markScreen(r)
	}
}

// describe is the newest state of a topic.
func (p *Panel) describe(t topic) (wire.Message, bool) {
	switch t.kind {
	case wire.TypeHello:
		return wire.Message{Type: wire.TypeHello, Version: wire.Version, Parts: p.partNames()}, true
	case wire.TypeParts:
		return wire.Message{Type: wire.TypeParts, Parts: p.partNames()}, true
	case wire.TypeHook:
		m := wire.Message{Type: wire.TypeHook, State: wire.OnHook}
		if h, ok := get[*hook](p, partHook); ok && h.get() == hal.OffHook {
			m.State = wire.OffHook
		}
		return m, true
	case wire.TypeDisplay:
		d, ok := get[*display](p, partDisplay)
		if !ok {
			return wire.Message{}, false
		}
		return d.message(), true
	case wire.TypeMixer:
		m, ok := get[*mixer](p, partMixer)
		if !ok {
			return wire.Message{}, false
		}
		return m.message(), true
	case wire.TypeLamp:
		return p.describeLamp(t.name), true
	case wire.TypeRelay:
		return p.describeRelay(t.name), true
	}
	return wire.Message{}, false
}

func (p *Panel) describeLamp(name string) wire.Message {
	pattern := hal.LampOff
	if l, ok := get[*lamp](p, wire.TypeLamp+" "+name); ok {
		pattern = l.get()
	}
	word, _ := wire.PatternName(pattern)
	return wire.Message{Type: wire.TypeLamp, Name: name, State: word}
}

func (p *Panel) describeRelay(label string) wire.Message {
	m := wire.Message{Type: wire.TypeRelay, Name: label, State: wire.AtRest}
	if r, ok := get[*relay](p, wire.TypeRelay+" "+label); ok {
		if left := r.left(); left > 0 {
			m.State, m.Millis = wire.Energised, max(left.Milliseconds(), 1)
		}
	}
	return m
}

func (p *Panel) partNames() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.parts))
}
