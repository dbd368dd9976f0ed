package vault_test

import (
	"bytes"
	"errors"
	"testing"

	"offhook/provisioning/vault"
)

func made(t testing.TB, material string) *vault.Vault {
	t.Helper()
	v, err := vault.New([]byte(material))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const (
	ours   = "0123456789abcdef0123456789abcdef"
	theirs = "0123456789abcdef0123456789abcdeF"
)

func TestVault_file_opens(t *testing.T) {
	v := made(t, ours)
	sealed, err := v.Seal("user", []byte("a password"))
	if err != nil {
		t.Fatal(err)
	}
	if !vault.Sealed(sealed) || bytes.Contains(sealed, []byte("password")) {
		t.Fatalf("%q", sealed)
	}
	again, err := v.Seal("user", []byte("a password"))
	if err != nil || bytes.Equal(again, sealed) {
		t.Fatal("the same file twice", err)
	}
	gone := errors.New("gone")
	for _, c := range []struct {
		name string
		by   *vault.Vault
		as   string
		data []byte
		want string
		err  error
	}{
		{"its own", v, "user", sealed, "a password", nil},
		{"another start's", made(t, ours), "user", sealed, "a password", nil},
		{"plain, from before", v, "user", []byte("plain"), "plain", nil},
		{"empty, from before", v, "user", nil, "", nil},
		{"another key", made(t, theirs), "user", sealed, "", vault.ErrKey},
		{"in another's place", v, "document.1", sealed, "", vault.ErrKey},
		{"cut", v, "user", sealed[:len(sealed)-1], "", vault.ErrKey},
		{"cut to its head", v, "user", sealed[:9], "", vault.ErrKey},
		{"no key any more", nil, "user", sealed, "", vault.ErrNoKey},
		{"plain and no key", nil, "user", []byte("plain"), "plain", nil},
		{"key not to be had", vault.Shut(gone), "user", sealed, "", gone},
		{"plain, key not to be had", vault.Shut(gone), "user", []byte("plain"), "plain", nil},
	} {
		plain, err := c.by.Open(c.as, c.data)
		if string(plain) != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v", c.name, plain, err)
		}
	}
}

func TestVault_no_octet_may_change(t *testing.T) {
	v := made(t, ours)
	sealed, err := v.Seal("user", []byte("a password"))
	if err != nil {
		t.Fatal(err)
	}
	for at := len("OHSTATE1"); at < len(sealed); at++ {
		changed := bytes.Clone(sealed)
		changed[at] ^= 1
		if plain, err := v.Open("user", changed); err == nil {
			t.Errorf("octet %d: %q", at, plain)
		}
	}
}

func TestVault_seals_nothing_without_its_key(t *testing.T) {
	gone := errors.New("gone")
	if out, err := vault.Shut(gone).Seal("user", []byte("x")); out != nil || !errors.Is(err, gone) {
		t.Errorf("%q, %v", out, err)
	}
	var none *vault.Vault
	if out, err := none.Seal("user", []byte("x")); string(out) != "x" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
}

func TestNew_key_is_one(t *testing.T) {
	for material, good := range map[string]bool{
		"": false, "short": false, "0123456789abcde": false, "0123456789abcdef": true, ours: true,
		string(make([]byte, 32)): false, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff": false,
	} {
		if _, err := vault.New([]byte(material)); (err == nil) != good {
			t.Errorf("%q: %v", material, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	v := made(f, ours)
	sealed, err := v.Seal("user", []byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add([]byte("OHSTATE1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		plain, err := v.Open("user", data)
		if err == nil && vault.Sealed(data) && !bytes.Equal(data, sealed) {
			t.Errorf("forged: %q is %q", data, plain)
		}
	})
}
