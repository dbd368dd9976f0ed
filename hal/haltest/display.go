package haltest

import (
	"image"
	"image/color"
	"image/draw"
	"testing"

	"offhook/hal"
)

// Display tests a hal.Display; at tells the colour that a person would see at a
// place of the panel. Only black and white are drawn, which every panel has.
func Display(t testing.TB, open func(testing.TB) (d hal.Display, at func(x, y int) color.Color)) {
	t.Helper()
	d, at := open(t)
	s := &screen{t: t, panel: d, at: at, bounds: d.Bounds()}
	if s.bounds.Dx() < 16 || s.bounds.Dy() < 16 || d.ColorModel() == nil {
		t.Fatalf("a panel of %v with the colour model %v", s.bounds, d.ColorModel())
	}
	s.want = image.NewGray(s.bounds)
	s.drawsEveryKindOfImage()
	s.clips()
	for _, percent := range []int{0, 1, 50, 100} {
		if err := d.Backlight(percent); err != nil {
			t.Errorf("Backlight(%d): %v", percent, err)
		}
	}
	for _, percent := range []int{-1, 101} {
		if d.Backlight(percent) == nil {
			t.Errorf("Backlight(%d) is accepted", percent)
		}
	}
	closing(t, "display", d)
	wantClosed(t, "Draw", d.Draw(s.bounds, image.White, image.Point{}))
	wantClosed(t, "Backlight", d.Backlight(50))
}

// screen is a panel and what should be on it.
type screen struct {
	t      testing.TB
	panel  hal.Display
	at     func(x, y int) color.Color
	bounds image.Rectangle
	want   *image.Gray
}

func (s *screen) draw(what string, r image.Rectangle, src image.Image, sp image.Point) {
	s.t.Helper()
	if err := s.panel.Draw(r, src, sp); err != nil {
		s.t.Fatalf("Draw of %s: %v", what, err)
	}
	draw.Draw(s.want, r, src, sp, draw.Src)
	for y := s.bounds.Min.Y; y < s.bounds.Max.Y; y++ {
		for x := s.bounds.Min.X; x < s.bounds.Max.X; x++ {
			r, g, b, _ := s.at(x, y).RGBA()
			got, want := r > 0x7fff && g > 0x7fff && b > 0x7fff, s.want.GrayAt(x, y).Y > 0x7f
			if got != want {
				s.t.Errorf("Draw of %s: white is %v at %d,%d", what, got, x, y)
				return
			}
		}
	}
}

// pattern is no two rows or columns alike over a good distance.
func pattern(x, y int) bool { return (x*x+3*y+x*y/5)%7 < 3 }

func paint(img draw.Image) image.Image {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.Gray{}
			if pattern(x, y) {
				c.Y = 0xff
			}
			img.Set(x, y, c)
		}
	}
	return img
}

func (s *screen) drawsEveryKindOfImage() {
	s.t.Helper()
	s.draw("black", s.bounds, image.Black, image.Point{})
	r := image.Rect(-3, -5, s.bounds.Dx()-3, s.bounds.Dy()-5) // corners need not be at 0,0
	for _, i := range []struct {
		name string
		img  draw.Image
	}{
		{"RGBA", image.NewRGBA(r)}, {"Gray", image.NewGray(r)}, {"NRGBA", image.NewNRGBA(r)},
		{"Paletted", image.NewPaletted(r, color.Palette{color.Black, color.White})},
	} {
		s.draw("white", s.bounds, image.White, image.Point{})
		s.draw(i.name, s.bounds, paint(i.img), r.Min)
		part := image.Rect(3, 2, 14, 13).Add(s.bounds.Min)
		s.draw(i.name+", a part", part, i.img, image.Pt(1, 1))
	}
}

func (s *screen) clips() {
	s.t.Helper()
	big := paint(image.NewRGBA(image.Rect(0, 0, 2*s.bounds.Dx(), 2*s.bounds.Dy())))
	b := s.bounds
	for _, c := range []struct {
		name string
		r    image.Rectangle
		sp   image.Point
	}{
		{"more than the panel", b.Inset(-9), image.Pt(4, 4)},
		{"what hangs over the left upper corner", image.Rect(-7, -6, 5, 4).Add(b.Min), image.Pt(2, 3)},
		{"what hangs over the right lower corner", image.Rect(-5, -4, 7, 6).Add(b.Max), image.Pt(2, 3)},
		{"what lies outside", image.Rect(5, 5, 9, 9).Add(b.Max), image.Point{}},
		{"an empty rectangle", image.Rectangle{Min: b.Max, Max: b.Min}, image.Point{}},
		{"more than the source has", b, image.Pt(2*b.Dx()-5, 2*b.Dy()-5)},
		{"what the source has not", b, image.Pt(5000, 5000)},
		{"what begins before the source", b, image.Pt(-6, -6)},
	} {
		s.draw(c.name, c.r, big, c.sp)
	}
}
