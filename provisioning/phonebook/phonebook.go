// Package phonebook reads the phone books that servers hold for telephones: the
// XML of Yealink, Snom, Grandstream, Cisco and Poly, and vCards 3 and 4 (RFC 2426,
// RFC 6350).
package phonebook

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"
)

// Entry is somebody with a name and the numbers, the first one first.
type Entry struct {
	Name    string
	Numbers []string
}

// Limit is how many entries are taken of a book.
const Limit = 2000

const (
	numbersLimit = 8
	textLimit    = 80
)

var errUnknown = errors.New("is no phone book: neither a telephone's XML nor vCards; see that the address is that of the file itself")

// Parse reads a book, whoever's form it has.
func Parse(data []byte) ([]Entry, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	text := strings.TrimSpace(strings.ToValidUTF8(string(data), "?"))
	switch {
	case strings.HasPrefix(text, "<"):
		return parseXML(text)
	case strings.HasPrefix(strings.ToUpper(text[:min(len(text), 11)]), "BEGIN:VCARD"):
		return parseCards(text), nil
	}
	return nil, errUnknown
}

// book collects entries.
type book struct{ entries []Entry }

// add takes an entry that has all it needs.
func (b *book) add(name string, numbers []string) {
	e := Entry{Name: clip(strings.Join(strings.Fields(name), " "))}
	for _, n := range numbers {
		n = number(n)
		if n != "" && len(n) <= textLimit && len(e.Numbers) < numbersLimit {
			e.Numbers = append(e.Numbers, n)
		}
	}
	if e.Name != "" && len(e.Numbers) > 0 && len(b.entries) < Limit {
		b.entries = append(b.entries, e)
	}
}

// clip keeps a text to a line.
func clip(text string) string {
	for len(text) > textLimit {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	return text
}

// number is one as it is dialled: without the marks by which people group it.
func number(text string) string {
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "tel:"); ok { // RFC 3966
		text, _, _ = strings.Cut(rest, ";")
	}
	plain := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -/().\u00a0\t\n\r", r) {
			return -1
		}
		return r
	}, text)
	if strings.Trim(plain, "+0123456789*#") == "" {
		return plain
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return ""
	}
	return text
}
