package ca

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestServer_certificate_verifies_for_every_name(t *testing.T) {
	a, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"localhost", "127.0.0.1", "::1", "pbx.offhook.test"}
	cert, err := a.Server(names...)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		host := name
		if strings.Contains(name, ":") {
			host = "[" + name + "]"
		}
		if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: a.Pool(), DNSName: host}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: a.Pool(), DNSName: "elsewhere.test"}); err == nil {
		t.Error("the certificate verifies for a name that it was not made for")
	}
}

func TestClient_certificate_is_for_clients_only(t *testing.T) {
	a, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cert, err := a.Client("phone-0001")
	if err != nil {
		t.Fatal(err)
	}
	usage := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: a.Pool(), KeyUsages: usage}); err != nil {
		t.Error(err)
	}
	if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: a.Pool()}); err == nil {
		t.Error("a client certificate verifies as a server's")
	}
}

func TestOpen_again_is_the_same_authority(t *testing.T) {
	dir := t.TempDir()
	first, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if first.PEM() != second.PEM() {
		t.Error("a second Open made another root")
	}
	info, err := os.Stat(filepath.Join(dir, keyName))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode is %v", info.Mode())
	}
}

func TestOpen_broken_files_say_what_to_do(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{certName, keyName} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("nonsense"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Open(dir)
	if err == nil || !strings.Contains(err.Error(), "remove") {
		t.Fatalf("got %v", err)
	}
}

func TestIssue_without_a_name_is_an_error(t *testing.T) {
	a, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Server(); err == nil {
		t.Fatal("no error")
	}
}
