package keying

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Attribute is the value of the a=crypto line. It shows the key.
func (c Crypto) Attribute() string {
	value := fmt.Sprintf("%d %s inline:%s", c.Tag, c.Suite, base64.StdEncoding.EncodeToString([]byte(c.Key.material)))
	if c.Lifetime > 0 {
		value += "|" + lifetimeText(c.Lifetime)
	}
	if c.MKI != "" {
		value += fmt.Sprintf("|%s:%d", new(big.Int).SetBytes([]byte(c.MKI)), len(c.MKI))
	}
	return value
}

// Parse reads the value of an a=crypto line (RFC 4568 §9.1 and §9.2). A line
// with session parameters that would weaken or change SRTP is refused, as an
// unknown parameter must be (§6.3.7).
func Parse(value string) (Crypto, error) {
	fields := strings.Fields(value)
	if len(fields) < 3 {
		return Crypto{}, fmt.Errorf("%w: %d fields, at least 3 are due", ErrSyntax, len(fields))
	}
	tag, err := strconv.ParseUint(fields[0], 10, 31)
	if err != nil || len(fields[0]) > 9 {
		return Crypto{}, fmt.Errorf("%w: the tag is not a number of at most 9 digits", ErrSyntax)
	}
	c := Crypto{Tag: int(tag), Suite: Suite(strings.ToUpper(fields[1]))}
	if n, _ := c.Suite.lengths(); n == 0 {
		return Crypto{}, fmt.Errorf("%w: crypto suite %q", ErrUnsupported, fields[1])
	}
	for _, parameter := range fields[3:] {
		if err := sessionParameter(parameter); err != nil {
			return Crypto{}, err
		}
	}
	if strings.Contains(fields[2], ";") {
		return Crypto{}, fmt.Errorf("%w: several master keys", ErrUnsupported)
	}
	if err := c.inline(fields[2]); err != nil {
		return Crypto{}, err
	}
	return c, nil
}

func (c *Crypto) inline(text string) error {
	method, info, ok := strings.Cut(text, ":")
	if !ok || !strings.EqualFold(method, "inline") {
		return fmt.Errorf("%w: key method is not inline", ErrUnsupported)
	}
	parts := strings.Split(info, "|")
	// Some far ends leave out the padding.
	material, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(parts[0], "="))
	if err != nil {
		return fmt.Errorf("%w: the key is not base64", ErrSyntax)
	}
	if n, m := c.Suite.lengths(); len(material) != n+m {
		return fmt.Errorf("%w: key and salt are %d octets, %s wants %d", ErrSyntax, len(material), c.Suite, n+m)
	}
	c.Key = Key{string(material)}
	switch rest := parts[1:]; {
	case len(rest) > 2:
		return fmt.Errorf("%w: too many key parameters", ErrSyntax)
	case len(rest) == 2:
		if c.Lifetime, err = lifetime(rest[0]); err != nil {
			return err
		}
		return c.mki(rest[1])
	case len(rest) == 1 && strings.Contains(rest[0], ":"):
		return c.mki(rest[0])
	case len(rest) == 1:
		c.Lifetime, err = lifetime(rest[0])
	}
	return err
}

// mki reads value:length, the value in decimal, the length in octets.
func (c *Crypto) mki(text string) error {
	value, length, ok := strings.Cut(text, ":")
	n, err := strconv.ParseUint(length, 10, 8)
	if !ok || err != nil || n < 1 || n > 128 || len(value) > 310 {
		return fmt.Errorf("%w: key identifier %q", ErrSyntax, text)
	}
	number, ok := new(big.Int).SetString(value, 10)
	if !ok || number.Sign() < 0 || number.BitLen() > int(n)*8 {
		return fmt.Errorf("%w: key identifier %q", ErrSyntax, text)
	}
	c.MKI = string(number.FillBytes(make([]byte, n)))
	return nil
}

func sessionParameter(text string) error {
	name, value, _ := strings.Cut(text, "=")
	switch {
	case strings.HasPrefix(text, "-"): // may be ignored, says the far end
		return nil
	case strings.EqualFold(name, "WSH"): // window size hint; ours is the least, 64
		return nil
	case strings.EqualFold(name, "KDR") && value == "0": // derived once: as we do
		return nil
	}
	return fmt.Errorf("%w: session parameter %q", ErrUnsupported, text)
}

// name is the suite that a line names, for messages.
func name(value string) string {
	if fields := strings.Fields(value); len(fields) > 1 {
		return strconv.Quote(fields[1])
	}
	return "an empty line"
}
