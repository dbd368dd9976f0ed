package keying

import (
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestFingerprint(t *testing.T) {
	one, err := NewIdentity(time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	two, err := NewIdentity(time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	der := one.Certificate.Certificate[0]
	var own []Fingerprint // by each hash
	for _, h := range hashes {
		own = append(own, Fingerprint{h.name, string(h.sum(der))})
	}
	other := two.Fingerprint
	for _, test := range []struct {
		name      string
		described []Fingerprint
		want      error
	}{
		{"sha-512", own[:1], nil},
		{"sha-384", own[1:2], nil},
		{"sha-256", own[2:], nil},
		{"one of several", []Fingerprint{other, own[2]}, nil},
		{"another's", []Fingerprint{other}, ErrFingerprint},
		{"none", nil, ErrFingerprint},
		// RFC 8122 §5.1: a weaker hash does not excuse the stronger one.
		{"the strongest is another's", []Fingerprint{{"sha-512", strings.Repeat("x", 64)}, own[2]}, ErrFingerprint},
	} {
		if err := Verify(der, test.described); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	for _, f := range own {
		if back, err := ParseFingerprint(strings.ToLower(f.Attribute())); err != nil || back != f {
			t.Errorf("%s: %v", f.Attribute(), err)
		}
	}
	if parsed, err := x509.ParseCertificate(der); err != nil || parsed.PublicKeyAlgorithm != x509.ECDSA || one.Fingerprint != own[2] {
		t.Errorf("%v, %v", parsed, err)
	}
}

func TestParseFingerprint_refuses(t *testing.T) {
	for value, want := range map[string]error{
		"": ErrSyntax, "sha-256": ErrSyntax, "sha-256 00:11": ErrSyntax, "sha-256 " + strings.Repeat("xx:", 32): ErrSyntax,
		"sha-1 " + strings.Repeat("00", 20): ErrUnsupported, "md5 " + strings.Repeat("00", 16): ErrUnsupported,
	} {
		if _, err := ParseFingerprint(value); !errors.Is(err, want) {
			t.Errorf("%q: %v", value, err)
		}
	}
}

func TestSetup(t *testing.T) {
	for _, test := range []struct {
		offer, current, reply Setup
		err                   error
	}{
		{ActPass, NoSetup, Active, nil}, {ActPass, Active, Active, nil}, {ActPass, Passive, Passive, nil},
		{Active, Active, Passive, nil}, {Passive, Passive, Active, nil}, {NoSetup, NoSetup, Passive, nil}, {HoldConn, NoSetup, NoSetup, ErrSetup},
	} {
		if got, err := test.offer.Reply(test.current); got != test.reply || !errors.Is(err, test.err) {
			t.Errorf("offer %q while %q: %q, %v", test.offer, test.current, got, err)
		}
	}
	for _, test := range []struct {
		answer, role Setup
		err          error
	}{{Active, Passive, nil}, {Passive, Active, nil}, {NoSetup, Active, nil}, {ActPass, NoSetup, ErrSetup}, {HoldConn, NoSetup, ErrSetup}} {
		if got, err := test.answer.Role(); got != test.role || !errors.Is(err, test.err) {
			t.Errorf("answer %q: %q, %v", test.answer, got, err)
		}
	}
	if ParseSetup(" PASSIVE ") != Passive || ParseSetup("sideways") != NoSetup {
		t.Error("ParseSetup")
	}
}

func TestFromExporter(t *testing.T) {
	material := make([]byte, AES128CMSHA1_80.Exported())
	for i := range material {
		material[i] = byte(i)
	}
	client, server, err := FromExporter(AES128CMSHA1_80, material)
	if err != nil {
		t.Fatal(err)
	}
	ck, cs := client.Key.Reveal(client.Suite)
	sk, ss := server.Key.Reveal(server.Suite)
	if len(ck) != 16 || len(cs) != 14 || ck[0] != 0 || sk[0] != 16 || cs[0] != 32 || ss[0] != 46 || ss[13] != 59 {
		t.Errorf("%v %v %v %v", ck, cs, sk, ss)
	}
	if _, _, err := FromExporter(AES128GCM, material); !errors.Is(err, ErrUnsupported) {
		t.Error(err)
	}
}

func FuzzParse_all(f *testing.F) {
	f.Add("1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4 FEC_ORDER=FEC_SRTP")
	f.Add("sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:4B:65:2E:7D:46:3F:54:42:CD:54:F1")
	f.Fuzz(func(t *testing.T, value string) {
		if c, err := Parse(value); err == nil {
			if again, err := Parse(c.Attribute()); err != nil || again != c {
				t.Errorf("%q is written as another line, %v", value, err)
			}
		}
		if p, err := ParseFingerprint(value); err == nil {
			if again, err := ParseFingerprint(p.Attribute()); err != nil || again != p {
				t.Errorf("%q: %v", value, err)
			}
		}
		ParseSetup(value)
	})
}
