package panel

import (
	"fmt"
	"image/color"
)

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
