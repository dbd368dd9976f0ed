package wire

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func crlf(text string) []byte { return []byte(strings.ReplaceAll(text, "\n", "\r\n")) }

func TestParse_puts_everything_in_one_form(t *testing.T) {
	m, err := Parse(crlf("INVITE sip:a@b SIP/2.0\nV: SIP / 2.0 / UDP h ; BRANCH = z9hG4bKx,\n SIP/2.0/TCP i\n" +
		"k: timer\nk : path,gruu\nf:<sip:c@d>;TAG=1\nt: <sip:e@f>\ni: x\ncseq: 1  INVITE\nr: <sip:g@h>\nl: 3\n\nabcdef"))
	if err != nil {
		t.Fatal(err)
	}
	if got := m.List("Supported"); !reflect.DeepEqual(got, []string{"timer", "path", "gruu"}) {
		t.Errorf("Supported %q", got)
	}
	if got := m.Get("Refer-To"); got != "<sip:g@h>" {
		t.Errorf("Refer-To %q", got)
	}
	if string(m.Body) != "abc" {
		t.Errorf("body %q", m.Body)
	}
	via, err := ParseVia(m.List("Via")[0])
	if err != nil || via.Branch() != "z9hG4bKx" || via.Transport != "UDP" {
		t.Errorf("Via %+v, %v", via, err)
	}
	from, err := ParseAddress(m.Get("From"))
	if err != nil || from.Tag() != "1" {
		t.Errorf("From %+v, %v", from, err)
	}
	if cseq, err := ParseCSeq(m.Get("CSeq")); err != nil || cseq != (CSeq{1, "INVITE"}) {
		t.Errorf("CSeq %+v, %v", cseq, err)
	}
}

func TestParse_faults(t *testing.T) {
	for name, test := range map[string]struct {
		text   string
		status int // 0: not SIP
	}{
		"nothing":                 {"", 0},
		"HTTP":                    {"GET / HTTP/1.1\nHost: x\n\n", 0},
		"status of four digits":   {"SIP/2.0 2000 OK\n\n", 0},
		"two spaces":              {"INVITE  sip:a@b SIP/2.0\n\n", 400},
		"header without colon":    {"INVITE sip:a@b SIP/2.0\nNonsense\n\n", 400},
		"length beyond the end":   {"INVITE sip:a@b SIP/2.0\nContent-Length: 9\n\nabc", 400},
		"negative length":         {"INVITE sip:a@b SIP/2.0\nContent-Length: -9\n\nabc", 400},
		"huge length":             {"INVITE sip:a@b SIP/2.0\nContent-Length: 99999999\n\nabc", 513},
		"too many fields":         {"INVITE sip:a@b SIP/2.0\n" + strings.Repeat("A: b\n", 500) + "\n", 513},
		"too many parameters":     {"INVITE sip:a@b SIP/2.0\nVia: " + strings.Repeat(";a=b", 5000) + "\n\n", 513},
		"the header never ends":   {"INVITE sip:a@b SIP/2.0\nA: b\n", 400},
		"a NUL outside of quotes": {"INVITE sip:a@b SIP/2.0\nA: b\x00\n\n", 400},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(crlf(test.text))
			var syntax *SyntaxError
			switch {
			case test.status == 0 && !errors.Is(err, ErrNotSIP):
				t.Errorf("got %v, want ErrNotSIP", err)
			case test.status != 0 && (!errors.As(err, &syntax) || syntax.Status != test.status):
				t.Errorf("got %v, want %d", err, test.status)
			}
		})
	}
}

func TestParse_bare_line_feeds_do_not_live_on(t *testing.T) {
	m, err := Parse([]byte("INVITE sip:a@b SIP/2.0\r\nSubject: x\nEvil: y\r\n\r\n"))
	if err == nil || strings.ContainsAny(m.Get("Subject"), "\r\n") {
		t.Errorf("%q, %v", m.Get("Subject"), err)
	}
}

func TestAddress(t *testing.T) {
	for text, want := range map[string]Address{
		`"A \"B\" <c>" <sip:x@y;p=1>;tag=2`: {`A "B" <c>`, "sip:x@y;p=1", Params{{"tag", "2"}}},
		`Bob <sip:x@y>`:                     {"Bob", "sip:x@y", nil},
		`Bob<sip:x@y>`:                      {"Bob", "sip:x@y", nil},
		`sip:x@y;tag=2`:                     {"", "sip:x@y", Params{{"tag", "2"}}},
		`<sip:x@y>;foo="a;b,c";tag=2`:       {"", "sip:x@y", Params{{"foo", "a;b,c"}, {"tag", "2"}}},
		`<tel:+1>`:                          {"", "tel:+1", nil},
	} {
		got, err := ParseAddress(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", `"open <sip:x@y>`, `< sip:x@y >`, `Bell, A <sip:x@y>`, `sip:x@y?a=b`, `<sip:x@y`, `<sip:x@y>;;`, `<x@y>`, `<sip:x@y> text`,
	} {
		if got, err := ParseAddress(text); err == nil {
			t.Errorf("%q is taken as %+v", text, got)
		}
	}
}

func TestURI(t *testing.T) {
	for text, want := range map[string]URI{
		"sip:x@y":                     {User: "x", Host: "y"},
		"SIPS:x:p@y:5061;a=b?c=d":     {Secure: true, User: "x", Password: "p", Host: "y", Port: 5061, Params: "a=b", Headers: "c=d"},
		"sip:[2001:db8::1]:5070":      {Host: "2001:db8::1", Port: 5070},
		"sip:user;par=u%40e@example":  {User: "user;par=u%40e", Host: "example"},
		"sip:y;transport=TCP":         {Host: "y", Params: "transport=TCP"},
		"sip:x@y?Route=%3Csip:a@b%3E": {User: "x", Host: "y", Headers: "Route=%3Csip:a@b%3E"},
		"sip:a/b?c;d@e":               {User: "a/b?c;d", Host: "e"},
	} {
		got, err := ParseURI(text)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if again, err := ParseURI(got.String()); err != nil || again != got {
			t.Errorf("%s: written as %s", text, got)
		}
	}
	for _, text := range []string{"", "sip:", "x@y", "sip:@y", "sip:x@", "sip:x@y:99999", "sip:x@[::1", "sip:x@y z", "sip:x@y\r\n", "sip:x@-_<"} {
		if got, err := ParseURI(text); err == nil {
			t.Errorf("%q is taken as %+v", text, got)
		}
	}
	if _, err := ParseURI("tel:1"); !errors.Is(err, ErrScheme) {
		t.Errorf("tel: %v", err)
	}
}

func TestUser_escaped_and_back(t *testing.T) {
	for user, want := range map[string]string{"*97#": "*97%23", "a b": "a%20b", "ü": "%C3%BC", "x@y": "x%40y", "100%": "100%25"} {
		if got := EscapeUser(user); got != want || UnescapeUser(got) != user {
			t.Errorf("%q: %q, back %q", user, got, UnescapeUser(got))
		}
	}
}

func TestFramer(t *testing.T) {
	stream := "\r\n\r\n" + "INVITE sip:a@b SIP/2.0\r\nl: 3\r\n\r\nabc" + "SIP/2.0 200 OK\r\nContent-Length : 0\r\n\r\n" + "\r\n"
	for _, size := range []int{1, 2, 3, 7, len(stream)} {
		var framer Framer
		var whole []string
		pings, pongs := 0, 0
		for at := 0; at < len(stream); at += size {
			framer.Write([]byte(stream[at:min(at+size, len(stream))]))
			for {
				kind, raw, err := framer.Next()
				if err != nil {
					t.Fatal(err)
				}
				if kind == NeedMore {
					break
				}
				switch kind {
				case Whole:
					whole = append(whole, string(raw))
				case Ping:
					pings++
				case Pong:
					pongs++
				}
			}
		}
		if len(whole) != 2 || !strings.HasSuffix(whole[0], "abc") || pings+pongs < 2 {
			t.Errorf("in pieces of %d: %q, %d pings, %d pongs", size, whole, pings, pongs)
		}
	}
	for name, text := range map[string]string{
		"no length":             "INVITE sip:a@b SIP/2.0\r\n\r\n",
		"two lengths":           "INVITE sip:a@b SIP/2.0\r\nl: 1\r\nl: 2\r\n\r\n",
		"no number":             "INVITE sip:a@b SIP/2.0\r\nl: x\r\n\r\n",
		"a header without end":  strings.Repeat("x", MaxHead+1),
		"a body beyond measure": "INVITE sip:a@b SIP/2.0\r\nl: 9999999\r\n\r\n",
	} {
		var framer Framer
		framer.Write([]byte(text))
		if _, _, err := framer.Next(); !errors.Is(err, ErrFraming) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEncode_can_be_read_again(t *testing.T) {
	m := Message{Method: "INFO", URI: "sip:a@b", Version: "SIP/2.0", Fields: []Field{{"Call-ID", "x"}}, Body: []byte("hello")}
	got, err := Parse(m.Encode())
	if err != nil || got.Method != "INFO" || string(got.Body) != "hello" || got.Get("Call-ID") != "x" {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nl: 1\r\n\r\nx"))
	f.Add([]byte("SIP/2.0 200 OK\r\nTo: \"a\\\"\" <sip:x@y>;tag=1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Parse(raw)
		if err != nil {
			return
		}
		if _, err := Parse(m.Encode()); err != nil {
			t.Errorf("what was read cannot be read again: %v\n%q", err, m.Encode())
		}
		for _, field := range m.Fields {
			_, _ = ParseAddress(field.Value)
			_, _ = ParseVia(field.Value)
			_, _ = ParseCSeq(field.Value)
			if uri, err := ParseURI(field.Value); err == nil {
				if again, err := ParseURI(uri.String()); err != nil || again != uri {
					t.Errorf("%q became %q", field.Value, uri.String())
				}
			}
		}
	})
}

func FuzzFramer(f *testing.F) {
	f.Add([]byte("\r\n\r\nINVITE sip:a@b SIP/2.0\r\nl: 1\r\n\r\nx\r\n"), uint8(3))
	f.Fuzz(func(t *testing.T, stream []byte, size uint8) {
		var framer Framer
		step := int(size%16) + 1
		for at := 0; at < len(stream); at += step {
			framer.Write(stream[at:min(at+step, len(stream))])
			for {
				kind, _, err := framer.Next()
				if err != nil {
					return
				}
				if kind == NeedMore {
					break
				}
			}
		}
	})
}
