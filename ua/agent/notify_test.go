package agent

import (
	"fmt"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/digest"
)

// unasked sends a NOTIFY outside any dialog.
func (s *server) unasked(status, event, contentType, body string, lines ...string) message {
	s.tb.Helper()
	head := fmt.Sprintf("From: <sip:pbx@pbx.example>;tag=n%d\nTo: <sip:1001@pbx.example>\nCall-ID: unasked%d\nSubscription-State: terminated\nEvent: %s", s.cseq, s.cseq, event)
	return s.send(strings.Join(append([]string{head}, lines...), "\n"), s.bound.Get("Contact"), status, contentType, body)
}

func TestNotify_that_nobody_subscribed_to(t *testing.T) {
	for _, c := range []struct {
		arrow, event, body, status string
		refuse                     bool
	}{
		{"message-summary -> taken", "message-summary", "Messages-Waiting: yes\n", "200", false},
		{"message-summary, refused -> 481", "message-summary", "Messages-Waiting: yes\n", "481", true},
		{"keep-alive -> 200", "keep-alive", "", "200", false},
		{"dialog -> 481", "dialog", "", "481", false},
		{"talk -> 481", "talk", "", "481", false},
		{"another package -> 489", "conference", "", "489", false},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			s := newServer(t, func(a *ua.Account) { a.RefuseMWI = c.refuse })
			answer := s.unasked(c.status, c.event, "application/simple-message-summary", c.body)
			if c.status == "489" && answer.Get("Allow-Events") != events {
				t.Errorf("Allow-Events %q", answer.Get("Allow-Events"))
			}
		})
	}
}

func TestCheckSync_by_digest(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.CheckSyncAuth = true })
	challenged := s.unasked("401", "check-sync;reboot=true", "", "")
	lines := challenged.Lines("WWW-Authenticate")
	if len(lines) != 2 || !strings.Contains(lines[0], "SHA-256") {
		t.Fatalf("%q", lines)
	}
	answer := func(password string, lines []string) string {
		x := digest.NewClient("1001", ua.NewSecret(password)).Begin("NOTIFY", "sip:1001@here", nil)
		if err := x.Challenged(lines, nil); err != nil {
			t.Fatal(err)
		}
		return "Authorization: " + x.Headers()[0].Value
	}
	lines = s.unasked("401", "check-sync;reboot=true", "", "", answer("wrong", lines)).Lines("WWW-Authenticate")
	right := answer("secret", lines)
	s.unasked("200", "check-sync;reboot=true", "", "", right)
	if e := await(s.phone, "check-sync", func(ua.CheckSync) bool { return true }); !e.Reboot || e.Account != "a" {
		t.Errorf("%+v", e)
	}
	s.unasked("401", "check-sync;reboot=true", "", "", right) // once is enough
}

func TestRemoteControl_in_a_call(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.RemoteControl = true })
	contact, _, _ := strings.Cut(strings.TrimPrefix(s.bound.Get("Contact"), "<"), ">")
	s.Send(fmt.Sprintf("INVITE %s SIP/2.0\nVia: SIP/2.0/UDP %%ME%%;branch=z9hG4bKi;rport\nFrom: <sip:2002@pbx.example>;tag=far\nTo: <sip:1001@pbx.example>\nCall-ID: call\nCSeq: 1 INVITE\nContact: <sip:2002@%%ME%%>\nContent-Type: application/sdp\n\nv=0\n", contact))
	incoming := s.phone.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
	s.phone.must(s.phone.agent.Ringing(incoming.ID))
	ringing := s.Expect("180")
	to := ringing.Get("To")
	s.cseq = 1 // the INVITE's
	s.send(fmt.Sprintf("From: <sip:2002@pbx.example>;tag=far\nTo: %s\nCall-ID: call\nEvent: talk\nSubscription-State: terminated", to), "<"+contact+">", "200", "", "")
	if e := await(s.phone, "talk", func(ua.RemoteControl) bool { return true }); e.Hold || e.Call != incoming.ID {
		t.Errorf("%+v", e)
	}
}
