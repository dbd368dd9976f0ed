package markup

import (
	"fmt"
	"strings"
)

// Parse reads text to a nameless Element whose children are the top ones of the
// file. The error is an *Error; a file that ends within an element is one: it
// was cut off on its way.
func Parse(text string) (*Element, []Notice, error) {
	p := &parser{rest: text, line: 1, open: []*Element{{Line: 1}}, text: []*strings.Builder{{}}}
	for p.rest != "" && p.err == nil {
		p.step()
	}
	if p.err == nil && len(p.open) > 1 {
		last := p.top()
		p.fail(last.Line, "<%s> has no end: the file was cut off; fetch or save it again", last.Name)
	}
	if p.err != nil {
		return nil, nil, p.err
	}
	p.close()
	return p.open[0], p.notices, nil
}

type parser struct {
	rest     string
	line     int
	open     []*Element // from the root to where we are
	text     []*strings.Builder
	elements int
	notices  []Notice
	err      *Error
}

func (p *parser) top() *Element { return p.open[len(p.open)-1] }

func (p *parser) fail(line int, format string, args ...any) {
	if p.err == nil {
		p.err = &Error{line, fmt.Sprintf(format, args...)}
	}
}

// maxNotices bounds what a hostile file makes us say.
const maxNotices = 100

func (p *parser) note(format string, args ...any) {
	if len(p.notices) < maxNotices {
		p.notices = append(p.notices, Notice{p.line, fmt.Sprintf(format, args...)})
	}
}

// take moves on by n bytes.
func (p *parser) take(n int) string {
	s := p.rest[:n]
	p.line += strings.Count(s, "\n")
	p.rest = p.rest[n:]
	return s
}

func (p *parser) step() {
	switch {
	case strings.HasPrefix(p.rest, "<!--"):
		p.skip("<!--", "-->", "a comment")
	case strings.HasPrefix(p.rest, "<![CDATA["):
		if s, ok := p.skip("<![CDATA[", "]]>", "a CDATA section"); ok {
			p.text[len(p.text)-1].WriteString(s)
		}
	case strings.HasPrefix(p.rest, "<?"):
		p.skip("<?", "?>", "a processing instruction")
	case strings.HasPrefix(p.rest, "<!"):
		p.fail(p.line, "a document type is declared, which can make a small file a huge one; remove <!DOCTYPE …>")
	case strings.HasPrefix(p.rest, "</"):
		p.end()
	case len(p.rest) > 1 && p.rest[0] == '<' && nameByte(p.rest[1], true):
		p.start()
	case p.rest[0] == '<':
		p.note("a bare < is taken as text; write &lt;")
		p.text[len(p.text)-1].WriteString(p.take(1))
	default:
		n := strings.IndexByte(p.rest, '<')
		if n < 0 {
			n = len(p.rest)
		}
		line := p.line
		s := p.take(n)
		if len(p.open) == 1 && strings.TrimSpace(s) != "" {
			p.notices = append(p.notices, Notice{line, "text stands outside the markup and is passed over"})
			return
		}
		p.text[len(p.text)-1].WriteString(p.unescape(s, line))
	}
}

// skip passes over open … shut and returns what is between.
func (p *parser) skip(open, shut, what string) (string, bool) {
	end := strings.Index(p.rest[len(open):], shut)
	if end < 0 {
		p.fail(p.line, "%s has no end (%s): the file was cut off; fetch or save it again", what, shut)
		return "", false
	}
	s := p.take(len(open) + end + len(shut))
	return s[len(open) : len(s)-len(shut)], true
}

func nameByte(b byte, first bool) bool {
	switch {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', b == '_', b == ':', b >= 0x80:
		return true
	case '0' <= b && b <= '9', b == '-', b == '.':
		return !first
	}
	return false
}

// name takes a name; extra are bytes that may be in it too.
func (p *parser) name(extra string) string {
	n := 0
	for n < len(p.rest) && (nameByte(p.rest[n], false) || strings.IndexByte(extra, p.rest[n]) >= 0) {
		n++
	}
	return p.take(n)
}

func (p *parser) blanks() { p.take(len(p.rest) - len(strings.TrimLeft(p.rest, " \t\n\f"))) }

func (p *parser) start() {
	line := p.line
	p.take(1)
	e := &Element{Line: line, Name: p.name("")}
	if p.elements++; p.elements > maxElements {
		p.fail(line, "there are more than %d elements; this is not a telephone's file", maxElements)
		return
	}
	if len(p.open) > maxDepth {
		p.fail(line, "<%s> lies more than %d elements deep; this is not a telephone's file", clip(e.Name), maxDepth)
		return
	}
	seen := map[string]bool{}
	for p.err == nil {
		p.blanks()
		switch {
		case p.rest == "":
			p.fail(line, "<%s has no end: the file was cut off; fetch or save it again", clip(e.Name))
		case strings.HasPrefix(p.rest, "/>"):
			p.take(2)
			p.top().Children = append(p.top().Children, e)
			return
		case p.rest[0] == '>':
			p.take(1)
			p.top().Children = append(p.top().Children, e)
			p.open, p.text = append(p.open, e), append(p.text, &strings.Builder{})
			return
		default:
			p.attribute(e, seen)
		}
	}
}

// attribute takes name = "value", with blanks around the sign, in either quotes
// or none.
func (p *parser) attribute(e *Element, seen map[string]bool) {
	a := Attribute{Line: p.line, Name: p.name("[]*{}$/@")}
	if a.Name == "" {
		p.fail(p.line, "<%s> has %q where an attribute is wanted; write name=\"value\"", clip(e.Name), p.rest[:1])
		return
	}
	p.blanks()
	if !strings.HasPrefix(p.rest, "=") {
		p.note("the attribute %s of <%s> has no value", clip(a.Name), clip(e.Name))
	} else {
		p.take(1)
		p.blanks()
		a.Value = p.quoted(e, a.Name)
	}
	if seen[a.Name] {
		p.note("the attribute %s of <%s> is given twice, which no strict reader takes; remove one", clip(a.Name), clip(e.Name))
	}
	seen[a.Name] = true
	e.Attributes = append(e.Attributes, a)
}

func (p *parser) quoted(e *Element, name string) string {
	line := p.line
	if p.rest != "" && (p.rest[0] == '"' || p.rest[0] == '\'') {
		end := strings.IndexByte(p.rest[1:], p.rest[0])
		if end < 0 {
			p.fail(line, "the attribute %s of <%s> has no closing quote; add it", clip(name), clip(e.Name))
			return ""
		}
		return p.unescape(p.take(end + 2)[1:end+1], line)
	}
	n := strings.IndexAny(p.rest, " \t\n>")
	if n < 0 {
		n = len(p.rest)
	}
	p.note("the attribute %s of <%s> has no quotes", clip(name), clip(e.Name))
	return p.unescape(p.take(n), line)
}

// end closes the nearest open element of the name.
func (p *parser) end() {
	line := p.line
	p.take(2)
	name := p.name("")
	n := strings.IndexByte(p.rest, '>')
	if n < 0 {
		p.fail(line, "</%s has no end: the file was cut off; fetch or save it again", clip(name))
		return
	}
	p.take(n + 1)
	at := len(p.open) - 1
	for at > 0 && p.open[at].Name != name {
		at--
	}
	if at == 0 {
		p.note("</%s> closes nothing and is passed over", clip(name))
		return
	}
	for len(p.open) > at {
		if p.top().Name != name {
			p.note("<%s> of line %d has no end; it is taken to end here", clip(p.top().Name), p.top().Line)
		}
		p.close()
	}
}

// close gives the innermost element its text.
func (p *parser) close() {
	last := len(p.open) - 1
	p.open[last].Text = strings.TrimSpace(p.text[last].String())
	if last > 0 {
		p.open, p.text = p.open[:last], p.text[:last]
	}
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
