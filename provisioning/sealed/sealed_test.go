package sealed_test

import (
	"bytes"
	"compress/gzip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"offhook/provisioning/sealed"
	"offhook/ua"
)

const (
	rawKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	mac    = "02:00:5e:10:00:01"
)

func keys(mac string, secrets ...string) sealed.Keys {
	k := sealed.Keys{MAC: mac}
	for _, s := range secrets {
		k.Secrets = append(k.Secrets, ua.NewSecret(s))
	}
	return k
}

func seal(t testing.TB, data []byte, form sealed.Form, secret, mac string) []byte {
	t.Helper()
	out, err := sealed.Encrypt(data, form, ua.NewSecret(secret), mac)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func compress(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOpen(t *testing.T) {
	sealedHere := seal(t, profile, sealed.Offhook, rawKey, mac)
	sealedForAll := seal(t, profile, sealed.Offhook, rawKey, "")
	md5 := seal(t, compress(t, profile), sealed.OpenSSLMD5, "secret", "")
	cases := []struct {
		name string
		data []byte
		keys sealed.Keys
		form sealed.Form
		zip  bool
		err  error
	}{
		{"plain: as it is", profile, keys("", rawKey), sealed.Plain, false, nil},
		{"plain of 16 bytes and umlauts in Latin-1", []byte("# f\xfcr uns hier\n\n"), keys("", rawKey), sealed.Plain, false, nil},
		{"plain with a NUL: not taken for sealed", []byte("key = va\x00lue    "), keys(""), sealed.Plain, false, nil},
		{"UTF-16: not taken for sealed", []byte("\xff\xfea\x00b\x00c\x00d\x00e\x00f\x00g\x00"), keys(""), sealed.Plain, false, nil},
		{"Grandstream's binary: not taken for sealed", []byte("\x00\x00\x00\x10\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\r\n\r\n" + strings.Repeat("\x00", 16)), keys(""), sealed.Plain, false, nil},
		{"nothing", nil, keys(""), sealed.Plain, false, nil},
		{"gzip: inflated", compress(t, profile), keys(""), sealed.Plain, true, nil},
		{"ours, the MAC spelled otherwise", sealedHere, keys("02005E100001", rawKey), sealed.Offhook, false, nil},
		{"ours, the second key", sealedHere, keys(mac, strings.Repeat("5", 64), rawKey), sealed.Offhook, false, nil},
		{"ours, for every phone", sealedForAll, keys(mac, rawKey), sealed.Offhook, false, nil},
		{"ours, of another phone", sealedHere, keys("02:00:5e:10:00:02", rawKey), sealed.Offhook, false, sealed.ErrKey},
		{"ours, a phone without MAC", sealedHere, keys("", rawKey), sealed.Offhook, false, sealed.ErrKey},
		{"ours, a password and not the key", sealedHere, keys(mac, "a password of some length"), sealed.Offhook, false, sealed.ErrKey},
		{"ours, an empty key and the right one", sealedHere, keys(mac, "", rawKey), sealed.Offhook, false, nil},
		{"ours, no key", sealedHere, keys(mac), sealed.Offhook, false, sealed.ErrNoKey},
		{"ours, an empty key", sealedHere, keys(mac, ""), sealed.Offhook, false, sealed.ErrNoKey},
		{"openssl, compressed below", md5, keys("", "secret"), sealed.OpenSSLMD5, true, nil},
		{"openssl, wrong key", md5, keys("", "secreT"), sealed.OpenSSLSHA256, false, sealed.ErrKey},
		{"openssl, cut off", md5[:len(md5)-3], keys("", "secret"), sealed.OpenSSLSHA256, false, sealed.ErrKey},
		{"openssl, header alone", md5[:16], keys("", "secret"), sealed.OpenSSLSHA256, false, sealed.ErrKey},
		{"Yealink, wrong key", seal(t, profile, sealed.Yealink, "0123456789abcdef", ""), keys("", "0123456789abcdeF"), sealed.Yealink, false, sealed.ErrKey},
		{"Yealink, a key of a wrong length", seal(t, profile, sealed.Yealink, "0123456789abcdef", ""), keys("", "0123"), sealed.Yealink, false, sealed.ErrKey},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			opened, err := sealed.Open(c.data, c.keys)
			if !errors.Is(err, c.err) || opened.Form != c.form || opened.Compressed != c.zip {
				t.Fatalf("%s, compressed %v, %v", opened.Form, opened.Compressed, err)
			}
			if c.err != nil {
				if opened.Data != nil {
					t.Errorf("something came out: %q", opened.Data)
				}
				return
			}
			if want := c.data; c.form == sealed.Plain && !c.zip {
				if !bytes.Equal(opened.Data, want) {
					t.Errorf("%q", opened.Data)
				}
			} else if !bytes.Equal(bytes.TrimRight(opened.Data, "\n"), bytes.TrimRight(profile, "\n")) {
				t.Errorf("%q", opened.Data)
			}
		})
	}
}

// byHand makes a file of our own form from its description, with one chunk.
func byHand(t *testing.T, kind byte, rounds uint32, key []byte, mac []byte) []byte {
	t.Helper()
	salt := []byte("0123456789abcdef")
	header := append([]byte("OHSEAL1\n"), kind, byte(min(len(mac), 1)))
	header = append(binary.BigEndian.AppendUint32(header, rounds), salt...)
	if kind == 2 {
		var err error
		if key, err = pbkdf2.Key(sha256.New, string(key), salt, int(rounds), 32); err != nil {
			t.Fatal(err)
		}
	}
	key, err := hkdf.Key(sha256.New, key, salt, "offhook sealed configuration 1", 32)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	bound := append(bytes.Clone(header), mac...)
	return gcm.Seal(header, []byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"), profile, bound)
}

func TestFormat(t *testing.T) {
	raw, err := hex.DecodeString(rawKey)
	if err != nil {
		t.Fatal(err)
	}
	six := []byte{2, 0, 0x5e, 0x10, 0, 1}
	const password = "correct horse battery"
	cases := []struct {
		name string
		data []byte
		key  string
		err  error
	}{
		{"a key", byHand(t, 1, 0, raw, nil), rawKey, nil},
		{"a key, bound", byHand(t, 1, 0, raw, six), rawKey, nil},
		{"a password", byHand(t, 2, 10_000, []byte(password), six), password, nil},
		{"another password", byHand(t, 2, 10_000, []byte(password), six), password + "!", sealed.ErrKey},
		// A file may not say how long a board is to be busy with it, nor that it is hardly to be.
		{"too few rounds", byHand(t, 2, 9_999, []byte(password), six), password, sealed.ErrKey},
		{"too many rounds", append([]byte("OHSEAL1\n\x02\x00\xff\xff\xff\xff"), make([]byte, 64)...), password, sealed.ErrKey},
		{"a third kind of key", byHand(t, 3, 0, raw, nil), rawKey, sealed.ErrKey},
	}
	for _, c := range cases {
		opened, err := sealed.Open(c.data, keys(mac, c.key))
		if !errors.Is(err, c.err) || err == nil && (!bytes.Equal(opened.Data, profile) || !opened.Authenticated()) {
			t.Errorf("%s: %q, %v", c.name, opened.Data, err)
		}
	}
}

func TestSeal(t *testing.T) {
	file := seal(t, profile, sealed.Offhook, "correct horse battery", mac)
	if head := string(file[:14]); head != "OHSEAL1\n\x02\x01\x00\x09\x27\xc0" { // 600,000 rounds
		t.Errorf("%q", head)
	}
	if bytes.Equal(seal(t, profile, sealed.Offhook, rawKey, mac), seal(t, profile, sealed.Offhook, rawKey, mac)) {
		t.Error("the same file twice: the salt is not random")
	}
}

// Each bit of our own form is authenticated, and so are the order of the chunks
// and their number.
func TestTamper(t *testing.T) {
	small := seal(t, []byte("offhook: 1\n"), sealed.Offhook, rawKey, mac)
	for at := range small {
		for bit := range 8 {
			broken := bytes.Clone(small)
			broken[at] ^= 1 << bit
			opened, err := sealed.Open(broken, keys(mac, rawKey))
			if opened.Form == sealed.Offhook && !errors.Is(err, sealed.ErrKey) {
				t.Fatalf("byte %d bit %d: %q, %v", at, bit, opened.Data, err)
			}
		}
	}
	const header, chunk = 30, 64<<10 + 16
	large := bytes.Repeat([]byte("0123456789abcde\n"), 3*(64<<10)/16)
	file := seal(t, large, sealed.Offhook, rawKey, "")
	if opened, err := sealed.Open(file, keys("", rawKey)); err != nil || !bytes.Equal(opened.Data, large) {
		t.Fatalf("three whole chunks: %d bytes, %v", len(opened.Data), err)
	}
	parts := [][]byte{file[:header], file[header : header+chunk], file[header+chunk : header+2*chunk], file[header+2*chunk:]}
	for name, order := range map[string][]int{
		"the last is missing": {0, 1, 2}, "two swapped": {0, 2, 1, 3}, "one twice": {0, 1, 1, 3}, "one is missing": {0, 1, 3}, "one too many": {0, 1, 2, 3, 3}, "none": {0},
	} {
		var broken []byte
		for _, part := range order {
			broken = append(broken, parts[part]...)
		}
		if _, err := sealed.Open(broken, keys("", rawKey)); !errors.Is(err, sealed.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSizes(t *testing.T) {
	for _, form := range []sealed.Form{sealed.Offhook, sealed.OpenSSLSHA256} {
		for _, n := range []int{0, 1, 15, 16, 17, 65535, 65536, 65537} {
			data := bytes.Repeat([]byte("x"), n)
			opened, err := sealed.Open(seal(t, data, form, rawKey, ""), keys("", rawKey))
			if n == 0 && form != sealed.Offhook {
				continue // nothing is not plausible
			}
			if err != nil || !bytes.Equal(opened.Data, data) {
				t.Errorf("%s %d: %d, %v", form, n, len(opened.Data), err)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	bomb := compress(t, make([]byte, sealed.MaxSize+1))
	open := map[string][]byte{
		"more than the":                     make([]byte, sealed.MaxSize+1),
		"opens to more":                     bomb,
		"damaged or cut off; make it again": compress(t, profile)[:40],
		"Poly's own tool":                   []byte("Crypt=1;KeyDesc=a;Digest=b;\n\x01\x02"),
	}
	for want, data := range open {
		if _, err := sealed.Open(data, keys("", rawKey)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	encrypt := []struct {
		form        sealed.Form
		secret, mac string
		want        string
	}{
		{sealed.Offhook, "", "", "the key is empty"},
		{sealed.Offhook, "ninechars", "", "shorter than 10 characters"},
		{sealed.Offhook, rawKey, "02:00", `"02:00" is not a MAC`},
		{sealed.Yealink, "seventeen letters", "", "16 or 32 characters, not 17"},
		{sealed.OpenSSLMD5, rawKey, mac, "cannot be bound to a MAC"},
		{"rot13", rawKey, "", `no form "rot13"`},
	}
	for _, c := range encrypt {
		if _, err := sealed.Encrypt(profile, c.form, ua.NewSecret(c.secret), c.mac); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.want, err)
		} else if c.secret != "" && strings.Contains(err.Error(), c.secret) {
			t.Errorf("the key is in the error: %v", err)
		}
	}
}

// Which way a CBC file is wrong is not told, neither by text nor by kind.
func TestNoOracle(t *testing.T) {
	file := seal(t, profile, sealed.OpenSSLSHA256, "secret", "")
	var said []string
	for at := 16; at < len(file); at++ {
		broken := bytes.Clone(file)
		broken[at] ^= 0x80
		if _, err := sealed.Open(broken, keys("", "secret")); err != nil && !slices.Contains(said, err.Error()) {
			said = append(said, err.Error())
		}
	}
	if len(said) != 1 {
		t.Errorf("%d different errors: %q", len(said), said)
	}
}

func FuzzOpen(f *testing.F) {
	for _, form := range sealed.Forms() {
		if form != sealed.OpenSSLPBKDF2 { // slow
			f.Add(seal(f, profile, form, "0123456789abcdef0123456789abcdef", ""))
		}
	}
	f.Add(seal(f, profile, sealed.Offhook, rawKey, mac))
	f.Add(compress(f, profile))
	f.Add(profile)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 14 && bytes.HasPrefix(data, []byte("OHSEAL1\n\x02")) {
			return // what a password costs is bounded, and too slow here
		}
		opened, err := sealed.Open(data, keys(mac, rawKey))
		if err == nil && len(opened.Data) > sealed.MaxSize {
			t.Errorf("%d bytes", len(opened.Data))
		}
		if err != nil && strings.Contains(fmt.Sprint(err), rawKey) {
			t.Error("the key is in the error")
		}
	})
}
