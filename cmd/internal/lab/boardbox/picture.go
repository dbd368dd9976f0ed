package boardbox

import (
	"image"
	"image/color"
	"image/png"
	"os"
)

// enlarged makes squares of pixels, in the light blue of such panels.
func enlarged(m *image.Gray, by int) image.Image {
	size := m.Bounds().Size()
	palette := color.Palette{color.RGBA{8, 10, 16, 255}, color.RGBA{170, 220, 255, 255}}
	large := image.NewPaletted(image.Rect(0, 0, size.X*by, size.Y*by), palette)
	for y := range size.Y * by {
		for x := range size.X * by {
			if m.GrayAt(x/by, y/by).Y > 0 {
				large.SetColorIndex(x, y, 1)
			}
		}
	}
	return large
}

func savePicture(name string, m image.Image) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return png.Encode(f, m)
}
