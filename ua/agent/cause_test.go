package agent

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
)

func TestFlowError_in_words_for_a_person(t *testing.T) {
	for _, test := range []struct {
		layer string
		err   error
		want  string
	}{
		{"TCP", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "TCP: connection refused by 192.0.2.1:5061"},
		{"TCP", syscall.EHOSTUNREACH, "TCP: no route to 192.0.2.1:5061"},
		{"TCP", context.DeadlineExceeded, "TCP: timeout, no answer from 192.0.2.1:5061"},
		{"TLS", io.EOF, "TLS: connection closed by 192.0.2.1:5061"},
		{"DNS", &net.DNSError{Name: "pbx.example", IsNotFound: true}, "DNS: no such host pbx.example"},
		{"DNS", &net.DNSError{Name: "pbx.example", IsTimeout: true}, "DNS: timeout, no answer about pbx.example"},
		{"DNS", &net.DNSError{Name: "pbx.example", Err: "server misbehaving"}, "DNS: server misbehaving (pbx.example)"},
		{"TLS", x509.UnknownAuthorityError{}, "TLS: certificate signed by unknown authority (pbx.example)"},
		{"TLS", x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"a", "b"}}, Host: "pbx.example"}, "TLS: certificate is for a, b, not pbx.example"},
		{"TLS", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "pbx.example"}, "TLS: certificate is for no name at all, not pbx.example"},
		{"TLS", x509.CertificateInvalidError{Reason: x509.Expired}, "TLS: certificate has expired or is not yet valid: check the clock (pbx.example)"},
		{"TLS", tls.RecordHeaderError{Msg: "x"}, "TLS: 192.0.2.1:5061 does not speak TLS on this port"},
		{"TLS", &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}, "TLS: refused by 192.0.2.1:5061: bad certificate"},
		{"UDP", errors.New("strange"), "UDP: strange (192.0.2.1:5061)"},
	} {
		got := (&FlowError{Layer: test.layer, Host: "pbx.example", Remote: "192.0.2.1:5061", Err: test.err}).Error()
		if got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
