package presence

import (
	"testing"

	"offhook/ua/events/element"
)

func TestEncode(t *testing.T) {
	for _, c := range []struct {
		arrow      string
		open, busy bool
		basic      string
	}{
		{"idle -> open", true, false, "open"},
		{"in a call -> open and on the phone", true, true, "open"},
		{"leaving -> closed", false, false, "closed"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			root, err := element.Parse(Encode("sip:a&b@c", c.open, c.busy))
			if err != nil || root.Name != "presence" || root.Attr("entity") != "sip:a&b@c" {
				t.Fatalf("%+v, %v", root, err)
			}
			if got := root.Child("tuple").Child("status").Child("basic").Text; got != c.basic {
				t.Errorf("basic %s", got)
			}
			if busy := root.Child("person").Child("activities").Child("on-the-phone").Name != ""; busy != c.busy {
				t.Errorf("on the phone: %v", busy)
			}
		})
	}
}
