package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSeal(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const text = "offhook: 1\naccounts: [{user: 1001, domain: pbx.example, password: hunter2}]\n"
	plain, short := write("plain.yaml", text), write("short", "short\n")
	key, other := write("key", strings.Repeat("0f", 32)+"\r\n"), write("other", strings.Repeat("1e", 32))
	yealink, empty := write("yealink", "0123456789abcdef\n"), write("empty", "\n")
	file := filepath.Join(dir, "sealed")
	cases := []struct {
		name        string
		args        []string
		status      int
		out, stderr string // parts of
	}{
		{"seal", []string{"seal", plain, "--key", key, "--mac", "02:00:5e:10:00:01", "--out", file}, 0, "", ""},
		{"unseal", []string{"unseal", file, "--key", key, "--mac", "02005E100001"}, 0, text, "form offhook, authenticated\n"},
		{"of another phone", []string{"unseal", file, "--key", key}, 1, "", "wrong key or damaged, or sealed for another phone"},
		{"another key", []string{"unseal", file, "--key", other, "--mac", "02005E100001"}, 1, "", "wrong key or damaged"},
		{"no key", []string{"unseal", file}, 1, "", "is sealed and this phone has no key for it"},
		{"plain", []string{"unseal", plain}, 0, text, "form plain\n"},
		{"seal as Yealink", []string{"seal", plain, "--key", yealink, "--form", "yealink", "--out", file}, 0, "", ""},
		{"unseal of Yealink", []string{"unseal", file, "--key", yealink}, 0, text, "form yealink, not authenticated: it may have been changed on its way\n"},
		{"no such form", []string{"seal", plain, "--key", key, "--form", "rot13"}, 2, "", `no form "rot13"`},
		{"seal without key", []string{"seal", plain}, 2, "", "--key is missing: name a file with the key"},
		{"short password", []string{"seal", plain, "--key", short}, 2, "", "shorter than 10 characters"},
		{"empty key", []string{"seal", plain, "--key", empty}, 1, "", "is empty; write the key"},
		{"no such file", []string{"unseal", filepath.Join(dir, "nothing")}, 1, "", "no such file"},
	}
	for _, c := range cases {
		status, out, stderr := offhook(t, c.args...)
		if status != c.status || !strings.Contains(out, c.out) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: %d, %q, %q", c.name, status, out, stderr)
		}
	}
	if data, err := os.ReadFile(file); err != nil || bytes.Contains(data, []byte("hunter2")) {
		t.Errorf("the sealed file shows the password: %v", err)
	}
}
