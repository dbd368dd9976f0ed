package sdp

import (
	"fmt"
	"strings"

	"offhook/media/keying"
)

// KeyingError is a description that could be encrypted and has no way to keys that
// this side takes. It is an ErrNoEncryption or an ErrEncryption too.
type KeyingError struct {
	Theirs []keying.Method // that the description offers
	Takes  []keying.Method // by this side's account
	Suites []string        // of its crypto lines, where that is the way and none of them is known
	err    error
}

func (e *KeyingError) Error() string {
	theirs, takes := methods(e.Theirs), methods(e.Takes)
	if len(e.Suites) > 0 {
		return fmt.Sprintf("sdp: the far end exchanges keys by %s with crypto suites that this telephone does not have or that were not agreed on (%s): have it use %s",
			theirs, strings.Join(e.Suites, ", "), keying.AES128CMSHA1_80)
	}
	if theirs == takes {
		return fmt.Sprintf("sdp: the far end exchanges keys by %s, and its fingerprint or role cannot be used: have it use a fingerprint by sha-256", theirs)
	}
	return fmt.Sprintf("sdp: the far end exchanges keys by %s, this side of the call by %s: name both in srtp-keying of the account, or set the far end to %s", theirs, takes, takes)
}

func (e *KeyingError) Unwrap() error { return e.err }

func methods(list []keying.Method) string {
	words := make([]string, len(list))
	for i, m := range list {
		words[i] = m.String()
	}
	return strings.Join(words, " or ")
}

// refusal tells why a description is refused, where that is for want of a way to keys.
func (r *Remote) refusal(err error, policy Policy, means Means, dtlsOnly bool) error {
	e := &KeyingError{err: err}
	if len(r.Crypto) > 0 && !dtlsOnly {
		e.Theirs = append(e.Theirs, keying.SDES)
	}
	if len(r.Fingerprints) > 0 {
		e.Theirs = append(e.Theirs, keying.DTLS)
	}
	if means.SDES != nil {
		e.Takes = append(e.Takes, keying.SDES)
	}
	if means.DTLS != nil {
		e.Takes = append(e.Takes, keying.DTLS)
	}
	if policy == Off || len(e.Theirs) == 0 || len(e.Takes) == 0 {
		return err // there is no encryption on one side
	}
	if e.Theirs[0] == keying.SDES && means.SDES != nil {
		e.Suites = suites(r.Crypto)
	}
	return e
}

// suites are what crypto lines name, which is all of them that may be shown.
func suites(lines []string) []string {
	var names []string
	for _, line := range lines {
		if fields := strings.Fields(line); len(fields) > 1 {
			names = append(names, fmt.Sprintf("%.40q", fields[1]))
		}
	}
	return names
}
