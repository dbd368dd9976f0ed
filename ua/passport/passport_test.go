package passport_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"offhook/ua/passport"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const at = "https://cert.example/passport.pem"

type object = map[string]any

// token signs one; change has its parts otherwise than usual.
func token(t testing.TB, key *ecdsa.PrivateKey, change func(header, claims object)) string {
	t.Helper()
	header := object{"alg": "ES256", "typ": "passport", "ppt": "shaken", "x5u": at}
	claims := object{"iat": now.Unix(), "orig": object{"tn": "12155551212"}, "dest": object{"tn": []string{"12155551213"}}, "attest": "A", "origid": "123e4567-e89b-12d3-a456-426655440000"}
	if change != nil {
		change(header, claims)
	}
	encode := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(data)
	}
	signed := encode(header) + "." + encode(claims)
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	var signature [64]byte
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature[:])
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// authority issues certificates.
type authority struct {
	key  *ecdsa.PrivateKey
	root *x509.Certificate
	pool *x509.CertPool
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	a := authority{key: newKey(t), pool: x509.NewCertPool()}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "STI root"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	a.root = a.sign(t, template, template, a.key)
	a.pool.AddCert(a.root)
	return a
}

func (a authority) sign(t testing.TB, template, parent *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// issue makes a certificate for entries of a TNAuthList, none without one.
func (a authority) issue(t testing.TB, key *ecdsa.PrivateKey, critical bool, entries ...asn1.RawValue) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "SHAKEN 1234"}, NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(0, 1, 0)}
	if len(entries) > 0 {
		list, err := asn1.Marshal(entries)
		if err != nil {
			t.Fatal(err)
		}
		template.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 26}, Critical: critical, Value: list}}
	}
	return a.sign(t, template, a.root, key)
}

func entry(t testing.TB, tag int, v any, params string) asn1.RawValue {
	t.Helper()
	data, err := asn1.MarshalWithParams(v, params)
	if err != nil {
		t.Fatal(err)
	}
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, IsCompound: true, Bytes: data}
}

type numberRange struct {
	Start string `asn1:"ia5"`
	Count int
}

var call = passport.Call{From: passport.Party{Number: "12155551212"}, To: passport.Party{Number: "12155551213"}, Now: now}

func TestJudge_token_of_a_call(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	key := newKey(t)
	provider, one := entry(t, 0, "1234", "ia5"), entry(t, 2, "12155551212", "ia5")
	good := a.issue(t, key, false, provider)
	for _, c := range []struct {
		name        string
		change      func(header, claims object)
		call        func(*passport.Call)
		certificate *x509.Certificate
		want        error
	}{
		{name: "as it should be"},
		{name: "30 s old", call: func(c *passport.Call) { c.Now = now.Add(30 * time.Second) }},
		{name: "two minutes old", call: func(c *passport.Call) { c.Now = now.Add(2 * time.Minute) }, want: passport.ErrStale},
		{name: "two minutes ahead", call: func(c *passport.Call) { c.Now = now.Add(-2 * time.Minute) }, want: passport.ErrStale},
		{name: "another caller", call: func(c *passport.Call) { c.From.Number = "12155551219" }, want: passport.ErrStale},
		{name: "another called", call: func(c *passport.Call) { c.To.Number = "12155551219" }, want: passport.ErrStale},
		{name: "one of several called", change: func(_, c object) { c["dest"] = object{"tn": []string{"1", "+1-215-555-1213"}} }},
		{name: "written for the eye", change: func(_, c object) { c["orig"] = object{"tn": "+1 (215) 555.1212"} }},
		{name: "by URI", change: func(_, c object) { c["orig"], c["dest"] = object{"uri": "sip:a@b"}, object{"uri": []string{"sip:c@d"}} },
			call: func(c *passport.Call) { c.From, c.To = passport.Party{URI: "sip:a@b"}, passport.Party{URI: "sip:c@d"} }},
		{name: "critical list", certificate: a.issue(t, key, true, provider)},
		{name: "of the number", certificate: a.issue(t, key, false, one)},
		{name: "of a range", certificate: a.issue(t, key, false, entry(t, 1, numberRange{"12155551000", 1000}, ""))},
		{name: "of a range that ends before", certificate: a.issue(t, key, false, entry(t, 1, numberRange{"12155551000", 212}, "")), want: passport.ErrCredential},
		{name: "of another number", certificate: a.issue(t, key, false, entry(t, 2, "12155551213", "ia5")), want: passport.ErrCredential},
		{name: "of no number", certificate: a.issue(t, key, false), want: passport.ErrCredential},
		{name: "of another key", certificate: a.issue(t, newKey(t), false, provider), want: passport.ErrInvalid},
		{name: "of an authority that is not ours", certificate: other.issue(t, key, false, provider), want: passport.ErrCredential},
		{name: "run out", call: func(c *passport.Call) { c.Now = now.AddDate(0, 2, 0) }, want: passport.ErrCredential},
	} {
		t.Run(c.name, func(t *testing.T) {
			read, err := passport.Read(token(t, key, c.change) + ";info=<" + at + ">;alg=ES256;ppt=\"shaken\"")
			if err != nil {
				t.Fatal(err)
			}
			of, certificate := call, good
			if c.call != nil {
				c.call(&of)
			}
			if c.certificate != nil {
				certificate = c.certificate
			}
			if err := read.Judge(of, []*x509.Certificate{certificate}, a.pool); !errors.Is(err, c.want) {
				t.Errorf("%v, not %v", err, c.want)
			}
		})
	}
	read, err := passport.Read(token(t, key, nil))
	if err != nil || read.Attestation != passport.Full || read.Certificate != at || !read.Issued.Equal(now) {
		t.Errorf("%+v, %v", read, err)
	}
	if err := read.Judge(call, nil, a.pool); !errors.Is(err, passport.ErrCredential) {
		t.Error(err)
	}
}

func TestJudge_no_octet_may_change(t *testing.T) {
	a, key := newAuthority(t), newKey(t)
	chain := []*x509.Certificate{a.issue(t, key, false, entry(t, 0, "1234", "ia5"))}
	whole := token(t, key, nil)
	for i := range whole {
		for _, to := range []byte{'A', '.', whole[i] ^ 1} {
			changed := whole[:i] + string(to) + whole[i+1:]
			read, err := passport.Read(changed)
			if err == nil {
				err = read.Judge(call, chain, a.pool)
			}
			if err == nil && changed != whole {
				t.Errorf("octet %d as %q", i, to)
			}
		}
	}
}

func TestRead_refuses(t *testing.T) {
	key := newKey(t)
	whole := token(t, key, nil)
	parts := strings.Split(whole, ".")
	changed := func(change func(h, c object)) string { return token(t, key, change) }
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":             {"", passport.ErrInvalid},
		"two parts":           {"a.b", passport.ErrInvalid},
		"no base64":           {"!.!.!", passport.ErrInvalid},
		"no JSON":             {"AAAA.AAAA.AAAA", passport.ErrInvalid},
		"compact form":        {".." + parts[2], passport.ErrUnsupported},
		"short signature":     {parts[0] + "." + parts[1] + ".AAAA", passport.ErrInvalid},
		"very long":           {whole + strings.Repeat(" ", 5000), passport.ErrInvalid},
		"another algorithm":   {changed(func(h, _ object) { h["alg"] = "none" }), passport.ErrUnsupported},
		"another type":        {changed(func(h, _ object) { h["typ"] = "JWT" }), passport.ErrInvalid},
		"another kind":        {changed(func(h, _ object) { h["ppt"] = "div" }), passport.ErrUnsupported},
		"what must be known":  {changed(func(h, _ object) { h["crit"] = []string{"x"} }), passport.ErrUnsupported},
		"certificate by http": {changed(func(h, _ object) { h["x5u"] = "http://cert.example/a" }), passport.ErrInvalid},
		"certificate nowhere": {changed(func(h, _ object) { delete(h, "x5u") }), passport.ErrInvalid},
		"no attestation":      {changed(func(_, c object) { delete(c, "attest") }), passport.ErrInvalid},
		"attestation D":       {changed(func(_, c object) { c["attest"] = "D" }), passport.ErrInvalid},
		"no time":             {changed(func(_, c object) { delete(c, "iat") }), passport.ErrInvalid},
		"no caller":           {changed(func(_, c object) { delete(c, "orig") }), passport.ErrInvalid},
		"two callers":         {changed(func(_, c object) { c["orig"] = object{"tn": "1", "uri": "sip:a@b"} }), passport.ErrInvalid},
		"nobody called":       {changed(func(_, c object) { c["dest"] = object{} }), passport.ErrInvalid},
		"hundreds called":     {changed(func(_, c object) { c["dest"] = object{"tn": make([]string, 33)} }), passport.ErrInvalid},
		"another info":        {whole + ";info=<https://cert.example/other.pem>", passport.ErrInvalid},
		"another alg":         {whole + ";alg=RS256", passport.ErrInvalid},
		"another ppt":         {whole + `;ppt="div"`, passport.ErrInvalid},
	} {
		if _, err := passport.Read(c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]string{"+1 (215) 555-1212": "12155551212", "112": "112", "*21#": "*21#", "alice": "", "": "", "١١٢": ""} {
		if got := passport.Number(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	key := newKey(f)
	f.Add(token(f, key, nil) + ";info=<" + at + ">;alg=ES256;ppt=shaken")
	f.Add("..AAAA;info=<https://a>")
	a := newAuthority(f)
	chain := []*x509.Certificate{a.issue(f, newKey(f), false, entry(f, 0, "1234", "ia5"))}
	f.Fuzz(func(t *testing.T, text string) {
		read, err := passport.Read(text)
		if err != nil {
			return
		}
		if err := read.Judge(call, chain, a.pool); err == nil {
			t.Errorf("taken of nobody: %q", text)
		}
		_ = fmt.Sprint(read.From, read.To)
	})
}

// The list of numbers comes in a certificate of who knows whom.
func FuzzList(f *testing.F) {
	a, key := newAuthority(f), newKey(f)
	good := a.issue(f, key, false, entry(f, 1, numberRange{"12155551000", 1000}, ""))
	text := token(f, key, nil)
	for _, e := range good.Extensions {
		f.Add(e.Value)
	}
	f.Fuzz(func(t *testing.T, list []byte) {
		read, err := passport.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		changed := *good
		changed.Extensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 26}, Value: list}}
		_ = read.Judge(call, []*x509.Certificate{&changed}, a.pool)
	})
}
