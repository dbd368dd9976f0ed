package sealed_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"offhook/provisioning/sealed"
	"offhook/ua"
)

// profile is a file in the shape that telephones get.
var profile = []byte("<flat-profile>\n\t<User_ID_1_>1001</User_ID_1_>\n\t<Password_1_>hunter2</Password_1_>\n</flat-profile>\n")

// openssl runs the real program over data.
func openssl(t *testing.T, data []byte, args ...string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "openssl", args...)
	cmd.Stdin = bytes.NewReader(data)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("openssl %s: %w: %s", strings.Join(args, " "), err, &complaint)
	}
	return out.Bytes(), nil
}

func TestOpenSSLInterop(t *testing.T) {
	const password = "SecretPhrase1234"
	key := func(n int) string { return strings.Repeat("Aa1#$%*+,-.:=?@[", 2)[:n] }
	hexOf := func(s string) string { return hex.EncodeToString([]byte(s)) }
	cases := []struct {
		command string // of openssl, to encrypt; with -d it decrypts
		form    sealed.Form
		secret  string
	}{
		{"enc -aes-256-cbc -k " + password, sealed.OpenSSLSHA256, password},
		{"enc -aes-256-cbc -md sha256 -k " + password, sealed.OpenSSLSHA256, password},
		{"enc -aes-256-cbc -md md5 -k " + password, sealed.OpenSSLMD5, password},
		{"enc -aes-256-cbc -pbkdf2 -k " + password, sealed.OpenSSLPBKDF2, password},
		{"enc -aes-256-cbc -nosalt -md md5 -k " + password, sealed.OpenSSLMD5, password},
		{"enc -aes-256-cbc -nosalt -k " + password, sealed.OpenSSLSHA256, password},
		{"enc -aes-256-cbc -k 00ff10", sealed.OpenSSLSHA256, "00ff10"},
		{"enc -aes-128-ecb -nopad -K " + hexOf(key(16)), sealed.Yealink, key(16)},
		{"enc -aes-256-ecb -nopad -K " + hexOf(key(32)), sealed.Yealink, key(32)},
		{"enc -aes-128-ecb -K " + hexOf(key(16)), sealed.Yealink, key(16)},
	}
	for _, c := range cases {
		t.Run(c.command, func(t *testing.T) {
			secret := ua.NewSecret(c.secret)
			text := profile
			if strings.Contains(c.command, "-nopad") {
				text = append(bytes.Clone(profile), bytes.Repeat([]byte{0}, 16-len(profile)%16)...)
			}
			theirs, err := openssl(t, text, strings.Fields(c.command)...)
			if err != nil {
				t.Fatal(err)
			}
			opened, err := sealed.Open(theirs, sealed.Keys{Secrets: []ua.Secret{ua.NewSecret("not this one 12"), secret}})
			if err != nil || opened.Form != c.form || !bytes.Equal(opened.Data, profile) {
				t.Errorf("openssl -> ours: %q as %s, %v", opened.Data, opened.Form, err)
			}
			ours, err := sealed.Encrypt(profile, c.form, secret, "")
			if err != nil {
				t.Fatal(err)
			}
			if c.form == sealed.Yealink && !strings.Contains(c.command, "-nopad") || strings.Contains(c.command, "-nosalt") {
				return // ours are padded with line ends, and salted
			}
			back, err := openssl(t, ours, append(strings.Fields(c.command), "-d")...)
			if err != nil || !bytes.Equal(bytes.TrimRight(back, "\n"), bytes.TrimRight(profile, "\n")) {
				t.Errorf("ours -> openssl: %q, %v", back, err)
			}
		})
	}
}

// openssl takes a key in hexadecimal only with an IV, and then writes no salt;
// what Cisco's --key may be in hexadecimal is the password.
func TestPasswordInHexadecimal(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("\x01\xfesecret"), 0o600); err != nil {
		t.Fatal(err)
	}
	theirs, err := openssl(t, profile, "enc", "-aes-256-cbc", "-md", "md5", "-pass", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := sealed.Open(theirs, sealed.Keys{Secrets: []ua.Secret{ua.NewSecret("01fe736563726574")}})
	if err != nil || !bytes.Equal(opened.Data, profile) {
		t.Errorf("%q, %v", opened.Data, err)
	}
}
