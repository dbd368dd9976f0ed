package watched

import (
	"fmt"
	"strings"
	"testing"

	"offhook/ua"
)

func document(version int, state, dialogs string) string {
	return fmt.Sprintf(`<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="%d" state="%s" entity="sip:bob@x">%s</dialog-info>`, version, state, dialogs)
}

const (
	ringing = `<dialog id="1" call-id="c" local-tag="l" remote-tag="r" direction="recipient"><state>early</state><remote><identity display="Eve">sip:eve@x</identity><target uri="sip:eve@10.0.0.1"/></remote></dialog>`
	talking = `<dialog id="1" direction="recipient"><state>confirmed</state></dialog>`
)

// list makes a list notification: resources are "uri" or "uri=document".
func list(version int, full bool, resources ...string) string {
	var rlmi, parts strings.Builder
	for i, r := range resources {
		uri, body, has := strings.Cut(r, "=")
		if !has {
			fmt.Fprintf(&rlmi, `<resource uri="%s"><name>N%d</name><instance id="1" state="terminated"/></resource>`, uri, i)
			continue
		}
		fmt.Fprintf(&rlmi, `<resource uri="%s"><instance id="1" state="active" cid="p%d"/></resource>`, uri, i)
		fmt.Fprintf(&parts, "--b\r\nContent-ID: <p%d>\r\nContent-Type: application/dialog-info+xml\r\n\r\n%s\r\n", i, body)
	}
	return fmt.Sprintf("--b\r\nContent-Type: application/rlmi+xml\r\n\r\n<list uri=\"sip:all@x\" version=\"%d\" fullState=\"%v\">%s</list>\r\n%s--b--\r\n",
		version, full, rlmi.String(), parts.String())
}

func told(news []ua.DialogsChanged, gap bool, err error) string {
	var out []string
	for _, e := range news {
		text := fmt.Sprint(e.Resource, " ", e.State)
		if e.CallID != "" {
			text += fmt.Sprint(" ", e.Remote.User, " ", e.Remote.DisplayName, " ", e.CallID, "/", e.LocalTag, "/", e.RemoteTag, " ", e.RemoteTarget)
		}
		out = append(out, text)
	}
	if gap {
		out = append(out, "gap")
	}
	if err != nil {
		out = append(out, "error")
	}
	return strings.Join(out, "; ")
}

func TestTake(t *testing.T) {
	for _, c := range []struct {
		arrow  string
		bodies []string
		want   string // of the last one
	}{
		{"idle -> told", []string{document(0, "full", "")}, "bob idle"},
		{"the same again -> nothing", []string{document(0, "full", ""), document(1, "full", "")}, ""},
		{"ringing -> who calls, and what picks it up", []string{document(0, "full", ""), document(1, "partial", ringing)}, "bob early eve Eve c/l/r sip:eve@10.0.0.1"},
		{"answered -> confirmed", []string{document(0, "full", ringing), document(1, "partial", talking)}, "bob confirmed"},
		{"a gap -> what was known stays", []string{document(0, "full", ringing), document(5, "partial", talking)}, "gap"},
		{"a gap, then all -> told", []string{document(0, "full", ringing), document(5, "partial", talking), document(6, "full", talking)}, "bob confirmed"},
		{"no document -> error", []string{"hello"}, "error"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			var b Board
			var got string
			for _, body := range c.bodies {
				got = told(b.Take("bob", []byte(body)))
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTakeList(t *testing.T) {
	idle, rings, talks := "="+document(0, "full", ""), "="+document(1, "partial", ringing), "="+document(2, "partial", talking)
	first := list(0, true, "sip:a@x"+idle, "sip:b@x"+idle)
	for _, c := range []struct {
		arrow  string
		bodies []string
		want   string
	}{
		{"a full list -> all", []string{first}, "sip:a@x idle; sip:b@x idle"},
		{"one of them rings -> that one", []string{first, list(1, false, "sip:b@x"+rings)}, "sip:b@x early eve Eve c/l/r sip:eve@10.0.0.1"},
		{"one is gone -> unknown", []string{first, list(1, false, "sip:b@x")}, "sip:b@x unknown"},
		{"one is not listed any more -> unknown", []string{first, list(1, true, "sip:a@x"+idle)}, "sip:b@x unknown"},
		{"a partial list first -> gap", []string{list(1, false, "sip:b@x"+idle)}, "gap"},
		{"a list is missing -> gap", []string{first, list(2, false, "sip:b@x"+rings)}, "gap"},
		{"an old list -> nothing", []string{first, list(0, false, "sip:b@x"+rings)}, ""},
		{"a document is missing -> gap", []string{first, list(1, false, "sip:b@x"+talks)}, "gap"},
		{"a broken part -> the others", []string{list(0, true, "sip:a@x=hello", "sip:b@x"+idle)}, "sip:b@x idle; error"},
		{"no list -> error", []string{"hello"}, "error"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			var b Board
			var got string
			for _, body := range c.bodies {
				got = told(b.TakeList(`multipart/related;type="application/rlmi+xml";boundary=b`, []byte(body)))
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestLost(t *testing.T) {
	var b Board
	_, _, _ = b.Take("bob", []byte(document(0, "full", ringing)))
	if got := told(b.Lost(), false, nil); got != "bob unknown" {
		t.Error(got)
	}
	if got := told(b.Lost(), false, nil); got != "" {
		t.Error(got)
	}
}

func TestTakeList_is_bounded(t *testing.T) {
	var b Board
	for i := range 4 {
		var many []string
		for k := range 200 {
			many = append(many, fmt.Sprintf("sip:%d-%d@x", i, k))
		}
		_, _, _ = b.TakeList("multipart/related;boundary=b", []byte(list(i, i == 0, many...)))
	}
	if len(b.order) != maxResources || len(b.rows) != maxResources {
		t.Errorf("%d resources are kept", len(b.order))
	}
}

func FuzzTakeList(f *testing.F) {
	const kind = "multipart/related;boundary=b"
	f.Add([]byte(list(0, true, "sip:a@x="+document(0, "full", ""))), []byte(list(1, false, "sip:a@x="+document(1, "partial", ringing))))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var b Board
		for _, body := range [][]byte{first, second} {
			news, gap, err := b.TakeList(kind, body)
			if err != nil && gap && len(news) == 0 && len(b.order) == 0 {
				t.Error("a gap in nothing")
			}
			for _, e := range news {
				if e.Resource == "" || e.State > ua.LineConfirmed || e.State == ua.LineIdle && e.Dialogs > 0 {
					t.Errorf("%+v", e)
				}
			}
			if len(b.rows) != len(b.order) || len(b.order) > maxResources {
				t.Errorf("%d rows, %d in order", len(b.rows), len(b.order))
			}
		}
		for _, e := range b.Lost() {
			if e.State != ua.LineUnknown {
				t.Errorf("%+v", e)
			}
		}
	})
}
