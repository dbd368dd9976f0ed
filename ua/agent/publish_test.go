package agent

import (
	"strings"
	"testing"

	"offhook/ua"
)

func TestPublish_tells_whether_we_are_in_a_call(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.Publish = ua.PublishPresence })
	first := s.Expect("PUBLISH")
	if first.URI != "sip:1001@pbx.example" || first.Get("Event") != "presence" || first.Get("Content-Type") != "application/pidf+xml" ||
		first.Has("SIP-If-Match") || first.Has("Contact") || !strings.Contains(string(first.Body), "<basic>open</basic>") {
		t.Errorf("PUBLISH %s %+v", first.URI, first.Fields)
	}
	s.Answer(first, "esc", "200 OK", "SIP-ETag: e1", "Expires: 3600")
	_, err := s.phone.agent.Invite("a", "2002")
	s.phone.must(err)
	invite := s.Expect("INVITE")
	busy := s.Expect("PUBLISH")
	if busy.Get("SIP-If-Match") != "e1" || !strings.Contains(string(busy.Body), "on-the-phone") {
		t.Errorf("SIP-If-Match %q, %s", busy.Get("SIP-If-Match"), busy.Body)
	}
	s.Answer(busy, "esc", "412 Conditional Request Failed")
	again := s.Expect("PUBLISH")
	if again.Has("SIP-If-Match") || !strings.Contains(string(again.Body), "on-the-phone") {
		t.Errorf("SIP-If-Match %q, %s", again.Get("SIP-If-Match"), again.Body)
	}
	s.Answer(again, "esc", "200 OK", "SIP-ETag: e2", "Expires: 3600")
	s.Answer(invite, "far", "486 Busy Here")
	free := s.Expect("PUBLISH")
	if free.Get("SIP-If-Match") != "e2" || strings.Contains(string(free.Body), "on-the-phone") {
		t.Errorf("SIP-If-Match %q, %s", free.Get("SIP-If-Match"), free.Body)
	}
	s.Answer(free, "esc", "200 OK", "SIP-ETag: e3", "Expires: 3600")
	s.phone.must(s.phone.agent.SetAccounts(nil))
	gone := s.Expect("PUBLISH")
	if gone.Get("Expires") != "0" || gone.Get("SIP-If-Match") != "e3" || len(gone.Body) > 0 || gone.Has("Content-Type") {
		t.Errorf("Expires %q, SIP-If-Match %q, %s", gone.Get("Expires"), gone.Get("SIP-If-Match"), gone.Body)
	}
	s.Answer(gone, "esc", "200 OK")
}

func TestPublish_tells_of_do_not_disturb(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.Publish = ua.PublishPresence })
	s.Answer(s.Expect("PUBLISH"), "esc", "200 OK", "SIP-ETag: e1", "Expires: 3600")
	for _, c := range []struct {
		arrow       string
		on          bool
		basic, tell string
	}{
		{"switched on -> closed and busy", true, "<basic>closed</basic>", "<rpid:busy/>"},
		{"switched off -> open", false, "<basic>open</basic>", "</presence>"},
	} {
		s.phone.must(s.phone.agent.SetDoNotDisturb(c.on))
		s.phone.must(s.phone.agent.SetDoNotDisturb(c.on)) // no news
		told := s.Expect("PUBLISH")
		if body := string(told.Body); !strings.Contains(body, c.basic) || !strings.Contains(body, c.tell) || strings.Contains(body, "busy") != c.on {
			t.Errorf("%s: %s", c.arrow, body)
		}
		s.Answer(told, "esc", "200 OK", "SIP-ETag: e2", "Expires: 3600")
	}
}

func TestPublish_of_dialogs(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.Publish = ua.PublishDialog })
	first := s.Expect("PUBLISH")
	if first.Get("Event") != "dialog" || first.Get("Content-Type") != dialogType || !strings.Contains(string(first.Body), `state="full"`) {
		t.Errorf("%s %s", first.Get("Event"), first.Body)
	}
	s.Answer(first, "esc", "423 Interval Too Brief", "Min-Expires: 7200")
	if longer := s.Expect("PUBLISH"); longer.Get("Expires") != "7200" {
		t.Errorf("Expires %q", longer.Get("Expires"))
	}
}
