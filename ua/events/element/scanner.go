package element

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// scanner reads from the front of rest.
type scanner struct {
	rest  string
	count int
}

func (s *scanner) skip(prefix string) bool {
	rest, ok := strings.CutPrefix(s.rest, prefix)
	s.rest = rest
	return ok
}

func (s *scanner) space() { s.rest = strings.TrimLeft(s.rest, " \t\r\n") }

// until cuts what stands before end; end itself is passed over.
func (s *scanner) until(end string) (string, error) {
	before, after, ok := strings.Cut(s.rest, end)
	if !ok {
		return "", ErrSyntax
	}
	s.rest = after
	return before, nil
}

// misc passes over what may stand around the root: the declaration, processing
// instructions and comments. A document type is refused: it is where entities
// would be defined.
func (s *scanner) misc() error {
	for {
		s.space()
		var err error
		switch {
		case s.skip("<?"):
			_, err = s.until("?>")
		case s.skip("<!--"):
			_, err = s.until("-->")
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *scanner) element(depth int) (Element, error) {
	if s.count++; s.count > maxElements || depth >= maxDepth {
		return Element{}, ErrLarge
	}
	if !s.skip("<") {
		return Element{}, ErrSyntax
	}
	full, err := s.name()
	if err != nil {
		return Element{}, err
	}
	e := Element{Name: local(full)}
	empty, err := s.attributes(&e)
	if err != nil || empty {
		return e, err
	}
	return e, s.content(&e, full, depth)
}

// name reads a name, loosely: what ends one is what counts.
func (s *scanner) name() (string, error) {
	end := strings.IndexAny(s.rest, " \t\r\n/>=<\"'&;!?")
	if end <= 0 || end > 128 || !utf8.ValidString(s.rest[:end]) {
		return "", ErrSyntax
	}
	name := s.rest[:end]
	s.rest = s.rest[end:]
	return name, nil
}

func local(name string) string {
	if at := strings.LastIndexByte(name, ':'); at >= 0 {
		return name[at+1:]
	}
	return name
}

// attributes reads to the end of the start tag; empty says that it was an
// empty-element tag.
func (s *scanner) attributes(e *Element) (empty bool, err error) {
	for {
		before := len(s.rest)
		s.space()
		switch {
		case s.skip("/>"):
			return true, nil
		case s.skip(">"):
			return false, nil
		case len(s.rest) == before:
			return false, ErrSyntax
		}
		if err := s.attribute(e); err != nil {
			return false, err
		}
	}
}

func (s *scanner) attribute(e *Element) error {
	full, err := s.name()
	if err != nil {
		return err
	}
	s.space()
	if !s.skip("=") {
		return ErrSyntax
	}
	s.space()
	quote := `"`
	if !s.skip(quote) {
		if quote = "'"; !s.skip(quote) {
			return ErrSyntax
		}
	}
	raw, err := s.until(quote)
	if err != nil || strings.Contains(raw, "<") {
		return ErrSyntax
	}
	value, err := unescape(raw)
	if err != nil {
		return err
	}
	s.count++ // attributes cost memory, too
	if s.count > maxElements {
		return ErrLarge
	}
	if full != "xmlns" && !strings.HasPrefix(full, "xmlns:") {
		e.Attrs = append(e.Attrs, Attr{local(full), value})
	}
	return nil
}

func (s *scanner) content(e *Element, full string, depth int) error {
	var text strings.Builder
	for {
		at := strings.IndexByte(s.rest, '<')
		if at < 0 {
			return ErrSyntax
		}
		plain, err := unescape(s.rest[:at])
		if err != nil {
			return err
		}
		text.WriteString(plain)
		s.rest = s.rest[at:]
		switch {
		case s.skip("</"):
			e.Text = strings.TrimSpace(text.String())
			return s.endTag(full)
		case s.skip("<!--"):
			_, err = s.until("-->")
		case s.skip("<![CDATA["):
			var raw string
			if raw, err = s.until("]]>"); err == nil && !isText(raw) {
				err = ErrSyntax
			}
			text.WriteString(raw)
		case s.skip("<?"):
			_, err = s.until("?>")
		default:
			var child Element
			child, err = s.element(depth + 1)
			e.Children = append(e.Children, child)
		}
		if err != nil {
			return err
		}
	}
}

func (s *scanner) endTag(full string) error {
	name, err := s.name()
	if err != nil || name != full {
		return ErrSyntax
	}
	s.space()
	if !s.skip(">") {
		return ErrSyntax
	}
	return nil
}

var entities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

func unescape(text string) (string, error) {
	if !isText(text) {
		return "", ErrSyntax
	}
	if !strings.Contains(text, "&") {
		return text, nil
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "&")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, rest, ok := strings.Cut(after, ";")
		if !ok || len(name) > 8 {
			return "", ErrSyntax
		}
		meaning, ok := entities[name]
		if !ok {
			if meaning, ok = character(name); !ok {
				return "", ErrSyntax
			}
		}
		out.WriteString(meaning)
		text = rest
	}
}

// character reads a character reference: #65 or #x41.
func character(name string) (string, bool) {
	digits, ok := strings.CutPrefix(name, "#")
	base := 10
	if hex, isHex := strings.CutPrefix(digits, "x"); isHex {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	if !ok || err != nil || !isChar(rune(n)) {
		return "", false
	}
	return string(rune(n)), true
}

// isText tells whether all of it may stand in XML (XML 1.0 §2.2).
func isText(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !isChar(r) })
}

func isChar(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return true
	case r < ' ', r >= 0xd800 && r <= 0xdfff, r == 0xfffe, r == 0xffff, r > utf8.MaxRune:
		return false
	}
	return true
}
