package discover

import (
	"net/url"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/ua"
)

func TestReadAddresses(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"https://p.example/phones/{mac}.cfg", "https://p.example/phones/{mac}.cfg"},
		{"https://p.example/$PSN", "https://p.example/$PSN"},
		{"prov.example", "https://prov.example/a.yaml https://prov.example/b.cfg"},
		{"prov.example:8443/phones/\x00", "https://prov.example:8443/phones/a.yaml https://prov.example:8443/phones/b.cfg"},
		{"https://p.example/phones", "https://p.example/phones/a.yaml https://p.example/phones/b.cfg"},
		{"https://p.example/get?mac={mac}", "https://p.example/get?mac={mac}"},
		{"192.0.2.1, 192.0.2.2/x.yaml", "https://192.0.2.1/a.yaml https://192.0.2.1/b.cfg https://192.0.2.2/x.yaml"},
		{"2001:db8::1", "https://[2001:db8::1]/a.yaml https://[2001:db8::1]/b.cfg"},
		{"HTTP://p.example/x.cfg", "http://p.example/x.cfg"},
		{"tftp://192.0.2.1", "tftp://192.0.2.1/a.yaml tftp://192.0.2.1/b.cfg"},
		{"https://ann:pw@p.example/x.cfg", "ann/pw@https://p.example/x.cfg"},
		{"https://ann:p@w@p.example/x@y.cfg", "ann/p@w@https://p.example/x@y.cfg"},
		{"http://ann:pw@p.example/x.cfg", "http://p.example/x.cfg"},
		{" ", "is empty"},
		{"\x01\x02", "is not text"},
		{"pröv.example", `"https://pröv.example" is neither a URL nor a host`},
		{"https:///x", `"https:///x" is neither a URL nor a host`},
		{"$(reboot)", `"https://$(reboot)" is neither a URL nor a host`},
		{strings.Repeat("h ", 9), "names 9 servers; at most 8 are tried"},
		{strings.Repeat("h", 2049), "has 2049 octets, more than an address may have"},
	} {
		found, err := ReadAddresses(c.value, []string{"a.yaml", "b.cfg"}, provisioning.Access{CA: "ours"})
		var got []string
		for _, f := range found {
			word := f.URL
			if f.Access.Username != "" {
				word = f.Access.Username + "/" + f.Access.Password.Reveal() + "@" + word
			}
			got = append(got, word)
		}
		if err != nil {
			got = append(got, err.Error())
		}
		if joined := strings.Join(got, " "); joined != c.want {
			t.Errorf("%q -> %s\nwant %s", c.value, joined, c.want)
		}
	}
}

func FuzzReadAddresses(f *testing.F) {
	for _, seed := range []string{"https://u:p@h/x.cfg", "h", "h/p/, i", "2001:db8::1", "a://b@c@d/e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		found, err := ReadAddresses(value, []string{"{mac}.yaml"}, provisioning.Access{})
		if err != nil && found != nil {
			t.Errorf("%q: both %v and %v", value, found, err)
		}
		for _, one := range found {
			u, err := url.Parse(one.URL)
			if err != nil || u.Hostname() == "" || u.User != nil {
				t.Errorf("%q gives %q", value, one.URL)
			}
			if one.Access.Password != (ua.Secret{}) && u.Scheme != "https" {
				t.Errorf("%q: a password for %s", value, u.Scheme)
			}
		}
	})
}
