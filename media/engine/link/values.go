package link

import (
	"maps"
	"slices"
)

// The kinds of a parameter's value.
const (
	isNil uint8 = iota
	isBool
	isInt
	isFloat
	isText
	isList
	isMap
)

// maxDepth of values within values.
const maxDepth = 8

// value codes what a board file may have as a parameter: nil, bool, int,
// float64, string, []any and map[string]any.
func (c *coder) value(v *any, depth int) {
	if depth > maxDepth {
		c.fail("values nested too deeply")
		return
	}
	kind := kindOf(*v)
	c.u8(&kind)
	switch kind {
	case isNil:
		if !c.reading && *v != nil {
			c.fail("a value of no known kind")
		}
	case isBool:
		as(c, v, c.bool)
	case isInt:
		as(c, v, func(n *int) { c.small(n, -1<<31, 1<<31-1) })
	case isFloat:
		as(c, v, c.float)
	case isText:
		as(c, v, c.text)
	case isList:
		as(c, v, func(list *[]any) { sequence(c, list, func(item *any) { c.value(item, depth+1) }) })
	case isMap:
		as(c, v, func(m *map[string]any) { c.mapping(m, depth) })
	default:
		c.fail("a value of no known kind")
	}
}

// as codes a value of one type in place of the one of any.
func as[T any](c *coder, v *any, code func(*T)) {
	t, _ := (*v).(T)
	code(&t)
	if c.reading {
		*v = t
	}
}

func kindOf(v any) uint8 {
	switch v.(type) {
	case bool:
		return isBool
	case int:
		return isInt
	case float64:
		return isFloat
	case string:
		return isText
	case []any:
		return isList
	case map[string]any:
		return isMap
	}
	return isNil
}

// mapping codes in the order of the keys; a key may not come twice.
func (c *coder) mapping(m *map[string]any, depth int) {
	keys := slices.Sorted(maps.Keys(*m))
	sequence(c, &keys, func(key *string) {
		c.text(key)
		if !c.reading {
			v := (*m)[*key]
			c.value(&v, depth+1)
			return
		}
		if *m == nil {
			*m = map[string]any{}
		}
		if _, twice := (*m)[*key]; twice {
			c.fail("a key that stands twice")
		}
		var v any
		c.value(&v, depth+1)
		(*m)[*key] = v
	})
}
