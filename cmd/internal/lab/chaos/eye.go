package chaos

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// The colours by which a person tells, as docs and palette have them: the mark of the
// registration, the card that says what is wrong (no network), and the key that ends or
// rejects a call.
var (
	inkGood = color.RGBA{0x4b, 0xd4, 0x8b, 0xff}
	inkCard = color.RGBA{0x4a, 0x3a, 0x14, 0xff}
	inkStop = color.RGBA{0xb3, 0x34, 0x3f, 0xff}
)

// Where they are on the workbench's screen of 320×240.
var (
	screenSize  = image.Pt(320, 240)
	placeOfMark = image.Rect(12, 4, 26, 22)
	placeOfCard = image.Rect(10, 80, 310, 202)
	placeOfKeys = image.Rect(6, 206, 314, 234)
)

// How many pixels of its colour make the one and the other.
const (
	enoughMark   = 20
	enoughCard   = 1500
	enoughOfAKey = 400
)

// look reads the picture of a screen.
func look(picture []byte) (claim, error) {
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return claim{}, err
	}
	if img.Bounds().Size() != screenSize {
		return claim{}, fmt.Errorf("a screen of %v cannot be read, only one of %v", img.Bounds().Size(), screenSize)
	}
	c := claim{call: count(img, placeOfKeys, inkStop) >= enoughOfAKey}
	trouble := !c.call && count(img, placeOfCard, inkCard) >= enoughCard // a call that is held is in that colour, too
	c.registered = !trouble && count(img, placeOfMark, inkGood) >= enoughMark
	return c, nil
}

// count is how many pixels have a colour, as near as RGB565 comes to it.
func count(img image.Image, place image.Rectangle, ink color.RGBA) (n int) {
	for y := place.Min.Y; y < place.Max.Y; y++ {
		for x := place.Min.X; x < place.Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			if near(r, ink.R) && near(g, ink.G) && near(b, ink.B) {
				n++
			}
		}
	}
	return n
}

func near(a uint32, b uint8) bool {
	d := int(a>>8) - int(b)
	return d >= -8 && d <= 8
}
