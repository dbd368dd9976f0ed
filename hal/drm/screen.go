package drm

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"sync"

	"offhook/hal"
	"offhook/hal/panel"
)

// Screen is a screen of the kernel's DRM/KMS class.
type Screen struct {
	name   string
	config config
	log    *slog.Logger
	lamp   *panel.Light // nil: the screen is switched off instead

	giveBack func() error // of the console; nil: none was taken

	resized  chan struct{}
	stop     chan struct{}
	watching sync.WaitGroup

	mu      sync.Mutex
	card    card
	output  output
	mode    modeInfo
	crtc    uint32
	before  crtcState // what the CRTC showed
	buffers [2]*buffer
	front   int    // the buffer that is shown
	way     way    // of showing
	flips   uint64 // so far
	events  [8 * 32]byte
	args    arguments
	clips   []clipRect
	mending bool // a loss of the screen was told

	pixels  *panel.Pixels
	picture []byte // as the panel has it: turned
	damage  damage // of the picture since it was shown
	size    image.Point

	shown  bool // the mode is set, and the front buffer is as the picture less its damage
	dark   bool // switched off
	gone   bool // nothing is connected
	closed bool
}

// arguments of calls: a picture is shown without an allocation.
type arguments struct {
	connector uint32
	crtc      crtcState
	flip      pageFlip
	dirty     dirtyFB
}

var (
	_ hal.Display = (*Screen)(nil)
	_ hal.Resizer = (*Screen)(nil)
)

func open(m cards, name string, c config, log *slog.Logger) (*Screen, error) {
	device, err := m.open(name)
	if err != nil {
		return nil, err
	}
	s := &Screen{name: name, config: c, log: log.With("device", name), card: device, resized: make(chan struct{}, 1), stop: make(chan struct{}), clips: make([]clipRect, 0, maxClips)}
	if err := s.begin(); err != nil {
		return nil, errors.Join(err, s.release())
	}
	if s.giveBack, err = m.console(name); err != nil {
		s.log.Debug("the kernel's text has not been stopped", "error", err)
	}
	s.log.Info("screen", "connector", s.output.name, "mode", s.mode.String(), "bits", 8*s.pixels.Bytes(), "way", s.way.String())
	s.watching.Go(s.watch)
	return s, nil
}

// Bounds implements hal.Display.
func (s *Screen) Bounds() image.Rectangle {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pixels.Bounds()
}

// ColorModel implements hal.Display: as many bits of each colour as the screen has.
func (s *Screen) ColorModel() color.Model {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pixels.Model()
}

// Resized implements hal.Resizer: another screen was connected.
func (s *Screen) Resized() <-chan struct{} { return s.resized }

// Draw implements hal.Display. It returns when the picture is shown, or is sure to
// be: while the screen is off or away, the picture waits for it.
func (s *Screen) Draw(r image.Rectangle, src image.Image, sp image.Point) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return hal.ErrClosed
	}
	s.pixels.Draw(r, src, sp, s.put)
	if s.dark || s.gone {
		return nil
	}
	return s.show()
}

// put takes a row of pixels into the picture, and of it what is different.
func (s *Screen) put(x, y int, row []byte) {
	if s.config.Rotate == 0 {
		s.putRow(x, y, row)
		return
	}
	n, at := s.pixels.Bytes(), s.turned(image.Pt(x, y))
	for step := s.turned(image.Pt(x+1, y)).Sub(at); len(row) > 0; row = row[n:] {
		old := s.picture[(at.Y*s.size.X+at.X)*n:][:n]
		if !bytes.Equal(old, row[:n]) {
			copy(old, row[:n])
			s.damage.add(at.Y, at.X, at.X+1)
		}
		at = at.Add(step)
	}
}

func (s *Screen) putRow(x, y int, row []byte) {
	n := s.pixels.Bytes()
	old := s.picture[(y*s.size.X+x)*n:][:len(row)]
	if bytes.Equal(old, row) {
		return
	}
	left, right := 0, len(row)
	for old[left] == row[left] {
		left++
	}
	for old[right-1] == row[right-1] {
		right--
	}
	copy(old, row)
	s.damage.add(y, x+left/n, x+(right+n-1)/n)
}

// turned is where a pixel of the picture is on the panel.
func (s *Screen) turned(p image.Point) image.Point {
	switch s.config.Rotate {
	case 90:
		return image.Pt(s.size.X-1-p.Y, p.X)
	case 180:
		return image.Pt(s.size.X-1-p.X, s.size.Y-1-p.Y)
	case 270:
		return image.Pt(p.Y, s.size.Y-1-p.X)
	}
	return p
}

// Backlight implements hal.Display. Without a backlight that can be set, the screen
// is switched off at 0 and on otherwise.
func (s *Screen) Backlight(percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("%s: a light of %d percent; it goes from 0 to 100", s.name, percent)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return hal.ErrClosed
	case s.lamp != nil:
		return s.lamp.Set(percent)
	}
	dark := percent == 0
	if dark == s.dark {
		return nil
	}
	s.dark = dark
	switch {
	case s.gone:
		return nil
	case dark:
		return s.unset()
	}
	return s.show()
}

// Close gives the screen back to who had it before.
func (s *Screen) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.stop)
	s.mu.Unlock()
	s.watching.Wait()
	return s.release()
}

// release undoes what begin did, as far as it came.
func (s *Screen) release() error {
	if s.crtc != 0 {
		if err := s.restore(); err != nil { // the screen may be somebody else's by now
			s.log.Debug("the screen is not as it was before", "error", errors.Join(err, s.unset()))
		}
	}
	err := errors.Join(s.freeBuffers(), s.card.Close(), s.lamp.Relight())
	if s.giveBack != nil { // after the device: it is the kernel's again
		err = errors.Join(err, s.giveBack())
	}
	return err
}

func (s *Screen) freeBuffers() error {
	var faults []error
	for i, b := range s.buffers {
		if b != nil {
			faults = append(faults, b.free())
			s.buffers[i] = nil
		}
	}
	return errors.Join(faults...)
}
