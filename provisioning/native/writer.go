package native

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"offhook/provisioning"
)

// writer writes a tree as YAML in blocks. The library's writer can do far more and
// is ten times the size; of a document it would write the same.
type writer struct{ out bytes.Buffer }

// node writes a list or a map whose first line begins where the pen is, by lines
// indented so far, and a scalar to the end of its line.
func (w *writer) node(n *provisioning.Node, indent int) error {
	switch n.Kind {
	case provisioning.Map:
		for i, f := range n.Fields {
			w.indent(indent, i)
			if err := w.field(f, indent); err != nil {
				return err
			}
		}
	case provisioning.List:
		for i, item := range n.Items {
			w.indent(indent, i)
			w.out.WriteByte('-')
			if err := w.value(item, indent+2, true); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) indent(by, nth int) {
	if nth > 0 {
		w.out.WriteString(strings.Repeat(" ", by))
	}
}

func (w *writer) field(f provisioning.Field, indent int) error {
	key, err := oneLine(f.Key)
	if err != nil {
		return err
	}
	if len(key) > 128 { // YAML 1.2.2 §7.4.2: a reader need not look further for the colon
		key = "? " + key + "\n" + strings.Repeat(" ", indent)
	}
	w.out.WriteString(key)
	w.out.WriteByte(':')
	return w.value(f.Value, indent+2, false)
}

// value follows a colon, or the dash of a list, beside which blocks begin.
func (w *writer) value(n *provisioning.Node, indent int, beside bool) error {
	block := n.Kind == provisioning.Map && len(n.Fields) > 0 || n.Kind == provisioning.List && len(n.Items) > 0
	switch {
	case block && beside:
		w.out.WriteByte(' ')
		return w.node(n, indent)
	case block:
		w.out.WriteByte('\n')
		w.indent(indent, 1)
		return w.node(n, indent)
	}
	text, err := scalar(n, indent)
	if text != "" {
		text = " " + text
	}
	w.out.WriteString(text + "\n")
	return err
}

func scalar(n *provisioning.Node, indent int) (string, error) {
	switch n.Kind {
	case provisioning.Map:
		return "{}", nil
	case provisioning.List:
		return "[]", nil
	case provisioning.Text:
		if literal(n.Value) {
			return lines(n.Value, indent), nil
		}
		return oneLine(n.Value)
	}
	return n.Value, nil
}

// literal tells what is written as it is, line by line: certificates.
func literal(s string) bool {
	if !strings.Contains(s, "\n") || strings.HasPrefix(s, " ") || strings.HasPrefix(s, "\n") || strings.HasSuffix(s, "\n\n") {
		return false
	}
	for line := range strings.SplitSeq(s, "\n") {
		if !printable(line) || strings.HasSuffix(line, " ") {
			return false
		}
	}
	return true
}

func lines(s string, indent int) string {
	out, more := "|-", strings.HasSuffix(s, "\n")
	if more {
		out, s = "|", s[:len(s)-1]
	}
	for line := range strings.SplitSeq(s, "\n") {
		out += "\n"
		if line != "" {
			out += strings.Repeat(" ", indent) + line
		}
	}
	return out
}

// oneLine is a text plain where that means the text itself, or in quotes.
func oneLine(s string) (string, error) {
	switch {
	case !utf8.ValidString(s):
		return "", fmt.Errorf("the text %q is not UTF-8, which a document is written in", s)
	case !printable(s), (&yaml.Node{Kind: yaml.ScalarNode, Value: s}).ShortTag() != "!!str":
		return strconv.Quote(s), nil
	case unquoted(s):
		return s, nil
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'", nil
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// unquoted tells whether a printable text needs no quotes in a block (YAML 1.2.2 §7.3.3).
func unquoted(s string) bool {
	switch {
	case s == "", strings.HasPrefix(s, " "), strings.HasSuffix(s, " "), strings.HasSuffix(s, ":"),
		strings.HasPrefix(s, "---"), strings.HasPrefix(s, "..."),
		strings.Contains(s, ": "), strings.Contains(s, " #"), strings.ContainsRune("#,[]{}&*!|>'\"%@`", rune(s[0])):
		return false
	case strings.ContainsRune("-?:", rune(s[0])):
		return len(s) > 1 && s[1] != ' '
	}
	return true
}
