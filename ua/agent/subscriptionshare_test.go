package agent

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/events/dialoginfo"
)

// subscribe sends a SUBSCRIBE to the phone.
func (s *server) subscribe(callID, event, toTag string, expires int) {
	s.tb.Helper()
	s.cseq++
	to := "<sip:1001@pbx.example>"
	if toTag != "" {
		to += ";tag=" + toTag
	}
	contact, _, _ := strings.Cut(strings.TrimPrefix(s.bound.Get("Contact"), "<"), ">")
	s.Send(fmt.Sprintf(`SUBSCRIBE %s SIP/2.0
Via: SIP/2.0/UDP %%ME%%;branch=z9hG4bKs%d;rport
From: <sip:pbx@pbx.example>;tag=watcher
To: %s
Call-ID: %s
CSeq: %d SUBSCRIBE
Contact: <sip:pbx@%%ME%%>
Event: %s
Accept: %s
Expires: %d

`, contact, s.cseq, to, callID, s.cseq, event, cmp.Or(s.takes, dialogType), expires))
}

// told expects a NOTIFY of our dialogs and answers it.
func (s *server) told(status string) (message, dialoginfo.Info) {
	s.tb.Helper()
	m := s.Expect("NOTIFY")
	s.Answer(m, "", status)
	info, err := dialoginfo.Parse(m.Body)
	if err != nil || !info.Full || info.Entity != "sip:1001@pbx.example" || m.Get("Event") != "dialog" {
		s.tb.Errorf("NOTIFY of %s: %+v, %v", m.Get("Event"), info, err)
	}
	return m, info
}

func TestShare_tells_of_presence(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.ShareDialogs = true })
	s.subscribe("w1", "presence", "", 600)
	s.Expect("406") // it takes dialogs alone, as it says
	s.takes = "application/pidf+xml"
	s.subscribe("w2", "presence", "", 600)
	s.Expect("200")
	told := func(arrow string, has ...string) {
		t.Helper()
		m := s.Expect("NOTIFY")
		s.Answer(m, "", "200 OK")
		for _, text := range has {
			if m.Get("Event") != "presence" || m.Get("Content-Type") != "application/pidf+xml" || !strings.Contains(string(m.Body), text) {
				t.Errorf("%s: %s %s", arrow, m.Get("Event"), m.Body)
			}
		}
	}
	told("subscribed -> open", "<basic>open</basic>")
	s.phone.must(s.phone.agent.SetDoNotDisturb(true))
	told("do not disturb -> closed and busy", "<basic>closed</basic>", "<rpid:busy/>")
	if _, err := s.phone.agent.Invite("a", "2002"); err != nil {
		t.Fatal(err)
	}
	s.Expect("INVITE")
	told("and in a call -> on the phone, too", "<basic>closed</basic>", "<rpid:busy/><rpid:on-the-phone/>")
}

func TestShare_tells_of_our_calls(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.ShareDialogs = true })
	s.subscribe("w1", "dialog", "", 600)
	ok := s.Expect("200")
	if ok.Get("Expires") != "600" || !ok.Has("Contact") {
		t.Errorf("Expires %q, Contact %q", ok.Get("Expires"), ok.Get("Contact"))
	}
	first, info := s.told("200 OK")
	if len(info.Dialogs) != 0 || !strings.HasPrefix(first.Get("Subscription-State"), "active;expires=") {
		t.Errorf("%+v, %s", info, first.Get("Subscription-State"))
	}
	if _, err := s.phone.agent.Invite("a", "2002"); err != nil {
		t.Fatal(err)
	}
	invite := s.Expect("INVITE")
	if !strings.Contains(invite.Get("Allow-Events"), "talk") {
		t.Errorf("Allow-Events %q", invite.Get("Allow-Events"))
	}
	_, info = s.told("200 OK")
	if len(info.Dialogs) != 1 || info.Dialogs[0].CallID != invite.Get("Call-ID") || info.Dialogs[0].Remote.Identity != "sip:2002@pbx.example" || info.Version != 1 {
		t.Errorf("%+v", info)
	}
	s.Answer(invite, "far", "486 Busy Here")
	s.Expect("ACK")
	if _, info = s.told("200 OK"); len(info.Dialogs) != 0 {
		t.Errorf("%+v", info)
	}
	to := strings.SplitN(ok.Get("To"), "tag=", 2)[1]
	s.subscribe("w1", "dialog", to, 0)
	s.Expect("200")
	if last, _ := s.told("200 OK"); last.Get("Subscription-State") != "terminated;reason=timeout" {
		t.Errorf("Subscription-State %q", last.Get("Subscription-State"))
	}
	s.subscribe("w1", "dialog", to, 600)
	s.Expect("481")
}

func TestShare_refuses(t *testing.T) {
	for _, c := range []struct {
		arrow  string
		share  bool
		event  string
		tag    string
		until  int
		status string
	}{
		{"not allowed -> 489", false, "dialog", "", 600, "489"},
		{"another package -> 489", true, "conference", "", 600, "489"},
		{"an unknown dialog -> 481", true, "dialog", "x", 600, "481"},
		{"too brief -> 423", true, "dialog", "", 5, "423"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			s := newServer(t, func(a *ua.Account) { a.ShareDialogs = c.share })
			s.subscribe("w", c.event, c.tag, c.until)
			s.Expect(c.status)
		})
	}
}

func TestShare_is_bounded(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.ShareDialogs = true })
	for i := range maxSubscribers {
		s.subscribe(fmt.Sprint("w", i), "dialog", "", 600)
		s.Expect("200")
		s.told("200 OK")
	}
	s.subscribe("one more", "dialog", "", 600)
	s.Expect("400") // a space in a Call-ID
	s.subscribe("one-more", "dialog", "", 600)
	s.Expect("503")
}

func TestShare_gives_up_on_who_does_not_know_it(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.ShareDialogs = true })
	s.subscribe("w", "dialog", "", 600)
	to := strings.SplitN(s.Expect("200").Get("To"), "tag=", 2)[1]
	s.told("481 Gone")
	for range 100 { // the answer may be overtaken on its way up
		s.subscribe("w", "dialog", to, 600)
		m := s.Next()
		if m.Status == 481 {
			return
		}
		if m.Method == "NOTIFY" {
			s.Answer(m, "", "481 Gone")
		}
	}
	t.Error("it is told still")
}
