package faceplate

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

// writeTimeout is how long a page may leave a message unread before it is cut
// off; it connects again and gets the whole state.
const writeTimeout = 10 * time.Second

// conn is one page. What it is to be told is kept as topics, not as messages:
// a slow page skips states and never makes a device wait.
type conn struct {
	panel *Panel
	ws    *websocket.Conn
	wake  chan struct{}
	peer  atomic.Pointer[peer] // whom this page's microphone goes to
	out   *peer                // whose sound it gets; the writer's, set once it was told

	mu     sync.Mutex
	topics []topic
	sound  *answer // the newest about the sound
	dirty  image.Rectangle
}

type answer struct {
	message wire.Message
	peer    *peer
}

func (c *conn) mark(t topic) {
	c.mu.Lock()
	if !slices.Contains(c.topics, t) {
		c.topics = append(c.topics, t)
	}
	c.mu.Unlock()
	c.rouse()
}

func (c *conn) markScreen(r image.Rectangle) {
	c.mu.Lock()
	c.dirty = c.dirty.Union(r)
	c.mu.Unlock()
	c.rouse()
}

func (c *conn) markSound(m wire.Message, peer *peer) {
	c.mu.Lock()
	c.sound = &answer{m, peer}
	c.mu.Unlock()
	c.rouse()
}

func (c *conn) rouse() {
	select {
	case c.wake <- struct{}{}:
	default: // it is awake
	}
}

// run serves the page until it goes or ctx ends.
func (c *conn) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	written := make(chan error, 1)
	go func() {
		defer cancel()
		written <- c.refuse(c.write(ctx))
	}()
	err := c.refuse(c.read(ctx))
	cancel()
	if werr := <-written; !errors.Is(werr, context.Canceled) {
		err = werr
	}
	_ = c.ws.CloseNow()
	return err
}

// refuse tells the page why, before anything else closes the connection.
func (c *conn) refuse(err error) error {
	if errors.Is(err, wire.ErrMessage) {
		_ = c.ws.Close(websocket.StatusPolicyViolation, reason(err))
	}
	return err
}

// reason fits an error into a close frame (RFC 6455 §5.5: 125 bytes in all).
func reason(err error) string {
	s := err.Error()
	return s[:min(len(s), 120)]
}

func (c *conn) read(ctx context.Context) error {
	var samples []int16
	for {
		kind, data, err := c.ws.Read(ctx)
		if err != nil {
			return err
		}
		if kind == websocket.MessageText {
			err = c.text(data)
		} else {
			samples, err = c.mic(data, samples)
		}
		if err != nil {
			return err
		}
	}
}

func (c *conn) text(data []byte) error {
	m, err := wire.DecodeFromPage(data)
	if err != nil {
		return err
	}
	switch m.Type {
	case wire.TypeKey:
		if k, ok := get[*keypad](c.panel, partKeypad); ok {
			k.set(hal.Key(m.Name), c, m.State == wire.Down)
		}
	case wire.TypeHook:
		if h, ok := get[*hook](c.panel, partHook); ok {
			h.set(map[string]hal.HookState{wire.OnHook: hal.OnHook, wire.OffHook: hal.OffHook}[m.State])
		}
	case wire.TypeDisplay:
		if d, ok := get[*display](c.panel, partDisplay); ok {
			d.setMode(m.Mode == wire.Mono)
		}
	case wire.TypeAudio:
		c.panel.wantSound(c, m.State)
	}
	return nil
}

// mic takes a block from the page; one that comes when the page does not have
// the sound (any more) is late, not wrong.
func (c *conn) mic(data []byte, samples []int16) ([]int16, error) {
	a, err := wire.DecodeAudio(data, samples)
	if err != nil {
		return samples, err
	}
	if a.Kind != wire.KindMic {
		return samples, fmt.Errorf("%w: a page cannot send kind %d", wire.ErrMessage, a.Kind)
	}
	peer := c.peer.Load()
	if peer == nil {
		return a.Samples, nil
	}
	if peer.sync && len(a.Samples) != peer.period {
		return samples, fmt.Errorf("%w: a mic block of %d samples; in sync mode it is a period, %d", wire.ErrMessage, len(a.Samples), peer.period)
	}
	peer.mic.push(a)
	return a.Samples, nil
}

func (c *conn) write(ctx context.Context) error {
	var buf []byte
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.wake:
		}
		if err := c.writeState(ctx); err != nil {
			return err
		}
		var err error
		if buf, err = c.writeSound(ctx, buf); err != nil {
			return err
		}
	}
}

func (c *conn) writeState(ctx context.Context) error {
	c.mu.Lock()
	topics, sound, dirty := c.topics, c.sound, c.dirty
	c.topics, c.sound, c.dirty = nil, nil, image.Rectangle{}
	c.mu.Unlock()
	for _, t := range topics {
		if m, ok := c.panel.describe(t); ok {
			if err := c.send(ctx, websocket.MessageText, m.Encode()); err != nil {
				return err
			}
		}
	}
	if sound != nil {
		if err := c.send(ctx, websocket.MessageText, sound.message.Encode()); err != nil {
			return err
		}
		c.out = sound.peer
	}
	d, ok := get[*display](c.panel, partDisplay)
	if !ok || dirty.Empty() {
		return nil
	}
	s := d.screen(dirty)
	if s.Rect.Empty() { // the panel has been exchanged for a smaller one meanwhile
		return nil
	}
	return c.send(ctx, websocket.MessageBinary, wire.AppendScreen(nil, s))
}

func (c *conn) send(ctx context.Context, kind websocket.MessageType, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return c.ws.Write(ctx, kind, data)
}

// writeSound sends what the device has queued. A live page gets 5 ms periods
// in pairs: a message a period would be more overhead than sound.
func (c *conn) writeSound(ctx context.Context, buf []byte) ([]byte, error) {
	peer := c.out
	if peer == nil {
		return buf, nil
	}
	if peer.broken() {
		return buf, fmt.Errorf("%w: the page is too slow for sync mode", wire.ErrMessage)
	}
	for peer.pending() {
		buf = peer.take(buf[:0])
		if err := c.send(ctx, websocket.MessageBinary, buf); err != nil {
			return buf, err
		}
	}
	return buf, nil
}
