package screen

import (
	"strings"

	"offhook/cmd/internal/phone"
)

// The signs of character cells, on displays that have them.
const (
	signMessages  = '✉'
	signMissed    = '↙'
	signSecure    = '🔒'
	signMuted     = '🔇'
	signRingerOff = '🔕'

	signs = string(signMessages) + string(signMissed) + string(signSecure) + string(signMuted) + string(signRingerOff)
)

// firstSign is the code of the first one in a cell: ISO 8859-1, which the others
// are of, has controls there, which no cell holds.
const firstSign = 0x80

// marks are the signs of what is not said in words.
func (p *cellPage) marks(v *phone.View) string {
	marks, st, idle := "", &v.Status, v.Kind == phone.KindIdle
	for _, m := range []struct {
		show bool
		sign rune
	}{
		{st.Muted, signMuted}, {st.SecureRTP, signSecure}, {idle && st.RingerOff, signRingerOff},
		{idle && st.Missed > 0, signMissed}, {idle && st.Messages != 0, signMessages},
	} {
		if m.show && p.has(m.sign) {
			marks += string(m.sign)
		}
	}
	return marks
}

func (p *cellPage) has(r rune) bool { return p.shows != nil && p.shows(r) }

// cells is a text with a byte for each cell.
func (p *cellPage) cells(text string) string {
	var out strings.Builder
	for _, r := range text {
		at := strings.IndexRune(signs, r)
		switch {
		case r < ' ' || r >= 0x7f && r <= 0xa0: // the last is a blank, too
			out.WriteByte(' ')
		case r <= '~':
			out.WriteByte(byte(r))
		case at >= 0 && p.has(r):
			out.WriteByte(byte(firstSign + len([]rune(signs[:at]))))
		case r <= 0xff && p.has(r):
			out.WriteByte(byte(r))
		case string(r) == ellipsis:
			out.WriteString("...")
		default:
			out.WriteString(ascii(plain(string(r))))
		}
	}
	return out.String()
}

// ascii is a text in ASCII, without controls.
func ascii(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}

// letters is what cells hold.
func letters(cells string) string {
	all := []rune(signs)
	var out strings.Builder
	for _, c := range []byte(cells) {
		if at := int(c) - firstSign; at >= 0 && at < len(all) {
			out.WriteRune(all[at])
			continue
		}
		out.WriteRune(rune(c))
	}
	return out.String()
}
