package app

import (
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
)

func TestJourney_message_that_is_not_delivered_is_told(t *testing.T) {
	host := newWorld(t, boardFile)
	host.registered()
	for arrow, c := range map[string]struct {
		request localapi.MessageRequest
		want    string
	}{
		"an account that is not there": {localapi.MessageRequest{Account: "none", Target: "1002", Text: "x"}, "there is no account none"},
		"a server that takes none":     {localapi.MessageRequest{Target: "1002", Text: "x"}, "not delivered: Method Not Allowed"},
		"too long":                     {localapi.MessageRequest{Target: "1002", Text: strings.Repeat("x", 2000)}, "800 octets"},
	} {
		if err := host.control.Message(t.Context(), c.request); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", arrow, err)
		}
	}
}

func TestJourney_do_not_disturb(t *testing.T) {
	host := newWorld(t, boardFile)
	host.registered()
	one := host.neighbour("1002", "00:00:5e:00:53:08")
	one.registered()
	if err := one.control.DoNotDisturb(t.Context(), localapi.Switch{On: true}); err != nil {
		t.Fatal(err)
	}
	one.view("it will not ring", func(v phone.View) bool { return strings.Contains(strings.Join(v.Text, " "), "Do not disturb") })
	host.lift()
	host.parts.keys.tap("1", "0", "0", "2")
	host.view("busy", func(v phone.View) bool { return v.Kind == phone.KindFailed })
	if err := one.control.Forward(t.Context(), localapi.ForwardRequest{Target: "1003"}); err != nil {
		t.Fatal(err)
	}
	one.view("where calls go", func(v phone.View) bool { return strings.Contains(strings.Join(v.Text, " "), "Calls go to 1003") })
}
