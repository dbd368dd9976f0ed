package provisioning

import (
	"strings"
	"testing"
)

func TestAgentMatchers(t *testing.T) {
	for _, c := range []struct{ match, good, bad string }{
		{"dhcp-option", "160|1|254|66+67", "0|255|x|66+|66+0|-1|300|66+67+68|option 66"},
		{"file", "{mac}.yaml|phones/$MA.cfg|cfg", "|/x|../x|a b|x?y|{what}|a\x00"},
		{"interface", "eth0|wlan0|br-lan|enp3s0.20", "|a b|a/b|abcdefghijklmnop|eth0:1"},
		{"step", "dhcp|pnp:stop|dns:proceed|redirect", "lldp|dhcp:go|dhcp:"},
	} {
		match := matchers[c.match]
		for good := range strings.SplitSeq(c.good, "|") {
			if wrong := match(good); wrong != "" {
				t.Errorf("%s: %q %s", c.match, good, wrong)
			}
		}
		for bad := range strings.SplitSeq(c.bad, "|") {
			if match(bad) == "" {
				t.Errorf("%s takes %q", c.match, bad)
			}
		}
	}
	if a, b, ok := DHCPOption("66+67"); a != 66 || b != 67 || !ok {
		t.Error(a, b, ok)
	}
}

func TestAgentConfig_Given(t *testing.T) {
	c := AgentConfig{origin: map[string]Position{"": {}, "provisioning": {}, "provisioning.order": {}}}
	if !c.Given("provisioning.order") || c.Given("provisioning.url") {
		t.Error("what is around a setting is not the setting")
	}
}
