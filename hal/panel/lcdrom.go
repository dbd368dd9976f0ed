package panel

// rom is which letters a controller was made with: "a00" (with Japanese) or
// "a02" (European), HD44780U datasheet, table 4.
type rom string

// sign is what no rom has: its dots are written into the controller's memory,
// five a line, the highest bit to the left.
type sign struct {
	letter rune
	dots   [8]byte
}

// own are at most eight (HD44780U datasheet, "Character Generator RAM"); their
// codes are their places. European capitals are what names lack most in an A00.
func (r rom) own() []sign {
	if r == "a02" {
		return signs[3:]
	}
	return signs[:]
}

var signs = [8]sign{
	{'Ä', [8]byte{0b01010, 0b00000, 0b01110, 0b10001, 0b11111, 0b10001, 0b10001, 0}},
	{'Ö', [8]byte{0b01010, 0b00000, 0b01110, 0b10001, 0b10001, 0b10001, 0b01110, 0}},
	{'Ü', [8]byte{0b01010, 0b00000, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110, 0}},
	{'✉', [8]byte{0b00000, 0b11111, 0b11011, 0b10101, 0b10001, 0b11111, 0b00000, 0}}, // messages wait
	{'↙', [8]byte{0b00000, 0b00001, 0b10010, 0b10100, 0b11000, 0b11110, 0b00000, 0}}, // missed calls
	{'🔒', [8]byte{0b01110, 0b10001, 0b10001, 0b11111, 0b11011, 0b11011, 0b11111, 0}}, // nobody else hears
	{'🔇', [8]byte{0b10110, 0b11110, 0b01110, 0b10111, 0b01101, 0b00110, 0b01111, 0}}, // a microphone, crossed out
	{'🔕', [8]byte{0b10100, 0b01110, 0b01110, 0b01110, 0b11111, 0b00101, 0b00000, 0}}, // a bell, crossed out
}

// code is what shows a letter or sign; false: nothing does.
func (r rom) code(c rune) (byte, bool) {
	switch {
	case c < ' ':
		return 0, false
	case c == '\\' && r == "a00": // is a yen sign there
		return '/', true
	case c == '~' && r == "a00": // is an arrow there
		return '-', true
	case c <= '~':
		return byte(c), true
	}
	for i, s := range r.own() {
		if s.letter == c {
			return byte(i), true
		}
	}
	if r == "a02" {
		return european(c)
	}
	return japanese(c)
}

// european: the letters are where ISO 8859-1 has them, the signs partly.
func european(c rune) (byte, bool) {
	switch {
	case c >= 'À' && c <= 'ÿ':
		return byte(c), true
	case c == '¡' || c == '£' || c == '§' || c == '«' || c == '°' || c == '·' || c == '»' || c == '¿':
		return byte(c), true
	}
	return 0, false
}

func japanese(c rune) (byte, bool) {
	switch c {
	case 'ä':
		return 0xe1, true
	case 'ß':
		return 0xe2, true
	case 'ñ':
		return 0xee, true
	case 'ö':
		return 0xef, true
	case 'ü':
		return 0xf5, true
	case '°':
		return 0xdf, true
	case '·':
		return 0xa5, true
	}
	return 0, false
}
