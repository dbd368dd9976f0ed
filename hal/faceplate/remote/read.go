package remote

import (
	"fmt"
	"image"

	"github.com/coder/websocket"

	"offhook/hal/faceplate/internal/wire"
)

func (c *Client) read() {
	defer close(c.done)
	for {
		kind, data, err := c.ws.Read(c.ctx)
		if err == nil {
			err = c.take(kind, data)
		}
		if err == nil {
			continue
		}
		c.mu.Lock()
		c.err = fmt.Errorf("%w: %w", ErrClosed, err)
		c.mu.Unlock()
		_ = c.ws.CloseNow()
		return
	}
}

func (c *Client) take(kind websocket.MessageType, data []byte) error {
	if kind == websocket.MessageText {
		return c.text(data)
	}
	if len(data) > 0 && data[0] == wire.KindScreen {
		s, err := wire.DecodeScreen(data)
		if err == nil {
			c.draw(s)
		}
		return err
	}
	a, err := wire.DecodeAudio(data, nil)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Sound {
		c.sound.take(a)
	}
	return nil
}

func (c *Client) text(data []byte) error {
	m, err := wire.Decode(data)
	if err != nil {
		return err
	}
	if m.Type == wire.TypeHello && m.Version != wire.Version {
		return fmt.Errorf("%w: the panel speaks version %d, this client %d", wire.ErrMessage, m.Version, wire.Version)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.apply(m)
	if m.Type == wire.TypeDisplay {
		c.resize(m)
	}
	if m.Type == wire.TypeAudio {
		c.sound.restart(c.state.Format.Period)
	}
	close(c.changed)
	c.changed = make(chan struct{})
	return nil
}

// screen is the copy of the panel's frame buffer.
type screen struct {
	mono bool
	at   image.Rectangle
	pix  []wire.RGB565
}

func (c *Client) resize(m wire.Message) {
	at := image.Rect(0, 0, m.Width, m.Height)
	if c.screen == nil || c.screen.at != at || c.screen.mono != (m.Mode == wire.Mono) {
		c.screen = &screen{mono: m.Mode == wire.Mono, at: at, pix: make([]wire.RGB565, m.Width*m.Height)}
	}
}

// draw takes a rectangle; one of a panel that has just been exchanged is
// followed by the new panel's.
func (c *Client) draw(s wire.Screen) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.screen == nil || c.screen.mono != s.Mono || !s.Rect.In(c.screen.at) {
		return
	}
	for y := s.Rect.Min.Y; y < s.Rect.Max.Y; y++ {
		copy(c.screen.pix[y*c.screen.at.Dx()+s.Rect.Min.X:], s.Pixels[:s.Rect.Dx()])
		s.Pixels = s.Pixels[s.Rect.Dx():]
	}
	close(c.drawn)
	c.drawn = make(chan struct{})
}

// copy makes an *image.RGBA, or of a monochrome panel an *image.Paletted.
func (s *screen) copy() image.Image {
	if s == nil {
		return image.NewRGBA(image.Rectangle{})
	}
	if s.mono {
		img := image.NewPaletted(s.at, wire.MonoModel())
		for i, p := range s.pix {
			img.Pix[i] = uint8(p & 1)
		}
		return img
	}
	img := image.NewRGBA(s.at)
	for i, p := range s.pix {
		c := p.NRGBA()
		copy(img.Pix[4*i:], []uint8{c.R, c.G, c.B, c.A})
	}
	return img
}
