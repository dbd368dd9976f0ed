package phone

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// keyLetters is what the keys 0 to 9 write, in turn; the digit itself is among
// it (ITU-T E.161, with the letters of Western Europe behind those of its key).
var keyLetters = [10]string{" 0", ".-'&@/1", "abc2äàáâåæç", "def3éèêë", "ghi4îïíì", "jkl5", "mno6öñóôøò", "pqrs7ß", "tuv8üúûù", "wxyz9"}

// keyOf is the key that a letter is on, 0 for none.
func keyOf(r rune) byte {
	r = unicode.ToLower(r)
	for i := 2; i < len(keyLetters); i++ {
		if strings.ContainsRune(keyLetters[i], r) {
			return byte('0' + i)
		}
	}
	if r == '0' || r == '1' {
		return byte(r)
	}
	return 0
}

// plainLetter is the letter that comes first on its key with the same look: ö is
// sorted as o.
func plainLetter(r rune) rune {
	const from, to = "äàáâåæçéèêëîïíìöñóôøòßüúûù", "aaaaaaceeeeiiiionoooosuuuu"
	if i := strings.IndexRune(from, r); r >= utf8.RuneSelf && i >= 0 {
		return rune(to[utf8.RuneCountInString(from[:i])])
	}
	return r
}

// spelt reports whether keys spell the beginning of a word of the name, or go on
// into the words that follow it.
func spelt(name, keys string) bool {
	word := true
	for i, r := range name {
		if word && keyOf(r) != 0 && spells(name[i:], keys) {
			return true
		}
		word = keyOf(r) == 0
	}
	return false
}

func spells(text, keys string) bool {
	for _, r := range text {
		if keys == "" {
			return true
		}
		switch k := keyOf(r); {
		case k == keys[0]:
			keys = keys[1:]
		case k == 0 && keys[0] == '0': // a blank may be typed
			keys = keys[1:]
		case k != 0:
			return false
		}
	}
	return keys == ""
}

// typing is a text that is written on the keys: each press of the same key is the
// next of its letters, until another key or a while has passed.
type typing struct {
	text string
	key  byte // pressed last, 0 when what it wrote is settled
	turn int  // how often
	caps bool // all in capitals
}

const typingLimit = 40

// press writes a letter.
func (t *typing) press(key byte) {
	letters := []rune(keyLetters[key-'0'])
	if t.key == key {
		t.erase()
		t.turn++
	} else {
		t.key, t.turn = key, 0
	}
	if len(t.text) >= typingLimit {
		return
	}
	letter := letters[t.turn%len(letters)]
	if t.caps || t.text == "" || strings.HasSuffix(t.text, " ") {
		letter = unicode.ToUpper(letter)
	}
	t.text += string(letter)
	t.key = key
}

// settle has the next press write another letter.
func (t *typing) settle() { t.key = 0 }

// erase takes the last letter away.
func (t *typing) erase() {
	_, n := utf8.DecodeLastRuneInString(t.text)
	t.text = t.text[:len(t.text)-n]
	t.settle()
}
