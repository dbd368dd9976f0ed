package hal

import (
	"image"
	"image/color"
	"io"
)

// Display is a panel of pixels (compare periph's display.Drawer).
type Display interface {
	Bounds() image.Rectangle
	ColorModel() color.Model
	// Draw copies src, aligned at sp, to r of the panel.
	Draw(r image.Rectangle, src image.Image, sp image.Point) error
	// Backlight sets the light, 0 (off) to 100 percent.
	Backlight(percent int) error
	io.Closer
}

// Resizer is a Display whose Bounds or ColorModel may change while it is open,
// such as a monitor that is exchanged. The channel gets a value at each change.
type Resizer interface {
	Resized() <-chan struct{}
}
