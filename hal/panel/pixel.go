package panel

import (
	"fmt"
	"image"
	"image/color"
)

// Pixels puts pictures into the pixels of a screen, a row at a time.
type Pixels struct {
	format *pixelFormat
	bounds image.Rectangle
	row    rgbRow
	packed []byte
}

func newPixels(size image.Point, f *pixelFormat) *Pixels {
	return &Pixels{format: f, bounds: image.Rectangle{Max: size}, row: make(rgbRow, 3*size.X), packed: make([]byte, size.X*f.bytes)}
}

// NewPixels are those of a screen of this size that has 16 bits a pixel (RGB565)
// or 32 (XRGB8888), the lowest byte first.
func NewPixels(size image.Point, bits uint32) (*Pixels, error) {
	red, green, blue := field{16, 8}, field{8, 8}, field{0, 8}
	if bits == 16 {
		red, green, blue = field{11, 5}, field{5, 6}, field{0, 5}
	}
	f, err := newPixelFormat(bits, red, green, blue, field{})
	if err != nil {
		return nil, err
	}
	return newPixels(size, f), nil
}

// Bounds begins at 0,0.
func (p *Pixels) Bounds() image.Rectangle { return p.bounds }

// Model has as many bits of each colour as the screen.
func (p *Pixels) Model() color.Model { return p.format.model() }

// Bytes is how many a pixel takes.
func (p *Pixels) Bytes() int { return p.format.bytes }

// Draw puts together what of r is on the screen, as hal.Display's Draw has it. It
// calls put for each row, which holds until put returns.
func (p *Pixels) Draw(r image.Rectangle, src image.Image, sp image.Point, put func(x, y int, row []byte)) {
	r, sp = clip(p.bounds, r, src, sp)
	row, packed := p.row[:3*r.Dx()], p.packed[:r.Dx()*p.format.bytes]
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row.read(src, sp.X, sp.Y+y-r.Min.Y)
		p.format.pack(packed, row)
		put(r.Min.X, y, packed)
	}
}

// field is where one colour is in a pixel.
type field struct{ offset, length uint32 }

// pixelFormat packs colours as a frame buffer has them.
type pixelFormat struct {
	bytes            int
	depth            [3]uint32 // bits of red, green and blue
	red, green, blue [256]uint32
	fill             uint32 // bits of transparency: opaque
}

func newPixelFormat(bits uint32, red, green, blue, alpha field) (*pixelFormat, error) {
	if bits != 16 && bits != 24 && bits != 32 {
		return nil, fmt.Errorf("it has %d bits a pixel; 16, 24 and 32 can be drawn: set the depth in the kernel's command line (video=…-16)", bits)
	}
	f := &pixelFormat{bytes: int(bits / 8), depth: [3]uint32{red.length, green.length, blue.length}}
	for i, c := range []struct {
		field
		table *[256]uint32
	}{{red, &f.red}, {green, &f.green}, {blue, &f.blue}} {
		if c.length == 0 || c.length > 8 || c.offset+c.length > bits {
			return nil, fmt.Errorf("its pixels have %s at bit %d, %d bits wide, of %d: that cannot be drawn", [...]string{"red", "green", "blue"}[i], c.offset, c.length, bits)
		}
		for v := range c.table {
			c.table[v] = uint32(v) >> (8 - c.length) << c.offset
		}
	}
	if alpha.length > 0 && alpha.length <= 8 && alpha.offset+alpha.length <= bits {
		f.fill = (1<<alpha.length - 1) << alpha.offset
	}
	return f, nil
}

// pack writes a row of pixels as the frame buffer has them.
func (f *pixelFormat) pack(dst []byte, row rgbRow) {
	for i := 0; i < len(row)/3; i++ {
		p := f.red[row[3*i]] | f.green[row[3*i+1]] | f.blue[row[3*i+2]] | f.fill
		d := dst[i*f.bytes : (i+1)*f.bytes]
		d[0], d[1] = byte(p), byte(p>>8)
		if len(d) > 2 {
			d[2] = byte(p >> 16)
		}
		if len(d) > 3 {
			d[3] = byte(p >> 24)
		}
	}
}

// model is what becomes of a colour on the panel.
func (f *pixelFormat) model() color.Model {
	cut := func(v uint32, length uint32) uint8 {
		v8 := v >> 8
		v8 &= 0xff << (8 - length)
		for filled := length; filled < 8; filled += length { // white stays white
			v8 |= v8 >> filled
		}
		return uint8(v8)
	}
	return color.ModelFunc(func(c color.Color) color.Color {
		r, g, b, _ := c.RGBA()
		return color.RGBA{cut(r, f.depth[0]), cut(g, f.depth[1]), cut(b, f.depth[2]), 0xff}
	})
}
