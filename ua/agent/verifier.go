package agent

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"offhook/ua/wire"
)

// verifier judges a server's certificate by RFC 5922. No goroutine owns it.
type verifier struct {
	name     string // whose it must be
	wildcard bool
	roots    *x509.CertPool // the system's when nil
	now      func() time.Time
}

// certificateError says in words for a person why a certificate is not taken,
// and what to do.
type certificateError struct {
	text string
	err  error
}

func (e *certificateError) Error() string { return e.text }
func (e *certificateError) Unwrap() error { return e.err }

// verify is for tls.Config.VerifyConnection, which comes for resumed sessions
// too: their certificates were followed to a root when the session was made, by
// the same configuration.
func (v verifier) verify(state tls.ConnectionState) error {
	if len(state.PeerCertificates) == 0 {
		return &certificateError{text: "the server has no certificate"}
	}
	leaf, now := state.PeerCertificates[0], v.now()
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return v.outOfTime(leaf, now)
	}
	if !state.DidResume {
		if err := v.chain(state.PeerCertificates, now); err != nil {
			return err
		}
	}
	return v.identify(leaf)
}

// proved is verify for a far end that connected to us: a resumed session's
// certificates were followed to no root then.
func (v verifier) proved(state tls.ConnectionState) error {
	state.DidResume = false
	return v.verify(state)
}

func (v verifier) chain(certificates []*x509.Certificate, now time.Time) error {
	options := x509.VerifyOptions{Roots: v.roots, CurrentTime: now, Intermediates: x509.NewCertPool()}
	for _, certificate := range certificates[1:] {
		options.Intermediates.AddCert(certificate)
	}
	_, err := certificates[0].Verify(options)
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		return &certificateError{fmt.Sprintf("certificate signed by unknown authority (%s): the authority is %s; give its certificate as ca",
			v.name, authorityOf(certificates)), err}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return v.outOfTime(invalid.Cert, now)
	case err != nil:
		return &certificateError{fmt.Sprintf("certificate cannot be used: %v (%s)", err, v.name), err}
	}
	return nil
}

// authorityOf names who signed the last certificate that came.
func authorityOf(certificates []*x509.Certificate) string {
	last := certificates[len(certificates)-1]
	if last.Issuer.String() == last.Subject.String() && last == certificates[0] {
		return "the server itself"
	}
	return fmt.Sprintf("%q", last.Issuer.String())
}

// outOfTime distinguishes an old certificate from a clock that was never set.
func (v verifier) outOfTime(certificate *x509.Certificate, now time.Time) error {
	day := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }
	err := x509.CertificateInvalidError{Cert: certificate, Reason: x509.Expired}
	if now.Before(certificate.NotBefore) {
		return &certificateError{fmt.Sprintf("certificate is not yet valid (%s): it begins %s and the clock here says %s; "+
			"the clock may be wrong, check that the time server can be reached", v.name, day(certificate.NotBefore), day(now)), err}
	}
	return &certificateError{fmt.Sprintf("certificate has expired (%s): it ended %s and the clock here says %s; the server needs a new one",
		v.name, day(certificate.NotAfter), day(now)), err}
}

func (v verifier) identify(leaf *x509.Certificate) error {
	names := identities(leaf)
	wild := false
	for _, name := range names {
		switch {
		case sameName(name, v.name):
			return nil
		case strings.HasPrefix(name, "*."):
			_, parent, found := strings.Cut(v.name, ".")
			matches := found && sameName(name[2:], parent)
			if matches && v.wildcard {
				return nil
			}
			wild = wild || matches
		}
	}
	said := "no name at all (a common name does not count)"
	switch {
	case len(names) > 3:
		said = strings.Join(names[:3], ", ") + " and others"
	case len(names) > 0:
		said = strings.Join(names, ", ")
	}
	advice := "if it is the right server, set server-name to the name in its certificate"
	if wild {
		advice = "SIP takes no wildcards (RFC 5922); set server-wildcard: true to take this one"
	}
	return &certificateError{text: fmt.Sprintf("certificate is for %s, not %s: %s", said, v.name, advice)}
}

// identities are whom a certificate is for (RFC 5922 §7.1): the domains of its
// sip URIs; host names only when it has none of those; never the common name.
// Addresses are for servers that are configured as such.
func identities(leaf *x509.Certificate) []string {
	var names []string
	for _, uri := range leaf.URIs {
		parsed, err := wire.ParseURI(uri.String())
		if err == nil && !parsed.Secure && parsed.User == "" {
			names = append(names, parsed.Host)
		}
	}
	if names == nil {
		names = append(names, leaf.DNSNames...)
	}
	for _, address := range leaf.IPAddresses {
		names = append(names, address.String())
	}
	return names
}

// sameName compares names without regard to case (RFC 5922 §7.2).
func sameName(a, b string) bool {
	if x, err := netip.ParseAddr(a); err == nil {
		y, err := netip.ParseAddr(b)
		return err == nil && x.Unmap() == y.Unmap().WithZone("")
	}
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}
