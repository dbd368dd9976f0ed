package dialect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"offhook/provisioning"
	"offhook/ua"
)

// Lint adds to the report what an operator should know beside what became of
// each parameter: what unknown ones may have been meant to be, and passwords
// that crossed the network in the clear.
func (d Dialect) Lint(r *Report) {
	secrets := map[string]int{}
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.Fate == Unknown {
			if near := d.near(e.Key); near != "" {
				e.Why = "did you mean " + near + "?"
			}
		}
		if e.Secret && e.Fate != Blank && inTheClear(e.File) {
			secrets[e.File]++
		}
	}
	for _, file := range r.Files {
		if n := secrets[file]; n > 0 {
			r.Warnings = append(r.Warnings, Notice{File: file, Msg: fmt.Sprintf("holds passwords (%d) and was fetched in the clear, where anybody on the way reads them; use https", n)})
		}
	}
}

// inTheClear tells a URL that is fetched in the clear.
func inTheClear(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "tftp://")
}

// near is the parameter of the table that a key is most like, with its numbers.
func (d Dialect) near(key string) string {
	d, _ = d.Loaded()
	const limit = 3
	numbers := numbersOf(key)
	best, distance := "", limit
	patterns := make([]string, 0, len(d.Rules)+len(d.Known))
	for _, r := range d.Rules {
		patterns = append(patterns, r.Key)
	}
	for _, k := range d.Known {
		patterns = append(patterns, k.Key)
	}
	for _, pattern := range patterns {
		if strings.Contains(pattern, "*") {
			continue
		}
		one := pattern
		for i, place := range []string{"{n}", "{k}"} {
			if i < len(numbers) {
				one = strings.Replace(one, place, numbers[i], 1)
			}
		}
		if n := provisioning.EditDistance(key, one, distance); n < distance && len(key) > 2*n {
			best, distance = one, n
		}
	}
	return best
}

func numbersOf(key string) []string {
	return strings.FieldsFunc(key, func(r rune) bool { return r < '0' || r > '9' })
}

// Weak tells where a document leaves calls unprotected.
func Weak(doc provisioning.Document) []Notice {
	var all []Notice
	tell := func(path, format string, args ...any) {
		at, _ := doc.Origin(path)
		all = append(all, Notice{File: at.File, Line: at.Line, Key: path, Msg: fmt.Sprintf(format, args...)})
	}
	for _, a := range doc.Accounts {
		at := "accounts[" + a.ID + "]"
		if a.Transport == ua.UDP || a.Transport == ua.TCP {
			tell(at+".transport", "signalling by %s can be read and changed on its way; use tls where the server can", a.Transport)
		}
		if a.SRTP == provisioning.SRTPOff {
			tell(at+".srtp", "sound is not encrypted; use optional or mandatory where the server can")
		}
		if weakPassword(a.User, a.Password.Reveal()) {
			tell(at+".password", "the password is guessed at once; give the account a long one")
		}
	}
	if inTheClear(doc.Provisioning.URL) {
		tell("provisioning.url", "the next document would be fetched in the clear, with its passwords; use https")
	}
	return all
}

// weakPassword tells what is tried first.
func weakPassword(user, password string) bool {
	if password == "" {
		return false
	}
	_, err := strconv.Atoi(password)
	return password == user || err == nil && len(password) < 8 ||
		slices.Contains([]string{"password", "secret", "changeme", "admin", "1234567890", "12345678", "123456789"}, strings.ToLower(password))
}
