package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"offhook/ua/locate"
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
		{"DNS", fmt.Errorf("%w: pbx.example", locate.ErrNotOffered), "DNS: pbx.example does not offer this transport: set another one, or auto"},
		{"TLS", &certificateError{text: "certificate has expired (pbx.example): …"}, "TLS: certificate has expired (pbx.example): …"},
		{"TLS", tls.RecordHeaderError{Msg: "x"}, "TLS: 192.0.2.1:5061 does not speak TLS on this port"},
		{"TLS", &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}, "TLS: refused by 192.0.2.1:5061: bad certificate: " +
			"the server does not take the account's certificate; give it another, signed by whom the server trusts"},
		{"TLS", &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}, "TLS: refused by 192.0.2.1:5061: certificate required: " +
			"give the account a certificate and key that the server knows"},
		{"TLS", &net.OpError{Op: "remote error", Err: errors.New("tls: protocol version not supported")}, "TLS: refused by 192.0.2.1:5061: protocol version not supported: " +
			"the server offers nothing of TLS 1.2 or 1.3 that is safe; it needs an update"},
		{"TLS", &net.OpError{Op: "remote error", Err: errors.New("tls: internal error")}, "TLS: refused by 192.0.2.1:5061: internal error"},
		{"UDP", errors.New("strange"), "UDP: strange (192.0.2.1:5061)"},
	} {
		got := (&FlowError{Layer: test.layer, Host: "pbx.example", Remote: "192.0.2.1:5061", Err: test.err}).Error()
		if got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
