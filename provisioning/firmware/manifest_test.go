package firmware

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
)

const here = "linux/arm/7"

// key is a maker's; the same for the same name.
func key(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func keys(names ...string) (all Keys) {
	for _, name := range names {
		all = append(all, key(name).Public().(ed25519.PublicKey))
	}
	return all
}

// program is a signed one; its octets are of its version, again and again.
func program(t testing.TB, version, target, by string) []byte {
	t.Helper()
	code := bytes.Repeat([]byte("program "+version+"\n"), 100)
	sum := sha256.Sum256(code)
	out := bytes.NewBuffer(code)
	m := Manifest{Version: version, Target: target, Size: int64(len(code)), SHA256: hex.EncodeToString(sum[:])}
	if err := Sign(out, m, key(by)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func verify(k Keys, file []byte) (Manifest, error) {
	return k.Verify(bytes.NewReader(file), int64(len(file)), here)
}

func TestVerify(t *testing.T) {
	good := program(t, "v2", here, "maker")
	flip := func(at int) []byte {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		return bad
	}
	end := bytes.Index(good, []byte("{"))
	for _, c := range []struct {
		arrow string
		file  []byte
		keys  Keys
		want  error
	}{
		{"a good one -> taken", good, keys("maker"), nil},
		{"by the second of two keys -> taken", good, keys("other", "maker"), nil},
		{"for an older processor -> taken", program(t, "v2", "linux/arm/6", "maker"), keys("maker"), nil},
		{"by another key -> refused", good, keys("other"), ErrSignature},
		{"without a key -> refused", good, nil, ErrSignature},
		{"for another processor -> refused", program(t, "v2", "linux/arm64", "maker"), keys("maker"), ErrWrongTarget},
		{"for a newer processor -> refused", program(t, "v2", "linux/arm/8", "maker"), keys("maker"), ErrWrongTarget},
		{"a bit of the program is another -> refused", flip(100), keys("maker"), ErrDamaged},
		{"a bit of the manifest is another -> refused", flip(end + 13), keys("maker"), ErrSignature},
		{"its end is missing -> refused", good[:len(good)-1], keys("maker"), ErrNoFirmware},
		{"its begin is missing -> refused", good[1:], keys("maker"), ErrNoFirmware},
		{"more before it -> refused", append([]byte("x"), good...), keys("maker"), ErrNoFirmware},
		{"a program that nobody signed -> refused", good[:end], keys("maker"), ErrNoFirmware},
		{"empty -> refused", nil, keys("maker"), ErrNoFirmware},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			m, err := verify(c.keys, c.file)
			if !errors.Is(err, c.want) || err == nil && (m.Version != "v2" || m.Size != int64(end)) {
				t.Errorf("%+v, %v", m, err)
			}
		})
	}
}

// Every octet counts: none of a signed file can be another.
func TestVerify_no_octet_may_change(t *testing.T) {
	good := program(t, "v2", here, "maker")
	for at := range good {
		for _, with := range []byte{1, 0x20, 0x80} {
			good[at] ^= with
			if m, err := verify(keys("maker"), good); err == nil {
				t.Fatalf("octet %d of %d: %+v is taken", at, len(good), m)
			}
			good[at] ^= with
		}
	}
}

func FuzzVerify(f *testing.F) {
	good := program(f, "v2", here, "maker")
	f.Add(good)
	f.Add(good[len(good)-300:])
	f.Add([]byte(ending + "99999\n"))
	trusted := keys("maker")
	f.Fuzz(func(t *testing.T, file []byte) {
		if m, err := verify(trusted, file); err == nil && !bytes.Equal(file, good) {
			t.Errorf("%+v is taken", m)
		}
	})
}

func TestParseKeys(t *testing.T) {
	text := func(name string) string {
		der, err := x509.MarshalPKIXPublicKey(key(name).Public())
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
	for _, c := range []struct {
		arrow, text string
		want        int
		fault       string
	}{
		{"one -> one", text("a"), 1, ""},
		{"two, with words between -> two", text("a") + "the next\n" + text("b"), 2, ""},
		{"none -> what to write", "", 0, "pkey -in"},
		{"another kind -> which", text("a") + strings.Replace(text("b"), "MC", "MD", 1), 0, "key 2"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			got, err := ParseKeys([]byte(c.text))
			if len(got) != c.want || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%d keys, %v", len(got), err)
			}
		})
	}
}

func TestCompare(t *testing.T) {
	ordered := []string{"1f3a9c", "development", "v0.9", "1.0.0-rc1", "1.0.0-rc2", "1.0.0-rc10", "v1.0.0", "1.0.1", "1.2", "1.10.0", "2"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := compare(a, b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%s, %s: %d", a, b, got)
			}
		}
	}
	if compare("v1.2.0+4", "1.2") != 0 || !same("v1.2.3", "1.2.3") || same("1.2", "1.2.0") {
		t.Error("one version by two names")
	}
}

func TestTarget(t *testing.T) {
	if !fits(Target(), Target()) {
		t.Errorf("this program, %s, does not fit itself", Target())
	}
}
