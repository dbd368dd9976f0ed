package passport

import (
	"crypto/ecdsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
	"time"
)

// fresh is how far the time of signing may be from ours (RFC 8224 §6.2 step 4).
const fresh = 60 * time.Second

// Call is what the request says of itself.
type Call struct {
	From, To Party
	Now      time.Time
}

// Judge tells whether the token is for this call, and signed by whom an authority lets
// sign for this caller. The chain is the certificate of the token's address and those
// behind it. An error is why not, and one of the kinds above.
func (t Token) Judge(call Call, chain []*x509.Certificate, authorities *x509.CertPool) error {
	if len(chain) == 0 {
		return fmt.Errorf("%w: there is none", ErrCredential)
	}
	key, ec := chain[0].PublicKey.(*ecdsa.PublicKey)
	if !ec || !t.by(key) {
		return invalid("the signature is not the certificate's")
	}
	behind := x509.NewCertPool()
	for _, c := range chain[1:] {
		behind.AddCert(c)
	}
	leaf := *chain[0]
	// Verify refuses critical extensions that it does not know; this one is read below.
	leaf.UnhandledCriticalExtensions = slices.DeleteFunc(slices.Clone(leaf.UnhandledCriticalExtensions), func(id asn1.ObjectIdentifier) bool { return id.Equal(tnAuthList) })
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: authorities, Intermediates: behind, CurrentTime: call.Now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		return fmt.Errorf("%w: %w", ErrCredential, err)
	}
	if err := t.authorised(chain[0]); err != nil {
		return err
	}
	return t.suits(call)
}

// suits tells whether it is for this call: a token that was seen elsewhere is
// worth nothing in another one.
func (t Token) suits(call Call) error {
	if age := call.Now.Sub(t.Issued); age > fresh || age < -fresh {
		return fmt.Errorf("%w: it is of %s", ErrStale, t.Issued.Format(time.RFC3339))
	}
	if t.From != call.From {
		return fmt.Errorf("%w: of %s, not %s", ErrStale, t.From, call.From)
	}
	if !slices.Contains(t.To, call.To) {
		return fmt.Errorf("%w: to %v, not %s", ErrStale, t.To, call.To)
	}
	return nil
}

func (p Party) String() string {
	if p.Number != "" {
		return p.Number
	}
	return p.URI
}

// tnAuthList is the extension with the numbers that a certificate is for (RFC
// 8226 §9).
var tnAuthList = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 26}

// The choices of an entry, tags of RFC 8226's module.
const (
	ofProvider = iota // a service provider code: all numbers that it vouches for
	ofRange
	ofOne
)

type numberRange struct {
	Start string `asn1:"ia5"`
	Count int64
}

// authorised tells whether the certificate is for the caller's number.
func (t Token) authorised(c *x509.Certificate) error {
	at := slices.IndexFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(tnAuthList) })
	if at < 0 {
		return fmt.Errorf("%w: it does not say for which numbers it is", ErrCredential)
	}
	var entries []asn1.RawValue
	if rest, err := asn1.Unmarshal(c.Extensions[at].Value, &entries); err != nil || len(rest) > 0 {
		return fmt.Errorf("%w: its list of numbers cannot be read", ErrCredential)
	}
	if !slices.ContainsFunc(entries, t.covers) {
		return fmt.Errorf("%w: it is not for %s", ErrCredential, t.From)
	}
	return nil
}

func (t Token) covers(entry asn1.RawValue) bool {
	if entry.Class != asn1.ClassContextSpecific {
		return false
	}
	switch entry.Tag {
	case ofProvider:
		return true
	case ofOne:
		var one string
		_, err := asn1.UnmarshalWithParams(entry.Bytes, &one, "ia5")
		return err == nil && t.From.Number != "" && Number(one) == t.From.Number
	case ofRange:
		var r numberRange
		_, err := asn1.Unmarshal(entry.Bytes, &r)
		return err == nil && within(t.From.Number, Number(r.Start), r.Count)
	}
	return false
}

// within tells whether a number is one of count from start on, of as many digits.
func within(number, start string, count int64) bool {
	if len(number) != len(start) || number < start || len(number) > 18 {
		return false
	}
	var distance int64
	for i := range number {
		if number[i] < '0' || number[i] > '9' || start[i] < '0' || start[i] > '9' {
			return false
		}
		distance = distance*10 + int64(number[i]) - int64(start[i])
	}
	return distance < count
}
