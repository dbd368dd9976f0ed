package panel

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"sync"

	"periph.io/x/conn/v3/i2c"

	"offhook/hal"
)

// busOpener opens an I2C bus; tests play one back.
type busOpener func(bus int) (i2c.BusCloser, error)

type oledConfig struct {
	Bus        int    `param:"bus" range:"0..255"`
	Address    int    `param:"address" takes:"address"`
	Width      int    `param:"width"`
	Height     int    `param:"height"`
	Rotate     int    `param:"rotate" values:"0 180"`
	Controller string `param:"controller" values:"ssd1306 ssd1309 sh1106"`
}

func oledDefaults() oledConfig {
	return oledConfig{Bus: 1, Address: 0x3c, Width: 128, Height: 64, Controller: "ssd1306"}
}

func oledParams(p hal.Params) (oledConfig, error) {
	c := oledDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	var faults []error
	if c.Address < 0x08 || c.Address > 0x77 {
		faults = append(faults, hal.Faultf("address", "%#x is not an address on the bus; these panels are at 0x3c or 0x3d", c.Address))
	}
	if c.Width < 8 || c.Width > 128 || c.Width%2 != 0 {
		faults = append(faults, hal.Faultf("width", "%d is not an even number between 8 and 128", c.Width))
	}
	if c.Height < 16 || c.Height > 64 || c.Height%8 != 0 {
		faults = append(faults, hal.Faultf("height", "%d is not a multiple of 8 between 16 and 64", c.Height))
	}
	return c, errors.Join(faults...)
}

func oledDriver(open busOpener) hal.Driver[hal.Display] {
	return hal.Driver[hal.Display]{
		Defaults: oledDefaults(),
		Check:    func(p hal.Params) error { _, err := oledParams(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Display, error) {
			c, err := oledParams(p)
			if err != nil {
				return nil, err
			}
			bus, err := open(c.Bus)
			if err != nil {
				return nil, err
			}
			o := newOLED(bus, c)
			if err := o.begin(); err != nil {
				return nil, errors.Join(fmt.Errorf("no panel answers at %#x on I2C bus %d (i2cdetect -y %d shows what does): %w", c.Address, c.Bus, c.Bus, err), bus.Close())
			}
			return o, nil
		},
	}
}

// OLED is a panel of one bit a pixel with an SSD1306 or SH1106 controller.
type OLED struct {
	config oledConfig
	bus    i2c.BusCloser
	dev    i2c.Dev
	column int // of the controller's memory at which the panel begins

	mu     sync.Mutex
	want   []byte // columns of eight pixels, lowest bit on top, page after page
	shown  []byte // what the controller has
	begun  bool   // the controller is set up and shown is true
	light  int    // percent
	closed bool
	row    rgbRow
	out    []byte
}

var _ hal.Display = (*OLED)(nil)

func newOLED(bus i2c.BusCloser, c oledConfig) *OLED {
	size := c.Width * c.Height / 8
	o := &OLED{
		config: c, bus: bus, dev: i2c.Dev{Bus: bus, Addr: uint16(c.Address)},
		want: make([]byte, size), shown: make([]byte, size), light: 100,
		row: make(rgbRow, 3*c.Width), out: make([]byte, 0, 1+c.Width),
	}
	if c.Controller == "sh1106" {
		o.column = (132 - c.Width) / 2 // the panel is glued to the middle of its 132 columns
	}
	return o
}

// Bounds implements hal.Display.
func (o *OLED) Bounds() image.Rectangle { return image.Rect(0, 0, o.config.Width, o.config.Height) }

// ColorModel implements hal.Display: black and white.
func (o *OLED) ColorModel() color.Model { return color.Palette{color.Black, color.White} }

// Draw implements hal.Display. Only what is different from what the panel
// shows goes over the bus. After an error the whole panel is set up again by
// the next Draw: a disturbance on the bus may have changed anything.
func (o *OLED) Draw(r image.Rectangle, src image.Image, sp image.Point) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return hal.ErrClosed
	}
	r, sp = clip(o.Bounds(), r, src, sp)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := o.row[:3*r.Dx()]
		row.read(src, sp.X, sp.Y+y-r.Min.Y)
		for i := range r.Dx() {
			o.put(r.Min.X+i, y, row.luma(i) >= 0x80)
		}
	}
	if !o.begun {
		return o.begin()
	}
	return o.flush()
}

func (o *OLED) put(x, y int, on bool) {
	at, bit := y/8*o.config.Width+x, byte(1)<<(y%8)
	if on {
		o.want[at] |= bit
	} else {
		o.want[at] &^= bit
	}
}

// Backlight implements hal.Display: an OLED has none, so its contrast is set;
// at 0 it is dark.
func (o *OLED) Backlight(percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("panel at %#x: a light of %d percent; it goes from 0 to 100", o.config.Address, percent)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return hal.ErrClosed
	}
	o.light = percent
	return o.failed(o.command(o.lighting()...))
}

// Commands of the controller (SSD1306 datasheet, section 9).
const (
	cmdContrast     = 0x81
	cmdAsInMemory   = 0xa4
	cmdNotInverted  = 0xa6
	cmdRows         = 0xa8
	cmdOff          = 0xae
	cmdOn           = 0xaf
	cmdPage         = 0xb0
	cmdShift        = 0xd3
	cmdClock        = 0xd5
	cmdPrecharge    = 0xd9
	cmdComPins      = 0xda
	cmdDeselect     = 0xdb
	cmdChargePump   = 0x8d
	cmdSH1106Pump   = 0xad
	cmdAddressing   = 0x20
	cmdFirstLine    = 0x40
	cmdColumnsLeft  = 0xa0
	cmdColumnsRight = 0xa1
	cmdRowsDown     = 0xc0
	cmdRowsUp       = 0xc8
)

// begin sets the controller up, writes all of its memory, and only then lights
// the panel: what the memory held at power-on is not seen.
func (o *OLED) begin() error {
	columns, rows := byte(cmdColumnsRight), byte(cmdRowsUp)
	if o.config.Rotate == 180 {
		columns, rows = cmdColumnsLeft, cmdRowsDown
	}
	// Panels of 32 and 16 rows have their rows wired one after the other, those
	// of 64 alternately.
	pins := byte(0x12)
	if o.config.Height <= 32 && o.config.Width > 64 {
		pins = 0x02
	}
	pump := []byte{cmdChargePump, 0x14, cmdAddressing, 0x02}
	switch o.config.Controller {
	case "sh1106":
		pump = []byte{cmdSH1106Pump, 0x8b}
	case "ssd1309": // its modules make the panel's voltage themselves
		pump = pump[2:]
	}
	setup := append([]byte{cmdOff, cmdClock, 0x80, cmdRows, byte(o.config.Height - 1), cmdShift, 0, cmdFirstLine}, pump...)
	setup = append(setup, columns, rows, cmdComPins, pins, cmdPrecharge, 0xf1, cmdDeselect, 0x40, cmdAsInMemory, cmdNotInverted)
	if err := o.command(setup...); err != nil {
		return o.failed(err)
	}
	for page := range o.config.Height / 8 {
		if err := o.writePage(page, 0, o.config.Width); err != nil {
			return o.failed(err)
		}
	}
	if err := o.command(o.lighting()...); err != nil {
		return o.failed(err)
	}
	o.begun = true
	return nil
}

func (o *OLED) lighting() []byte {
	if o.light == 0 {
		return []byte{cmdOff}
	}
	return []byte{cmdContrast, byte(o.light * 255 / 100), cmdOn}
}

// flush writes of each page what changed.
func (o *OLED) flush() error {
	width := o.config.Width
	for page := range o.config.Height / 8 {
		want, shown := o.want[page*width:(page+1)*width], o.shown[page*width:(page+1)*width]
		from, to := 0, width
		for from < to && want[from] == shown[from] {
			from++
		}
		for to > from && want[to-1] == shown[to-1] {
			to--
		}
		if from == to {
			continue
		}
		if err := o.writePage(page, from, to); err != nil {
			return o.failed(err)
		}
	}
	return nil
}

func (o *OLED) writePage(page, from, to int) error {
	column := byte(o.column + from)
	if err := o.command(cmdPage|byte(page), column&0x0f, 0x10|column>>4); err != nil {
		return err
	}
	part := o.want[page*o.config.Width+from : page*o.config.Width+to]
	o.out = append(append(o.out[:0], 0x40), part...) // what follows is data
	if _, err := o.dev.Write(o.out); err != nil {
		return err
	}
	copy(o.shown[page*o.config.Width+from:], part)
	return nil
}

func (o *OLED) command(bytes ...byte) error {
	_, err := o.dev.Write(append([]byte{0}, bytes...)) // what follows are commands
	return err
}

func (o *OLED) failed(err error) error {
	if err == nil {
		return nil
	}
	o.begun = false
	return fmt.Errorf("panel at %#x on I2C bus %d: %w", o.config.Address, o.config.Bus, err)
}

// Close darkens the panel and gives the bus back.
func (o *OLED) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil
	}
	o.closed = true
	_ = o.command(cmdOff) // a panel that went away is dark
	return o.bus.Close()
}
