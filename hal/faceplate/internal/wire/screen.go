package wire

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
)

// RGB565 is a pixel of the colour panel, as small TFT panels take it.
type RGB565 uint16

// RGBA spreads the bits so that full stays full and black black.
func (c RGB565) RGBA() (r, g, b, a uint32) {
	p := c.NRGBA()
	return uint32(p.R) * 0x101, uint32(p.G) * 0x101, uint32(p.B) * 0x101, 0xffff
}

// NRGBA is the pixel in 8 bits a channel.
func (c RGB565) NRGBA() color.NRGBA {
	r, g, b := uint8(c>>11)&31, uint8(c>>5)&63, uint8(c)&31
	return color.NRGBA{R: r<<3 | r>>2, G: g<<2 | g>>4, B: b<<3 | b>>2, A: 255}
}

// Pack makes the pixel of 8 bits a channel.
func Pack(r, g, b uint8) RGB565 {
	return RGB565(r>>3)<<11 | RGB565(g>>2)<<5 | RGB565(b>>3)
}

// RGB565Model is the colour panel's model.
var RGB565Model = color.ModelFunc(func(c color.Color) color.Color {
	if p, ok := c.(RGB565); ok {
		return p
	}
	r, g, b, _ := c.RGBA()
	return Pack(uint8(r>>8), uint8(g>>8), uint8(b>>8))
})

// MonoModel is the monochrome panel's model: dark and lit.
func MonoModel() color.Palette { return color.Palette{color.Black, color.White} }

// ScreenHeader is the length of a screen message before its pixels.
const ScreenHeader = 12

const maxSide = 4096

// The pixel formats of a screen message.
const (
	PixelsRGB565 = 0 // 16 bits, little-endian
	PixelsMono   = 1 // a bit each, the leftmost highest, rows padded to whole bytes
)

// Screen is a rectangle of the panel as it now is.
type Screen struct {
	Mono   bool
	Rect   image.Rectangle
	Pixels []RGB565 // row by row; of a mono panel, zero is dark
}

// AppendScreen appends the message: kind, pixel format, two zero bytes, x, y,
// width and height in 16 bits, the pixels; all little-endian.
func AppendScreen(dst []byte, s Screen) []byte {
	format := byte(PixelsRGB565)
	if s.Mono {
		format = PixelsMono
	}
	dst = append(dst, KindScreen, format, 0, 0)
	for _, v := range []int{s.Rect.Min.X, s.Rect.Min.Y, s.Rect.Dx(), s.Rect.Dy()} {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(v))
	}
	if !s.Mono {
		for _, p := range s.Pixels {
			dst = binary.LittleEndian.AppendUint16(dst, uint16(p))
		}
		return dst
	}
	w := s.Rect.Dx()
	for row := range s.Rect.Dy() {
		dst = appendBits(dst, s.Pixels[row*w:(row+1)*w])
	}
	return dst
}

func appendBits(dst []byte, row []RGB565) []byte {
	for x := 0; x < len(row); x += 8 {
		var bits byte
		for i, p := range row[x:min(x+8, len(row))] {
			if p != 0 {
				bits |= 0x80 >> i
			}
		}
		dst = append(dst, bits)
	}
	return dst
}

// DecodeScreen reads a screen message.
func DecodeScreen(data []byte) (Screen, error) {
	if len(data) < ScreenHeader || data[0] != KindScreen || data[1] > PixelsMono {
		return Screen{}, fmt.Errorf("%w: not a screen message", ErrMessage)
	}
	field := func(i int) int { return int(binary.LittleEndian.Uint16(data[4+2*i:])) }
	x, y, w, h := field(0), field(1), field(2), field(3)
	if w > maxSide || h > maxSide {
		return Screen{}, fmt.Errorf("%w: a screen of %dx%d pixels, at most %d a side", ErrMessage, w, h, maxSide)
	}
	s := Screen{Mono: data[1] == PixelsMono, Rect: image.Rect(x, y, x+w, y+h)}
	size := 2 * w * h
	if s.Mono {
		size = (w + 7) / 8 * h
	}
	body := data[ScreenHeader:]
	if len(body) != size {
		return Screen{}, fmt.Errorf("%w: %d bytes of pixels for %v, want %d", ErrMessage, len(body), s.Rect, size)
	}
	s.Pixels = make([]RGB565, w*h)
	for i := range s.Pixels {
		if !s.Mono {
			s.Pixels[i] = RGB565(binary.LittleEndian.Uint16(body[2*i:]))
		} else if body[i/w*((w+7)/8)+i%w/8]&(0x80>>(i%w%8)) != 0 {
			s.Pixels[i] = 0xffff
		}
	}
	return s, nil
}
