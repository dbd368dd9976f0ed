package subscription

import (
	"errors"
	"testing"

	"offhook/ua"
)

func TestParseSummary(t *testing.T) {
	for _, c := range []struct {
		arrow, body string
		want        Summary
		err         bool
	}{
		{"RFC 3842 §5.3", "Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\nVoice-Message: 2/8 (0/2)\r\n",
			Summary{true, "sip:alice@vmail.example.com", 2, 8}, false},
		{"none", "Messages-Waiting: no", Summary{false, "", -1, -1}, false},
		{"none, counted", "Messages-Waiting: no\nVoice-Message: 0/3", Summary{false, "", 0, 3}, false},
		{"spaces, case, bare line ends", "messages-waiting :  YES \nVOICE-MESSAGE : 1 / 0 ( 0 / 0 )", Summary{true, "", 1, 0}, false},
		{"yes for a fax", "Messages-Waiting: yes\r\nFax-Message: 1/0", Summary{true, "", -1, -1}, false},
		{"only counts", "Voice-Message: 4/1", Summary{true, "", 4, 1}, false},
		{"only new", "Messages-Waiting: yes\r\nVoice-Message: 4", Summary{true, "", 4, -1}, false},
		{"counts of nonsense", "Messages-Waiting: yes\r\nVoice-Message: -1/x", Summary{true, "", -1, -1}, false},
		{"counts beyond belief", "Messages-Waiting: yes\r\nVoice-Message: 2000000000/99999999999", Summary{true, "", maxCount, -1}, false},
		{"empty", "", Summary{}, true},
		{"HTML", "<html>no: way</html>", Summary{}, true},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			got, err := ParseSummary([]byte(c.body))
			if c.err != errors.Is(err, ErrSummary) || !c.err && got != c.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestParseCheckSync(t *testing.T) {
	for _, c := range []struct {
		event      string
		reboot, ok bool
	}{
		{"check-sync", false, true},
		{"check-sync;reboot=false", false, true},
		{"check-sync;reboot=true", true, true},
		{"Check-Sync ; Reboot = TRUE", true, true},
		{"check-sync;id=5;reboot=true", true, true},
		{"check-sync;reboot", false, true},
		{"resync", false, true},
		{"resync;reboot=true", true, true},
		{"reboot", true, true},
		{"reboot=true", true, true},
		{"reboot=false", false, true},
		{";reboot=true", true, true},
		{"", false, false},
		{";", false, false},
		{"message-summary", false, false},
		{"message-summary;reboot=true", false, false},
		{"talk", false, false},
		{"check-sync-not", false, false},
	} {
		t.Run(c.event, func(t *testing.T) {
			if got, ok := ParseCheckSync(c.event); ok != c.ok || got != (ua.CheckSync{Reboot: c.reboot}) {
				t.Errorf("%+v, %v", got, ok)
			}
		})
	}
}

func FuzzParsers(f *testing.F) {
	f.Add("Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)", "check-sync;reboot=true", "active;expires=60;reason=x")
	f.Fuzz(func(t *testing.T, body, event, state string) {
		s, err := ParseSummary([]byte(body))
		if s.New < -1 || s.New > maxCount || s.Old < -1 || s.Old > maxCount {
			t.Errorf("%+v", s)
		}
		if err != nil && s.Waiting {
			t.Error("an error and a message")
		}
		if sync, ok := ParseCheckSync(event); sync.Reboot && !ok {
			t.Error("a reboot nobody asked for")
		}
		m, _ := New(Config{Event: "x"}).Step(Start{})
		m.Step(Notified{1, Notify{CSeq: 1, Dialog: Dialog{Tag: "t"}, Event: "x", State: state}})
	})
}
