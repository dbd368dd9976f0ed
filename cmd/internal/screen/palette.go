package screen

import "image/color"

// ink is a colour to draw with; its alpha is multiplied into it.
type ink color.RGBA

// palette: a dark, calm ground, one accent, and three signal colours that are
// told apart by lightness too. What is read has a contrast of 4.5 to what it is
// written on (WCAG 2.2 §1.4.3), what is a mark has 3 (§1.4.11).
type palette struct {
	ground, surface, raised, line ink
	text, soft, faint             ink
	accent, onAccent              ink
	good, warn, bad               ink
	goodDeep, badDeep, warnDeep   ink
	accentDeep                    ink
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
		faint:      rgb(0x7f8da0),
		accent:     rgb(0x5aa9ff),
		onAccent:   rgb(0x06101c),
		good:       rgb(0x4bd48b),
		warn:       rgb(0xffc14d),
		bad:        rgb(0xff6b6b),
		goodDeep:   rgb(0x17794a),
		badDeep:    rgb(0xb3343f),
		warnDeep:   rgb(0x4a3a14),
		accentDeep: rgb(0x1d4e89),
		people: [6]ink{rgb(0x3a6fb0), rgb(0x23766a), rgb(0x7a5cb8), rgb(0xa84c70), rgb(0x9c5a26),
			rgb(0x427a38)},
	}
}

func rgb(hex uint32) ink {
	return ink{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}
