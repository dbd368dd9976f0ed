//go:build interop || browser

package interop

import (
	"image"
	"image/color"
)

// picture is a number for what the screen shows.
func picture(img image.Image) uint64 {
	sum, b := uint64(14695981039346656037), img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			for _, v := range []uint8{c.R, c.G, c.B} {
				sum = (sum ^ uint64(v)) * 1099511628211
			}
		}
	}
	return sum
}

// shown is what the telephone's screen shows now.
func (p *telephone) shown() uint64 {
	img, _ := p.page.Screen()
	return picture(img)
}
