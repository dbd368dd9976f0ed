package panel

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"offhook/hal"
)

func epaperDriver(open portOpener, lines Lines) hal.Driver[hal.Display] {
	return hal.Driver[hal.Display]{
		Defaults: epaperDefaults(),
		Check:    func(p hal.Params) error { _, err := epaperParams(p); return err },
		Open: func(_ context.Context, p hal.Params, log *slog.Logger) (hal.Display, error) {
			c, err := epaperParams(p)
			if err != nil {
				return nil, err
			}
			e, err := openEPaper(c, open, lines, log)
			if err != nil {
				return nil, fmt.Errorf("e-paper on %s: %w", c.SPI, err)
			}
			return e, nil
		},
	}
}

// EPaper is a black and white panel of paper with an SSD1680 controller. Draw takes
// the picture; a goroutine brings the newest one on the paper when that may be driven.
type EPaper struct {
	config epaperConfig
	log    *slog.Logger
	bus    *tftBus
	busy   gpio.PinIO
	line   int // bytes

	drawn   chan struct{} // one waits
	stop    chan struct{}
	driving sync.WaitGroup

	mu     sync.Mutex
	want   []byte // rows of eight pixels a byte, the highest bit left: 1 is white
	begun  bool   // there is a picture
	fault  error  // of the paper, not yet told
	closed bool
	row    rgbRow

	// The goroutine's.
	next, shown []byte
	pace        pace
	awake       bool
	driven      time.Time
	failing     bool
}

var _ hal.Display = (*EPaper)(nil)

func openEPaper(c epaperConfig, open portOpener, lines Lines, log *slog.Logger) (*EPaper, error) {
	line := (c.Width + 7) / 8
	e := &EPaper{
		config: c, log: log, line: line, drawn: make(chan struct{}, 1), stop: make(chan struct{}),
		want: make([]byte, line*c.Height), next: make([]byte, line*c.Height), shown: make([]byte, line*c.Height), row: make(rgbRow, 3*max(c.Width, c.Height)),
		pace: pace{interval: c.Interval, burst: c.Burst, partials: c.Partials, every: c.Every},
	}
	var err error
	if e.bus, err = newTFTBus(c.wires(), open, lines); err != nil {
		return nil, err
	}
	if e.busy, err = lines.Open(c.Chip, c.Busy); err != nil {
		return nil, errors.Join(fmt.Errorf("busy: %w", err), e.bus.Close())
	}
	if err := e.busy.In(gpio.Float, gpio.NoEdge); err != nil {
		return nil, errors.Join(fmt.Errorf("busy: %w", err), e.release())
	}
	if err := e.wake(); err != nil {
		return nil, errors.Join(err, e.release())
	}
	e.driving.Go(e.drive)
	return e, nil
}

// Bounds implements hal.Display.
func (e *EPaper) Bounds() image.Rectangle { return image.Rectangle{Max: e.config.size()} }

// ColorModel implements hal.Display: black and white.
func (e *EPaper) ColorModel() color.Model { return color.Palette{color.Black, color.White} }

// Draw implements hal.Display. It does not wait for the paper, whose faults a later
// Draw tells.
func (e *EPaper) Draw(r image.Rectangle, src image.Image, sp image.Point) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return hal.ErrClosed
	}
	r, sp = clip(e.Bounds(), r, src, sp)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := e.row[:3*r.Dx()]
		row.read(src, sp.X, sp.Y+y-r.Min.Y)
		for i := range r.Dx() {
			e.put(r.Min.X+i, y, row.luma(i) >= 0x80)
		}
	}
	e.begun = true
	select {
	case e.drawn <- struct{}{}:
	default: // the goroutine has yet to look
	}
	err := e.fault
	e.fault = nil
	return err
}

func (e *EPaper) put(x, y int, light bool) {
	x, y = e.config.turned(x, y)
	at, bit := y*e.line+x/8, byte(0x80)>>(x%8)
	if light != e.config.Invert {
		e.want[at] |= bit
	} else {
		e.want[at] &^= bit
	}
}

// Backlight implements hal.Display: paper has none.
func (e *EPaper) Backlight(percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("e-paper on %s: a light of %d percent; it goes from 0 to 100", e.config.SPI, percent)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return hal.ErrClosed
	}
	return nil
}

// Close leaves the paper white, which would show a telephone that is no more, and the
// controller asleep.
func (e *EPaper) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	close(e.stop)
	e.mu.Unlock()
	e.driving.Wait()
	if e.begun && !e.failing {
		for i := range e.next {
			e.next[i] = 0xff
		}
		if err := e.refresh(true); err != nil {
			e.log.Debug("the paper is not white", "error", err)
		}
	}
	_ = e.sleep() // a panel that went away is asleep
	return e.release()
}

func (e *EPaper) release() error { return errors.Join(e.busy.Halt(), e.bus.Close()) }
