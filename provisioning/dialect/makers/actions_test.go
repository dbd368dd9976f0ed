package makers

import (
	"fmt"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
)

func TestActions(t *testing.T) {
	const account = "#!version:1.0.0.1\naccount.1.user_name = 1001\naccount.1.sip_server.1.address = pbx.example\n"
	for _, c := range []struct{ name, lines, want, warns string }{
		{"variables -> ours", "action_url.incoming_call = https://crm.example/x?f=$remote&n=$display_remote&i=$call_id&m=$mac", "call-incoming https://crm.example/x?f={remote}&n={remote_name}&i={call}&m={mac}  ", ""},
		{"what is not here -> empty, and told", "action_url.registered = https://crm.example/x?ip=$ip&m=$model", "registered https://crm.example/x?ip=&m={model}  ", "$ip"},
		{"one address for two events -> one action", "action_url.registered = https://crm.example/x\naction_url.missed_call = https://crm.example/x", "registered+call-missed https://crm.example/x  ", ""},
		{"a user and password -> in their own place", "action_url.registered = https://anna:w0rd@crm.example/x", "registered https://crm.example/x anna w0rd", ""},
		{"braces -> as they are, not a field", "action_url.registered = https://crm.example/{remote}", "registered https://crm.example/%7Bremote%7D  ", ""},
		{"switched off -> none", "action_url.enable = 0\naction_url.registered = https://crm.example/x", "", ""},
		{"a variable where the host is -> left out", "action_url.registered = https://$remote/x", "", "has a field where the host is"},
		{"no web server -> none", "action_url.registered = tftp://crm.example/x", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _ := dialect.ByName(All(), "yealink")
			doc, report, err := Config{Base: provisioning.Default()}.Read(d, []dialect.File{{Name: "x.cfg", Data: []byte(account + c.lines + "\n")}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range doc.Actions {
				got = append(got, fmt.Sprintf("%s %s %s %s", strings.Join(a.On, "+"), a.URL, a.Username, a.Password.Reveal()))
			}
			if text := strings.Join(got, "; "); text != c.want {
				t.Errorf("%q, want %q", text, c.want)
			}
			if warns := fmt.Sprint(report.Warnings); c.warns != "" && !strings.Contains(warns, c.warns) {
				t.Errorf("warnings: %s", warns)
			}
			for _, e := range doc.Explain("actions") {
				if strings.Contains(e.Where()+fmt.Sprint(report.Warnings), "w0rd") {
					t.Errorf("the password is shown: %s", e.Where())
				}
			}
		})
	}
}
