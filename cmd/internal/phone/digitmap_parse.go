package phone

import "strings"

type digitMapParser struct {
	text string
	pos  int
	out  [][]digitPosition
}

func (p *digitMapParser) fault(msg string) error {
	return &DigitMapError{Map: p.text, Offset: p.pos, Msg: msg}
}

func (p *digitMapParser) parse() error {
	text := strings.TrimRight(p.text, " \t\r\n")
	p.pos = len(text) - len(strings.TrimLeft(text, " \t\r\n"))
	bracketed := p.pos < len(text) && text[p.pos] == '('
	if bracketed {
		if !strings.HasSuffix(text, ")") {
			return p.fault("the bracket is not closed: add ) at the end")
		}
		p.pos++
		text = text[:len(text)-1]
	}
	for {
		a, err := p.alternative(text)
		if err != nil {
			return err
		}
		p.out = append(p.out, a)
		if p.pos >= len(text) {
			return nil
		}
		p.pos++ // the bar
	}
}

func (p *digitMapParser) alternative(text string) ([]digitPosition, error) {
	var a []digitPosition
	for ; p.pos < len(text) && text[p.pos] != '|'; p.pos++ {
		switch c := text[p.pos]; {
		case len(a) > 0 && a[len(a)-1].timer:
			return nil, p.fault("nothing can follow T")
		case c == '.':
			if len(a) == 0 {
				return nil, p.fault(". repeats what is before it, and nothing is")
			}
			if a[len(a)-1].many {
				return nil, p.fault("one . is enough")
			}
			a[len(a)-1].many = true
		case c == 'T' || c == 't':
			a = append(a, digitPosition{timer: true})
		case c == 'x' || c == 'X':
			a = append(a, digitPosition{symbols: anyDigit})
		case c == '[':
			set, err := p.set(text)
			if err != nil {
				return nil, err
			}
			a = append(a, digitPosition{symbols: set})
		default:
			bit := symbolBit(c)
			if bit == 0 {
				return nil, p.fault("not a digit, x, T, [..], . or |")
			}
			a = append(a, digitPosition{symbols: bit})
		}
	}
	if len(a) == 0 || a[0].timer {
		return nil, p.fault("an alternative needs a digit")
	}
	return a, nil
}

// set reads [..] and leaves pos at its last character.
func (p *digitMapParser) set(text string) (uint32, error) {
	length := strings.IndexByte(text[p.pos:], ']')
	if length < 0 {
		return 0, p.fault("the set is not closed: add ]")
	}
	end := p.pos + length
	var set uint32
	for p.pos++; p.pos < end; p.pos++ {
		c := text[p.pos]
		bit := symbolBit(c)
		if c == 'x' || c == 'X' {
			bit = anyDigit
		}
		if bit == 0 {
			return 0, p.fault("not a digit of a set")
		}
		set |= bit
		if p.pos+2 < end && text[p.pos+1] == '-' {
			last := text[p.pos+2]
			if c < '0' || c > '9' || last < c || last > '9' {
				return 0, p.fault("not a range: write 2-9, the smaller digit first")
			}
			for d := c; d <= last; d++ {
				set |= symbolBit(d)
			}
			p.pos += 2
		}
	}
	if set == 0 {
		return 0, p.fault("the set is empty")
	}
	return set, nil
}

func symbolBit(c byte) uint32 {
	if c >= 'a' && c <= 'd' {
		c -= 'a' - 'A'
	}
	if i := strings.IndexByte(digitSymbols, c); i >= 0 {
		return 1 << i
	}
	return 0
}
