package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/sealed"
	"offhook/provisioning/source/bundle"
	"offhook/ua"
)

// takenIn is an app's intake by an agent's file with these changes.
func takenIn(t *testing.T, log io.Writer, change func(*provisioning.AgentProvisioning)) (*App, *intake) {
	t.Helper()
	a := &App{cfg: Config{Agent: provisioning.DefaultAgentConfig()}, device: provisioning.Device{MAC: "02:00:5e:10:00:01", Model: "board"}}
	change(&a.cfg.Agent.Provisioning)
	return a, a.newIntake(slog.New(slog.NewTextHandler(log, nil)))
}

func TestIntake_parse(t *testing.T) {
	key := ua.NewSecret("correct horse battery staple")
	_, in := takenIn(t, io.Discard, func(p *provisioning.AgentProvisioning) { p.FileKey = key })
	_, keyless := takenIn(t, io.Discard, func(*provisioning.AgentProvisioning) {})
	const common = "#!version:1.0.0.1\nlocal_time.time_zone_name = Germany(Berlin)\n"
	const own = "#!version:1.0.0.1\naccount.1.enable = 1\naccount.1.user_name = 1001\naccount.1.password = s3cret\naccount.1.sip_server.1.address = pbx.example\n"
	hidden, err := sealed.Encrypt([]byte(own), sealed.Offhook, key, "02:00:5e:10:00:01")
	if err != nil {
		t.Fatal(err)
	}
	others, err := sealed.Encrypt([]byte(own), sealed.Offhook, key, "02:00:5e:10:00:02")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		arrow string
		by    *intake
		data  []byte
		user  string
		wrong string
	}{
		{"native -> read", in, []byte("offhook: 1\naccounts: [{user: 1001, domain: pbx.example}]\n"), "1001", ""},
		{"yealink -> read", in, []byte(own), "1001", ""},
		{"two files, one sealed -> both", in, bundle.Join([]bundle.File{{Name: "y.cfg", Data: []byte(common)}, {Name: "m.cfg", Data: hidden}}), "1001", ""},
		{"sealed for another phone -> told", in, others, "", "sealed for another phone"},
		{"sealed and no key -> told", keyless, hidden, "", "no key for it"},
		{"a damaged bundle -> told", in, bundle.Join([]bundle.File{{Name: "a"}, {Name: "b", Data: []byte("x")}})[:30], "", "damaged"},
		{"nobody's file -> told", in, []byte("hello, world\n"), "", "hello"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			doc, err := c.by.parse(c.data, "m.cfg")
			switch {
			case c.wrong == "" && (err != nil || len(doc.Accounts) != 1 || doc.Accounts[0].User != c.user):
				t.Errorf("%+v, %v", doc.Accounts, err)
			case c.wrong != "" && err == nil:
				t.Error("no error")
			case c.wrong != "" && c.wrong != "hello" && !strings.Contains(err.Error(), c.wrong):
				t.Errorf("%v, want %q in it", err, c.wrong)
			}
		})
	}
}

// answering is a source with one answer.
type answering struct {
	data   string
	behind bool
	err    error
	agents []string
}

func (s *answering) Fetch(_ context.Context, r provisioning.Request) (provisioning.Response, error) {
	s.agents = append(s.agents, r.UserAgent)
	return provisioning.Response{Data: []byte(s.data), URL: r.URL, ClockBehind: s.behind}, s.err
}

func TestIntake_sources(t *testing.T) {
	_, in := takenIn(t, io.Discard, func(p *provisioning.AgentProvisioning) { p.Persona.Maker = "yealink" })
	source := &answering{data: "x"}
	if _, err := in.played(source).Fetch(t.Context(), provisioning.Request{URL: "https://h/x.cfg"}); err != nil || source.agents[0] != "Yealink SIP-T46U 108.86.0.20 02:00:5e:10:00:01" {
		t.Errorf("%q, %v", source.agents, err)
	}
	_, plain := takenIn(t, io.Discard, func(*provisioning.AgentProvisioning) {})
	if got := plain.played(source); got != provisioning.Source(source) {
		t.Errorf("%T without a persona", got)
	}
}

func TestClock_that_is_not_set_is_noted(t *testing.T) {
	log := &strings.Builder{}
	a, _ := takenIn(t, log, func(*provisioning.AgentProvisioning) {})
	source := &answering{behind: true}
	noted := &clockNoted{source, &a.clockBehind, slog.New(slog.NewTextHandler(log, nil))}
	_, _ = noted.Fetch(t.Context(), provisioning.Request{URL: "http://h/x"}) // it has no error
	if !a.clockBehind.Load() || !strings.Contains(log.String(), "the clock is not set") || !strings.Contains(log.String(), "in the clear") {
		t.Errorf("behind %v, log %s", a.clockBehind.Load(), log)
	}
	source.behind, source.err = false, errors.New("no")
	_, _ = noted.Fetch(t.Context(), provisioning.Request{URL: "https://h/x"}) // its error is another test's
	if a.clockBehind.Load() {
		t.Error("still behind")
	}
}
