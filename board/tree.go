package board

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"offhook/hal"
)

// maxDepth keeps a hostile file from exhausting the stack.
const maxDepth = 32

// tree turns YAML nodes into plain values, remembers each path's line, and
// collects faults.
type tree struct {
	board  *Board
	faults []error
}

func (t *tree) fault(path, format string, args ...any) {
	t.faults = append(t.faults, t.board.fault(path, format, args...))
}

// params gives what hal.Decode finds wrong at path its place.
func (t *tree) params(path string, err error) {
	for _, err := range unjoin(err) {
		if fault, ok := errors.AsType[*hal.ParamError](err); ok {
			t.fault(path+"."+fault.Path, "%s", fault.Msg)
		}
	}
}

func (t *tree) value(path string, n *yaml.Node, depth int) any {
	t.board.lines[path] = n.Line
	if depth > maxDepth {
		t.fault(path, "is nested too deeply")
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		return t.mappingNode(path, n, depth)
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, item := range n.Content {
			out[i] = t.value(fmt.Sprintf("%s[%d]", path, i), item, depth+1)
		}
		return out
	case yaml.ScalarNode:
		return t.scalar(path, n)
	}
	// An alias could expand without bound and hides where a value stands.
	t.fault(path, "YAML anchors and aliases are not used in board files: write the value out")
	return nil
}

func (t *tree) mappingNode(path string, n *yaml.Node, depth int) any {
	out := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		child := key.Value
		if path != "" {
			child = path + "." + key.Value
		}
		if _, twice := out[key.Value]; twice {
			t.board.lines[child] = key.Line
			t.fault(child, "stands here twice: remove one")
			continue
		}
		out[key.Value] = t.value(child, n.Content[i+1], depth+1)
		t.board.lines[child] = key.Line
	}
	return out
}

func (t *tree) scalar(path string, n *yaml.Node) any {
	var v any
	if err := n.Decode(&v); err != nil {
		t.fault(path, "%q cannot be read: %s", n.Value, err)
		return nil
	}
	switch v.(type) {
	case nil, bool, int, float64, string:
		return v
	}
	return n.Value // a date or an outsized number: as it was written
}

func (t *tree) text(path string, v any) string {
	s, ok := v.(string)
	if !ok {
		t.fault(path, "%v is not text", v)
	}
	return s
}

func (t *tree) list(path string, v any) []any {
	l, ok := v.([]any)
	if !ok {
		t.fault(path, "is not a list")
	}
	return l
}

func (t *tree) mapping(path string, v any) map[string]any {
	m, ok := v.(map[string]any)
	if !ok {
		t.fault(path, "is not a mapping")
	}
	return m
}
