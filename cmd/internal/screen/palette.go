package screen

import "image/color"

// ink is a colour to draw with; its alpha is multiplied into it.
type ink color.RGBA

// palette: a dark, calm ground, one accent, and three signal colours that are
// told apart by lightness too.
type palette struct {
	ground, surface, raised, line ink
	text, soft, faint             ink
	accent, onAccent              ink
	good, warn, bad               ink
	goodDeep, badDeep, warnDeep   ink
	accentDeep                    ink
	veil                          ink    // over what is behind a card
	people                        [6]ink // behind initials
}

func newPalette() *palette {
	return &palette{
		ground:     rgb(0x10141b),
		surface:    rgb(0x1b222d),
		raised:     rgb(0x2a3442),
		line:       rgb(0x323e4e),
		text:       rgb(0xf4f7fa),
		soft:       rgb(0xa9b5c4),
		faint:      rgb(0x6d7b8d),
		accent:     rgb(0x5aa9ff),
		onAccent:   rgb(0x06101c),
		good:       rgb(0x4bd48b),
		warn:       rgb(0xffc14d),
		bad:        rgb(0xff6b6b),
		goodDeep:   rgb(0x1c8a54),
		badDeep:    rgb(0xb3343f),
		warnDeep:   rgb(0x4a3a14),
		accentDeep: rgb(0x1d4e89),
		veil:       ink{R: 0x0b, G: 0x0e, B: 0x13, A: 0xb4},
		people: [6]ink{rgb(0x3f74b5), rgb(0x2b8577), rgb(0x7a5cb8), rgb(0xb0567a), rgb(0xb06a32),
			rgb(0x4f8a44)},
	}
}

func rgb(hex uint32) ink {
	return ink{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}
