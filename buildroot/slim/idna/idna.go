// Package idna stands in for the standard library's copy of it in the programs of
// `make cross`: names of servers in other scripts than ASCII go to the network as
// Punycode here too (RFC 3492), of letters that are brought to lower case, but not
// otherwise normalised (RFC 5895): the tables for that take 200 kB of a board's flash.
package idna

import (
	"errors"
	"math"
	"strings"
	"unicode/utf8"
)

// Profile is a way of mapping names; there is one.
type Profile struct{}

// Lookup is for names that are looked up.
var Lookup = &Profile{}

// ToASCII is a name as the network knows it, or an error for one that cannot be.
func (*Profile) ToASCII(name string) (string, error) { return ToASCII(strings.ToLower(name)) }

var (
	errInvalid = errors.New("idna: the name is not UTF-8, or has a label that cannot be written in ASCII")
	fullStops  = strings.NewReplacer("\u3002", ".", "\uff0e", ".", "\uff61", ".") // RFC 3490 §3.1
)

// ToASCII is a name as it is but for labels that are not ASCII, which become
// Punycode.
func ToASCII(name string) (string, error) {
	if !utf8.ValidString(name) {
		return name, errInvalid
	}
	if ascii(name) {
		return name, nil
	}
	labels := strings.Split(fullStops.Replace(name), ".")
	for i, label := range labels {
		if ascii(label) {
			continue
		}
		coded, ok := punycode([]rune(strings.ToLower(label)))
		if !ok || len(coded) > 63-len("xn--") {
			return name, errInvalid
		}
		labels[i] = "xn--" + coded
	}
	return strings.Join(labels, "."), nil
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// The parameters of RFC 3492 §5.
const (
	base  = 36
	tmin  = 1
	tmax  = 26
	skew  = 38
	damp  = 700
	bias0 = 72
)

// punycode is RFC 3492 §6.3.
func punycode(label []rune) (string, bool) {
	var out []byte
	for _, r := range label {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
		}
	}
	plain := len(out)
	if plain > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(utf8.RuneSelf), 0, bias0
	for done := plain; done < len(label); n++ {
		next := rune(math.MaxInt32)
		for _, r := range label {
			if r >= n {
				next = min(next, r)
			}
		}
		if delta += int(next-n) * (done + 1); delta > math.MaxInt32/2 || delta < 0 {
			return "", false
		}
		n = next
		for _, r := range label {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			out = variable(out, delta, bias)
			bias = adapt(delta, done+1, done == plain)
			delta, done = 0, done+1
		}
		delta++
	}
	return string(out), true
}

// variable writes a number in the digits a to z and 0 to 9, the least first.
func variable(out []byte, q, bias int) []byte {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	for k := base; ; k += base {
		t := min(max(k-bias, tmin), tmax)
		if q < t {
			return append(out, digits[q])
		}
		out = append(out, digits[t+(q-t)%(base-t)])
		q = (q - t) / (base - t)
	}
}

// adapt is RFC 3492 §6.1.
func adapt(delta, points int, first bool) int {
	if first {
		delta /= damp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (base-tmin)*tmax/2; k += base {
		delta /= base - tmin
	}
	return k + (base-tmin+1)*delta/(delta+skew)
}
