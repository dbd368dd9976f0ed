package phone

import (
	"fmt"
	"strings"
	"time"
)

// DigitMap says which digits make a whole number (RFC 3435 §2.1.5):
//
//	[1-7]xxx|0xxxxxx.T|*xx|112
//
// x is any digit, [..] one of these, . any count of the last one, T the
// inter-digit time-out, | or. Unlike the RFC's gateway, a number that is whole
// but could go on waits for the time-out instead of being sent at once: the
// person may still be typing.
type DigitMap struct {
	text         string
	alternatives [][]digitPosition
}

// digitPosition is one place of an alternative.
type digitPosition struct {
	symbols uint32 // bit set over digitSymbols
	many    bool
	timer   bool
}

const (
	digitSymbols = "0123456789*#ABCD+"
	anyDigit     = 1<<10 - 1
)

// Match is how digits stand to a DigitMap.
type Match uint8

// The matches.
const (
	NoMatch  Match = iota // no number begins like this
	Partial               // more digits are needed
	Timed                 // whole after the time-out, or with more digits another one
	Complete              // whole, and nothing can follow
)

// DigitMapError tells what is wrong with a digit map, and where.
type DigitMapError struct {
	Map    string
	Offset int // in bytes
	Msg    string
}

func (e *DigitMapError) Error() string {
	return fmt.Sprintf("digit map %q, character %d: %s", e.Map, e.Offset+1, e.Msg)
}

// ParseDigitMap reads a digit map; "" is the zero DigitMap. Its error is a
// *DigitMapError.
func ParseDigitMap(text string) (DigitMap, error) {
	p := digitMapParser{text: text}
	if strings.TrimSpace(text) == "" {
		return DigitMap{}, nil
	}
	if err := p.parse(); err != nil {
		return DigitMap{}, err
	}
	return DigitMap{text: text, alternatives: p.out}, nil
}

// String is the text that was parsed.
func (m DigitMap) String() string { return m.text }

// Match tells how digits stand to the map. In the zero map any digits are
// Timed.
func (m DigitMap) Match(digits string) Match {
	if len(m.alternatives) == 0 {
		if digits == "" {
			return Partial
		}
		return Timed
	}
	whole, timed, more := false, false, false
	for _, a := range m.alternatives {
		w, t, g := matchAlternative(a, digits)
		whole, timed, more = whole || w, timed || t, more || g
	}
	switch {
	case digits == "" && more:
		return Partial
	case whole && !more && !timed:
		return Complete
	case whole || timed:
		return Timed
	case more:
		return Partial
	}
	return NoMatch
}

// matchAlternative tells whether digits are the whole alternative, the whole
// but for its timer, and whether more digits may follow.
func matchAlternative(a []digitPosition, digits string) (whole, timed, more bool) {
	at := make([]bool, len(a)+1) // the places the next digit may be at
	at[0] = true
	skip(a, at)
	for i := range len(digits) {
		symbol := strings.IndexByte(digitSymbols, digits[i])
		next := make([]bool, len(a)+1)
		for j, p := range a {
			if !at[j] || p.timer || symbol < 0 || p.symbols&(1<<symbol) == 0 {
				continue
			}
			if p.many {
				next[j] = true
			} else {
				next[j+1] = true
			}
		}
		at = next
		skip(a, at)
	}
	for j, p := range a {
		if !at[j] {
			continue
		}
		if p.timer {
			timed = true
		} else {
			more = true
		}
	}
	return at[len(a)], timed, more
}

// skip passes over places that may be absent.
func skip(a []digitPosition, at []bool) {
	for j, p := range a {
		if at[j] && p.many {
			at[j+1] = true
		}
	}
}

// timeout is how long to wait after the last digit.
func (p DialPlan) timeout() time.Duration {
	if p.Timeout > 0 {
		return p.Timeout
	}
	return 4 * time.Second
}
