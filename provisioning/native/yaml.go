package native

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"offhook/provisioning"
)

// maxDepth bounds nesting; the deepest setting is at 5.
const maxDepth = 32

func fault(file string, line, column int, format string, args ...any) error {
	return &provisioning.FaultError{
		Position: provisioning.Position{File: file, Line: line, Column: column},
		Msg:      fmt.Sprintf(format, args...),
	}
}

// badByte finds the first byte that is not text: broken UTF-8 or a NUL.
func badByte(data []byte) (at, line int) {
	line = 1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 || r == 0 {
			return i, line
		}
		if r == '\n' {
			line++
		}
		i += size
	}
	return -1, 0
}

func readYAML(data []byte, file string) (*provisioning.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, yamlFault(err, file)
	}
	var second yaml.Node
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, fault(file, second.Line, second.Column, "starts a second document; keep one document in a file")
	case !errors.Is(err, io.EOF):
		return nil, yamlFault(err, file)
	}
	r := yamlReader{file: file}
	root := r.node(&document, 0)
	return root, errors.Join(r.faults...)
}

type yamlReader struct {
	file   string
	faults []error
}

func (r *yamlReader) fault(n *yaml.Node, format string, args ...any) *provisioning.Node {
	r.faults = append(r.faults, fault(r.file, n.Line, n.Column, format, args...))
	return &provisioning.Node{Line: n.Line, Column: n.Column}
}

// node turns one YAML node. Aliases are refused: a few lines of them can mean
// gigabytes, and the place of a setting would be two places.
func (r *yamlReader) node(n *yaml.Node, depth int) *provisioning.Node {
	if depth > maxDepth {
		return r.fault(n, "is nested deeper than any setting; check the indentation")
	}
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		return r.fault(n, "anchors and aliases (& and *) are not read; write the value out, in quotes if it is text")
	}
	if n.Kind == yaml.DocumentNode {
		if len(n.Content) == 0 {
			return nil
		}
		return r.node(n.Content[0], depth)
	}
	out := &provisioning.Node{Line: n.Line, Column: n.Column}
	switch n.Kind {
	case yaml.MappingNode:
		out.Kind = provisioning.Map
		for i := 0; i+1 < len(n.Content); i += 2 {
			r.field(out, n.Content[i], n.Content[i+1], depth)
		}
	case yaml.SequenceNode:
		out.Kind = provisioning.List
		for _, item := range n.Content {
			out.Items = append(out.Items, r.node(item, depth+1))
		}
	default:
		return r.scalar(n, out)
	}
	if n.Style&yaml.TaggedStyle != 0 {
		return r.fault(n, "the tag %s is not read; remove it", n.Tag)
	}
	return out
}

func (r *yamlReader) field(out *provisioning.Node, key, value *yaml.Node, depth int) {
	if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
		r.fault(key, "is not the name of a setting; write key: value")
		return
	}
	out.Fields = append(out.Fields, provisioning.Field{
		Key: key.Value, Line: key.Line, Column: key.Column, Value: r.node(value, depth+1),
	})
}

func (r *yamlReader) scalar(n *yaml.Node, out *provisioning.Node) *provisioning.Node {
	out.Value = n.Value
	switch n.Tag {
	case "!!null":
		out.Kind = provisioning.Null
	case "!!bool":
		out.Kind, out.Value = provisioning.Bool, strings.ToLower(n.Value)
	case "!!int":
		out.Kind = provisioning.Int
	case "!!float":
		out.Kind = provisioning.Float
	case "!!str", "!!timestamp":
		out.Kind = provisioning.Text
	default:
		return r.fault(n, "the tag %s is not read; remove it", n.Tag)
	}
	return out
}

var yamlLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^yaml: (?:line (\d+): )?`) })

// yamlFault turns the library's words into a fault with a place.
func yamlFault(err error, file string) error {
	text := strings.ReplaceAll(err.Error(), "\n", " ")
	line := 1
	if m := yamlLine().FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	return fault(file, max(line, 1), 0, "is not YAML: %s; check the indentation and the quotes around here", text)
}
