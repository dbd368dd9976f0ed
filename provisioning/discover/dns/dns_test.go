package dns

import (
	"context"
	"errors"
	"strings"
	"testing"

	"offhook/provisioning/discover"
)

type zone struct {
	naptr     map[string][]NAPTR
	srv       map[string][]SRV
	fault     error // of both
	swallowed error // of NAPTR
}

func (z zone) NAPTR(_ context.Context, name string) ([]NAPTR, error) {
	return z.naptr[name], errors.Join(z.fault, z.swallowed)
}
func (z zone) SRV(_ context.Context, name string) ([]SRV, error) { return z.srv[name], z.fault }

func TestStep(t *testing.T) {
	url := NAPTR{"u", "SFUA.CFG", "!.*!https://cfg.example/{mac}.yaml!"}
	for _, c := range []struct {
		name    string
		zone    zone
		domains string
		want    string
	}{
		{"no domain", zone{}, "", "the network has no domain to ask for (DHCP options 141 and 15, resolv.conf); provisioning.domain gives one"},
		{"NAPTR", zone{naptr: map[string][]NAPTR{"lan": {{"s", "SIP+D2T", ""}, url}}}, "lan", "https://cfg.example/{mac}.yaml by NAPTR SFUA.CFG of lan"},
		{"NAPTR before SRV", zone{naptr: map[string][]NAPTR{"lan": {url}}, srv: map[string][]SRV{"_offhook-prov._tcp.lan": {{"a.lan", 443}}}}, "lan",
			"https://cfg.example/{mac}.yaml by NAPTR SFUA.CFG of lan"},
		{"SRV in its order", zone{srv: map[string][]SRV{"_offhook-prov._tcp.lan": {{"a.lan", 443}, {"b.lan", 8443}}}}, "lan",
			"https://a.lan:443/{mac}.yaml by SRV _offhook-prov._tcp.lan, https://b.lan:8443/{mac}.yaml by SRV _offhook-prov._tcp.lan"},
		{"the second domain", zone{srv: map[string][]SRV{"_offhook-prov._tcp.corp": {{"a.corp", 443}}}}, "lan corp", "https://a.corp:443/{mac}.yaml by SRV _offhook-prov._tcp.corp"},
		{"not offered", zone{srv: map[string][]SRV{"_offhook-prov._tcp.lan": {{"", 0}}}}, "lan", "lan says by DNS that it has no such service"},
		{"nothing", zone{}, "lan corp", "lan has neither NAPTR SFUA.CFG nor SRV _offhook-prov._tcp.lan; corp has neither NAPTR SFUA.CFG nor SRV _offhook-prov._tcp.corp"},
		{"DNS is dead", zone{fault: errors.New("no answer")}, "lan", "DNS for _offhook-prov._tcp.lan: no answer"},
		{"NAPTR is refused, SRV is not", zone{swallowed: errors.New("refused"), srv: map[string][]SRV{"_offhook-prov._tcp.lan": {{"a.lan", 443}}}}, "lan",
			"https://a.lan:443/{mac}.yaml by SRV _offhook-prov._tcp.lan"},
		{"NAPTR is refused, and no SRV", zone{swallowed: errors.New("refused")}, "lan", "DNS for lan: refused"},
		{"a URL that is none", zone{naptr: map[string][]NAPTR{"lan": {{"u", "SFUA.CFG", "!.*!https://!"}}}}, "lan", "lan has neither NAPTR SFUA.CFG nor SRV _offhook-prov._tcp.lan"},
	} {
		step := Step(Config{Resolver: c.zone, Domains: func() []string { return strings.Fields(c.domains) }, Files: []string{"{mac}.yaml"}})
		found, err := step.Find(t.Context(), discover.Known{})
		var got []string
		for _, f := range found {
			if f.From != discover.FromNetwork {
				t.Errorf("%s: %s counts as trusted", c.name, f.URL)
			}
			got = append(got, f.URL+" by "+f.Why)
		}
		if err != nil {
			got = append(got, err.Error())
		}
		if joined := strings.Join(got, ", "); joined != c.want {
			t.Errorf("%s: got %s\nwant %s", c.name, joined, c.want)
		}
	}
}

func TestTarget(t *testing.T) {
	for _, c := range []struct {
		r    NAPTR
		want string
	}{
		{NAPTR{"U", "sfua.cfg", "!.*!https://a!"}, "https://a"},
		{NAPTR{"u", "SFUA.CFG:https", "/^.*$/https:x/"}, "https:x"},
		{NAPTR{"s", "SFUA.CFG", "!.*!https://a!"}, ""},
		{NAPTR{"u", "SIP+D2T", "!.*!https://a!"}, ""},
		{NAPTR{"u", "SFUA.CFG", `!(.*)!https://\1!`}, ""},
		{NAPTR{"u", "SFUA.CFG", "!.*!https://a!i"}, ""},
		{NAPTR{"u", "SFUA.CFG", "!.*!https://a"}, ""},
		{NAPTR{"u", "SFUA.CFG", ""}, ""},
	} {
		if got := target(c.r); got != c.want {
			t.Errorf("%+v: %q", c.r, got)
		}
	}
}

func FuzzTarget(f *testing.F) {
	f.Add("u", "SFUA.CFG", "!.*!https://a!")
	f.Fuzz(func(t *testing.T, flags, service, expression string) {
		if got := target(NAPTR{flags, service, expression}); len(got) > len(expression) {
			t.Errorf("%q of %q", got, expression)
		}
	})
}
