//go:build browser

package browsertest

import (
	"image"
	"image/color"
	"image/draw"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

func itoa(n int) string { return strconv.Itoa(n) }

// canvas draws what a telephone might show; the real screens are drawn elsewhere.
type canvas struct {
	*image.RGBA
	mono bool
}

func newCanvas(r image.Rectangle) canvas {
	c := canvas{RGBA: image.NewRGBA(r), mono: r.Dx() < 200}
	c.fill(r, "paper")
	return c
}

func (c canvas) colour(name string) color.Color {
	switch {
	case !c.mono:
		return ink[name]
	case name == "paper":
		return color.Black
	}
	return color.White
}

func (c canvas) fill(r image.Rectangle, name string) {
	draw.Draw(c, r, image.NewUniform(c.colour(name)), image.Point{}, draw.Src)
}

func (c canvas) text(x, y int, size float64, bold bool, colour, s string) {
	var face font.Face = basicfont.Face7x13
	if !c.mono {
		data := goregular.TTF
		if bold {
			data = gobold.TTF
		}
		f, err := opentype.Parse(data)
		if err != nil {
			panic(err)
		}
		if face, err = opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull}); err != nil {
			panic(err)
		}
	}
	d := font.Drawer{Dst: c, Src: image.NewUniform(c.colour(colour)), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(s)
}

func idle(r image.Rectangle) image.Image {
	c := newCanvas(r)
	if c.mono {
		c.text(2, 12, 0, false, "text", "Sun 22 Nov  14:05")
		c.text(2, 40, 0, false, "text", "1001 Reception")
		return c
	}
	c.fill(image.Rect(0, 0, 320, 26), "bar")
	c.text(10, 18, 13, false, "dim", "Sunday 22 November")
	c.text(262, 18, 13, true, "good", "1001")
	c.text(74, 118, 64, true, "text", "14:05")
	c.text(112, 150, 15, false, "dim", "Reception")
	for i, s := range []string{"Calls", "Directory", "", "Menu"} {
		c.fill(image.Rect(i*80+2, 214, i*80+78, 238), "bar")
		c.text(i*80+40-len(s)*7/2, 231, 13, false, "text", s)
	}
	return c
}

func calling(r image.Rectangle) image.Image {
	c := newCanvas(r)
	if c.mono {
		c.text(2, 12, 0, false, "text", "In call     0:42")
		c.text(2, 34, 0, false, "text", "Ada Lovelace")
		c.text(2, 60, 0, false, "text", "Hold  Xfer   End")
		return c
	}
	c.fill(image.Rect(0, 0, 320, 26), "bar")
	c.text(10, 18, 13, true, "good", "In call")
	c.text(280, 18, 13, false, "dim", "0:42")
	c.text(60, 110, 30, true, "text", "Ada Lovelace")
	c.text(128, 140, 18, false, "dim", "1002")
	for i, s := range []string{"Hold", "Transfer", "", "End"} {
		c.fill(image.Rect(i*80+2, 214, i*80+78, 238), "bar")
		c.text(i*80+40-len(s)*7/2, 231, 13, false, "text", s)
	}
	return c
}
