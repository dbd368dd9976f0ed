package screen

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"testing"
)

func noise(r *rand.Rand, rect image.Rectangle) *image.RGBA {
	m := image.NewRGBA(rect)
	for i := range m.Pix {
		m.Pix[i] = uint8(r.IntN(256))
	}
	return m
}

func TestPaint_covers_and_stamps_as_image_draw_does(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		ground := noise(r, image.Rect(0, 0, 24, 20))
		got, want := *ground, *ground
		got.Pix, want.Pix = bytes.Clone(ground.Pix), bytes.Clone(ground.Pix)
		alpha := []uint8{0xff, 0xb4, 1, 0}[r.IntN(4)]
		c := ink{uint8(r.IntN(int(alpha) + 1)), uint8(r.IntN(int(alpha) + 1)), uint8(r.IntN(int(alpha) + 1)), alpha}
		box := image.Rect(r.IntN(40)-8, r.IntN(40)-8, r.IntN(40)-8, r.IntN(40)-8)
		source := image.NewUniform(color.RGBA(c))
		if r.IntN(2) == 0 {
			fill(&got, box, c)
			draw.Draw(&want, box, source, image.Point{}, draw.Over)
		} else {
			mask, from := image.NewAlpha(image.Rect(0, 0, 12, 12)), image.Pt(r.IntN(6), r.IntN(6))
			for i := range mask.Pix {
				mask.Pix[i] = []uint8{0, 0xff, uint8(r.IntN(256))}[r.IntN(3)]
			}
			stamp(&got, box, c, mask, from)
			draw.DrawMask(&want, box, source, image.Point{}, mask, from, draw.Over)
		}
		if !bytes.Equal(got.Pix, want.Pix) {
			t.Fatalf("%v into %v is another picture", c, box)
		}
	}
}

func TestPNG_is_read_back(t *testing.T) {
	picture := noise(rand.New(rand.NewPCG(3, 4)), image.Rect(0, 0, 33, 7))
	for i := 3; i < len(picture.Pix); i += 4 {
		picture.Pix[i] = 0xff // screens hide nothing behind them
	}
	grey := image.NewGray(image.Rect(2, 3, 9, 5))
	for i := range grey.Pix {
		grey.Pix[i] = uint8(i * 18)
	}
	for _, m := range []image.Image{picture, grey, picture.SubImage(image.Rect(4, 2, 20, 6)), image.NewNRGBA(image.Rect(0, 0, 1, 1))} {
		data, err := PNG(m)
		if err != nil {
			t.Fatal(err)
		}
		back, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if back.Bounds().Size() != m.Bounds().Size() {
			t.Fatalf("%v became %v", m.Bounds(), back.Bounds())
		}
		for y := range back.Bounds().Dy() {
			for x := range back.Bounds().Dx() {
				r, g, b, _ := m.At(m.Bounds().Min.X+x, m.Bounds().Min.Y+y).RGBA()
				r2, g2, b2, _ := back.At(x, y).RGBA()
				if [3]uint32{r, g, b} != [3]uint32{r2, g2, b2} {
					t.Fatalf("at %d,%d: %x %x %x, want %x %x %x", x, y, r2, g2, b2, r, g, b)
				}
			}
		}
	}
}
