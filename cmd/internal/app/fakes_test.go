package app

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"sync"
	"testing"
	"time"

	"offhook/board"
	"offhook/hal"
	"offhook/hal/haltest"
	"offhook/media"
	"offhook/media/mediatest"
)

// boardFile is a board of fakes. "broken" parts do not open.
const boardFile = `offhook-board: 1
name: fake
model: Fake
keypads:
  - {compatible: fake}
hook: {compatible: fake}
display: {compatible: fake}
lamps:
  registered: {compatible: fake}
relays:
  door: {compatible: fake}
audio: {compatible: fake}
mixer: {compatible: fake}
watchdog: {compatible: fake}
readers:
  - {compatible: fake}
`

func loadBoard(t *testing.T, file string) *board.Board {
	t.Helper()
	b, err := board.Load("fake.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// parts is the hardware: what is plugged into the fake board.
type parts struct {
	keys     *fakeKeys
	hook     *fakeHook
	lamp     *fakeLamp
	relay    *fakeRelay
	reader   *fakeReader
	screen   *fakeScreen
	letters  *fakeLetters
	card     *card
	mixer    *fakeMixer
	watchdog *fakeWatchdog
}

func newParts(t *testing.T) *parts {
	return &parts{
		keys: &fakeKeys{latch: newLatch(), events: make(chan hal.KeyEvent, 32)}, hook: &fakeHook{latch: newLatch(), changes: make(chan hookChange)},
		lamp: &fakeLamp{latch: newLatch()}, relay: &fakeRelay{latch: newLatch()}, reader: &fakeReader{latch: newLatch(), cards: make(chan uint64)}, screen: &fakeScreen{t: t, latch: newLatch()}, letters: &fakeLetters{latch: newLatch()},
		card: newCard(), mixer: &fakeMixer{latch: newLatch(), volumes: map[hal.Output]int{}}, watchdog: &fakeWatchdog{latch: newLatch()},
	}
}

var errBroken = errors.New("open /dev/fake: no such device")

func one[T any](device func() (T, error)) map[string]hal.Driver[T] {
	check := func(hal.Params) error { return nil }
	return map[string]hal.Driver[T]{
		"fake": {Check: check, Open: func(context.Context, hal.Params, *slog.Logger) (T, error) { return device() }},
		"broken": {Check: check, Open: func(context.Context, hal.Params, *slog.Logger) (T, error) {
			var none T
			return none, errBroken
		}},
	}
}

func (p *parts) drivers() hal.Drivers {
	return hal.Drivers{
		Keypads:    one(func() (hal.Keypad, error) { return p.keys, nil }),
		Hooks:      one(func() (hal.Hook, error) { return p.hook, nil }),
		Displays:   one(func() (hal.Display, error) { return p.screen, nil }),
		Texts:      map[string]hal.Driver[hal.TextDisplay]{"letters": one(func() (hal.TextDisplay, error) { return p.letters, nil })["fake"]},
		Indicators: one(func() (hal.Indicator, error) { return p.lamp, nil }),
		Relays:     one(func() (hal.Relay, error) { return p.relay, nil }),
		Audio:      one(p.card.open),
		Mixers:     one(func() (hal.Mixer, error) { return p.mixer, nil }),
		Readers:    one(func() (hal.Reader, error) { return p.reader, nil }),
		Watchdogs:  one(func() (hal.Watchdog, error) { return p.watchdog, nil }),
	}
}

// closed reports which parts were left open.
func (p *parts) open() (left []string) {
	for name, l := range map[string]latch{"keys": p.keys.latch, "hook": p.hook.latch, "lamp": p.lamp.latch, "relay": p.relay.latch, "reader": p.reader.latch,
		"screen": p.screen.latch, "mixer": p.mixer.latch, "watchdog": p.watchdog.latch} {
		if !l.isClosed() {
			left = append(left, name)
		}
	}
	if n := p.card.inUse(); n > 0 {
		left = append(left, fmt.Sprintf("%d sound devices", n))
	}
	return left
}

// latch is a Close that may come twice.
type latch struct {
	once *sync.Once
	done chan struct{}
}

func newLatch() latch { return latch{new(sync.Once), make(chan struct{})} }

func (l latch) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l latch) isClosed() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

type fakeKeys struct {
	latch
	events chan hal.KeyEvent
}

func (k *fakeKeys) ReadKey() (hal.KeyEvent, error) {
	select {
	case e, ok := <-k.events:
		if !ok {
			return e, fmt.Errorf("keys: %w", hal.ErrGone)
		}
		return e, nil
	case <-k.done:
		return hal.KeyEvent{}, hal.ErrClosed
	}
}

// tap presses and releases keys.
func (k *fakeKeys) tap(keys ...hal.Key) {
	for _, key := range keys {
		k.events <- hal.KeyEvent{Key: key, Action: hal.KeyPress, Time: time.Now()}
		k.events <- hal.KeyEvent{Key: key, Action: hal.KeyRelease, Time: time.Now()}
	}
}

type fakeHook struct {
	latch
	asked   bool
	owes    chan struct{} // to close once the change read last is with the phone
	changes chan hookChange
}

type hookChange struct {
	state hal.HookState
	taken chan struct{}
}

// set returns once the phone has the change: a hand lifts first and presses
// then, and keys come by another goroutine.
func (h *fakeHook) set(s hal.HookState) {
	c := hookChange{s, make(chan struct{})}
	select {
	case h.changes <- c:
	case <-h.done:
		return
	}
	select {
	case <-c.taken:
	case <-h.done:
	}
}

func (h *fakeHook) ReadHook() (hal.HookState, error) {
	if !h.asked {
		h.asked = true
		return hal.OnHook, nil
	}
	if h.owes != nil {
		close(h.owes)
		h.owes = nil
	}
	select {
	case c := <-h.changes:
		h.owes = c.taken
		return c.state, nil
	case <-h.done:
		return hal.OnHook, hal.ErrClosed
	}
}

type fakeLamp struct {
	latch
	mu  sync.Mutex
	now hal.Pattern
}

func (l *fakeLamp) Set(p hal.Pattern) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = p
	return nil
}

func (l *fakeLamp) pattern() hal.Pattern {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

type fakeReader struct {
	latch
	cards chan uint64
}

func (r *fakeReader) ReadCredential() (hal.Credential, error) {
	select {
	case c := <-r.cards:
		return hal.Credential{Bits: 26, Code: c}, nil
	case <-r.done:
		return hal.Credential{}, hal.ErrClosed
	}
}

type fakeRelay struct{ latch }

func (*fakeRelay) Pulse(time.Duration) error { return nil }
func (*fakeRelay) Release() error            { return nil }

type fakeScreen struct {
	latch
	t     *testing.T
	mu    sync.Mutex
	draws int
}

func (*fakeScreen) Bounds() image.Rectangle { return image.Rect(0, 0, 128, 64) }
func (*fakeScreen) ColorModel() color.Model { return color.GrayModel }
func (*fakeScreen) Backlight(int) error     { return nil }
func (s *fakeScreen) Draw(r image.Rectangle, src image.Image, _ image.Point) error {
	if s.isClosed() {
		s.t.Error("a closed screen is drawn to")
	}
	if !r.In(s.Bounds()) || src.Bounds().Dx() < r.Dx() || src.Bounds().Dy() < r.Dy() {
		s.t.Errorf("%v of %v is drawn on %v", r, src.Bounds(), s.Bounds())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draws++
	return nil
}

type fakeMixer struct {
	latch
	mu      sync.Mutex
	route   hal.Output
	volumes map[hal.Output]int
}

func (m *fakeMixer) Route(o hal.Output) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.route = o
	return nil
}

func (m *fakeMixer) Volume(o hal.Output, percent int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.volumes[o] = percent
	return nil
}

func (*fakeMixer) Mute(bool) error { return nil }

type fakeWatchdog struct {
	latch
	mu    sync.Mutex
	kicks int
	err   error
}

func (w *fakeWatchdog) Timeout() time.Duration { return 15 * time.Second }
func (w *fakeWatchdog) Kick() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kicks++
	return w.err
}

func (w *fakeWatchdog) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.kicks
}

// card is a sound card that can be unplugged. Its microphone hears a voice.
type card struct {
	format  hal.PCMFormat
	voice   media.Frame
	mu      sync.Mutex
	plugged bool
	opened  int // devices that are not closed
	opens   int
	device  *cardDevice
	played  media.Frame   // the newest half second
	room    *haltest.Room // what the microphone hears of the loudspeaker; nil: nothing
}

func newCard() *card {
	f := hal.PCMFormat{SampleRate: 16000, Period: 320}
	return &card{format: f, plugged: true, voice: mediatest.Voice(f.SampleRate, 4*time.Second, 1)}
}

func (c *card) open() (hal.AudioIO, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.plugged {
		return nil, errBroken
	}
	c.opened++
	c.opens++
	c.device = &cardDevice{card: c, latch: newLatch(), gone: make(chan struct{}), next: time.Now()}
	return c.device, nil
}

func (c *card) unplug() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plugged = false
	c.played = nil
	close(c.device.gone)
}

func (c *card) plug() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plugged = true
}

func (c *card) inUse() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opened
}

// forget has level wait for another half second.
func (c *card) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.played = nil
}

// level is that of the newest half second that was played.
func (c *card) level() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.played) < c.format.SampleRate/2 {
		return -127
	}
	return mediatest.Level(c.played)
}

// cardDevice is the card as it was opened once.
type cardDevice struct {
	latch
	card *card
	gone chan struct{}
	next time.Time
	at   int
	once sync.Once
}

func (d *cardDevice) Format() hal.PCMFormat         { return d.card.format }
func (d *cardDevice) Xruns() (capture, play uint64) { return 0, 0 }

func (d *cardDevice) ReadPeriod(p []int16) error {
	d.next = d.next.Add(time.Duration(len(p)) * time.Second / time.Duration(d.card.format.SampleRate))
	due := time.NewTimer(time.Until(d.next))
	defer due.Stop()
	select {
	case <-due.C:
	case <-d.gone:
		return fmt.Errorf("capture: %w", hal.ErrGone)
	case <-d.done:
		return hal.ErrClosed
	}
	d.card.mu.Lock()
	defer d.card.mu.Unlock()
	for i := range p {
		p[i] = d.card.voice[(d.at+i)%len(d.card.voice)]
	}
	d.card.room.Hear(p)
	d.at += len(p)
	return nil
}

func (d *cardDevice) WritePeriod(p []int16) error {
	if d.isClosed() {
		return hal.ErrClosed
	}
	d.card.mu.Lock()
	defer d.card.mu.Unlock()
	d.card.room.Play(p)
	d.card.played = append(d.card.played, p...)
	if extra := len(d.card.played) - d.card.format.SampleRate/2; extra > 0 {
		d.card.played = d.card.played[extra:]
	}
	return nil
}

func (d *cardDevice) Close() error {
	d.once.Do(func() {
		_ = d.latch.Close()
		d.card.mu.Lock()
		d.card.opened--
		d.card.mu.Unlock()
	})
	return nil
}
