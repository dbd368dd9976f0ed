package native

import (
	"bytes"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"offhook/provisioning"
)

func text(s string) *provisioning.Node {
	return &provisioning.Node{Kind: provisioning.Text, Value: s}
}

// libraryTree is a tree as the YAML library has it.
func libraryTree(n *provisioning.Node) *yaml.Node {
	tags := map[provisioning.Kind]string{
		provisioning.Null: "!!null", provisioning.Text: "!!str", provisioning.Bool: "!!bool",
		provisioning.Int: "!!int", provisioning.Float: "!!float",
	}
	switch n.Kind {
	case provisioning.Map:
		out := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, f := range n.Fields {
			out.Content = append(out.Content, libraryTree(text(f.Key)), libraryTree(f.Value))
		}
		return out
	case provisioning.List:
		out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range n.Items {
			out.Content = append(out.Content, libraryTree(item))
		}
		return out
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tags[n.Kind], Value: n.Value}
}

func byLibrary(t testing.TB, n *provisioning.Node) string {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(libraryTree(n)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWriter_writes_what_the_library_does(t *testing.T) {
	values := []string{"", "x", "it's: #secret", "a: b", "a:", "a #b", "a#b", "#a", "- a", "-a", "-", "?", "? a", ":", ":a", "!a", "%a", "@a", "`a", "*97",
		"&a", "|", ">", "'", `"`, `a "b" c`, `"b" c`, "a, b", ",a", "[2-8]xx", "{mac}", "a[b", "0x.T", "9xxx", "007", "1e3", "1_000", "0x1F", "0o7", "0b1",
		".5", "1.5", ".inf", "+1", "true", "True", "yes", "no", "on", "off", "y", "n", "~", "null", "2026-11-23", "12:30", "1:2", "Désk", "日本", " a", "a ",
		"a  b", "---", "--- a", "...", "<<", "=", "https://prov.example/{mac}.yaml", "home.example:5070", "a\tb", "\x01", "\u0085", "\ufeff", "\u2028", "\u00a0",
		"line\nline", "line\nline\n", "a\n\nb\n", "line\n\n", "\nline", " line\nline", "line \nline", "\t", "😀", `C:\dir`, "a\\b\x02"}
	same := 0
	for _, v := range values {
		tree := &provisioning.Node{Kind: provisioning.Map, Fields: []provisioning.Field{
			{Key: "value", Value: text(v)},
			{Key: "list", Value: &provisioning.Node{Kind: provisioning.List, Items: []*provisioning.Node{text(v), {Kind: provisioning.Map, Fields: []provisioning.Field{{Key: "k", Value: text(v)}}}}}},
		}}
		got, err := marshal(tree)
		if err != nil {
			t.Fatalf("%q: %v", v, err)
		}
		reread(t, got, tree)
		if want := byLibrary(t, tree); string(got) == want {
			same++
		} else if printable(v) && v != "😀" { // the library escapes what is beyond 16 bits
			t.Errorf("%q:\n%s\nwant\n%s", v, got, want)
		}
	}
	if same < len(values)*3/4 {
		t.Errorf("only %d of %d texts are written as the library does", same, len(values))
	}
}

// reread fails where the bytes are not the tree.
func reread(t testing.TB, data []byte, want *provisioning.Node) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	if !sameTree(doc.Content[0], want) {
		t.Fatalf("another tree is read of\n%s\nthan %s", data, byLibrary(t, want))
	}
}

func sameTree(got *yaml.Node, want *provisioning.Node) bool {
	library := libraryTree(want)
	if got.Kind != library.Kind || got.ShortTag() != library.Tag || len(got.Content) != len(library.Content) {
		return false
	}
	switch want.Kind {
	case provisioning.Map:
		for i, f := range want.Fields {
			if got.Content[2*i].Value != f.Key || got.Content[2*i].ShortTag() != "!!str" || !sameTree(got.Content[2*i+1], f.Value) {
				return false
			}
		}
		return true
	case provisioning.List:
		for i, item := range want.Items {
			if !sameTree(got.Content[i], item) {
				return false
			}
		}
		return true
	}
	return got.Value == want.Value
}

func TestWriter_any_tree_is_read_back(t *testing.T) {
	words := rapid.OneOf(rapid.String(), rapid.StringMatching(`[-?:#&*!|>'"%@, a1.\[\]{}\n~]{0,6}`))
	var node func(depth int) *rapid.Generator[*provisioning.Node]
	node = func(depth int) *rapid.Generator[*provisioning.Node] {
		return rapid.Custom(func(t *rapid.T) *provisioning.Node {
			switch kind := rapid.IntRange(0, 3+2*depth).Draw(t, "kind"); {
			case kind == 0:
				return &provisioning.Node{Kind: provisioning.Int, Value: "42"}
			case kind == 1:
				return &provisioning.Node{Kind: provisioning.Bool, Value: "true"}
			case kind < 4:
				return text(words.Draw(t, "text"))
			case kind%2 == 0:
				n := &provisioning.Node{Kind: provisioning.Map}
				for _, key := range rapid.SliceOfNDistinct(words, 0, 3, rapid.ID).Draw(t, "keys") {
					n.Fields = append(n.Fields, provisioning.Field{Key: key, Value: node(depth-1).Draw(t, "value")})
				}
				return n
			}
			return &provisioning.Node{Kind: provisioning.List, Items: rapid.SliceOfN(node(depth-1), 0, 3).Draw(t, "items")}
		})
	}
	rapid.Check(t, func(rt *rapid.T) {
		tree := &provisioning.Node{Kind: provisioning.Map, Fields: []provisioning.Field{{Key: words.Draw(rt, "key"), Value: node(3).Draw(rt, "node")}}}
		data, err := marshal(tree)
		if err != nil {
			rt.Fatal(err)
		}
		reread(t, data, tree)
	})
}

func TestWriter_text_that_is_no_UTF8_is_an_error(t *testing.T) {
	_, err := marshal(&provisioning.Node{Kind: provisioning.Map, Fields: []provisioning.Field{{Key: "a", Value: text("\xff")}}})
	if err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("error %v", err)
	}
}
