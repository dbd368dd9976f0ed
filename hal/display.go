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

// TextDisplay is a display of character cells, which has no pixels to draw on.
type TextDisplay interface {
	// Size is how many characters a line has, and how many lines there are.
	Size() (cols, rows int)
	// Shows tells whether it has this letter or sign. All have those of ASCII, or
	// something like them.
	Shows(r rune) bool
	// Write shows these lines, from the uppermost on. Lines that are missing, and
	// what a line lacks at its end, are blank; what is too much is left out. What
	// the display does not have is a question mark.
	Write(lines []string) error
	// Backlight sets the light, 0 (off) to 100 percent, where there is one.
	Backlight(percent int) error
	io.Closer
}

// Resizer is a Display whose Bounds or ColorModel may change while it is open,
// such as a monitor that is exchanged. The channel gets a value at each change.
type Resizer interface {
	Resized() <-chan struct{}
}
