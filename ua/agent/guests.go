package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"

	"offhook/ua"
)

var errNoCertificate = errors.New("agent: TLS: no account that can be called directly has a certificate")

// certificate is for tls.Config.GetCertificate of a listening socket: that of an
// account that anyone may call, as it is now, else the device's.
func (a *Agent) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	for _, account := range a.names.direct() {
		if account.TLS.Cert == "" {
			continue
		}
		pair, err := tls.X509KeyPair([]byte(account.TLS.Cert), []byte(account.TLS.Key.Reveal()))
		if err == nil && hello.SupportsCertificate(&pair) == nil {
			return &pair, nil
		}
	}
	if a.config.Inbound.Certificate != nil {
		return a.config.Inbound.Certificate()
	}
	return nil, errNoCertificate
}

// doorTLS is the configuration of a listening socket. Who may have his connection
// used for what goes back to him has to say who he is (RFC 5923); all others
// are not asked.
func (a *Agent) doorTLS() *tls.Config {
	plain := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: a.certificate}
	asking := plain.Clone()
	asking.ClientAuth = tls.RequestClientCert // judged when the connection is to be used
	plain.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		if slices.ContainsFunc(a.names.direct(), func(account ua.Account) bool { return account.ConnectionReuse }) {
			return asking, nil
		}
		return nil, nil
	}
	return plain
}

// shakeHands lets a guest in once TLS stands, within Config.DialTimeout.
func (a *Agent) shakeHands(d *door, stream net.Conn) {
	if a.shaking.Add(1) > maxGuests {
		a.shaking.Add(-1)
		stream.Close()
		return
	}
	a.spawn(func() {
		defer a.shaking.Add(-1)
		ctx, cancel := context.WithTimeout(a.life, a.config.DialTimeout)
		defer cancel()
		secure := tls.Server(stream, d.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			a.log.Debug("connection not accepted", "from", stream.RemoteAddr(), "error", err)
			stream.Close()
			return
		}
		f := newFlow(ua.TLS, dialed{stream: secure}, "")
		f.open = true
		a.postOr(func(o *owner) { o.welcome(f) }, f.discard)
	})
}
