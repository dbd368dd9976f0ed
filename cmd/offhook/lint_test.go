package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLint(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	boot := file("001565a1b2c3.boot", "#!version:1.0.0.1\ninclude:config \"common.cfg\"\ninclude:config \"001565a1b2c3.cfg\"\n")
	file("common.cfg", "#!version:1.0.0.1\naccount.1.sip_server.1.address = pbx.example\naccount.1.transport = 2\n")
	mac := file("001565a1b2c3.cfg", "#!version:1.0.0.1\naccount.1.user_name = 1001\naccount.1.password = 1001\naccount.1.user_naem = x\n")
	native := file("phone.yaml", "offhook: 1\naccounts: [{user: \"1\", domain: pbx.example, transport: udp}]\n")
	broken := file("broken.yaml", "offhook: 1\nphone: {nmae: x}\n")
	other := file("hosts", "127.0.0.1 localhost\n")
	bomb := file("bomb.xml", "<!DOCTYPE x [<!ENTITY a \"b\">]><settings><phone-settings/></settings>")
	cases := []struct {
		name   string
		args   []string
		status int
		has    []string
	}{
		{"a boot file and what it includes -> taken as one", []string{boot}, exitOK, []string{"did you mean account.1.user_name?", "the password is guessed at once", "4 taken", "1 unknown", "good"}},
		{"a phone's file alone -> left out", []string{mac}, exitOK, []string{"account 1 has a user and no server"}},
		{"warnings -> faults when strict", []string{"--strict", boot}, exitFaults, []string{"good"}},
		{"a native document -> what is weak", []string{native}, exitOK, []string{"signalling by udp can be read"}},
		{"a broken native document -> its faults", []string{broken}, exitFaults, []string{"did you mean name?"}},
		{"something else -> told so", []string{other}, exitFaults, []string{"--dialect"}},
		{"something else named by hand -> nothing in it", []string{"--dialect", "snom", other}, exitOK, []string{"is no setting"}},
		{"a bomb -> refused with its line", []string{bomb}, exitFaults, []string{"bomb.xml:1: a document type is declared"}},
		{"an encrypted file -> its key is asked for", []string{file("x.cfg", "Salted__12345678abcdefghabcdefgh")}, exitFailed, nil},
		{"an unknown dialect -> usage", []string{"--dialect", "nokia", other}, exitUsage, nil},
		{"no file -> failed", []string{filepath.Join(dir, "none")}, exitFailed, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			status, out, stderr := offhook(t, append([]string{"lint"}, c.args...)...)
			if status != c.status {
				t.Errorf("status %d, want %d: %s%s", status, c.status, out, stderr)
			}
			for _, part := range c.has {
				if !strings.Contains(out, part) {
					t.Errorf("%q is not in:\n%s", part, out)
				}
			}
			if strings.Contains(out, "1001\n") && strings.Contains(out, "password=1001") {
				t.Errorf("a password is shown:\n%s", out)
			}
		})
	}
}

// A file from a server is read with what it includes, and passwords that came
// in the clear are told of.
func TestLintURL(t *testing.T) {
	files := map[string]string{
		"/p/y.boot": "#!version:1.0.0.1\ninclude:config <1.cfg>\ninclude:config <none.cfg>\n",
		"/p/1.cfg":  "#!version:1.0.0.1\naccount.1.user_name = 1\naccount.1.password = correct horse\naccount.1.sip_server.1.address = pbx.example\n",
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(text))
	}))
	defer server.Close()
	status, out, stderr := offhook(t, "lint", "--json", server.URL+"/p/y.boot")
	if status != exitOK {
		t.Fatalf("status %d: %s%s", status, out, stderr)
	}
	var got linted
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Files) != 2 || got.Count["mapped"] != 3 {
		t.Errorf("read %v: %v", got.Files, got.Count)
	}
	for _, part := range []string{"fetched in the clear", "none.cfg, which it includes, was not read", "signalling by udp"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not in:\n%s", part, out)
		}
	}
	if strings.Contains(out, "correct horse") {
		t.Errorf("the password is shown:\n%s", out)
	}
}
