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

const preface = `# Files of other makers, parameter by parameter

This page is made from the tables that the phone reads by: ` + "`OFFHOOK_UPDATE=1 go test ./provisioning/dialect/makers`" + ` writes it anew.
` + "[Provisioning](provisioning.md#files-of-other-makers)" + ` tells how the files are read; ` + "`offhook lint FILE`" + ` tells what became of each parameter of a file.

`

// The page of parameters is what the tables say.
func TestPage(t *testing.T) {
	var out strings.Builder
	out.WriteString(preface + "| Maker | Taken | Known, not supported |\n|---|---|---|\n")
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
