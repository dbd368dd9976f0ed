package discover

import (
	"context"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/ua"
)

var device = provisioning.Device{MAC: "02:00:5e:10:00:01", Model: "bench"}

func agent(change func(*provisioning.AgentConfig)) provisioning.AgentConfig {
	c := provisioning.DefaultAgentConfig()
	c.Provisioning.Order = []string{"pinned:stop", "document:proceed", "static:proceed", "cached:stop"}
	c.Provisioning.CA, c.Provisioning.Username, c.Provisioning.Password = "agent's", "agent", ua.NewSecret("a")
	if change != nil {
		change(&c)
	}
	return c
}

func document() provisioning.Document {
	doc := provisioning.Default()
	doc.Provisioning.URL, doc.Provisioning.Username = "https://doc.example/{mac}", "doc"
	doc.Provisioning.CA, doc.Provisioning.Password = "document's", ua.NewSecret("d")
	return doc
}

func TestDiscover(t *testing.T) {
	last := provisioning.Meta{URL: "https://last.example/x", Step: "static"}
	pin := func(c *provisioning.AgentConfig) { c.Provisioning.URL = "https://pin.example/{MAC}" }
	static := func(c *provisioning.AgentConfig) {
		c.Provisioning.Static = []string{"https://192.0.2.1/a", "https://[2001:db8::1]/{model}"}
	}
	const noPin, noDocument = "pinned - provisioning.url is not set in the agent's file", "document - the document in force has no provisioning.url"
	const noStatic, noCached = "static - provisioning.static is empty in the agent's file", "cached - no document was fetched before"
	for _, c := range []struct {
		name  string
		agent provisioning.AgentConfig
		doc   provisioning.Document
		last  provisioning.Meta
		want  []string
	}{
		{"first boot, told nothing", agent(nil), provisioning.Default(), provisioning.Meta{}, []string{noPin, noDocument, noStatic, noCached}},
		{"pinned: nothing else is asked", agent(pin), document(), last, []string{
			"pinned https://pin.example/02005E100001 agent's agent stop"}},
		{"the document's, then where it came from", agent(nil), document(), last, []string{
			noPin, "document https://doc.example/02005e100001 document's doc proceed", noStatic, "cached https://last.example/x agent's agent stop"}},
		{"static, one after the other", agent(static), provisioning.Default(), provisioning.Meta{}, []string{
			noPin, noDocument, "static https://192.0.2.1/a agent's agent proceed", "static https://[2001:db8::1]/bench agent's agent proceed", noCached}},
		{"another order", agent(func(c *provisioning.AgentConfig) {
			pin(c)
			static(c)
			c.Provisioning.Order = []string{"cached:proceed", "static", "pinned"}
		}), document(), last, []string{
			"cached https://last.example/x agent's agent proceed",
			"static https://192.0.2.1/a agent's agent proceed", "static https://[2001:db8::1]/bench agent's agent stop"}},
		{"the document's password for a pinned address", agent(func(c *provisioning.AgentConfig) {
			pin(c)
			c.Provisioning.Username, c.Provisioning.Password = "", ua.Secret{}
		}), document(), last, []string{"pinned https://pin.example/02005E100001 agent's doc stop"}},
		{"a macro that is none", agent(func(c *provisioning.AgentConfig) { c.Provisioning.URL = "https://x.example/{what}" }),
			provisioning.Default(), provisioning.Meta{}, []string{"pinned - {what} is not a macro; use {mac}, {MAC}, {model}, {serial}, {version} or {vendor}"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := Default(c.agent, device, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for f := range d.Discover(context.Background(), c.doc, c.last) {
				got = append(got, word(f))
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func word(f provisioning.Finding) string {
	if f.URL == "" {
		return f.Step + " - " + f.Why
	}
	then := "stop"
	if f.Proceed {
		then = "proceed"
	}
	return strings.Join([]string{f.Step, f.URL, f.Access.CA, f.Access.Username, then}, " ")
}

func TestDiscover_a_later_step_runs_only_when_asked_for(t *testing.T) {
	ran := ""
	step := func(name string) Step {
		return Step{name, func(context.Context, Known) ([]Found, error) {
			ran += name
			return []Found{{URL: "https://x.example"}}, nil
		}}
	}
	d, err := New(Config{Order: []string{"a:proceed", "b:proceed", "c"}, Steps: []Step{step("c"), step("b"), step("a")},
		Access: provisioning.Access{AllowHTTP: true}})
	if err != nil {
		t.Fatal(err)
	}
	for f := range d.Discover(context.Background(), provisioning.Document{}, provisioning.Meta{}) {
		if !f.Access.AllowHTTP {
			t.Error("the board's leave for plain HTTP is lost")
		}
		if f.Step == "b" {
			break
		}
	}
	if ran != "ab" {
		t.Errorf("ran %s", ran)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for f := range d.Discover(ctx, provisioning.Document{}, provisioning.Meta{}) {
		t.Errorf("found %v after the end", f)
	}
}

func TestNew_refuses_an_unknown_step(t *testing.T) {
	_, err := New(Config{Order: []string{"dhcp"}, Steps: []Step{Cached(), Document()}})
	if err == nil || err.Error() != `discover: there is no step "dhcp"; use one of cached, document` {
		t.Errorf("%v", err)
	}
}
