package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"offhook/ua/locate"
)

// FlowError says why a server cannot be reached, in words for a person.
type FlowError struct {
	Layer  string // "DNS", "UDP", "TCP" or "TLS"
	Host   string // as configured
	Remote string // address that was tried, "" before DNS answered
	Err    error
}

func (e *FlowError) Unwrap() error { return e.Err }

func (e *FlowError) Error() string {
	var (
		certificate *certificateError
		remote      *net.OpError
		record      tls.RecordHeaderError
		dns         *net.DNSError
	)
	at := e.Remote
	if at == "" {
		at = e.Host
	}
	switch {
	case errors.As(e.Err, &certificate):
		return "TLS: " + certificate.text
	case errors.As(e.Err, &remote) && remote.Op == "remote error": // an alert, as crypto/tls tells it
		return fmt.Sprintf("TLS: refused by %s: %s", at, alert(strings.TrimPrefix(remote.Err.Error(), "tls: ")))
	case errors.As(e.Err, &record):
		return fmt.Sprintf("TLS: %s does not speak TLS on this port", at)
	case errors.As(e.Err, &dns):
		return dnsCause(dns)
	case errors.Is(e.Err, locate.ErrNotOffered):
		return fmt.Sprintf("DNS: %s does not offer this transport: set another one, or auto", e.Host)
	case errors.Is(e.Err, syscall.ECONNREFUSED):
		return fmt.Sprintf("%s: connection refused by %s", e.Layer, at)
	case errors.Is(e.Err, syscall.ENETUNREACH), errors.Is(e.Err, syscall.EHOSTUNREACH):
		return fmt.Sprintf("%s: no route to %s", e.Layer, at)
	case errors.Is(e.Err, context.DeadlineExceeded), errors.Is(e.Err, os.ErrDeadlineExceeded), isTimeout(e.Err):
		return fmt.Sprintf("%s: timeout, no answer from %s", e.Layer, at)
	case errors.Is(e.Err, io.EOF), errors.Is(e.Err, syscall.ECONNRESET), errors.Is(e.Err, syscall.EPIPE):
		return fmt.Sprintf("%s: connection closed by %s", e.Layer, at)
	}
	return fmt.Sprintf("%s: %v (%s)", e.Layer, e.Err, at)
}

// wasRefused reports whether the server's machine answered that nobody serves
// there now, or the connection broke.
func wasRefused(err error) bool {
	for _, fault := range []error{syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, io.EOF} {
		if errors.Is(err, fault) {
			return true
		}
	}
	return false
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func dnsCause(err *net.DNSError) string {
	switch {
	case err.IsNotFound:
		return "DNS: no such host " + err.Name
	case err.IsTimeout:
		return "DNS: timeout, no answer about " + err.Name
	}
	return fmt.Sprintf("DNS: %s (%s)", err.Err, err.Name)
}

// alert adds to a TLS alert what to do about it.
func alert(text string) string {
	switch {
	case strings.Contains(text, "certificate required"):
		return text + ": give the account a certificate and key that the server knows"
	case strings.Contains(text, "certificate"):
		return text + ": the server does not take the account's certificate; give it another, signed by whom the server trusts"
	case strings.Contains(text, "protocol version"), strings.Contains(text, "handshake failure"):
		return text + ": the server offers nothing of TLS 1.2 or 1.3 that is safe; it needs an update"
	}
	return text
}
