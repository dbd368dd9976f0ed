package provisioning

import (
	"reflect"
	"strconv"

	"offhook/ua"
)

// Tree is the document in its canonical form: the settings that differ from the
// defaults, in the order of the schema. Decoding it gives the same document,
// if reveal says that secrets are written out; they are "***" else.
func (d Document) Tree(reveal bool) *Node {
	e := encoder{reveal}
	root := e.section(reflect.ValueOf(d), reflect.ValueOf(Default()))
	version := Field{Key: "offhook", Value: &Node{Kind: Int, Value: strconv.Itoa(d.Version)}}
	root.Fields = append([]Field{version}, root.Fields...)
	return root
}

type encoder struct{ reveal bool }

func (e encoder) section(v, plain reflect.Value) *Node {
	out := &Node{Kind: Map}
	for _, f := range fieldsOf(v.Type(), RestartNone) {
		a, b := v.Field(f.index), plain.Field(f.index)
		var n *Node
		switch {
		case isSection(a.Type()):
			if n = e.section(a, b); len(n.Fields) == 0 {
				continue
			}
		case isElements(a.Type()):
			if a.Len() == 0 {
				continue
			}
			n = e.elements(a)
		case equal(a, b):
			continue
		default:
			n = e.value(a)
		}
		out.Fields = append(out.Fields, Field{Key: f.name, Value: n})
	}
	return out
}

func (e encoder) elements(list reflect.Value) *Node {
	out := &Node{Kind: List}
	for i := range list.Len() {
		plain := reflect.New(list.Type().Elem())
		if def, ok := plain.Interface().(defaulter); ok {
			def.setDefaults()
		}
		out.Items = append(out.Items, e.section(list.Index(i), plain.Elem()))
	}
	return out
}

func (e encoder) value(v reflect.Value) *Node {
	if secret, ok := v.Interface().(ua.Secret); ok {
		if e.reveal {
			return &Node{Kind: Text, Value: secret.Reveal()}
		}
		return &Node{Kind: Text, Value: secret.String()}
	}
	switch v.Kind() {
	case reflect.Slice:
		out := &Node{Kind: List}
		for i := range v.Len() {
			out.Items = append(out.Items, e.value(v.Index(i)))
		}
		return out
	case reflect.Bool:
		return &Node{Kind: Bool, Value: strconv.FormatBool(v.Bool())}
	case reflect.Int:
		return &Node{Kind: Int, Value: strconv.FormatInt(v.Int(), 10)}
	case reflect.String:
		return &Node{Kind: Text, Value: v.String()}
	}
	return &Node{Kind: Text, Value: format(v)}
}
