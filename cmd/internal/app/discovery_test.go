package app

import (
	"log/slog"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/native"
)

func agentFile(t *testing.T, text string) provisioning.AgentConfig {
	t.Helper()
	c, err := native.ParseAgentConfig([]byte("agent: 1\n"+text), "f")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestGuise(t *testing.T) {
	d := provisioning.Device{MAC: phoneMAC, Model: "bench", Version: "1"}
	for _, c := range []struct{ name, file, want string }{
		{"itself", "", "offhook bench 1 {mac}.yaml"},
		{"a persona: it knows the files", "provisioning: {persona: {maker: yealink, model: T46U, version: '108'}}", "Yealink T46U 108 "},
		{"a persona, and files that are wanted all the same", "provisioning: {persona: {maker: snom}, files: ['{mac}.xml']}", "snom bench 1 {mac}.xml"},
	} {
		shown, files := guise(agentFile(t, c.file), d)
		if got := strings.Join([]string{shown.Vendor, shown.Model, shown.Version, strings.Join(files, ",")}, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestQuiet(t *testing.T) {
	const local = "config: {phone: {name: Gate}}\n"
	for _, c := range []struct {
		name, file string
		asked      bool
	}{
		{"nothing is known", "", true},
		{"a document of its own", local, false},
		{"a document of its own, and steps that are named", local + "provisioning: {order: [dhcp]}\n", true},
	} {
		if why := quiet(agentFile(t, c.file)); (why == "") != c.asked {
			t.Errorf("%s: %q", c.name, why)
		}
	}
}

// Every step of the default order is there, and whoever may name a server by
// DNS is asked in the configured domain.
func TestBuildDiscovery(t *testing.T) {
	a := &App{cfg: Config{Agent: agentFile(t, "")}}
	a.cfg.Agent.State = t.TempDir()
	if _, err := a.buildDiscovery(slog.New(slog.DiscardHandler), nil); err != nil {
		t.Error(err)
	}
	if got := domains("corp.example", nil, nil)(); len(got) != 1 || got[0] != "corp.example" {
		t.Error(got)
	}
	if _, err := a.trust.Accept(""); err == nil {
		t.Errorf("accepted nobody: %v", err)
	}
}
