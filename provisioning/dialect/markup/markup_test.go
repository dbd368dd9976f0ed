package markup

import (
	"fmt"
	"strings"
	"testing"
)

// shown writes an element as one line.
func shown(e *Element) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s@%d(", e.Name, e.Line)
	for _, a := range e.Attributes {
		fmt.Fprintf(&out, "%s=%q@%d ", a.Name, a.Value, a.Line)
	}
	fmt.Fprintf(&out, "%q", e.Text)
	for _, c := range e.Children {
		out.WriteString(" " + shown(c))
	}
	return out.String() + ")"
}

func TestParse(t *testing.T) {
	cases := []struct{ name, text, want, notice, fault string }{
		{"elements -> with their lines", "<a>\n<b>x</b>\n<c/></a>", `@1("" a@1("" b@2("x") c@3("")))`, "", ""},
		{"attributes -> with blanks around the sign, in both quotes", "<a b = \"1\"\nc\n=\n'2'/>", `@1("" a@1(b="1"@1 c="2"@2 ""))`, "", ""},
		{"an attribute twice -> both, and a notice", `<a b="1" b="2"/>`, `@1("" a@1(b="1"@1 b="2"@1 ""))`, "given twice", ""},
		{"dots and brackets in attributes -> names", `<a reg.1.address="x" tone[1].x="y"/>`, `@1("" a@1(reg.1.address="x"@1 tone[1].x="y"@1 ""))`, "", ""},
		{"no quotes -> taken, and a notice", "<a b=1 c>t</a>", `@1("" a@1(b="1"@1 c=""@1 "t"))`, "no quotes", ""},
		{"the five entities and numbers -> characters", "<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;</a>", `@1("" a@1("<>&\"'AB"))`, "", ""},
		{"other entities -> as they stand", "<a>&nbsp; &lol; R&D</a>", `@1("" a@1("&nbsp; &lol; R&D"))`, "bare &", ""},
		{"a control character by number -> as it stands", "<a>&#0;</a>", `@1("" a@1("&#0;"))`, "bare &", ""},
		{"CDATA -> text", "<a><![CDATA[<b>&amp;]]></a>", `@1("" a@1("<b>&amp;"))`, "", ""},
		{"comments and instructions -> nothing", "<?xml version='1.0'?><!-- <x> --><a/>", `@1("" a@1(""))`, "", ""},
		{"a bare < -> text", "<a>1 < 2</a>", `@1("" a@1("1 < 2"))`, "bare <", ""},
		{"a stray end -> passed over", "<a></b></a>", `@1("" a@1(""))`, "closes nothing", ""},
		{"an end that is missing -> at the end of what is around", "<a><b>x</a>", `@1("" a@1("" b@1("x")))`, "has no end", ""},
		{"text outside -> passed over", "<a/>tail", `@1("" a@1(""))`, "outside", ""},
		{"a document type -> fault", "\n<!DOCTYPE a>", "", "", "line 2: a document type"},
		{"cut off in an element -> fault", "<a>\n<b>", "", "", "line 2: <b> has no end"},
		{"cut off in a tag -> fault", "<a b", "", "", "has no end"},
		{"cut off in a value -> fault", "<a b=\"c", "", "", "closing quote"},
		{"cut off in a comment -> fault", "<!-- a", "", "", "a comment has no end"},
		{"cut off in an end -> fault", "<a></a", "", "", "</a has no end"},
		{"a tag in a tag -> fault", "<a <b>", "", "", "where an attribute is wanted"},
		{"deep -> fault", strings.Repeat("<a>", 100), "", "", "deep"},
		{"many -> fault", strings.Repeat("<a/>", maxElements+1), "", "", "more than 100000 elements"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			root, notices, err := Parse(c.text)
			if c.fault != "" {
				if err == nil || !strings.Contains(err.Error(), c.fault) {
					t.Fatalf("error %v, want %q", err, c.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := shown(root); got != c.want {
				t.Errorf("read  %s\nwant %s", got, c.want)
			}
			told := fmt.Sprint(notices)
			if c.notice == "" && len(notices) > 0 || !strings.Contains(told, c.notice) {
				t.Errorf("notices %s, want %q", told, c.notice)
			}
		})
	}
}

// No input makes more of itself than it is, panics, or is told of without end.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"<a b='1'>x</a>", "<a><b></a>", "<!DOCTYPE a>", "<a>&#x41;&b</a>", "<![CDATA[", "<a\x00b>", "</", "<a b = c d>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		root, notices, err := Parse(text)
		if err != nil {
			return
		}
		if len(notices) > maxNotices+1 {
			t.Fatalf("%d notices", len(notices))
		}
		if n := size(root); n > len(text) {
			t.Fatalf("%d bytes made %d", len(text), n)
		}
	})
}

func size(e *Element) int {
	n := len(e.Name) + len(e.Text)
	for _, a := range e.Attributes {
		n += len(a.Name) + len(a.Value)
	}
	for _, c := range e.Children {
		n += size(c)
	}
	return n
}
