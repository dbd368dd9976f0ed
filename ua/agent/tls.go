package agent

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"offhook/ua"
)

// tlsConfig makes the account's own configuration, so that no two accounts
// share an identity or a verified connection. host is the configured server's;
// now is what certificates are judged by.
func tlsConfig(policy ua.TLSPolicy, host string, roots *x509.CertPool, now func() time.Time) (*tls.Config, error) {
	config := &tls.Config{
		Time:       now,
		MinVersion: tls.VersionTLS12,
		RootCAs:    roots,
		// Without the post-quantum share the ClientHello fits in one segment,
		// which old servers and middle boxes need.
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384},
		// A connection that was lost is resumed without certificates (RFC 8446 §2.2).
		ClientSessionCache: tls.NewLRUClientSessionCache(2),
	}
	if policy.CA != "" {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(policy.CA)) {
			return nil, errors.New("agent: TLS: the CA holds no certificate in PEM form")
		}
	}
	expect(config, policy, host)
	if policy.Cert == "" {
		return config, nil
	}
	pair, err := tls.X509KeyPair([]byte(policy.Cert), []byte(policy.Key.Reveal()))
	if err != nil {
		return nil, fmt.Errorf("agent: TLS: the client certificate and its key: %w", err)
	}
	config.Certificates = []tls.Certificate{pair}
	return config, nil
}

// expect lets a configuration take one server's certificates alone: that of the
// policy, or else of the host.
func expect(config *tls.Config, policy ua.TLSPolicy, host string) {
	if policy.ServerName != "" {
		host = policy.ServerName
	}
	v := verifier{name: host, wildcard: policy.Wildcard, roots: config.RootCAs, now: config.Time}
	config.ServerName = host
	config.InsecureSkipVerify = true // crypto/tls knows the web's rules; v has SIP's
	config.VerifyConnection = v.verify
}
