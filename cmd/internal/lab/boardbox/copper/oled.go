package copper

import (
	"image"
	"image/color"
	"sync"
)

// The panel's size in pixels.
const (
	oledWidth  = 128
	oledHeight = 64
	oledPages  = oledHeight / 8
)

// arguments is how many octets follow a command of the SSD1306 (its data sheet,
// table 9-1).
var arguments = map[byte]int{
	0x20: 1, 0x21: 2, 0x22: 2, 0x26: 6, 0x27: 6, 0x29: 5, 0x2a: 5, 0x81: 1, 0x8d: 1,
	0xa3: 2, 0xa8: 1, 0xd3: 1, 0xd5: 1, 0xd9: 1, 0xda: 1, 0xdb: 1,
}

// How the controller goes on after an octet.
const (
	horizontally = 0
	vertically   = 1
	inPage       = 2
)

// OLED is a panel with an SSD1306. Any goroutine may look at it.
type OLED struct {
	mu          sync.Mutex
	memory      [oledPages][oledWidth]byte
	page, col   int
	firstCol    int
	lastCol     int
	firstPage   int
	lastPage    int
	mode        int
	command     byte
	missing     int // octets of the command
	args        []byte
	lit         bool
	inverted    bool
	mirrored    bool // segments run from right to left
	upsideDown  bool // rows run from bottom to top
	transferred uint64
}

// NewOLED makes a panel as it is after power came: dark.
func NewOLED() *OLED { return &OLED{mode: inPage, lastCol: oledWidth - 1, lastPage: oledPages - 1} }

// Transferred counts the octets of picture that came.
func (o *OLED) Transferred() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.transferred
}

// Lit tells whether the panel is on.
func (o *OLED) Lit() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lit
}

// Image is what a person sees: white on black, all black while the panel is off.
// Modules are glued in such that both mirrors are on for an upright picture.
func (o *OLED) Image() *image.Gray {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := image.NewGray(image.Rect(0, 0, oledWidth, oledHeight))
	for y := range oledHeight {
		for x := range oledWidth {
			col, row := x, y
			if !o.mirrored {
				col = oledWidth - 1 - x
			}
			if !o.upsideDown {
				row = oledHeight - 1 - y
			}
			if on := o.memory[row/8][col]>>(row%8)&1 == 1; o.lit && on != o.inverted {
				m.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	return m
}

// Write takes one transfer of the bus: control octets, each before one octet or,
// with its highest bit clear, before all that follow (data sheet §8.1.5.2).
func (o *OLED) Write(p []byte) {
	const onlyOne, isData = 0x80, 0x40
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(p) > 1 {
		control, count := p[0], len(p)-1
		if control&onlyOne != 0 {
			count = 1
		}
		for _, b := range p[1 : 1+count] {
			if control&isData != 0 {
				o.data(b)
			} else {
				o.instruct(b)
			}
		}
		p = p[1+count:]
	}
}

func (o *OLED) data(b byte) {
	o.memory[o.page][o.col] = b
	o.transferred++
	switch o.mode {
	case horizontally:
		if o.next(&o.col, o.firstCol, o.lastCol, oledWidth) {
			o.next(&o.page, o.firstPage, o.lastPage, oledPages)
		}
	case vertically:
		if o.next(&o.page, o.firstPage, o.lastPage, oledPages) {
			o.next(&o.col, o.firstCol, o.lastCol, oledWidth)
		}
	default:
		o.col = (o.col + 1) % oledWidth
	}
}

// next goes on within a window; it tells when it began again.
func (o *OLED) next(at *int, first, last, size int) (wrapped bool) {
	if *at == last {
		*at = first
		return true
	}
	*at = (*at + 1) % size
	return false
}

func (o *OLED) instruct(b byte) {
	if o.missing > 0 {
		o.args = append(o.args, b)
		if o.missing--; o.missing == 0 {
			o.carryOut()
		}
		return
	}
	if n := arguments[b]; n > 0 {
		o.command, o.missing, o.args = b, n, nil
		return
	}
	switch {
	case b <= 0x0f:
		o.col = o.col&0x70 | int(b)
	case b <= 0x17:
		o.col = o.col&0x0f | int(b&7)<<4
	case b >= 0xb0 && b <= 0xb7:
		o.page = int(b & 7)
	case b == 0xa0 || b == 0xa1:
		o.mirrored = b == 0xa1
	case b == 0xa6 || b == 0xa7:
		o.inverted = b == 0xa7
	case b == 0xae || b == 0xaf:
		o.lit = b == 0xaf
	case b == 0xc0 || b == 0xc8:
		o.upsideDown = b == 0xc8
	}
}

// carryOut does a command whose octets are all there.
func (o *OLED) carryOut() {
	a := o.args
	switch o.command {
	case 0x20:
		o.mode = int(a[0] & 3)
	case 0x21:
		o.firstCol, o.lastCol = int(a[0]&127), int(a[1]&127)
		o.col = o.firstCol
	case 0x22:
		o.firstPage, o.lastPage = int(a[0]&7), int(a[1]&7)
		o.page = o.firstPage
	}
}
