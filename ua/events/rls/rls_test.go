package rls

import (
	"fmt"
	"strings"
	"testing"
)

const related = `multipart/related;type="application/rlmi+xml";start="<root@x>";boundary="b1"`

func body(parts ...string) string {
	var out strings.Builder
	for _, p := range parts {
		out.WriteString("--b1\r\n" + strings.ReplaceAll(p, "\n", "\r\n") + "\r\n")
	}
	return out.String() + "--b1--\r\n"
}

func rlmi(version int, full bool, resources string) string {
	return fmt.Sprintf("Content-Transfer-Encoding: binary\nContent-ID: <root@x>\nContent-Type: application/rlmi+xml;charset=\"UTF-8\"\n\n"+
		`<?xml version="1.0"?><list xmlns="urn:ietf:params:xml:ns:rlmi" uri="sip:all@x" version="%d" fullState="%v">%s</list>`, version, full, resources)
}

const (
	bob    = `<resource uri="sip:bob@x"><name>Bob</name><instance id="1" state="active" cid="bob@x"/></resource>`
	gone   = `<resource uri="sip:gone@x"><instance id="1" state="terminated" reason="noresource"/></resource>`
	silent = `<resource uri="sip:eve@x"/>`
	dialog = "Content-ID: <bob@x>\nContent-Type: application/dialog-info+xml;charset=\"UTF-8\"\n\n<dialog-info/>"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		arrow, kind, body, want string
		ok                      bool
	}{
		{"a resource with its part -> both", related, body(rlmi(3, true, bob), dialog), "sip:all@x 3 true | sip:bob@x Bob active  application/dialog-info+xml <dialog-info/>", true},
		{"the root is not first -> found by start", related, body(dialog, rlmi(3, false, bob)), "sip:all@x 3 false | sip:bob@x Bob active  application/dialog-info+xml <dialog-info/>", true},
		{"without start -> the first part", `multipart/related;boundary=b1`, body(rlmi(0, true, bob), dialog), "sip:all@x 0 true | sip:bob@x Bob active  application/dialog-info+xml <dialog-info/>", true},
		{"a resource that is gone -> its reason", related, body(rlmi(0, true, gone+silent)), "sip:all@x 0 true | sip:gone@x  terminated noresource   | sip:eve@x     ", true},
		{"a part that is not there -> nothing told", related, body(rlmi(0, true, bob)), "sip:all@x 0 true | sip:bob@x Bob active   ", true},
		{"no resources -> an empty list", related, body(rlmi(0, true, "")), "sip:all@x 0 true", true},
		{"a resource without a URI -> left out", related, body(rlmi(0, true, `<resource><name>x</name></resource>`)), "sip:all@x 0 true", true},
		{"another type -> error", "application/dialog-info+xml", "<dialog-info/>", "", false},
		{"no boundary -> error", "multipart/related", body(rlmi(0, true, "")), "", false},
		{"no root -> error", related, body(dialog), "", false},
		{"no version -> error", related, body("Content-ID: <root@x>\nContent-Type: application/rlmi+xml\n\n<list/>"), "", false},
		{"no end -> error", related, "--b1\r\nContent-Type: application/rlmi+xml\r\n\r\n<list", "", false},
		{"too many parts -> error", related, body(append([]string{rlmi(0, true, "")}, make([]string, maxParts)...)...), "", false},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			list, err := Parse(c.kind, []byte(c.body))
			got := fmt.Sprint(list.URI, " ", list.Version, " ", list.Full)
			for _, r := range list.Resources {
				got += fmt.Sprintf(" | %s %s %s %s %s %s", r.URI, r.Name, r.State, r.Reason, r.ContentType, r.Body)
			}
			if (err == nil) != c.ok || c.ok && got != c.want {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func TestParse_is_bounded(t *testing.T) {
	list, err := Parse(related, []byte(body(rlmi(0, true, strings.Repeat(silent, 300)))))
	if err != nil || len(list.Resources) != maxResources {
		t.Errorf("%d resources, %v", len(list.Resources), err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(related, []byte(body(rlmi(3, true, bob+gone), dialog)))
	f.Fuzz(func(t *testing.T, kind string, raw []byte) {
		list, err := Parse(kind, raw)
		if err != nil && (list.URI != "" || list.Resources != nil) {
			t.Error("an error and a list")
		}
		for _, r := range list.Resources {
			if r.URI == "" || len(r.Body) > len(raw) {
				t.Errorf("%+v", r)
			}
		}
	})
}
