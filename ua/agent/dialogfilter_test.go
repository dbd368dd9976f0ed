package agent

import (
	"fmt"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/events/dialoginfo"
)

func TestDialogFilterOf(t *testing.T) {
	for event, want := range map[string]string{
		"dialog":                          "{    false} true",
		"dialog;id=7":                     "{7    false} true",
		`dialog;call-id="a b@c";to-tag=1`: "{ a b@c 1  false} true",
		"dialog;call-id=c;TO-TAG=1;from-tag=2;include-session-description": "{ c 1 2 true} true",
		"dialog;include-session-description":                               "{    true} true",
		"dialog;call-id=c":                                                 "{ c   false} false",
		"dialog;to-tag=1":                                                  "{  1  false} false",
		"dialog;from-tag=1":                                                "{   1 false} false",
		`dialog;id="a b"`:                                                  "{a b    false} false",
		`dialog;call-id="x`:                                                "{    false} false",
	} {
		filter, ok := dialogFilterOf(event)
		if got := fmt.Sprint(filter, " ", ok); got != want {
			t.Errorf("%s: %s, want %s", event, got, want)
		}
	}
}

func TestDialogFilter_of(t *testing.T) {
	dialog := func(callID, local, remote string) dialoginfo.Dialog {
		return dialoginfo.Dialog{CallID: callID, LocalTag: local, RemoteTag: remote, Local: dialoginfo.Side{Description: "v=0"}}
	}
	for arrow, c := range map[string]struct {
		event string
		want  int
	}{
		"nothing named -> all":                     {"dialog", 3},
		"an INVITE named -> all its dialogs":       {"dialog;call-id=c;to-tag=1", 2},
		"a dialog named -> that one":               {"dialog;call-id=c;to-tag=1;from-tag=b", 1},
		"a dialog of others -> none":               {"dialog;call-id=c;to-tag=2;from-tag=b", 0},
		"one that is not there any more -> none":   {"dialog;call-id=z;to-tag=1", 0},
		"descriptions wanted -> all, with theirs":  {"dialog;include-session-description", 3},
		"a dialog and its description -> that one": {"dialog;call-id=c;to-tag=1;from-tag=a;include-session-description", 1},
	} {
		filter, ok := dialogFilterOf(c.event)
		got := filter.of([]dialoginfo.Dialog{dialog("c", "1", "a"), dialog("c", "1", "b"), dialog("d", "1", "a")})
		if !ok || len(got) != c.want {
			t.Errorf("%s: %+v", arrow, got)
		}
		for _, d := range got {
			if (d.Local.Description != "") != filter.descriptions {
				t.Errorf("%s: description %q", arrow, d.Local.Description)
			}
		}
	}
}

func TestWithoutKeys(t *testing.T) {
	sdp := "v=0\r\nk=clear:x\r\nm=audio 1 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:secret\r\nA=Crypto:2 x inline:secret\r\na=sendrecv\r\n"
	if got := withoutKeys([]byte(sdp)); got != "v=0\r\nm=audio 1 RTP/SAVP 0\r\na=sendrecv\r\n" {
		t.Errorf("%q", got)
	}
}

// A subscription to one dialog is told of that alone, and is over with it.
func TestShare_one_dialog(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.ShareDialogs = true })
	_, err := s.phone.agent.Invite("a", "2002")
	s.phone.must(err)
	invite := s.Expect("INVITE")
	tag := strings.SplitN(invite.Get("From"), "tag=", 2)[1]
	s.Answer(invite, "far", "180 Ringing", "Contact: <sip:2002@"+s.Address().String()+">")
	s.phone.awaitCall(ua.Early)

	s.subscribe("w1", fmt.Sprintf("dialog;id=7;call-id=%q;to-tag=%s", invite.Get("Call-ID"), tag), "", 600)
	s.Expect("200")
	m := s.Expect("NOTIFY")
	s.Answer(m, "", "200 OK")
	info, err := dialoginfo.Parse(m.Body)
	if err != nil || len(info.Dialogs) != 1 || m.Get("Event") != "dialog;id=7" {
		t.Errorf("%+v, %v, Event %q", info, err, m.Get("Event"))
	}
	s.Answer(invite, "far", "486 Busy Here")
	for m = s.Expect("NOTIFY"); !strings.HasPrefix(m.Get("Subscription-State"), "terminated"); m = s.Expect("NOTIFY") {
		s.Answer(m, "", "200 OK")
	}
	if state := m.Get("Subscription-State"); state != "terminated;reason=noresource" {
		t.Errorf("Subscription-State %q", state)
	}
	s.Answer(m, "", "200 OK")

	s.subscribe("w2", "dialog;call-id=gone;to-tag=1", "", 600)
	s.Expect("200")
	for m = s.Expect("NOTIFY"); !strings.HasPrefix(m.Get("Subscription-State"), "terminated"); m = s.Expect("NOTIFY") {
		s.Answer(m, "", "200 OK")
	}
	s.Answer(m, "", "200 OK")
	s.subscribe("w3", "dialog;call-id=half", "", 600)
	s.Expect("400")
}
