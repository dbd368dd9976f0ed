package makers

import (
	"bytes"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
	"offhook/provisioning/source/bundle"
)

const page = "../../../docs/dialects.md"

// preface is the page's text; the tables follow.
const preface = `# Files of other makers

The phone reads the configuration files that telephones of other makers read, as they are on the server. What a file is shows by what
is in it, not by its name or Content-Type; a document of our own (it has the key ~offhook~) comes first. Where a server gives several
files (a common one, one for the phone, those that they include) each is laid over those before it.

Each parameter is converted by the tables below and goes through the same strict checks as a document of our own. But a value that a
parameter cannot have, or that is out of the range that this phone takes, does not have the whole file refused: it is left out or brought
into range, with a warning. So is one that only the checks of the whole document refuse: ~offhook lint~, ~explain~, ~status~ and the log
name its file, its line, what it says and why it has no effect. A file of whose accounts none would remain is refused, and the
configuration that worked stays.
Nothing is lost silently. Every parameter is

| Fate | |
|---|---|
| mapped | It arrived in the document. ~offhook explain~ tells from where: ~30m, from cfg001565.xml:12 P32=30 (minutes), over common.xml:4 P32=60~. |
| not supported | Known, and the phone does not have it. It is told why. |
| unknown | In no table. It is counted and listed. |
| blank | Without a value: the default stands, or what an earlier file gave (as the maker's own telephones do). |
| idle | It belongs to what is switched off or not complete: an account without a server, a codec that is off. |
| replaced | A later one took its place. |
| refused | Its value makes no sense; or it is a private key, which is never taken from a file that others can fetch. |

The log has the counts and the warnings (and, at level debug, what is unknown). ~offhook lint FILE|URL…~ tells it all without a phone:

~~~
$ offhook lint common.cfg 001565a1b2c3.cfg
Taken (45)
  001565a1b2c3.cfg:12  account.1.transport  accounts[1].transport (0 UDP, 1 TCP, 2 TLS, 3 by DNS)
…
Unknown (1)
  001565a1b2c3.cfg:15  account.1.user_naem  did you mean account.1.user_name?

Warnings (2)
  001565a1b2c3.cfg:2   sip.listen_mode      has no value, and sip.listen_port stands behind it on the same line; both are taken, …

common.cfg, 001565a1b2c3.cfg: yealink, 62 parameters: 45 taken, 9 not supported, 1 unknown, 0 refused, 7 without effect; warnings: 2; good
~~~

Files that these include are read from beside them. ~--dialect~ names the maker where it does not show, ~--model~ and ~--mac~ the phone that
reads, ~--key~ a file with the key of encrypted ones; ~--all~ lists what has no effect, too, ~--json~ prints everything for a program. The
exit status is 4 where the phone would refuse the files, with ~--strict~ also where there are warnings.

Action URLs become ~actions~. Of their variables ~$mac~, ~$model~ (and ~$product~, ~$phone_type~), ~$remote~, ~$display_remote~,
~$call_id~, ~$duration~ and ~$cancel_reason~ become ours; ~$local~, ~$active_user~ and ~$active_url~ the account's id; any other is left
empty, with a warning. Events that this phone's actions do not have (hook, hold, transfer, do not disturb) are told as not supported.

Accounts have the number of the other maker's as their id: ~accounts[1]~. Line keys 1 to 8 become ~line1~ to ~line8~. What Snom's ~perm="!"~
leaves to the user is in ~phone.user-may-change~. A door's code needs ~door.relay~ in the agent's own file, which names the board's relay.

The rest of this page is made from the tables that the phone reads by (~OFFHOOK_UPDATE=1 go test ./provisioning/dialect/makers~ writes it anew).

`

// The page of parameters is what the tables say.
func TestPage(t *testing.T) {
	var out strings.Builder
	out.WriteString(strings.ReplaceAll(strings.ReplaceAll(preface, "~~~", "```"), "~", "`") + "| Maker | Taken | Known, not supported |\n|---|---|---|\n")
	for _, d := range All() {
		c := d.Count()
		out.WriteString("| " + d.Maker + " | " + strconv.Itoa(c.Mapped) + " | " + strconv.Itoa(c.Unsupported) + " |\n")
	}
	for _, d := range All() {
		out.WriteString("\n" + d.Markdown())
	}
	if os.Getenv("OFFHOOK_UPDATE") != "" {
		if err := os.WriteFile(page, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != out.String() {
		t.Errorf("%s is not what the tables say; write it anew with OFFHOOK_UPDATE=1 go test ./provisioning/dialect/makers", page)
	}
}

func TestParse(t *testing.T) {
	base := provisioning.Default()
	yealink := "#!version:1.0.0.1\naccount.1.user_name = 1001\naccount.1.password = s3cret-word\naccount.1.sip_server.1.address = pbx.example\nnobody.knows = 1\n"
	cases := []struct {
		name, data string
		user       string
		fault      string
	}{
		{"native: read as ever", "offhook: 1\naccounts: [{user: \"7\", domain: pbx.example}]\n", "7", ""},
		{"native JSON: read as ever", `{"offhook": 1, "accounts": [{"user": "8", "domain": "pbx.example"}]}`, "8", ""},
		{"native that mentions another maker's element", "offhook: 1\nphone: {name: \"<phone-settings\"}\naccounts: [{user: \"9\", domain: pbx.example}]\n", "9", ""},
		{"yealink", yealink, "1001", ""},
		{"several files as one: laid over each other", string(bundle.Join([]bundle.File{{Name: "a.cfg", Data: []byte(yealink)}, {Name: "b.cfg", Data: []byte("#!version:1.0.0.1\naccount.1.user_name = 1002\n")}})), "1002", ""},
		{"snom", "<settings><phone-settings><user_name idx=\"1\">11</user_name><user_host idx=\"1\">pbx.example</user_host></phone-settings></settings>", "11", ""},
		{"fanvil", "<sysConf><sip><line index=\"1\"><PhoneNumber>12</PhoneNumber><RegisterAddr>pbx.example</RegisterAddr></line></sip></sysConf>", "12", ""},
		{"a page of a server -> told as no document", "<html><body>404</body></html>", "", "file"},
		{"nothing", "", "", "empty"},
		{"bad setting -> its line and parameter", "#!version:1.0.0.1\naccount.1.user_name = a b\naccount.1.sip_server.1.address = pbx.example\n", "", "file:2 account.1.user_name=a b: accounts[1].user"},
		{"damaged bundle", "\x00offhook files 1\n{", "", "damaged"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			config := Config{Base: base, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
			doc, err := config.Parse([]byte(c.data), "file")
			switch {
			case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
				t.Fatalf("error %v, want %q", err, c.fault)
			case c.fault == "" && err != nil:
				t.Fatal(err)
			case c.user != "" && (len(doc.Accounts) != 1 || doc.Accounts[0].User != c.user):
				t.Errorf("accounts %+v, want one of %s", doc.Accounts, c.user)
			}
			if strings.Contains(log.String(), "s3cret-word") {
				t.Errorf("the log has a password:\n%s", log.String())
			}
			if c.name == "yealink" && !strings.Contains(log.String(), "nobody.knows") {
				t.Errorf("the log does not tell of the unknown parameter:\n%s", log.String())
			}
		})
	}
}

func TestIncludes(t *testing.T) {
	got := Config{}.Includes("x.boot", []byte("#!version:1.0.0.1\ninclude:config \"a.cfg\"\ninclude:config <b.cfg>\n"))
	if !slices.Equal(got, []string{"a.cfg", "b.cfg"}) {
		t.Errorf("includes %v", got)
	}
	if got := (Config{}).Includes("x.yaml", []byte("offhook: 1\n")); got != nil {
		t.Errorf("a native document includes %v", got)
	}
}

// A file that is too large, or endless zeros, is refused before anything else.
func TestTooLarge(t *testing.T) {
	for name, data := range map[string][]byte{
		"yealink": append([]byte("#!version:1.0.0.1\n"), bytes.Repeat([]byte("a"), dialect.MaxSize)...),
		"snom":    append([]byte("<settings><phone-settings>"), bytes.Repeat([]byte("a"), dialect.MaxSize)...),
		"fanvil":  append([]byte("<sysConf>"), bytes.Repeat([]byte("<a>"), dialect.MaxSize/3)...),
		"zeros":   append([]byte("#!version:1.0.0.1\n"), make([]byte, 1000)...),
		"deep":    append([]byte("<sysConf>"), bytes.Repeat([]byte("<a>"), 1000)...),
		"many":    append([]byte("<sysConf>"), bytes.Repeat([]byte("<a/>"), 200_000)...),
	} {
		if _, err := (Config{Base: provisioning.Default()}).Parse(data, "file"); err == nil {
			t.Errorf("%s: taken", name)
		} else if len(provisioning.Faults(err)) == 0 {
			t.Errorf("%s: the error has no place: %v", name, err)
		}
	}
}

// Whatever a server sends, it is a document or a fault with its file.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"offhook: 1\n", "#!version:1.0.0.1\naccount.1.user_name = 1\n", "<settings><phone-settings/></settings>", "<sysConf/>", "<<VOIP CONFIG FILE>>\n",
		"<gs_provision><config><P35>1</P35></config></gs_provision>", "<flat-profile><User_ID_1_>1</User_ID_1_></flat-profile>", `<x reg.1.address="1@pbx.example"/>`, "\x00offhook files 1\n{\"name\":\"a\",\"size\":1}\nb\n",
	} {
		f.Add([]byte(s))
	}
	config := Config{Base: provisioning.Default()}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := config.Parse(data, "file"); err != nil && len(provisioning.Faults(err)) == 0 {
			t.Fatalf("the error has no place: %v", err)
		}
		config.Includes("file", data)
	})
}
