package provisioning

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"offhook/ua"
)

func account(id string) Account {
	var a Account
	a.setDefaults()
	a.ID, a.User, a.Domain, a.SRTP = id, id, "pbx.example", SRTPMandatory
	return a
}

func TestDefault_is_valid(t *testing.T) {
	if err := Default().Validate(); err != nil {
		t.Error(err)
	}
}

func TestDocument_Validate_without_a_file(t *testing.T) {
	doc := Default()
	doc.Accounts = []Account{account("1001"), account("1001")}
	doc.Screen.Backlight = 200
	doc.Version = 3
	want := `offhook: is version 3, and this program reads version 1
screen.backlight: 200 is out of range; use 0 to 100
accounts[1].id: "1001" is the id of accounts[1001] too; give one of them another id`
	if err := doc.Validate(); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestDiff(t *testing.T) {
	base := Default()
	base.Accounts = []Account{account("1001"), account("1002")}
	for _, c := range []struct {
		name   string
		change func(*Document)
		want   string
	}{
		{"nothing", func(*Document) {}, ""},
		{"the name", func(d *Document) { d.Phone.Name = "Gate" }, `phone.name: "offhook" -> "Gate"`},
		{"a password is not shown", func(d *Document) { d.Accounts[0].Password = ua.NewSecret("hunter2") },
			`accounts[1001].password: "" -> "***" (restarts: account)`},
		{"another password is seen", func(d *Document) {
			d.Accounts[0].Password = ua.NewSecret("a")
		}, `accounts[1001].password: "" -> "***" (restarts: account)`},
		{"media settings wait for the next call", func(d *Document) { d.Accounts[0].Codecs = []string{"pcma"} },
			`accounts[1001].codecs: "" -> "pcma"`},
		{"an account goes", func(d *Document) { d.Accounts = d.Accounts[:1] },
			`accounts[1002]: "id=1002 user=1002 domain=pbx.example srtp=mandatory" -> "" (restarts: account)`},
		{"an account comes", func(d *Document) { d.Accounts = append(d.Accounts, account("1003")) },
			`accounts[1003]: "" -> "id=1003 user=1003 domain=pbx.example srtp=mandatory" (restarts: account)`},
		{"the first goes, the second is the same still", func(d *Document) { d.Accounts = d.Accounts[1:] },
			`accounts[1001]: "id=1001 user=1001 domain=pbx.example srtp=mandatory" -> "" (restarts: account)`},
		{"another order", func(d *Document) { d.Accounts[0], d.Accounts[1] = d.Accounts[1], d.Accounts[0] },
			`accounts: "1001, 1002" -> "1002, 1001"`},
		{"tones", func(d *Document) { d.Phone.Country = "de" }, `phone.country: "us" -> "de" (restarts: audio)`},
		{"signalling", func(d *Document) { d.Network.DSCP.Signalling = 40 }, `network.dscp.signalling: "24" -> "40" (restarts: agent)`},
		{"an empty list is no list", func(d *Document) { d.DialPlan.DigitMap = []string{} }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := base
			doc.Accounts = append([]Account(nil), base.Accounts...)
			c.change(&doc)
			var got []string
			for _, change := range Diff(base, doc) {
				got = append(got, change.String())
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "\n"), c.want)
			}
		})
	}
	one, two := base, base
	one.Provisioning.Password, two.Provisioning.Password = ua.NewSecret("aaaaaaaa"), ua.NewSecret("bbbbbbbb")
	if changes := Diff(one, two); len(changes) != 1 || changes[0].Old != "***" || Restarts(changes, RestartReboot) {
		t.Errorf("two passwords: %v", changes)
	}
}

func TestDocument_SIPAccounts(t *testing.T) {
	doc := Default()
	doc.TLS.Authorities = []Authority{{"a", "PEM a"}, {"b", "PEM b\n"}}
	doc.TLS.Identities = []Identity{{"phone", "PEM chain", ua.NewSecret("PEM key")}}
	for range 4 {
		doc.Accounts = append(doc.Accounts, account(fmt.Sprint(1001+len(doc.Accounts))))
	}
	doc.Accounts[1].CA, doc.Accounts[1].Certificate = "$b", "$phone"
	doc.Accounts[2].CA, doc.Accounts[2].KeepAlive = SystemCA, 0
	doc.Accounts[3].CA, doc.Accounts[3].Certificate, doc.Accounts[3].Key = "PEM c", "PEM own", ua.NewSecret("own key")
	got := doc.SIPAccounts()
	for i, want := range []ua.TLSPolicy{
		{CA: "PEM a\nPEM b\n"},
		{CA: "PEM b\n", Cert: "PEM chain", Key: ua.NewSecret("PEM key")},
		{},
		{CA: "PEM c", Cert: "PEM own", Key: ua.NewSecret("own key")},
	} {
		if got[i].TLS != want {
			t.Errorf("account %d: %+v, want %+v", i, got[i].TLS, want)
		}
	}
	first := ua.Account{ID: "1001", User: "1001", Domain: "pbx.example", Transport: ua.TLS, Expires: 10 * time.Minute,
		Register: true, Reconnect: time.Second, KeepAlive: 25 * time.Second, SessionExpires: 30 * time.Minute, Reliable: ua.ReliableSupported, MWI: true, TLS: ua.TLSPolicy{CA: "PEM a\nPEM b\n"}}
	if got[0] != first {
		t.Errorf("%+v, want %+v", got[0], first)
	}
	if got[2].KeepAlive >= 0 {
		t.Errorf("keep-alive: 0s must mean none, got %v", got[2].KeepAlive)
	}
	if a, ok := doc.Account("1003"); !ok || a.User != "1003" {
		t.Errorf("account 1003: %v %v", a, ok)
	}
}

func TestDevice_Expand(t *testing.T) {
	d := Device{MAC: "02:00:5E:10:00:01", Model: "pi zero/2", Serial: "a{mac}"}
	for in, want := range map[string]string{
		"https://p.example/{mac}.yaml":                "https://p.example/02005e100001.yaml",
		"https://p.example/{MAC}?m={model}":           "https://p.example/02005E100001?m=pi%20zero%2F2",
		"https://p.example/{serial}":                  "https://p.example/a%7Bmac%7D",
		"https://p.example/plain":                     "https://p.example/plain",
		"https://p.example/{ma}":                      "error",
		"https://p.example/{mac":                      "error",
		"https://p.example/" + strings.Repeat("{", 3): "error",
	} {
		got, err := d.Expand(in)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %s (%v), want %s", in, got, err, want)
		}
	}
}

func TestDocument_Explain(t *testing.T) {
	doc := Default()
	doc.Accounts = []Account{account("1001")}
	doc.Accounts[0].Password = ua.NewSecret("hunter2")
	doc.origin = map[string]Position{"accounts[1001].password": {File: "x.yaml", Line: 7, Column: 3}}
	all := doc.Explain("")
	if len(all) < 60 {
		t.Errorf("%d settings", len(all))
	}
	got := doc.Explain("accounts[1001].password")
	if len(got) != 1 || got[0].Value != "***" || got[0].Where() != "x.yaml:7" {
		t.Errorf("password: %+v", got)
	}
	if got := doc.Explain("audio.volume"); len(got) != 4 || got[0].Where() != "default" {
		t.Errorf("volumes: %+v", got)
	}
	if got := doc.Explain("audio.vol"); len(got) != 0 {
		t.Errorf("no such setting: %+v", got)
	}
}

func TestFaults_finds_them_all(t *testing.T) {
	a, b := &FaultError{Msg: "a"}, &FaultError{Msg: "b"}
	err := fmt.Errorf("file: %w", errors.Join(a, errors.Join(errors.New("else"), b)))
	if got := Faults(err); len(got) != 2 || got[0] != a || got[1] != b {
		t.Errorf("%v", got)
	}
}

func TestFormatDuration(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0s": 0, "20ms": 20 * time.Millisecond, "1m30s": 90 * time.Second, "10m": 10 * time.Minute, "24h": 24 * time.Hour, "1h30m": 90 * time.Minute,
	} {
		if got := formatDuration(d); got != want {
			t.Errorf("%v is written %s, want %s", d, got, want)
		}
	}
}

// The tables of the manual list what the decoder reads, nothing more or less.
func TestSettings_are_those_of_the_manual(t *testing.T) {
	manual, err := os.ReadFile("../docs/provisioning.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for line := range strings.Lines(string(manual)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 7 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			continue
		}
		row := strings.TrimSpace(strings.Join(cells[1:5], "|"))
		documented[row] = true
		if strings.TrimSpace(cells[5]) == "" {
			t.Errorf("the manual says nothing about %s", row)
		}
	}
	for _, s := range append(Settings(), AgentSettings()...) {
		if row := manualRow(s); !documented[row] {
			t.Errorf("the manual lacks this row:\n| %s | … |", row)
		} else {
			delete(documented, row)
		}
	}
	for row := range documented {
		t.Errorf("the manual has a setting that the decoder has not: %s", row)
	}
}

// manualRow is the first four cells of a setting's row: name, type and what is
// allowed, default, what a change interrupts.
func manualRow(s Setting) string {
	kind, def := s.Type, "—"
	if s.Allowed != "" {
		kind += ": " + s.Allowed
	}
	if s.Default != "" {
		def = "`" + s.Default + "`"
	}
	if s.Needed {
		def = "needed"
	}
	return fmt.Sprintf("`%s` | %s | %s | %s", s.Path, kind, def, s.Restart)
}
