package dialoginfo

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"offhook/ua"
)

func document(version int, state, dialogs string) string {
	return fmt.Sprintf(`<?xml version="1.0"?>
<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="%d" state="%s" entity="sip:alice@example.com">%s</dialog-info>`, version, state, dialogs)
}

func dialog(id, direction, state string) string {
	return fmt.Sprintf(`<dialog id="%s" call-id="c-%s" local-tag="l" remote-tag="r" direction="%s"><state>%s</state>
<local><identity>sip:alice@example.com</identity><target uri="sip:alice@10.0.0.1"/></local>
<remote><identity display="Bob &amp; Co">sip:bob@example.com</identity><target uri="sip:bob@10.0.0.2"/></remote></dialog>`, id, id, direction, state)
}

func TestParse(t *testing.T) {
	full := Dialog{
		ID: "1", CallID: "c-1", LocalTag: "l", RemoteTag: "r", Incoming: true, State: ua.Early,
		Local:  Side{Identity: "sip:alice@example.com", Target: "sip:alice@10.0.0.1"},
		Remote: Side{Display: "Bob & Co", Identity: "sip:bob@example.com", Target: "sip:bob@10.0.0.2"},
	}
	for _, c := range []struct {
		arrow, body string
		want        Info
		ok          bool
	}{
		{"idle -> no dialogs", document(0, "full", ""), Info{Entity: "sip:alice@example.com", Full: true}, true},
		{"ringing -> a dialog", document(7, "partial", dialog("1", "recipient", "early")), Info{"sip:alice@example.com", 7, false, []Dialog{full}}, true},
		{"a line without more -> a dialog", document(1, "full", `<dialog id="201"><state>terminated</state></dialog>`),
			Info{"sip:alice@example.com", 1, true, []Dialog{{ID: "201", State: ua.Terminated}}}, true},
		{"what renders nothing -> held", document(1, "full", `<dialog id="a"><state>confirmed</state><local><target uri="sip:a@b"><param pname="+sip.rendering" pval="no"/></target></local></dialog>`),
			Info{"sip:alice@example.com", 1, true, []Dialog{{ID: "a", State: ua.Confirmed, Held: true, Local: Side{Target: "sip:a@b"}}}}, true},
		{"another root -> error", `<presence version="1" state="full"/>`, Info{}, false},
		{"no version -> error", `<dialog-info state="full"/>`, Info{}, false},
		{"a state that is unknown -> error", document(1, "some", ""), Info{}, false},
		{"a dialog without an id -> error", document(1, "full", `<dialog><state>early</state></dialog>`), Info{}, false},
		{"a dialog in no known state -> error", document(1, "full", `<dialog id="1"><state>lost</state></dialog>`), Info{}, false},
		{"no XML -> error", "Messages-Waiting: no", Info{}, false},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			got, err := Parse([]byte(c.body))
			if (err == nil) != c.ok || c.ok && !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestTable(t *testing.T) {
	idle, ringing := document(3, "full", ""), document(4, "partial", dialog("1", "recipient", "early"))
	for _, c := range []struct {
		arrow string
		given []string
		last  Outcome
		state ua.LineState
	}{
		{"nothing -> unknown", nil, Taken, ua.LineUnknown},
		{"a partial document first -> gap", []string{ringing}, Gap, ua.LineUnknown},
		{"full and empty -> idle", []string{idle}, Taken, ua.LineIdle},
		{"idle: a call rings -> early", []string{idle, ringing}, Taken, ua.LineEarly},
		{"idle: it calls -> trying", []string{idle, document(4, "partial", dialog("1", "initiator", "trying"))}, Taken, ua.LineTrying},
		{"idle: a call arrives -> early", []string{idle, document(4, "partial", dialog("1", "recipient", "trying"))}, Taken, ua.LineEarly},
		{"ringing: answered -> confirmed", []string{idle, ringing, document(5, "partial", dialog("1", "recipient", "confirmed"))}, Taken, ua.LineConfirmed},
		{"ringing: over -> idle", []string{idle, ringing, document(5, "partial", dialog("1", "recipient", "terminated"))}, Taken, ua.LineIdle},
		{"in a call: another rings -> early", []string{idle, document(4, "partial", dialog("1", "initiator", "confirmed")), document(5, "partial", dialog("2", "recipient", "early"))}, Taken, ua.LineEarly},
		{"the same version -> stale", []string{idle, ringing, document(4, "partial", "")}, Stale, ua.LineEarly},
		{"a version is missing -> gap", []string{idle, document(5, "partial", "")}, Gap, ua.LineUnknown},
		{"after a gap: partial -> gap", []string{idle, document(5, "partial", ""), document(6, "partial", "")}, Gap, ua.LineUnknown},
		{"after a gap: full -> known", []string{idle, document(5, "partial", ""), idle}, Taken, ua.LineIdle},
		{"full of an older version -> taken", []string{ringing, document(9, "full", ""), idle}, Taken, ua.LineIdle},
		{"full -> what was is gone", []string{document(1, "full", dialog("1", "initiator", "confirmed")), document(2, "full", "")}, Taken, ua.LineIdle},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			var table Table
			var last Outcome
			for _, body := range c.given {
				info, err := Parse([]byte(body))
				if err != nil {
					t.Fatal(err)
				}
				table, last = table.Apply(info)
			}
			if last != c.last || table.State() != c.state {
				t.Errorf("outcome %d, %v; want %d, %v", last, table.State(), c.last, c.state)
			}
		})
	}
}

func TestTable_is_bounded(t *testing.T) {
	var table Table
	for i := range 5 {
		var many strings.Builder
		for k := range 30 {
			many.WriteString(dialog(fmt.Sprint(i, "-", k), "initiator", "confirmed"))
		}
		info, err := Parse([]byte(document(i, map[bool]string{true: "full", false: "partial"}[i == 0], many.String())))
		if err != nil {
			t.Fatal(err)
		}
		table, _ = table.Apply(info)
	}
	if table.Dialogs() != maxDialogs {
		t.Errorf("%d dialogs are kept", table.Dialogs())
	}
}

func TestEncode_is_read_again(t *testing.T) {
	want := Info{Entity: `sip:"<a&b>"@example.com`, Version: 12, Full: true, Dialogs: []Dialog{
		{ID: "1", CallID: "x@y", LocalTag: "l", RemoteTag: "r", Incoming: true, State: ua.Early, Local: Side{Identity: "sip:a@b"}, Remote: Side{Display: `B "b"`, Identity: "sip:b@b", Target: "sip:b@c"}},
		{ID: "2", State: ua.Confirmed, Held: true, Local: Side{Target: "sip:a@b"}},
	}}
	if got, err := Parse(want.Encode()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v from\n%s", got, err, want.Encode())
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(document(1, "full", dialog("1", "recipient", "early"))), []byte(document(2, "partial", dialog("1", "recipient", "confirmed"))))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var table Table
		for _, body := range [][]byte{a, b} {
			info, err := Parse(body)
			if err != nil {
				continue
			}
			var outcome Outcome
			if table, outcome = table.Apply(info); table.Known() != (outcome == Taken || outcome == Stale) {
				t.Errorf("known %v after %d", table.Known(), outcome)
			}
			info.Full = true
			if again, err := Parse(info.Encode()); err != nil || !reflect.DeepEqual(again, info) {
				t.Errorf("%+v was read as %+v, %v", info, again, err)
			}
		}
	})
}

func TestEncode_description(t *testing.T) {
	d := Dialog{ID: "1", State: ua.Confirmed, Local: Side{Description: "v=0\r\ns=<&>\r\n"}}
	got := string(Info{Full: true, Dialogs: []Dialog{d}}.Encode())
	if want := `<local><session-description type="application/sdp">v=0`; !strings.Contains(got, want) || !strings.Contains(got, "s=&lt;&amp;&gt;") {
		t.Error(got)
	}
}
