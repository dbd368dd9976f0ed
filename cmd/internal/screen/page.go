package screen

import "image"

const (
	cellWidth  = 7
	cellHeight = 16
	pageEdge   = 4
)

// Page is lines of characters as a picture, for who does not stand before the
// display. Letters are plain, and signs are boxes.
func Page(lines []string, cols int) image.Image {
	size := image.Pt(cols*cellWidth+2*pageEdge, len(lines)*cellHeight+2*pageEdge)
	c := &compact{dst: image.NewGray(image.Rectangle{Max: size}), w: size.X, h: size.Y}
	for i, l := range lines {
		x := pageEdge
		for _, r := range l { // each in its cell
			c.normal(x, pageEdge+(i+1)*cellHeight-4, left, string(r))
			x += cellWidth
		}
	}
	return c.dst
}
