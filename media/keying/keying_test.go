package keying

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const rfcKey = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz" // RFC 4568 §9.1, 30 octets

func TestParse(t *testing.T) {
	key28 := base64.StdEncoding.EncodeToString(make([]byte, 28))
	for _, test := range []struct {
		name, value string
		want        error
		suite       Suite
		mki         string
	}{
		{"RFC 4568 example", "1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + "|2^20|1:4", nil, AES128CMSHA1_80, "\x00\x00\x00\x01"},
		{"mki without lifetime", "1 AES_CM_128_HMAC_SHA1_32 inline:" + rfcKey + "|66051:4", nil, AES128CMSHA1_32, "\x00\x01\x02\x03"},
		{"decimal lifetime", "1 AES_CM_128_HMAC_SHA1_32 inline:" + rfcKey + "|1048576", nil, AES128CMSHA1_32, ""},
		{"gcm", "7 AEAD_AES_128_GCM inline:" + key28, nil, AES128GCM, ""},
		{"padding left out", "7 AEAD_AES_128_GCM inline:" + strings.TrimRight(key28, "="), nil, AES128GCM, ""},
		{"lower case", "7 aead_aes_128_gcm INLINE:" + key28, nil, AES128GCM, ""},
		{"window hint", "1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + " WSH=128", nil, AES128CMSHA1_80, ""},
		{"optional parameter", "1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + " -X=1", nil, AES128CMSHA1_80, ""},
		{"unencrypted", "1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + " UNENCRYPTED_SRTP", ErrUnsupported, "", ""},
		{"unauthenticated", "1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + " UNAUTHENTICATED_SRTP", ErrUnsupported, "", ""},
		{"derivation rate", "1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + " KDR=1", ErrUnsupported, "", ""},
		{"unknown suite", "1 F8_128_HMAC_SHA1_80 inline:" + rfcKey, ErrUnsupported, "", ""},
		{"key too short", "1 AES_CM_128_HMAC_SHA1_80 inline:" + key28, ErrSyntax, "", ""},
		{"not base64", "1 AES_CM_128_HMAC_SHA1_80 inline:????", ErrSyntax, "", ""},
		{"two keys", "1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + "|1:4;inline:" + rfcKey + "|2:4", ErrUnsupported, "", ""},
		{"method", "1 AES_CM_128_HMAC_SHA1_80 uri:x", ErrUnsupported, "", ""},
		{"mki too large", "1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + "|256:1", ErrSyntax, "", ""},
		{"mki length", "1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + "|1:129", ErrSyntax, "", ""},
		{"lifetime", "1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + "|2^49", ErrSyntax, "", ""},
		{"tag", "x AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey, ErrSyntax, "", ""},
		{"empty", "", ErrSyntax, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := Parse(test.value)
			if !errors.Is(err, test.want) || c.Suite != test.suite || c.MKI != test.mki {
				t.Fatalf("got %+v, %v; want %s with mki %q, %v", c, err, test.suite, test.mki, test.want)
			}
			if err != nil && strings.Contains(err.Error(), rfcKey[:12]) {
				t.Errorf("the error shows the key: %v", err)
			}
			if err != nil {
				return
			}
			again, err := Parse(c.Attribute())
			if err != nil || again != c {
				t.Errorf("written and read again: %+v, %v", again, err)
			}
		})
	}
}

func TestKey_printed_anyhow_is_hidden(t *testing.T) {
	c, err := Generate(1, AES128GCM)
	if err != nil {
		t.Fatal(err)
	}
	key, salt := c.Key.Reveal(c.Suite)
	if len(key) != 16 || len(salt) != 12 {
		t.Fatalf("key of %d, salt of %d octets", len(key), len(salt))
	}
	if key, _ := c.Key.Reveal(AES256GCM); key != nil {
		t.Error("revealed for a suite of another length")
	}
	secret := string(key) + string(salt)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", c.Key, "crypto", c)
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprint(c), fmt.Sprintf("%+v %#v %q %x", c, c, c.Key, c.Key), log.String(), string(asJSON)} {
		for _, shape := range []string{secret, fmt.Sprintf("%x", secret), fmt.Sprintf("%q", secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			if strings.Contains(printed, shape) {
				t.Errorf("the key shows in %q", printed)
			}
		}
	}
}

func TestGenerate_never_the_same(t *testing.T) {
	for _, suite := range Suites() {
		a, errA := Generate(1, suite)
		b, errB := Generate(1, suite)
		if errA != nil || errB != nil || a == b {
			t.Errorf("%s: %v, %v, equal %t", suite, errA, errB, a == b)
		}
		if !Supported(a.Attribute()) {
			t.Errorf("%s: its own attribute is not supported", suite)
		}
	}
	if _, err := Generate(1, "ROT13"); !errors.Is(err, ErrUnsupported) {
		t.Errorf("unknown suite: %v", err)
	}
}

func line(t *testing.T, tag int, suite Suite) string {
	t.Helper()
	c, err := Generate(tag, suite)
	if err != nil {
		t.Fatal(err)
	}
	return c.Attribute()
}

func TestChoose(t *testing.T) {
	offered := []string{"1 F8_128_HMAC_SHA1_80 inline:AAAA", line(t, 2, AES128CMSHA1_32), line(t, 3, AES128CMSHA1_80), line(t, 4, AES128GCM)}
	for _, test := range []struct {
		name       string
		preference []Suite
		tag        int
	}{
		{"our preference counts", Suites(), 4},
		{"only CM", []Suite{AES128CMSHA1_80}, 3},
		{"nothing in common", []Suite{AES256GCM}, 0},
	} {
		c, err := Choose(offered, test.preference)
		if c.Tag != test.tag || (err == nil) != (test.tag > 0) || err != nil && !errors.Is(err, ErrNoSuite) {
			t.Errorf("%s: tag %d, %v", test.name, c.Tag, err)
		}
	}
}

func TestMatch(t *testing.T) {
	one, _ := Generate(1, AES128GCM)
	two, _ := Generate(2, AES128CMSHA1_80)
	ours, theirs, err := Match([]string{line(t, 2, AES128CMSHA1_80)}, []Crypto{one, two})
	if err != nil || ours != two || theirs.Tag != 2 {
		t.Errorf("tag 2: %v %v %v", ours.Tag, theirs.Tag, err)
	}
	if _, _, err := Match([]string{line(t, 1, AES128CMSHA1_80)}, []Crypto{one, two}); !errors.Is(err, ErrNoSuite) {
		t.Errorf("tag of another suite: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + "|2^20|1:4 WSH=64")
	f.Add("1 AEAD_AES_128_GCM inline:" + rfcKey)
	f.Fuzz(func(t *testing.T, value string) {
		c, err := Parse(value)
		if err != nil {
			return
		}
		if again, err := Parse(c.Attribute()); err != nil || again != c {
			t.Fatalf("%q: read %+v, written and read again %+v, %v", value, c, again, err)
		}
	})
}

func TestLifetime(t *testing.T) {
	for text, want := range map[string][2]uint64{ // packets of RTP, of RTCP
		"":          {1 << 48, 1 << 31},
		"|2^10":     {1 << 10, 1 << 10},
		"|2^0":      {1, 1},
		"|2^40":     {1 << 40, 1 << 31},
		"|1000":     {1000, 1000},
		"|2^10|1:4": {1 << 10, 1 << 10},
	} {
		line := "1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + text
		c, err := Parse(line)
		if err != nil || c.Packets() != want[0] || c.Reports() != want[1] || c.Attribute() != line {
			t.Errorf("%s: %d and %d packets, %v, written %s", text, c.Packets(), c.Reports(), err, c.Attribute()[len(line)-len(text):])
		}
		other := c
		if other.Lifetime++; !c.SameKey(other) {
			t.Error("another key by its lifetime")
		}
	}
}
