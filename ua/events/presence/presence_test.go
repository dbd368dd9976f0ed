package presence

import (
	"testing"

	"offhook/ua/events/element"
)

func TestEncode(t *testing.T) {
	for _, c := range []struct {
		arrow string
		state State
		basic string
	}{
		{"idle -> open", State{Open: true}, "open"},
		{"in a call -> open and on the phone", State{Open: true, OnPhone: true}, "open"},
		{"do not disturb -> closed and busy", State{Busy: true}, "closed"},
		{"do not disturb, in a call -> closed, busy and on the phone", State{Busy: true, OnPhone: true}, "closed"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			root, err := element.Parse(Encode("sip:a&b@c", c.state))
			if err != nil || root.Name != "presence" || root.Attr("entity") != "sip:a&b@c" {
				t.Fatalf("%+v, %v", root, err)
			}
			if got := root.Child("tuple").Child("status").Child("basic").Text; got != c.basic {
				t.Errorf("basic %s", got)
			}
			activities := root.Child("person").Child("activities")
			if got := activities.Child("on-the-phone").Name != ""; got != c.state.OnPhone {
				t.Errorf("on the phone: %v", got)
			}
			if got := activities.Child("busy").Name != ""; got != c.state.Busy {
				t.Errorf("busy: %v", got)
			}
		})
	}
}
