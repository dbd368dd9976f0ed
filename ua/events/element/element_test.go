package element

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func text(e Element) string {
	var out strings.Builder
	out.WriteString(e.Name)
	for _, a := range e.Attrs {
		fmt.Fprintf(&out, " %s=%s", a.Name, a.Value)
	}
	if e.Text != "" {
		out.WriteString(" " + e.Text)
	}
	for _, c := range e.Children {
		out.WriteString(" [" + text(c) + "]")
	}
	return out.String()
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		arrow, body, want string
		err               error
	}{
		{"a tree -> a tree", "<?xml version=\"1.0\"?>\r\n<a x='1' y = \"2\"><b/> text <c>in</c></a>\r\n", "a x=1 y=2 text [b] [c in]", nil},
		{"prefixes -> dropped", `<d:a xmlns:d="urn:x" xmlns="urn:y" d:k="v"><d:b></d:b></d:a>`, "a k=v [b]", nil},
		{"entities -> characters", `<a k="&lt;&quot;">&amp;&#65;&#x42;&apos;</a>`, `a k=<" &AB'`, nil},
		{"CDATA -> text", `<a><![CDATA[<b>&x;]]></a>`, "a <b>&x;", nil},
		{"comments -> nothing", `<!-- x --><a><!-- <b> --></a><!-- y -->`, "a", nil},
		{"a byte order mark -> nothing", "\ufeff<a/>", "a", nil},
		{"empty -> error", "", "", ErrSyntax},
		{"text -> error", "hello", "", ErrSyntax},
		{"a document type -> error", `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`, "", ErrSyntax},
		{"an unknown entity -> error", `<a>&x;</a>`, "", ErrSyntax},
		{"a character that XML has not -> error", `<a>&#0;</a>`, "", ErrSyntax},
		{"a surrogate -> error", `<a>&#xd800;</a>`, "", ErrSyntax},
		{"an open tag -> error", `<a><b></a>`, "", ErrSyntax},
		{"a wrong end -> error", `<a></b>`, "", ErrSyntax},
		{"another prefix at the end -> error", `<x:a></y:a>`, "", ErrSyntax},
		{"two roots -> error", `<a/><b/>`, "", ErrSyntax},
		{"attributes without a space -> error", `<a x="1"y="2"/>`, "", ErrSyntax},
		{"an attribute without quotes -> error", `<a x=1/>`, "", ErrSyntax},
		{"a tag in an attribute -> error", `<a x="<"/>`, "", ErrSyntax},
		{"octets that are no UTF-8 -> error", "<a>\xff</a>", "", ErrSyntax},
		{"a control character as it is -> error", "<a>7\x17P</a>", "", ErrSyntax},
		{"a control character in an attribute -> error", "<a x='\x17'/>", "", ErrSyntax},
		{"a control character in CDATA -> error", "<a><![CDATA[\x17]]></a>", "", ErrSyntax},
		{"too deep -> error", strings.Repeat("<a>", 17) + strings.Repeat("</a>", 17), "", ErrLarge},
		{"as deep as may be -> a tree", strings.Repeat("<a>", 16) + strings.Repeat("</a>", 16), "a" + strings.Repeat(" [a", 15) + strings.Repeat("]", 15), nil},
		{"too many -> error", "<a>" + strings.Repeat("<b/>", maxElements) + "</a>", "", ErrLarge},
		{"too many attributes -> error", "<a" + strings.Repeat(" b=''", maxElements) + "/>", "", ErrLarge},
		{"too large -> error", "<a>" + strings.Repeat(" ", MaxOctets) + "</a>", "", ErrLarge},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			got, err := Parse([]byte(c.body))
			if !errors.Is(err, c.err) || err == nil && text(got) != c.want {
				t.Errorf("%v, %v; want %s, %v", text(got), err, c.want, c.err)
			}
		})
	}
}

func TestChild_and_Attr(t *testing.T) {
	e, err := Parse([]byte(`<a k="v"><b>1</b><b>2</b></a>`))
	if err != nil || e.Child("b").Text != "1" || e.Attr("k") != "v" || e.Attr("x") != "" || e.Child("x").Text != "" {
		t.Errorf("%+v, %v", e, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0"?><d:a xmlns:d="u" k='&amp;'><!-- --><b/>x<![CDATA[y]]></d:a>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := Parse(body)
		if err != nil {
			return
		}
		var size func(Element) int
		size = func(e Element) int {
			n := len(e.Name) + len(e.Text)
			for _, a := range e.Attrs {
				n += len(a.Name) + len(a.Value)
			}
			for _, c := range e.Children {
				n += size(c)
			}
			return n
		}
		if n := size(e); n > len(body) {
			t.Errorf("%d octets became %d", len(body), n)
		}
		again, err := Parse([]byte("<a k=\"" + Escape(e.Text) + "\">" + Escape(e.Text) + "</a>"))
		if err != nil || again.Attr("k") != e.Text || again.Text != e.Text {
			t.Errorf("%q was written as %q: %v", e.Text, Escape(e.Text), err)
		}
	})
}
