package https

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"offhook/provisioning"
)

// Error is a fetch that failed, in words for a person.
type Error struct {
	Status int // of the server's answer; 0 when there was none
	Msg    string
	Err    error // what is beneath, if anything
}

func (e *Error) Error() string { return e.Msg }

// NotFound tells that the server has no such file.
func (e *Error) NotFound() bool { return e.Status == 404 || e.Status == 410 }

// Unwrap is what is beneath.
func (e *Error) Unwrap() error { return e.Err }

// shown is a URL without what may be secret in it.
func shown(u *url.URL) string {
	clean := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return clean.String()
}

// refused explains a status code.
func refused(response *http.Response, a provisioning.Access, u *url.URL) error {
	code := response.StatusCode
	var msg string
	switch {
	case code == http.StatusUnauthorized && a.Username == "":
		msg = fmt.Sprintf("the server wants a user name and password (%s); set provisioning.username and password", u.Host)
	case code == http.StatusUnauthorized:
		msg = fmt.Sprintf("user name or password refused (%s); see provisioning.username and password", u.Host)
	case code == http.StatusForbidden:
		msg = fmt.Sprintf("the server does not let this phone have %s; see its access rules, and whether it wants a client certificate", shown(u))
	case code == http.StatusNotFound || code == http.StatusGone:
		msg = fmt.Sprintf("no file for this phone at %s; put one there, or mend provisioning.url", shown(u))
	case code == http.StatusTooManyRequests:
		msg = fmt.Sprintf("the server is asked too often (%s); it will be tried again later", u.Host)
	case code >= 500:
		msg = fmt.Sprintf("the server has a fault (%s); it will be tried again", shown(u))
	default:
		msg = fmt.Sprintf("the server answers %s for %s; it should answer 200 with the file", http.StatusText(code), shown(u))
	}
	return &Error{Status: code, Msg: fmt.Sprintf("%d: %s", code, msg)}
}

// explain says what kept us from an answer.
func (s *Source) explain(err error, u *url.URL) error {
	var ours *Error
	if errors.As(err, &ours) {
		return ours
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		if at, bad := url.Parse(wrapped.URL); bad == nil && at.Host != "" {
			u = at // a redirect went there
		}
		err = wrapped.Err
	}
	if msg := explainTLS(err, s.time()); msg != "" {
		return &Error{Msg: fmt.Sprintf("HTTPS: "+msg, u.Hostname()), Err: err}
	}
	return &Error{Msg: s.explainNetwork(err, u), Err: err}
}

// explainTLS words what is wrong with the server's certificate, or with ours;
// %s is the place of the host.
func explainTLS(err error, now time.Time) string {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var alert *net.OpError
	switch {
	case errors.As(err, &authority):
		return "certificate signed by unknown authority (%s); give the authority's certificate as provisioning.ca"
	case errors.As(err, &name):
		return "certificate is not for this host (%s); use the name that is in it, or have it made for this name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return explainDates(invalid.Cert, now)
	case errors.As(err, &invalid):
		return "certificate is not valid (%s): it may not be used for a server; have it made anew"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "the server does not speak TLS at this port (%s); see the port in provisioning.url"
	case errors.As(err, &alert) && alert.Op == "remote error" && strings.Contains(alert.Err.Error(), "protocol version"):
		return "the server has no TLS 1.2 or later (%s); update it"
	case errors.As(err, &alert) && alert.Op == "remote error": // a TLS alert (RFC 8446 §6)
		return "the server refuses the phone (%s): " + alert.Err.Error() + "; see whether it wants a client certificate"
	}
	return ""
}

func explainDates(c *x509.Certificate, at time.Time) string {
	now := at.UTC().Format(time.DateOnly)
	if at.Before(c.NotBefore) {
		return "certificate is not valid before " + c.NotBefore.UTC().Format(time.DateOnly) + " and this phone's clock says " + now + " (%s); see that the system keeps the time (timedatectl)"
	}
	return "certificate has expired on " + c.NotAfter.UTC().Format(time.DateOnly) + ", this phone's clock says " + now + " (%s); renew it on the server"
}

func (s *Source) explainNetwork(err error, u *url.URL) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("DNS: there is no host %s; see provisioning.url and the DNS server", dns.Name)
	case errors.As(err, &dns):
		return fmt.Sprintf("DNS: the name %s cannot be looked up now; see the network", dns.Name)
	case errors.Is(err, context.Canceled):
		return "the fetch was ended"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Sprintf("the server did not answer within %s (%s); see the network and the server", s.cfg.Timeout, u.Host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("nothing listens at %s; see provisioning.url and whether the server runs", u.Host)
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return fmt.Sprintf("there is no way to %s; see the network cable and the address", u.Host)
	}
	return fmt.Sprintf("the connection to %s failed: %v", u.Host, err)
}
