package dialog

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func message(kind, text string, trusted bool) Received {
	in := req(2, "MESSAGE", 2, "")
	in.Request.ContentType, in.Request.Body, in.Request.Trusted = kind, []byte(text), trusted
	return in
}

func TestStep_text(t *testing.T) {
	run(t, []row{
		{arrow: "confirmed: MESSAGE -> told", given: serving, when: message("text/plain", "hello", true), want: "reply#2 200; text hello"},
		{arrow: "confirmed: MESSAGE of a stranger -> 403", given: serving, when: message("text/plain", "hello", false), want: "reply#2 403"},
		{arrow: "confirmed: MESSAGE of another kind -> 415", given: serving, when: message("text/html", "<b>", true), want: "reply#2 415"},
		{arrow: "confirmed: MESSAGE of nothing -> 400", given: serving, when: message("text/plain", " ", true), want: "reply#2 400"},
		{arrow: "ended: MESSAGE -> 481", given: []any{serving, Hangup{}}, when: message("text/plain", "hello", true), want: "reply#2 481"},
	})
}

func TestReadText(t *testing.T) {
	for _, c := range []struct {
		arrow, kind, body, want string
		status                  int
	}{
		{"plain -> its text", "text/plain", "hello", "hello", 0},
		{"UTF-8 -> its text", `Text/Plain; charset="UTF-8"`, "Grüße\n2", "Grüße\n2", 0},
		{"control characters -> without", "text/plain", "a\x1b[2Jb\r\nc\u0085", "a[2Jb\nc", 0},
		{"broken UTF-8 -> 400", "text/plain", "a\xff", "", 400},
		{"another character set -> 415", "text/plain;charset=iso-8859-1", "a", "", 415},
		{"another type -> 415", "application/im-iscomposing+xml", "a", "", 415},
		{"a type that is none -> 415", "/", "a", "", 415},
		{"nothing -> 400", "", "", "", 400},
		{"no type -> 415", "", "a", "", 415},
		{"too long -> 413", "text/plain", strings.Repeat("a", maxText+1), "", 413},
	} {
		if text, status := ReadText(c.kind, []byte(c.body)); text != c.want || status != c.status {
			t.Errorf("%s: %q %d", c.arrow, text, status)
		}
	}
}

func FuzzReadText(f *testing.F) {
	f.Add("text/plain; charset=utf-8", []byte("hello"))
	f.Add("text/plain;charset*=x''y", []byte{0xff})
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		text, status := ReadText(kind, body)
		if status == 0 && (!utf8.ValidString(text) || strings.TrimSpace(text) == "" || slices.ContainsFunc([]rune(text), func(r rune) bool {
			return unicode.IsControl(r) && r != '\n' && r != '\t'
		})) || status != 0 && text != "" {
			t.Errorf("%q %d", text, status)
		}
	})
}

func TestStep_pickup_insists(t *testing.T) {
	r := newRig(Config{})
	r.step(Dial{URI: "sip:1002@pbx", Replaces: "x;to-tag=1;from-tag=2", Insist: true})
	for _, a := range r.acts {
		if send, ok := a.(Send); ok {
			if send.Request.Replaces != "x;to-tag=1;from-tag=2" || !has(send.Request.Require, "replaces") {
				t.Errorf("%+v", send.Request)
			}
			return
		}
	}
	t.Fatal("nothing was sent")
}
