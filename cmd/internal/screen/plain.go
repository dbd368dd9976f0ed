package screen

import "strings"

// plain writes accented Latin letters without their accents, for fonts of
// ASCII; other letters stay.
func plain(text string) string {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return strings.Map(plainRune, expand(text))
		}
	}
	return text
}

func expand(text string) string {
	return strings.NewReplacer("ß", "ss", "Æ", "AE", "æ", "ae", "Œ", "OE", "œ", "oe").Replace(text)
}

func plainRune(r rune) rune {
	if r < 0xc0 || r > 0x17f {
		switch r {
		case '\u00a0':
			return ' '
		case '‘', '’':
			return '\''
		case '“', '”', '„':
			return '"'
		case '–', '—':
			return '-'
		}
		return r
	}
	const from = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝàáâãäåçèéêëìíîïðñòóôõöøùúûüýÿ" +
		"ĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĨĩĪīĬĭĮįİıĴĵĶķĹĺĻļĽľŁłŃńŅņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽž"
	const to = "AAAAAACEEEEIIIIDNOOOOOOUUUUYaaaaaaceeeeiiiidnoooooouuuuyy" +
		"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhIiIiIiIiIiJjKkLlLlLlLlNnNnNnOoOoOoRrRrRrSsSsSsSsTtTtUuUuUuUuUuUuWwYyYZzZzZz"
	i := 0
	for _, f := range from {
		if f == r {
			return rune(to[i])
		}
		i++
	}
	return r
}
