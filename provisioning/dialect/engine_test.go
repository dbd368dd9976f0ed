package dialect

import (
	"strings"
	"testing"

	"offhook/provisioning"
)

// lines is a dialect of "key=value" lines.
func lines(rules []Rule, known []Known) Dialect {
	return Dialect{
		Name: "lines", Maker: "Lines", Permits: true, Transport: "udp", FileName: "{mac}.cfg", Rules: rules, Known: known,
		Sniff: func(File) int { return 100 },
		Read: func(f File) (Reading, error) {
			text, notices, err := FileText(f)
			out := Reading{Notices: notices, Clears: strings.HasPrefix(f.Name, "clears")}
			n := 0
			for s := range strings.Lines(text) {
				n++
				key, value, _ := strings.Cut(strings.TrimSpace(s), "=")
				out.Items = append(out.Items, Item{Key: key, Value: value, Line: n, User: strings.HasPrefix(key, "user.")})
			}
			return out, err
		},
	}
}

var testRules = []Rule{
	{Key: "a.{n}.user", To: "accounts[{n}].user"},
	{Key: "a.{n}.pass", To: "accounts[{n}].password"},
	{Key: "a.{n}.host", To: "accounts[{n}].@server[1].host"},
	{Key: "a.{n}.port", To: "accounts[{n}].@server[1].port", As: Number},
	{Key: "a.{n}.expires", To: "accounts[{n}].expires", As: Minutes, Note: "minutes"},
	{Key: "a.{n}.old_expires", To: "accounts[{n}].expires", As: Seconds, Note: "seconds", Weak: true},
	{Key: "a.{n}.on", To: "accounts[{n}].@enable", As: Flag},
	{Key: "expires", To: "accounts[*].expires", As: Seconds, Note: "seconds"},
	{Key: "both", To: "phone.name"}, {Key: "both", To: "accounts[*].label"},
	{Key: "help", To: "phone.emergency", As: func(s string) (Value, error) { return ListValue(Words(s)...), nil }},
	{Key: "help.{k}", To: "phone.emergency@[{k}]"},
	{Key: "help.on", To: "phone.emergency@on", As: Flag},
	{Key: "user.name", To: "phone.name"}, {Key: "user.account", To: "accounts[1].label"},
	{Key: "code", To: "door.code"}, {Key: "low", To: "@rtp.low", As: Number}, {Key: "count", To: "@rtp.count", As: Number},
	{Key: "url", To: "@url.server"}, {Key: "zone", To: "@zone.name"}, {Key: "offset", To: "@zone.offset"},
	{Key: "turn", To: "accounts[*].turn", As: func(s string) (Value, error) { return ListValue(s), nil }},
	{Key: "turn.user", To: "accounts[*].turn-user"}, {Key: "turn.on", To: "accounts[*].turn@on", As: Flag}, {Key: "ice", To: "accounts[*].ice"},
	{Key: "log", To: "log.server"}, {Key: "log.port", To: "log.server@port", As: Number}, {Key: "log.on", To: "log.server@on", As: Flag},
	{Key: "enum", To: "phone.call-waiting", As: Enum("0", "false", "1", "true")}, {Key: "level", To: "screen.backlight", As: Enum("0", "0", "1", "10")},
	{Key: "k.{n}", To: "keys[{n}].@type"}, {Key: "k.{n}.value", To: "keys[{n}].@value"}, {Key: "k.{n}.account", To: "keys[{n}].@account", As: Number},
}

func TestDecode(t *testing.T) {
	const account = "a.1.user=1001\na.1.host=pbx.example\n"
	cases := []struct {
		name    string
		files   []string // "NAME:TEXT"
		explain string   // PATH=VALUE, from WHERE
		fate    string   // KEY:FATE of an entry
		warning string
	}{
		{"minutes -> a time, with its place and conversion", []string{"f:" + account + "a.1.expires=30"}, "accounts[1].expires=30m, from f:3 a.1.expires=30 (minutes)", "a.1.expires:mapped", ""},
		{"a later file -> over the earlier", []string{"common:a.1.expires=60", "f:" + account + "a.1.expires=30"}, "accounts[1].expires=30m, from f:3 a.1.expires=30 (minutes), over common:1 a.1.expires=60", "a.1.expires:replaced", ""},
		{"twice in a file -> the last, and a warning", []string{"f:" + account + "a.1.expires=60\na.1.expires=30"}, "accounts[1].expires=30m, from f:4 a.1.expires=30 (minutes), over f:3 a.1.expires=60", "a.1.expires:replaced", "given twice, first on line 3"},
		{"a weak rule -> gives way though it is later", []string{"f:" + account + "a.1.expires=30\na.1.old_expires=90"}, "accounts[1].expires=30m, from f:3 a.1.expires=30 (minutes)", "a.1.old_expires:replaced", ""},
		{"too short -> what the phone takes, and a warning", []string{"f:" + account + "a.1.old_expires=5"}, "accounts[1].expires=1m, from f:3 a.1.old_expires=5 (seconds; 5s made 1m)", "a.1.old_expires:mapped", "5s is less than the 1m"},
		{"long -> a warning about units", []string{"f:" + account + "a.1.expires=600"}, "accounts[1].expires=10h, from f:3 a.1.expires=600 (minutes)", "a.1.expires:mapped", "are the units right?"},
		{"no number -> refused, the rest is taken", []string{"f:" + account + "a.1.expires=soon"}, "accounts[1].user=1001, from f:1 a.1.user=1001", "a.1.expires:refused", `"soon" is not a number`},
		{"a blank -> an earlier one stays", []string{"common:a.1.expires=60", "f:" + account + "a.1.expires="}, "accounts[1].expires=1h, from common:1 a.1.expires=60 (minutes)", "a.1.expires:blank", ""},
		{"a blank that clears -> the default", []string{"common:a.1.expires=30", "clears:" + account + "a.1.expires="}, "accounts[1].expires=10m, from default", "a.1.expires:replaced", ""},
		{"of every account -> of those without their own", []string{"f:" + account + "expires=900"}, "accounts[1].expires=15m, from f:3 expires=900 (seconds)", "expires:mapped", ""},
		{"of every account, and there is none -> idle", []string{"f:expires=900"}, "", "expires:idle", ""},
		{"a secret -> never shown", []string{"f:" + account + "a.1.pass=hunter2"}, "accounts[1].password=***, from f:3 a.1.pass=***", "a.1.pass:mapped", ""},
		{"a private key -> refused", []string{"f:" + account + "nobody=-----BEGIN EC PRIVATE KEY-----"}, "", "nobody:refused", "nobody's secret"},
		{"unknown -> listed", []string{"f:" + account + "nobody=knows"}, "", "nobody:unknown", ""},
		{"known -> told why", []string{"f:camera.2.on=1"}, "", "camera.2.on:not supported", ""},
		{"an account that is off -> idle", []string{"f:" + account + "a.1.on=0"}, "", "a.1.user:idle", ""},
		{"an account without a server -> left out with a warning", []string{"f:a.1.user=5"}, "", "a.1.user:idle", "no server"},
		{"a port without a server -> idle", []string{"f:" + account + "a.2.port=5060"}, "", "a.2.port:idle", ""},
		{"a port -> with its server", []string{"f:" + account + "a.1.port=5070"}, "accounts[1].registrar=pbx.example:5070, from f:2 a.1.host=pbx.example (with a.1.port=5070)", "a.1.port:mapped", ""},
		{"a URI of a server -> host, port, transport", []string{"f:a.1.user=1\na.1.host=<sip:x@pbx.example:5061;transport=TLS>"}, "accounts[1].transport=tls, from f:2 a.1.host=<sip:x@pbx.example:5061;transport=TLS>", "a.1.host:mapped", ""},
		{"no transport -> the maker's default", []string{"f:" + account}, "accounts[1].transport=udp, from f Lines's default", "", ""},
		{"one key, two rules -> both", []string{"f:" + account + "both=Desk"}, "accounts[1].label=Desk, from f:3 both=Desk", "both:mapped", ""},
		{"entries of a list -> in their order, behind the whole", []string{"f:help.10=910\nhelp=112\nhelp.2=110"}, "phone.emergency=112, 110, 910, from f:2 help=112", "help.10:mapped", ""},
		{"a list switched off -> idle", []string{"f:help.1=110\nhelp.on=0"}, "phone.emergency=112, 911, from default", "help.1:idle", ""},
		{"what the user may change -> told in the document", []string{"f:user.name=Desk"}, "phone.user-may-change=phone.name, audio.volume.handset, audio.volume.handsfree, audio.volume.headset, audio.volume.ringer, phone.language, phone.ring-tone, phone.time-format, screen.backlight, screen.backlight-idle, screen.timeout, from f what the user may change", "user.name:mapped", ""},
		{"what no user may change -> not", []string{"f:" + account + "user.account=Desk"}, "phone.user-may-change=phone.language, phone.ring-tone, phone.time-format, audio.volume, screen, from default", "user.account:mapped", ""},
		{"an enumeration of true and false", []string{"f:enum=0"}, "phone.call-waiting=false, from f:1 enum=0", "enum:mapped", ""},
		{"an enumeration of numbers", []string{"f:level=1"}, "screen.backlight=10, from f:1 level=1", "level:mapped", ""},
		{"a relay with ICE -> taken", []string{"f:" + account + "ice=full\nturn=turn.example\nturn.user=u\nturn.on=1"}, "accounts[1].turn=turn.example, from f:4 turn=turn.example", "turn.user:mapped", ""},
		{"a relay that is off -> idle, with its user", []string{"f:" + account + "ice=full\nturn=turn.example\nturn.user=u\nturn.on=0"}, "accounts[1].turn=, from default", "turn.user:idle", ""},
		{"a relay's user alone -> idle", []string{"f:" + account + "turn.user=u"}, "", "turn.user:idle", ""},
		{"a log server -> taken", []string{"f:log=log.example"}, "log.server=log.example, from f:1 log=log.example", "log:mapped", ""},
		{"a log server and a port -> both", []string{"f:log=log.example\nlog.port=1514\nlog.on=1"}, "log.server=log.example:1514, from f:1 log=log.example (with log.port=1514)", "log.port:mapped", ""},
		{"a log server that is off -> idle", []string{"f:log=log.example\nlog.port=1514\nlog.on=0"}, "log.server=, from default", "log:idle", ""},
		{"a door's code without a relay -> not supported", []string{"f:code=2580"}, "", "code:not supported", ""},
		{"ports by first and count", []string{"f:low=20000\ncount=100"}, "network.rtp-ports=20000-20099, from f:1 low=20000 (with count=100)", "count:mapped", ""},
		{"too few ports -> refused", []string{"f:low=20000\ncount=2"}, "", "low:refused", ""},
		{"a folder -> with this phone's file", []string{"f:url=https://prov.example/p"}, "provisioning.url=https://prov.example/p/{mac}.cfg, from f:1 url=https://prov.example/p (a folder, with this phone's file in it)", "url:mapped", ""},
		{"a URL with macros", []string{"f:url=https://prov.example/$mac.cfg"}, "provisioning.url=https://prov.example/{mac}.cfg, from f:1 url=https://prov.example/$mac.cfg", "url:mapped", ""},
		{"a macro that the phone does not have -> not supported", []string{"f:url=https://prov.example/{colour}.cfg"}, "", "url:not supported", ""},
		{"TFTP -> not supported", []string{"f:url=tftp://192.0.2.1/"}, "", "url:not supported", ""},
		{"a password in a URL -> not supported", []string{"f:url=https://a:b@prov.example/x.cfg"}, "", "url:not supported", ""},
		{"a zone by city", []string{"f:zone=Germany(Berlin)\noffset=+1"}, "phone.time-zone=Europe/Berlin, from f:1 zone=Germany(Berlin)", "offset:idle", ""},
		{"a zone by offset -> a warning about summer time", []string{"f:offset=-5"}, "phone.time-zone=Etc/GMT+5, from f:1 offset=-5 (hours from UTC)", "offset:mapped", "no summer time"},
		{"a zone nobody knows -> not supported", []string{"f:zone=Atlantis"}, "", "zone:not supported", "Atlantis"},
		{"a key of an account that is not there -> idle", []string{"f:" + account + "k.2=blf\nk.2.value=5\nk.2.account=4"}, "", "k.2:idle", ""},
		{"a key that the board cannot have -> not supported", []string{"f:" + account + "k.9=line"}, "", "k.9:not supported", ""},
		{"a key without a number -> idle", []string{"f:" + account + "k.1=blf"}, "", "k.1:idle", ""},
		{"a value without a key -> idle", []string{"f:" + account + "k.1.value=7"}, "", "k.1.value:idle", ""},
	}
	d := lines(testRules, []Known{{Key: "camera.*", Why: "no camera"}})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var files []File
			for _, f := range c.files {
				name, text, _ := strings.Cut(f, ":")
				files = append(files, File{Name: name, Data: []byte(text)})
			}
			result, err := d.Decode(provisioning.Default(), files...)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := provisioning.DecodeOver(provisioning.Default(), result.Tree, "f")
			if err != nil {
				t.Fatal(err)
			}
			checkExplain(t, doc, c.explain)
			checkFate(t, result.Report, c.fate)
			told := ""
			for _, w := range result.Report.Warnings {
				told += w.Msg + "\n"
			}
			if !strings.Contains(told, c.warning) || c.warning == "" && told != "" {
				t.Errorf("warnings %q, want %q", told, c.warning)
			}
		})
	}
}

func checkExplain(t *testing.T, doc provisioning.Document, want string) {
	t.Helper()
	path, rest, ok := strings.Cut(want, "=")
	if !ok {
		return
	}
	got := doc.Explain(path)
	if len(got) != 1 || got[0].Value+", from "+got[0].Where() != rest {
		t.Errorf("explained %+v, want %s", got, want)
	}
}

func checkFate(t *testing.T, r Report, want string) {
	t.Helper()
	key, fate, _ := strings.Cut(want, ":")
	found := want == ""
	for _, e := range r.Entries {
		if e.Fate == "" {
			t.Errorf("%s has no fate", e.Key)
		}
		found = found || e.Key == key && string(e.Fate) == fate
	}
	if !found {
		t.Errorf("no %s in %+v", want, r.Entries)
	}
}

func TestFileText(t *testing.T) {
	cases := []struct{ name, data, want, fault string }{
		{"UTF-8 with a mark", "\xEF\xBB\xBFa\r\nb\rc", "a\nb\nc", ""},
		{"UTF-16, little end first", "\xFF\xFEa\x00\xF6\x00", "aö", ""},
		{"UTF-16, big end first", "\xFE\xFF\x00a\x00\xF6", "aö", ""},
		{"Latin-1", "J\xF6rg", "Jörg", ""},
		{"a NUL -> its line", "a\nb\x00", "", "f:2: holds the control character U+0000"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := FileText(File{Name: "f", Data: []byte(c.data)})
			if got != c.want || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
				t.Errorf("read %q, %v; want %q, %q", got, err, c.want, c.fault)
			}
		})
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		pattern, key string
		n, k         int
		ok           bool
	}{
		{"a.{n}.b", "a.12.b", 12, -1, true}, {"a.{n}.b.{k}", "a.1.b.2", 1, 2, true}, {"a.{n}", "a.x", 0, 0, false}, {"a.{n}", "a.12345", 0, 0, false},
		{"a.*", "a.b.c", -1, -1, true}, {"*.c", "a.b.c", -1, -1, true}, {"a*c{n}", "abbc7", 7, -1, true}, {"P{n}", "P35", 35, -1, true}, {"a", "ab", 0, 0, false},
	} {
		m, ok := fit(c.pattern, c.key, match{-1, -1})
		if ok != c.ok || ok && (m.n != c.n || m.k != c.k) {
			t.Errorf("%s with %s: %v %v", c.pattern, c.key, m, ok)
		}
	}
}
