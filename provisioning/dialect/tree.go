package dialect

import (
	"fmt"
	"strings"

	"offhook/provisioning"
)

// tree builds the neutral tree that the native decoder takes.
type tree struct{ root *provisioning.Node }

func newTree() *tree {
	return &tree{&provisioning.Node{Kind: provisioning.Map, Fields: []provisioning.Field{
		{Key: "offhook", Value: &provisioning.Node{Kind: provisioning.Int, Value: fmt.Sprint(provisioning.SchemaVersion)}},
	}}}
}

// put sets path, whose elements are named by number or id: accounts[1].expires.
func (t *tree) put(path string, v Value, at provisioning.Position) {
	n := t.root
	parts := strings.Split(path, ".")
	for i, part := range parts {
		name, id, element := strings.Cut(strings.TrimSuffix(part, "]"), "[")
		if i == len(parts)-1 {
			setField(n, name, node(v, at))
			return
		}
		child := field(n, name)
		if child == nil {
			child = &provisioning.Node{Kind: provisioning.Map, From: &at}
			if element {
				child.Kind = provisioning.List
			}
			setField(n, name, child)
		}
		n = child
		if element {
			n = elementOf(n, name, id, at)
		}
	}
}

// elementOf finds or makes the element of a list that is named id.
func elementOf(list *provisioning.Node, name, id string, at provisioning.Position) *provisioning.Node {
	key := "id"
	if name == "keys" {
		key, id = "key", "line"+id
	}
	for _, item := range list.Items {
		if f := field(item, key); f != nil && f.Value == id {
			return item
		}
	}
	// The name is ours; the position is the element's, without a parameter.
	at.Given, at.How, at.Over = "", "", ""
	item := &provisioning.Node{Kind: provisioning.Map, From: &at, Fields: []provisioning.Field{
		{Key: key, Value: &provisioning.Node{Kind: provisioning.Text, Value: id, From: &at}},
	}}
	list.Items = append(list.Items, item)
	return item
}

func field(n *provisioning.Node, key string) *provisioning.Node {
	for _, f := range n.Fields {
		if f.Key == key {
			return f.Value
		}
	}
	return nil
}

func setField(n *provisioning.Node, key string, v *provisioning.Node) {
	for i := range n.Fields {
		if n.Fields[i].Key == key {
			n.Fields[i].Value = v
			return
		}
	}
	f := provisioning.Field{Key: key, Value: v}
	if v.From != nil {
		f.Line = v.From.Line
	}
	n.Fields = append(n.Fields, f)
}

func node(v Value, at provisioning.Position) *provisioning.Node {
	n := &provisioning.Node{Kind: v.Kind, Value: v.Text, From: &at, Line: at.Line}
	for _, item := range v.List {
		n.Items = append(n.Items, &provisioning.Node{Kind: provisioning.Text, Value: item, From: &at, Line: at.Line})
	}
	return n
}
