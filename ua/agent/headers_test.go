package agent

import (
	"strings"
	"testing"

	"offhook/ua/dialog"
	"offhook/ua/wire"
)

func TestTargets_of_a_redirection(t *testing.T) {
	m := wire.Message{Status: 302, Fields: []wire.Field{
		{Name: "Contact", Value: `<sip:a@x?Subject=1>;q=0.2, "B" <sip:b@x>;q=0.9`},
		{Name: "Contact", Value: "<sip:c@x>, <https://x>, <"},
	}}
	if got := strings.Join(targets(&m), " "); got != "sip:c@x sip:b@x sip:a@x" {
		t.Error(got)
	}
	m.Status = 200
	if got := targets(&m); got != nil {
		t.Error(got)
	}
}

func TestWarning_for_a_person(t *testing.T) {
	for value, want := range map[string]string{
		`399 pbx "Licence has expired", 399 x "y"`: "Licence has expired", "": "", "399 pbx none": "",
	} {
		m := wire.Message{Fields: []wire.Field{{Name: "Warning", Value: value}}}
		if got := warning(&m); got != want {
			t.Errorf("%q: %q", value, got)
		}
	}
}

func TestGate_of_early_media(t *testing.T) {
	for value, want := range map[string]dialog.Gate{
		"": dialog.GateUnsaid, "sendrecv": dialog.GateOpen, "Inactive": dialog.GateShut, "gated, recvonly": dialog.GateShut, "sendonly,gated": dialog.GateOpen,
	} {
		m := wire.Message{}
		if value != "" {
			m.Fields = []wire.Field{{Name: "P-Early-Media", Value: value}}
		}
		if got := gate(&m, true); got != want {
			t.Errorf("%q: %d", value, got)
		}
		if got := gate(&m, false); got != dialog.GateUnsaid {
			t.Errorf("%q of a stranger: %d", value, got)
		}
	}
}
