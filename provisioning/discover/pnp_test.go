package discover

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestPnP(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers []Answer
		err     error
		want    string
	}{
		{"who answers, in order", []Answer{{"http://rogue.example/x.cfg", "192.0.2.66 on eth0"}, {"https://p.example/", "192.0.2.1 on eth0"}}, nil,
			"http://rogue.example/x.cfg by SIP PnP: the answer of 192.0.2.66 on eth0, https://p.example/{mac}.yaml by SIP PnP: the answer of 192.0.2.1 on eth0"},
		{"rubbish beside what is right", []Answer{{"\x01", "192.0.2.66 on eth0"}, {"https://p.example/a.cfg", "192.0.2.1 on eth0"}}, nil,
			"https://p.example/a.cfg by SIP PnP: the answer of 192.0.2.1 on eth0"},
		{"rubbish", []Answer{{"\x01", "192.0.2.66 on eth0"}}, nil, "what 192.0.2.66 on eth0 answers is not text"},
		{"nobody", nil, errors.New("nobody answers"), "nobody answers"},
	} {
		step := PnP(func(context.Context) ([]Answer, error) { return c.answers, c.err }, []string{"{mac}.yaml"})
		found, err := step.Find(t.Context(), Known{})
		var got []string
		for _, f := range found {
			if f.From != FromNetwork {
				t.Errorf("%s: %s counts as trusted", c.name, f.URL)
			}
			got = append(got, f.URL+" by "+f.Why)
		}
		if err != nil {
			got = append(got, err.Error())
		}
		if joined := strings.Join(got, ", "); joined != c.want {
			t.Errorf("%s: %s", c.name, joined)
		}
	}
}

func TestUnless(t *testing.T) {
	step := Step{"a", func(context.Context, Known) ([]Found, error) { return []Found{{URL: "x"}}, nil }}
	if found, err := Unless(step, "").Find(t.Context(), Known{}); len(found) != 1 || err != nil {
		t.Error(found, err)
	}
	if found, err := Unless(step, "not here").Find(t.Context(), Known{}); len(found) != 0 || err == nil || err.Error() != "not here" {
		t.Error(found, err)
	}
}
