// Package passport reads and judges PASSporTs (RFC 8225): tokens by which
// a provider signs who calls whom, as the Identity header field of SIP (RFC 8224)
// carries them, also of the kind of SHAKEN (RFC 8588). It fetches nothing and knows no
// clock: certificates and times are handed in.
package passport

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"time"
)

// Bounds on what strangers send.
const (
	maxToken = 4096
	maxDest  = 32
)

// The kinds of refusal (RFC 8224 §6.2.2). An error of this package is one of them.
var (
	ErrInvalid     = errors.New("the caller's identity is not signed as it should be")                 // 438
	ErrUnsupported = errors.New("the caller's identity is signed in a way that is not known here")     // 437
	ErrCredential  = errors.New("the certificate that the caller's identity is signed by is not good") // 437
	ErrStale       = errors.New("the caller's identity was signed for another call")                   // 403
)

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}

// Attestation is how well the provider knows the caller (RFC 8588 §4).
type Attestation string

// The degrees.
const (
	Full    Attestation = "A" // the caller, and that the number is his
	Partial Attestation = "B" // the caller alone
	Gateway Attestation = "C" // where the call came in
)

// Token is a PASSporT that was read, and not judged yet.
type Token struct {
	Certificate string // where its certificate is: an https URL
	Issued      time.Time
	From        Party
	To          []Party
	Attestation Attestation // "" where it is not of SHAKEN
	signed      []byte
	signature   []byte
}

// Party is a number or a URI, one of them (RFC 8225 §5.2.1).
type Party struct {
	Number string // digits alone
	URI    string
}

type header struct {
	Type      string   `json:"typ"`
	Algorithm string   `json:"alg"`
	Kind      string   `json:"ppt"`
	At        string   `json:"x5u"`
	Critical  []string `json:"crit"`
}

type claims struct {
	Issued int64 `json:"iat"`
	Orig   struct {
		Number string `json:"tn"`
		URI    string `json:"uri"`
	} `json:"orig"`
	Dest struct {
		Numbers []string `json:"tn"`
		URIs    []string `json:"uri"`
	} `json:"dest"`
	Attestation Attestation `json:"attest"`
}

// Read reads the value of an Identity header field (RFC 8224 §4).
func Read(value string) (Token, error) {
	if len(value) > maxToken {
		return Token{}, invalid("it has %d bytes", len(value))
	}
	text, parameters, _ := strings.Cut(value, ";")
	parts := strings.Split(strings.TrimSpace(text), ".")
	if len(parts) != 3 {
		return Token{}, invalid("it has %d parts, not 3", len(parts))
	}
	if parts[0] == "" || parts[1] == "" { // the compact form, which RFC 8588 §5 rules out
		return Token{}, fmt.Errorf("%w: in the compact form", ErrUnsupported)
	}
	var h header
	var c claims
	if err := errors.Join(part(parts[0], &h), part(parts[1], &c)); err != nil {
		return Token{}, invalid("%v", err)
	}
	t := Token{Certificate: h.At, Issued: time.Unix(c.Issued, 0).UTC(), signed: []byte(parts[0] + "." + parts[1])}
	if err := t.check(h, c, parameters); err != nil {
		return Token{}, err
	}
	var err error
	if t.signature, err = base64.RawURLEncoding.Strict().DecodeString(parts[2]); err != nil || len(t.signature) != 64 {
		return Token{}, invalid("its signature is no pair of 32 bytes")
	}
	return t, t.parties(c)
}

func part(text string, into any) error {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return json.NewDecoder(bytes.NewReader(data)).Decode(into)
}

// check is RFC 8224 §6.2 steps 1 and 2: what is understood, and what the field's
// parameters must repeat.
func (t *Token) check(h header, c claims, parameters string) error {
	switch {
	case h.Type != "passport":
		return invalid("its type is %q", h.Type)
	case h.Algorithm != "ES256": // RFC 8225 §8.1
		return fmt.Errorf("%w: by %q", ErrUnsupported, h.Algorithm)
	case h.Kind != "" && h.Kind != "shaken":
		return fmt.Errorf("%w: of kind %q", ErrUnsupported, h.Kind)
	case len(h.Critical) > 0: // RFC 7515 §4.1.11
		return fmt.Errorf("%w: %q must be understood", ErrUnsupported, h.Critical)
	case c.Issued <= 0:
		return invalid("it does not say when")
	}
	if u, err := url.Parse(h.At); err != nil || u.Scheme != "https" || u.Host == "" {
		return invalid("its certificate is at %q, which is no https address", h.At)
	}
	if h.Kind == "shaken" {
		switch c.Attestation {
		case Full, Partial, Gateway:
			t.Attestation = c.Attestation
		default:
			return invalid("its attestation is %q", c.Attestation)
		}
	}
	for text := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(text), "=")
		value = strings.Trim(value, `"<> `)
		same := map[string]string{"info": h.At, "alg": h.Algorithm, "ppt": h.Kind}
		if want, known := same[strings.ToLower(name)]; known && value != want {
			return invalid("its %s is %q outside, %q inside", name, value, want)
		}
	}
	return nil
}

func (t *Token) parties(c claims) error {
	if (c.Orig.Number == "") == (c.Orig.URI == "") {
		return invalid("it does not name one caller")
	}
	if n := len(c.Dest.Numbers) + len(c.Dest.URIs); n == 0 || n > maxDest {
		return invalid("it names %d called", n)
	}
	t.From = Party{Number(c.Orig.Number), c.Orig.URI}
	for _, number := range c.Dest.Numbers {
		t.To = append(t.To, Party{Number: Number(number)})
	}
	for _, uri := range c.Dest.URIs {
		t.To = append(t.To, Party{URI: uri})
	}
	return nil
}

// Number is a telephone number without what is for the eye (RFC 8224 §8.3), ""
// for what is none. A national number stays one.
func Number(text string) string {
	digits := strings.NewReplacer("+", "", "-", "", ".", "", "(", "", ")", "", " ", "").Replace(text)
	for _, r := range digits {
		if (r < '0' || r > '9') && r != '*' && r != '#' {
			return ""
		}
	}
	return digits
}

// by tells whether the key made the signature (RFC 7518 §3.4).
func (t Token) by(key *ecdsa.PublicKey) bool {
	if key.Curve.Params().Name != "P-256" {
		return false
	}
	sum := sha256.Sum256(t.signed)
	return ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(t.signature[:32]), new(big.Int).SetBytes(t.signature[32:]))
}
