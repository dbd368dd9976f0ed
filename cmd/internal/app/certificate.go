package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"net"
	"net/url"
	"time"

	"offhook/cmd/internal/localapi"
)

// lookTime is what a server may take to show its certificate.
const lookTime = 5 * time.Second

// certificateOf looks at a server's certificate, and judges it as a fetch would.
// Nothing is asked of the server, and nothing told.
func certificateOf(ctx context.Context, server, authorities string, floor time.Time) (w localapi.Waiting) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "https" {
		return w
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: u.Hostname(), InsecureSkipVerify: true}} // it is judged below
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "443")))
	if err != nil {
		w.Problem = "its certificate cannot be looked at: " + err.Error()
		return w
	}
	defer conn.Close()
	chain := conn.(*tls.Conn).ConnectionState().PeerCertificates // never empty: it is TLS with a certificate
	sum := sha256.Sum256(chain[0].Raw)
	w.Fingerprint = hex.EncodeToString(sum[:])
	w.Issuer = chain[0].Issuer.CommonName
	if o := chain[0].Issuer.Organization; len(o) > 0 {
		w.Issuer = o[0]
	}
	options := x509.VerifyOptions{DNSName: u.Hostname(), Intermediates: x509.NewCertPool(), CurrentTime: time.Now()}
	if options.CurrentTime.Before(floor) {
		options.CurrentTime = floor // the clock is not set
	}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	if authorities != "" {
		options.Roots = x509.NewCertPool()
		options.Roots.AppendCertsFromPEM([]byte(authorities))
	}
	if _, err := chain[0].Verify(options); err != nil {
		w.Problem = err.Error()
	}
	return w
}
