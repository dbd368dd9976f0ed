package agent

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"offhook/ua"
)

// tlsConfig makes the account's own configuration, so that no two accounts
// share an identity or a verified connection. host is the configured server's.
func tlsConfig(policy ua.TLSPolicy, host string, roots *x509.CertPool) (*tls.Config, error) {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12,
		ServerName: policy.ServerName,
		RootCAs:    roots,
		// Without the post-quantum share the ClientHello fits in one segment,
		// which old servers and middle boxes need.
		CurvePreferences:   []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384},
		ClientSessionCache: tls.NewLRUClientSessionCache(2),
	}
	if config.ServerName == "" {
		config.ServerName = host
	}
	if policy.CA != "" {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(policy.CA)) {
			return nil, errors.New("agent: TLS: the CA holds no certificate in PEM form")
		}
	}
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
