package app

import (
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/ua"
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

func TestJourney_a_text_is_kept_and_answered(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	post(t.Context(), w.app.desk.inbox, phone.UA{Event: ua.MessageReceived{Account: ua.AccountID(w.app.bindings.list()[0].ID), From: ua.Party{User: "1002", DisplayName: "Anna"}, Text: "Door open"}})
	w.view("a text", func(v phone.View) bool { return strings.Contains(v.Notice, "Door open") && v.Status.Messages == 1 })
	w.stop()

	w.parts = newParts(t)
	w.cfg.Drivers = w.parts.drivers()
	w.registered()
	w.view("the text of before the restart", func(v phone.View) bool { return v.Kind == phone.KindIdle && v.Soft[2].Label == "Texts" })
	w.parts.keys.tap(hal.KeySoft3, hal.KeyOK)
	w.view("in full", func(v phone.View) bool { return len(v.Text) > 0 && v.Text[0] == "Door open" })
	w.parts.keys.tap(hal.KeyOK, hal.KeyOK)
	w.view("what became of the reply", func(v phone.View) bool { return v.Notice == "Not sent: Method Not Allowed" })
	w.quiet()
}
