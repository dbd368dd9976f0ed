package provisioning

import (
	"fmt"
	"strings"
	"testing"
)

// at is a value that line n of another maker's file gives.
func at(n int, value string) *Node {
	return &Node{Kind: Text, Value: value, From: &Position{File: "x.cfg", Line: n, Given: fmt.Sprintf("p%d=%s", n, value)}}
}

func section(fields ...Field) *Node { return &Node{Kind: Map, Fields: fields} }

func anAccount(id string, fields ...Field) *Node {
	return section(append([]Field{{Key: "id", Value: &Node{Kind: Text, Value: id}}}, fields...)...)
}

func TestDecodeLenient(t *testing.T) {
	good := func(id string) *Node {
		return anAccount(id, Field{Key: "user", Value: at(1, "100")}, Field{Key: "domain", Value: at(2, "pbx.example")})
	}
	with := func(key string, v *Node) *Node {
		a := good("1")
		a.Fields = append(a.Fields, Field{Key: key, Value: v})
		return a
	}
	list := func(items ...*Node) *Node { return &Node{Kind: List, Items: items, From: items[0].From} }
	for _, c := range []struct {
		name     string
		fields   []Field
		left     string // lines
		accounts int
		refused  string
	}{
		{"nothing wrong -> nothing left out", []Field{{Key: "accounts", Value: list(good("1"))}}, "", 1, ""},
		{"a bad value -> left out", []Field{{Key: "accounts", Value: list(with("label", at(7, "a\nb")))}}, "7", 1, ""},
		{"an unknown setting -> left out", []Field{{Key: "accounts", Value: list(with("colour", at(7, "red")))}}, "7", 1, ""},
		{"two of a list -> both left out", []Field{{Key: "accounts", Value: list(with("codecs", list(at(5, "pcma"), at(6, "smoke"), at(7, "drum"))))}}, "6 7", 1, ""},
		{"what a switch wants is missing -> the section around", []Field{{Key: "accounts", Value: list(good("1"))},
			{Key: "provisioning", Value: section(Field{Key: "push", Value: section(Field{Key: "listen", Value: at(9, "8443")})})}}, "9", 1, ""},
		{"an account without its user -> left out whole", []Field{{Key: "accounts", Value: list(good("1"), anAccount("2", Field{Key: "user", Value: at(3, "a b")}, Field{Key: "domain", Value: at(4, "pbx.example")}))}}, "3 4", 1, ""},
		{"the only account -> refused, for the first reason", []Field{{Key: "accounts", Value: list(anAccount("1", Field{Key: "user", Value: at(3, "a b")}, Field{Key: "domain", Value: at(4, "pbx.example")}))}}, "", 0, "x.cfg:3 p3=a b: accounts[1].user"},
		{"another version -> refused", []Field{{Key: "offhook", Value: &Node{Kind: Int, Value: "99"}}}, "", 0, "version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := section(c.fields...)
			if root.Fields[0].Key != "offhook" {
				root.Fields = append([]Field{{Key: "offhook", Value: &Node{Kind: Int, Value: "1"}}}, root.Fields...)
			}
			doc, err := DecodeLenient(Default(), root, "x.cfg")
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Fatalf("error %v, want %q", err, c.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, f := range doc.LeftOut() {
				lines = append(lines, fmt.Sprint(f.Line))
				if f.Path == "" || f.Msg == "" || f.Given == "" {
					t.Errorf("told without place or reason: %+v", f)
				}
			}
			if got := strings.Join(lines, " "); got != c.left || len(doc.Accounts) != c.accounts {
				t.Errorf("left out lines %q, want %q; %d accounts", got, c.left, len(doc.Accounts))
			}
			if c.name == "a bad value -> left out" && !strings.Contains(doc.Explain("accounts[1].label")[0].Where(), "left out: x.cfg:7") {
				t.Errorf("explained: %s", doc.Explain("accounts[1].label")[0].Where())
			}
		})
	}
}
