package ws2812

import (
	"errors"
	"fmt"
	"sync"

	"periph.io/x/conn/v3/spi"

	"offhook/hal/blink"
)

// portOpener opens an SPI device; tests put a strip of their own behind it.
type portOpener func(bus, selected int) (spi.PortCloser, error)

// strips are those that have a lamp, by their SPI device.
type strips struct {
	open portOpener

	mu     sync.Mutex // held while a strip is opened or closed
	strips map[string]*strip
}

// strip is lights one after the other. Its mutex is held while they are written:
// that is the state it guards.
type strip struct {
	name string
	port spi.PortCloser
	conn spi.Conn

	mu     sync.Mutex
	lights [][3]byte // to the last one that is a lamp
	used   map[int]bool
	out    []byte
}

// lamp makes a lamp, dark, of one light.
func (s *strips) lamp(c config) (*blink.Lamp, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.strips[c.SPI]
	if of == nil {
		var err error
		if of, err = s.begin(c); err != nil {
			return nil, err
		}
	}
	if err := of.take(c.Pixel); err != nil {
		return nil, errors.Join(err, s.end(of))
	}
	lit, dark := c.colour.ordered(c.Order), [3]byte{}
	light := func(on bool) error {
		if on {
			return of.set(c.Pixel, lit)
		}
		return of.set(c.Pixel, dark)
	}
	return blink.New(light, func() error { return s.release(of, c.Pixel) }), nil
}

func (s *strips) begin(c config) (*strip, error) {
	port, err := s.open(c.bus, c.selected)
	if err != nil {
		return nil, err
	}
	conn, err := port.Connect(bitRate, spi.Mode0, 8)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", c.SPI, err), port.Close())
	}
	of := &strip{name: c.SPI, port: port, conn: conn, used: map[int]bool{}}
	s.strips[c.SPI] = of
	return of, nil
}

// end closes a strip without lamps.
func (s *strips) end(of *strip) error {
	if len(of.used) > 0 {
		return nil
	}
	delete(s.strips, of.name)
	return of.port.Close()
}

func (s *strips) release(of *strip, pixel int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(of.used, pixel)
	return s.end(of)
}

// take gives a light to a lamp, and darkens it.
func (s *strip) take(pixel int) error {
	if s.used[pixel] {
		return fmt.Errorf("light %d of %s is another lamp's already", pixel, s.name)
	}
	s.mu.Lock()
	for len(s.lights) <= pixel {
		s.lights = append(s.lights, [3]byte{})
	}
	s.mu.Unlock()
	if err := s.set(pixel, [3]byte{}); err != nil {
		return err
	}
	s.used[pixel] = true
	return nil
}

// set shows a light as it is to be, and all others as they are: what a strip
// lost with its power comes back with the next change.
func (s *strip) set(pixel int, bytes [3]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lights[pixel] = bytes
	s.out = frame(s.out[:0], s.lights)
	if err := s.conn.Tx(s.out, nil); err != nil {
		return fmt.Errorf("light %d of %s: %w", pixel, s.name, err)
	}
	return nil
}
