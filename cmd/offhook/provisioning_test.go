package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
)

func (a *answering) Accept(_ context.Context, server string) (string, error) {
	if server == "https://other.example" {
		return "", errors.New("this server does not wait to be accepted")
	}
	return "https://prov.example", a.note("accept " + server)
}

func (a *answering) Refuse(_ context.Context, server string) (string, error) {
	return "https://prov.example", a.note("refuse " + server)
}

func (a *answering) Forget(_ context.Context, server string) (string, error) {
	return "https://prov.example", a.note("forget " + server)
}

func TestProvisioning_accept(t *testing.T) {
	dir, err := os.MkdirTemp("", "acc") // short: a socket's path is at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	l, err := localapi.Bind(filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	agent := &answering{}
	server := localapi.Serve(l, agent, discard())
	defer server.Close()
	t.Setenv("OFFHOOK_SOCKET", filepath.Join(dir, "s"))
	for _, c := range []struct {
		args        string
		status      int
		out, stderr string
	}{
		{"provisioning accept", 0, "accepted https://prov.example\n", ""},
		{"provisioning accept https://prov.example --json", 0, "{\n  \"server\": \"https://prov.example\"\n}\n", ""},
		{"provisioning accept https://other.example", 1, "", "does not wait"},
		{"provisioning refuse", 0, "refused https://prov.example\n", ""},
		{"provisioning forget", 0, "asked about again: https://prov.example\n", ""},
		{"provisioning trust", 2, "", `"trust" is not known here; wanted is accept, refuse or forget`},
	} {
		status, out, stderr := offhook(t, strings.Fields(c.args)...)
		if status != c.status || out != c.out || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: status %d\nstdout %q\nstderr %q", c.args, status, out, stderr)
		}
	}
	if got := strings.Join(agent.asked, ", "); got != "accept , accept https://prov.example, refuse , forget " {
		t.Errorf("asked %q", got)
	}
}

func TestPrintProvisioning(t *testing.T) {
	at := time.Date(2026, 11, 23, 14, 5, 10, 0, time.Local)
	for _, c := range []struct {
		name string
		p    localapi.Provisioning
		h    localapi.History
		want []string
	}{
		{"nothing yet", localapi.Provisioning{State: "unprovisioned", Error: "no reply", LastAttempt: at, Failures: 3, NextFetch: at.Add(20 * time.Second),
			Attempts: []localapi.Attempt{{Step: "pinned", Why: "no provisioning.url"}},
			Waiting:  []localapi.Waiting{{Server: "https://prov.example", Step: "dhcp", Issuer: "Example CA", Fingerprint: "3f2a", Problem: "expired"}},
			Refused:  []string{"https://other.example"}}, localapi.History{}, []string{
			"state        unprovisioned",
			"last fetch   never; tried at 2026-11-23 14:05:10 (3 failed in a row): no reply",
			"next fetch   in 20s",
			"waits        https://prov.example, named by dhcp, certificate by Example CA, SHA-256 3f2a, not trusted: expired",
			"refused      https://other.example",
		}},
		{"a trial after a rollback", localapi.Provisioning{State: "provisioned", Source: "https://prov.example/x", Step: "dhcp", Found: "option 66 of eth0",
			Applied: at.Add(-time.Minute), Verdict: "on trial", OnTrial: at.Add(time.Minute), Missing: "the server has not answered", LastFetch: at.Add(-time.Minute), NextFetch: at},
			localapi.History{Documents: []localapi.Kept{{Number: 4, Verdict: "on trial"}, {Number: 3, Verdict: "rolled back", Decided: at.Add(-time.Hour), Why: "account a is not registered"}}}, []string{
				"document       https://prov.example/x, found by dhcp (option 66 of eth0)",
				"in force       since 2026-11-23 14:04:10 (on trial)",
				"trial          1m0s more: the server has not answered",
				"last rollback  document 3, 2026-11-23 13:05:10: account a is not registered",
				"last fetch     2026-11-23 14:04:10\n",
				"next fetch     in 0s",
			}},
	} {
		var out strings.Builder
		if err := printProvisioning(&out, c.p, c.h, at); err != nil {
			t.Fatal(err)
		}
		for _, line := range c.want {
			if !strings.Contains(out.String(), line) {
				t.Errorf("%s: no %q in\n%s", c.name, line, &out)
			}
		}
	}
}

func TestPrintWhence(t *testing.T) {
	var out strings.Builder
	of := localapi.Setting{Path: "phone.name", URL: "https://prov.example/x", Step: "pnp", Found: "SIP PnP: the answer of 192.0.2.1", Applied: time.Date(2026, 11, 23, 14, 5, 10, 0, time.Local), State: "confirmed"}
	if err := printWhence(&out, []localapi.Setting{{Path: "phone.language"}, of}); err != nil {
		t.Fatal(err)
	}
	if want := "\ndocument https://prov.example/x, found by pnp (SIP PnP: the answer of 192.0.2.1), in force since 2026-11-23 14:05:10 (confirmed)\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}
