package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
)

func (a *answering) Accept(_ context.Context, server string) (string, error) {
	if server == "https://other.example" {
		return "", errors.New("this server does not wait to be accepted")
	}
	return "https://prov.example", a.note("accept " + server)
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
		{"provisioning", 2, "", "accept [SERVER] is missing"},
		{"provisioning trust", 2, "", `"trust" is not known here; wanted is accept`},
	} {
		status, out, stderr := offhook(t, strings.Fields(c.args)...)
		if status != c.status || out != c.out || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: status %d\nstdout %q\nstderr %q", c.args, status, out, stderr)
		}
	}
	if got := strings.Join(agent.asked, ", "); got != "accept , accept https://prov.example" {
		t.Errorf("asked %q", got)
	}
}
