package summary

import (
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
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
			got, err := Parse([]byte(c.body))
			if c.err != errors.Is(err, ErrBody) || !c.err && got != c.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := Parse(body)
		if s.New < -1 || s.New > maxCount || s.Old < -1 || s.Old > maxCount {
			t.Errorf("%+v", s)
		}
		if err != nil && s.Waiting {
			t.Error("an error and a message")
		}
	})
}
