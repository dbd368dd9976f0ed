package remote

import (
	"context"
	"errors"
	"fmt"
	"image"
	"net/url"
	"sync"

	"github.com/coder/websocket"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

// ErrClosed is returned after Close, or when the panel has gone.
var ErrClosed = errors.New("faceplate client: closed")

// Client is one page without a browser. Its methods may be called from any
// goroutine; WriteMic from one, ReadSpeaker from one.
type Client struct {
	ws     *websocket.Conn
	cancel context.CancelFunc
	ctx    context.Context
	done   chan struct{} // the reader has ended

	mu      sync.Mutex
	err     error
	state   State
	screen  *screen
	changed chan struct{} // closed and made anew at each change of state
	drawn   chan struct{} // the same for the screen
	sound   sound
}

// Dial opens the page of a panel, given its URL ("http://127.0.0.1:8080/"),
// and returns when the panel has said what it is.
func Dial(ctx context.Context, page string) (*Client, error) {
	u, err := url.Parse(page)
	if err != nil || (u.Scheme != "http" && u.Scheme != "ws") || u.Host == "" {
		return nil, fmt.Errorf("faceplate client: %q is not a page's address such as http://127.0.0.1:8080/", page)
	}
	ws, _, err := websocket.Dial(ctx, "ws://"+u.Host+"/ws", nil)
	if err != nil {
		return nil, fmt.Errorf("faceplate client: no panel answers at %s (is the agent running?): %w", page, err)
	}
	ws.SetReadLimit(1 << 20)
	c := &Client{ws: ws, done: make(chan struct{}), changed: make(chan struct{}), drawn: make(chan struct{}), state: newState()}
	c.sound.moved = make(chan struct{})
	c.ctx, c.cancel = context.WithCancel(context.Background())
	go c.read()
	if err := c.Wait(ctx, func(s State) bool { return s.Parts != nil }); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Close leaves the page and waits for the reader.
func (c *Client) Close() error {
	_ = c.ws.Close(websocket.StatusNormalClosure, "")
	c.cancel()
	<-c.done
	return nil
}

// Press holds a key down.
func (c *Client) Press(k hal.Key) error { return c.key(k, wire.Down) }

// Release lets a key go.
func (c *Client) Release(k hal.Key) error { return c.key(k, wire.Up) }

// Tap presses and releases keys, one after the other.
func (c *Client) Tap(keys ...hal.Key) error {
	for _, k := range keys {
		if err := errors.Join(c.Press(k), c.Release(k)); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) key(k hal.Key, state string) error {
	return c.send(wire.Message{Type: wire.TypeKey, Name: string(k), State: state})
}

// Hook lifts or replaces the handset.
func (c *Client) Hook(s hal.HookState) error {
	m := wire.Message{Type: wire.TypeHook, State: wire.OnHook}
	if s == hal.OffHook {
		m.State = wire.OffHook
	}
	return c.send(m)
}

// SetMono exchanges the 320x240 colour panel for the 128x64 monochrome one,
// or back.
func (c *Client) SetMono(mono bool) error {
	m := wire.Message{Type: wire.TypeDisplay, Mode: wire.Colour}
	if mono {
		m.Mode = wire.Mono
	}
	return c.send(m)
}

func (c *Client) send(m wire.Message) error {
	if err := c.ws.Write(c.ctx, websocket.MessageText, m.Encode()); err != nil {
		return fmt.Errorf("%w: %w", ErrClosed, err)
	}
	return nil
}

// Screen is the screen as the firmware drew it, a copy, and a channel that is
// closed when it has changed since.
func (c *Client) Screen() (image.Image, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.screen.copy(), c.drawn
}

// WaitScreen waits until ok holds for the screen.
func (c *Client) WaitScreen(ctx context.Context, ok func(image.Image) bool) error {
	for {
		img, drawn := c.Screen()
		if ok(img) {
			return nil
		}
		if err := c.wait(ctx, drawn); err != nil {
			return err
		}
	}
}

func (c *Client) wait(ctx context.Context, signal <-chan struct{}) error {
	select {
	case <-signal:
		return nil
	case <-c.done:
		return c.cause()
	case <-c.ctx.Done():
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) cause() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}
