package reginfo

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func document(state, contacts string) []byte {
	return fmt.Appendf(nil, `<?xml version="1.0"?>
<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="0" state="%s">
<registration aor="sip:joe@example.com" id="a7" state="active">%s</registration></reginfo>`, state, contacts)
}

func contact(uri, state, event, more string) string {
	return fmt.Sprintf(`<contact id="1" state="%s" event="%s" %s><uri>%s</uri></contact>`, state, event, more, uri)
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		arrow string
		body  []byte
		want  Info
		ok    bool
	}{
		{"a binding -> a contact", document("full", contact("sip:me@h", "active", "registered", `expires="60"`)),
			Info{Full: true, Contacts: []Contact{{"sip:me@h", true, "registered", 0}}}, true},
		{"probation -> when to come back", document("partial", contact("sip:me@h", "terminated", "probation", `retry-after="30"`)),
			Info{Contacts: []Contact{{"sip:me@h", false, "probation", 30 * time.Second}}}, true},
		{"none -> none", document("full", ""), Info{Full: true}, true},
		{"another document -> error", []byte(`<presence version="0" state="full"/>`), Info{}, false},
		{"no state -> error", []byte(`<reginfo version="0"/>`), Info{}, false},
		{"no XML -> error", []byte(`reginfo`), Info{}, false},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			got, err := Parse(c.body)
			if (err == nil) != c.ok || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	const us = "sip:me@h"
	here := document("full", contact(us, "active", "registered", ""))
	gone := func(event, more string) []byte { return document("partial", contact(us, "terminated", event, more)) }
	for _, c := range []struct {
		arrow string
		given [][]byte
		want  Verdict
		after time.Duration
	}{
		{"registered -> fine", [][]byte{here}, Fine, 0},
		{"refreshed -> fine", [][]byte{here, document("partial", contact(us, "active", "refreshed", ""))}, Fine, 0},
		{"deactivated -> anew", [][]byte{here, gone("deactivated", "")}, Anew, 0},
		{"unregistered -> anew", [][]byte{here, gone("unregistered", "")}, Anew, 0},
		{"expired -> anew", [][]byte{gone("expired", "")}, Anew, 0},
		{"shortened -> anew", [][]byte{here, document("partial", contact(us, "active", "shortened", ""))}, Anew, 0},
		{"probation -> later", [][]byte{here, gone("probation", `retry-after="30"`)}, Later, 30 * time.Second},
		{"rejected -> barred", [][]byte{here, gone("rejected", "")}, Barred, 0},
		{"another device is gone -> fine", [][]byte{here, document("partial", contact("sip:me@other", "terminated", "deactivated", ""))}, Fine, 0},
		{"seen, then not in a full document -> anew", [][]byte{here, document("full", "")}, Anew, 0},
		{"never seen, not in a full document -> fine", [][]byte{document("full", contact("sip:me@h:5060", "active", "registered", "")), document("full", "")}, Fine, 0},
		{"not in a full document twice -> once", [][]byte{here, document("full", ""), document("full", "")}, Fine, 0},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			var w Watch
			var verdict Verdict
			var after time.Duration
			for _, body := range c.given {
				info, err := Parse(body)
				if err != nil {
					t.Fatal(err)
				}
				w, verdict, after = w.Judge(info, us)
			}
			if verdict != c.want || after != c.after {
				t.Errorf("%d after %v", verdict, after)
			}
		})
	}
}

func TestParse_is_bounded(t *testing.T) {
	info, err := Parse(document("full", strings.Repeat(contact("sip:x@y", "active", "created", ""), 200)))
	if err != nil || len(info.Contacts) != maxContacts {
		t.Errorf("%d contacts, %v", len(info.Contacts), err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(document("full", contact("sip:me@h", "terminated", "probation", `retry-after="30"`)))
	f.Fuzz(func(t *testing.T, body []byte) {
		info, err := Parse(body)
		if err != nil && info.Contacts != nil {
			t.Error("an error and contacts")
		}
		if _, verdict, after := (Watch{}).Judge(info, "sip:me@h"); after < 0 || after > 0 && verdict != Later {
			t.Errorf("%d after %v", verdict, after)
		}
	})
}
